/**
 * What a person waits for while working in a file of ten thousand lines, over the language server's real connection: the
 * bundled server as a process, JSON-RPC on its standard input and output.
 *
 * Each round types one character at the end of a step in the middle of the file and asks for completion at once, as an
 * editor does; then waits for the diagnostics of that text, hovers, and asks what has changed in the colours. Diagnostics are
 * measured pulled (asked for at once) and, over a connection of their own, pushed, which includes the server's wait for quiet.
 * Then a mail server is renamed and the document laid out, again and again. Memory is what the process holds at the end.
 *
 * Langium's server has no part in it: of these it has completion, hover and rename by default, for the subset of the language
 * that the other chapter's grammar has, and their scope and result differ; its parsing and checking is measured there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  createProtocolConnection,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { generateScenario } from './language-scenario.ts';
import type { Result } from './result.ts';

const LINES = 10_000;
const WARM_UP = 10;
const ROUNDS = 60;
const URI = 'file:///bench/generated.netscenario';
const textDocument = { uri: URI };

interface Server {
  readonly client: ProtocolConnection;
  readonly process: ChildProcess;
  /** The diagnostics that are published for a version. */
  diagnosticsOf(version: number): Promise<PublishDiagnosticsParams>;
  end(): Promise<void>;
}

async function start(capabilities: object): Promise<Server> {
  const server = spawn(process.execPath, [new URL('../dist/server/node.cjs', import.meta.url).pathname, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const client = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const waiting = new Map<number, (diagnostics: PublishDiagnosticsParams) => void>();
  client.onNotification('textDocument/publishDiagnostics', (published: PublishDiagnosticsParams) => {
    waiting.get(published.version!)?.(published);
    waiting.delete(published.version!);
  });
  client.listen();
  await client.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities });
  await client.sendNotification('initialized', {});
  return {
    client,
    process: server,
    diagnosticsOf: (version) => new Promise((resolve) => waiting.set(version, resolve)),
    end: async () => {
      await client.sendRequest('shutdown');
      await client.sendNotification('exit');
      client.dispose();
      server.kill();
    },
  };
}

const lines = generateScenario(LINES).split('\n');
const line = lines.findIndex((text, i) => i > LINES / 2 && text.includes(' resolves '));

const open = (client: ProtocolConnection) =>
  client.sendNotification('textDocument/didOpen', {
    textDocument: { ...textDocument, languageId: 'netscenario', version: 1, text: lines.join('\n') },
  });

/** Types a new step below a line in the middle, one character a round; `typed` is done with each. */
async function typing(
  client: ProtocolConnection,
  typed: (version: number, type: () => Promise<{ line: number; character: number }>) => Promise<void>,
) {
  const text = '\npc-0 resolves mail.d0.example A iteratively'.repeat(10);
  let at = { line, character: lines[line]!.length };
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    const version = i + 2;
    await typed(version, async () => {
      await client.sendNotification('textDocument/didChange', {
        textDocument: { ...textDocument, version },
        contentChanges: [{ range: { start: at, end: at }, text: text[i]! }],
      });
      at = text[i] === '\n' ? { line: at.line + 1, character: 0 } : { ...at, character: at.character + 1 };
      return at;
    });
  }
}

type Times = Map<string, number[]>;

async function timed<T>(times: Times, name: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  times.set(name, [...(times.get(name) ?? []), performance.now() - begun]);
  return result;
}

async function pushed(times: Times): Promise<void> {
  const { client, diagnosticsOf, end } = await start({});
  const first = diagnosticsOf(1);
  await open(client);
  if ((await first).diagnostics.length > 0) throw new Error('the generated scenario is not clean');
  await typing(client, async (version, type) => {
    const settled = diagnosticsOf(version);
    await timed(times, 'keystroke to diagnostics, pushed', async () => {
      await type();
      await settled;
    });
  });
  await end();
}

async function asked(times: Times): Promise<number> {
  const { client, process: server, end } = await start({ textDocument: { diagnostic: {} } });
  await open(client);
  let { resultId } = await client.sendRequest<{ resultId: string }>('textDocument/semanticTokens/full', { textDocument });
  await typing(client, async (_version, type) => {
    let position = { line: 0, character: 0 };
    await timed(times, 'keystroke to completion', async () => {
      position = await type();
      await client.sendRequest('textDocument/completion', { textDocument, position });
    });
    await timed(times, 'keystroke to diagnostics, pulled behind completion', () =>
      client.sendRequest('textDocument/diagnostic', { textDocument }),
    );
    const hovered = await timed(times, 'hover', () =>
      client.sendRequest('textDocument/hover', { textDocument, position: { line, character: 1 } }),
    );
    if (!hovered) throw new Error('no hover');
    const delta = await timed(times, 'semantic tokens, delta', () =>
      client.sendRequest<{ resultId: string; edits?: unknown[] }>('textDocument/semanticTokens/full/delta', {
        textDocument,
        previousResultId: resultId,
      }),
    );
    if (!delta.edits) throw new Error('no delta');
    resultId = delta.resultId;
  });
  const position = { line: lines.findIndex((text) => text.startsWith('mailserver')), character: 12 };
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    const renamed = await timed(times, 'rename of a mail server', () =>
      client.sendRequest<{ changes: Record<string, unknown[]> }>('textDocument/rename', {
        textDocument,
        position,
        newName: 'out.d0.example',
      }),
    );
    if ((renamed.changes[URI]?.length ?? 0) < 5) throw new Error('no edits');
    await timed(times, 'formatting', () =>
      client.sendRequest('textDocument/formatting', { textDocument, options: { tabSize: 2, insertSpaces: true } }),
    );
  }
  const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
  await end();
  return memory;
}

export async function bench(): Promise<Result[]> {
  const times: Times = new Map();
  await pushed(times);
  const memory = await asked(times);
  const none = { peer: null, peerName: '' };
  const results = [...times].flatMap(([name, all]) => {
    const sorted = all.slice(WARM_UP).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return [
      { name: `${name}, median`, unit: 'ms', ours: at(0.5), ...none },
      { name: `${name}, 95th percentile`, unit: 'ms', ours: at(0.95), ...none },
    ];
  });
  return Number.isNaN(memory) ? results : [...results, { name: 'memory of the process', unit: 'MiB', ours: memory, ...none }];
}
