/**
 * Whatever a person does to a scenario, the compiler and the running server stand it: the samples under random edits.
 *
 * FUZZ_RUNS and FUZZ_SEED choose how many edits, and which.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createProtocolConnection,
  type Hover,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analyse, compile } from './language/compile.ts';
import { complete } from './language/completion.ts';
import { hoverAt } from './language/hover.ts';
import { parseNotebook } from './language/notebook.ts';

const runs = Number(process.env.FUZZ_RUNS ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? 1);

const folder = new URL('../samples/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.netscenario(\.md)?$/.test(name))
  .sort()
  .map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    if (!name.endsWith('.md')) return text;
    const { cells } = parseNotebook(text);
    return cells.flatMap((cell) => (cell.kind === 'code' ? cell.text : [])).join('\n');
  });

/** Places are shares of the text, so that an edit can be made of any text. */
type Edit =
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'delete'; readonly at: number; readonly length: number }
  | { readonly kind: 'paste half'; readonly at: number; readonly of: number; readonly second: boolean };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const pieces = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '"',
    '"""',
    '/*',
    '*/',
    '//',
    '\n',
    '\r\n',
    ',',
    '[1..',
    ']',
    '(',
    '<->',
    ' 5 ',
    'host ',
    'zone a.b on c {\n',
    'together {\n',
    'é',
    '💥',
    '日本',
    '\ud83d',
    '\u2028',
    '\0',
    '\ufeff',
    'e\u0301',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at: place, text: pieces }),
  fc.record({ kind: fc.constant('delete' as const), at: place, length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('paste half' as const), at: place, of: fc.nat(samples.length - 1), second: fc.boolean() }),
);

/** What an edit replaces, and by what. */
function change(text: string, edit: Edit): { start: number; end: number; text: string } {
  const start = Math.floor(edit.at * text.length);
  if (edit.kind === 'insert') return { start, end: start, text: edit.text };
  if (edit.kind === 'delete') return { start, end: Math.min(text.length, start + edit.length), text: '' };
  const sample = samples[edit.of]!;
  const half = Math.floor(sample.length / 2);
  return { start, end: start, text: edit.second ? sample.slice(half) : sample.slice(0, half) };
}

const applied = (text: string, { start, end, text: put }: { start: number; end: number; text: string }): string =>
  text.slice(0, start) + put + text.slice(end);

test('the compiler, completion and hover take any edit', () => {
  fc.assert(
    fc.property(fc.nat(samples.length - 1), fc.array(edits, { minLength: 1, maxLength: 6 }), place, (sample, list, at) => {
      const uri = 'memory:///edited.netscenario';
      let text = samples[sample]!;
      const before = analyse([{ uri, text }], new Map());
      for (const edit of list) text = applied(text, change(text, edit));
      const { diagnostics, scenario } = compile([{ uri, text }], new Map());
      for (const { start, end, message, fixes } of diagnostics) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(message).toMatch(/[.?]$/);
        for (const fix of fixes) for (const edit of fix.edits) expect(edit.end).toBeLessThanOrEqual(text.length);
      }
      expect(structuredClone(scenario)).toEqual(scenario);
      const offset = Math.floor(at * text.length);
      for (const item of complete(before, { uri, text }, offset)) expect(item.range.end).toBe(offset);
      const hover = hoverAt(analyse([{ uri, text }], new Map()), uri, offset);
      if (hover) expect(hover.range.end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: runs, seed },
  );
}, 600_000);

describe('the server', () => {
  const uri = 'file:///w/edited.netscenario';
  let server: ChildProcess;
  let client: ProtocolConnection;
  let published: PublishDiagnosticsParams | null = null;
  let log = '';

  beforeAll(async () => {
    server = spawn(process.execPath, [new URL('main-node.ts', import.meta.url).pathname, '--stdio'], { stdio: 'pipe' });
    server.stderr!.on('data', (chunk) => {
      log += String(chunk);
    });
    client = createProtocolConnection(new StreamMessageReader(server.stdout!), new StreamMessageWriter(server.stdin!));
    client.onNotification('textDocument/publishDiagnostics', (parameters: PublishDiagnosticsParams) => {
      published = parameters;
    });
    client.onNotification('window/logMessage', ({ message }: { message: string }) => {
      log += message;
    });
    client.listen();
    await client.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await client.sendNotification('initialized', {});
  });
  afterAll(() => {
    client.dispose();
    server.kill();
  });

  const inside = (document: TextDocument, line: number, character: number): boolean => {
    const at = { line, character };
    const back = document.positionAt(document.offsetAt(at));
    return back.line === line && back.character === character;
  };

  test('goes on answering through random edits, and what it says lies in the text', async () => {
    const textDocument = { uri };
    let version = 1;
    let document = TextDocument.create(uri, 'netscenario', version, samples[0]!);
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { ...textDocument, languageId: 'netscenario', version, text: samples[0]! },
    });
    const list = fc.sample(fc.tuple(edits, place), { numRuns: runs, seed });
    for (const [i, [edit, at]] of list.entries()) {
      version++;
      // A text that has grown past what a scenario is begins anew.
      const made = document.getText().length > 20_000 || i % 40 === 39 ? null : change(document.getText(), edit);
      const contentChange = made
        ? { range: { start: document.positionAt(made.start), end: document.positionAt(made.end) }, text: made.text }
        : { text: samples[i % samples.length]! };
      document = TextDocument.update(document, [contentChange], version);
      await client.sendNotification('textDocument/didChange', {
        textDocument: { ...textDocument, version },
        contentChanges: [contentChange],
      });
      const position = document.positionAt(Math.floor(at * document.getText().length));
      const { items } = await client.sendRequest<{ items: unknown[] }>('textDocument/completion', { textDocument, position });
      expect(Array.isArray(items)).toBe(true);
      const hover = await client.sendRequest<Hover | null>('textDocument/hover', { textDocument, position });
      if (hover?.range) expect(inside(document, hover.range.end.line, hover.range.end.character), JSON.stringify(hover)).toBe(true);
      await client.sendRequest('textDocument/codeAction', {
        textDocument,
        range: { start: position, end: position },
        context: { diagnostics: [] },
      });
      // Most edits come faster than their diagnostics; some are waited for.
      if (i % 10 !== 0 && i !== list.length - 1) continue;
      const wanted = version;
      await expect.poll(() => published?.version, { timeout: 10_000, interval: 5 }).toBe(wanted);
      for (const { range, message } of published!.diagnostics) {
        expect(inside(document, range.start.line, range.start.character), String(message)).toBe(true);
        expect(inside(document, range.end.line, range.end.character), String(message)).toBe(true);
      }
    }
    expect(server.exitCode).toBeNull();
    expect(log).toBe('');
  }, 600_000);
});
