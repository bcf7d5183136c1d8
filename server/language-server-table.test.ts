/** The table of docs/language-server.md against the protocol's own list of methods, and against what the server says of itself. */
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import * as protocol from 'vscode-languageserver/node';
import { serve } from './server.ts';

interface Method {
  readonly method: string;
  /** Where the server's capabilities tell of it: `completionProvider.resolveProvider`. */
  readonly server: string | null;
}

/** Below requests: they have no name of their own in the package. */
const BASE = ['$/cancelRequest', '$/progress', '$/setTrace', '$/logTrace', 'initialize', 'initialized', 'shutdown', 'exit'];

const methods: readonly Method[] = Object.values(protocol).flatMap((one) => {
  const { method, capabilities } = one as { method?: unknown; capabilities?: { server?: string } };
  return typeof method === 'string' && /^[a-z].*/i.test(method) && method !== 'method'
    ? [{ method, server: capabilities?.server ?? null }]
    : [];
});

const rows = readFileSync(new URL('../docs/language-server.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.includes('LSP 3.17'))
  .map((line) => line.slice(2, -2).split(' | '));
const oursOf = new Map(rows.flatMap(([, named = '', ours = '']) => [...named.matchAll(/`([^`]+)`/g)].map(([, method]) => [method!, ours])));

/** Of a client that can do everything, and asks for what is optional. */
async function capabilities(): Promise<object> {
  const [up, down] = [new PassThrough(), new PassThrough()];
  serve(protocol.createConnection(up, down), async () => ({ kind: 'unreadable', reason: 'there are no files' }));
  const client = protocol.createProtocolConnection(down, up);
  client.listen();
  const { capabilities: told } = await client.sendRequest<{ capabilities: object }>('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { textDocument: { diagnostic: {} } },
    initializationOptions: { runCommand: 'run' },
  });
  client.dispose();
  return told;
}

describe('the table of features', () => {
  test('has every method of the protocol once, and no other', () => {
    const named = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, method]) => method!));
    expect([...named].sort()).toEqual([...new Set([...methods.map(({ method }) => method), ...BASE])].sort());
  });

  test('says of each what the server says when it is started', async () => {
    const told = await capabilities();
    const wrong = methods.filter(({ method, server }) => {
      if (server === null) return false;
      const advertised = server.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], told);
      const isThere = advertised !== undefined && advertised !== false && advertised !== null;
      return isThere === (oursOf.get(method) === 'no');
    });
    expect(wrong.map(({ method }) => method)).toEqual([]);
  });

  test('has a reason for each that is left out', () => {
    const text = readFileSync(new URL('../docs/language-server.md', import.meta.url), 'utf8');
    const reasons = [...text.matchAll(/^- \*\*(.+?)\.\*\*/gm)].flatMap(([, heads]) => heads!.toLowerCase().split('; '));
    // `hover, resolved later` may be explained by itself, or with all that is resolved later.
    const unexplained = rows
      .filter(([, , ours]) => ours === 'no')
      .map(([feature]) => feature!)
      .filter((feature) => ![feature, feature.split(', ').at(-1)!].some((name) => reasons.includes(name)));
    expect(unexplained).toEqual([]);
  });
});
