/**
 * What a person waits for while typing in a file of ten thousand lines, over the language server's real connection: the
 * bundled server as a process, JSON-RPC on its standard input and output.
 *
 * Each round types one character at the end of a step in the middle of the file and asks for completion at once, as an
 * editor does; then waits for the diagnostics of that text (which includes the server's wait for quiet), then hovers.
 */
import { spawn } from 'node:child_process';
import {
  createProtocolConnection,
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

export async function bench(): Promise<Result[]> {
  const server = spawn(process.execPath, [new URL('../dist/server/node.cjs', import.meta.url).pathname, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const client = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const waiting = new Map<number, (diagnostics: PublishDiagnosticsParams) => void>();
  client.onNotification('textDocument/publishDiagnostics', (published: PublishDiagnosticsParams) => {
    waiting.get(published.version!)?.(published);
    waiting.delete(published.version!);
  });
  const diagnosticsOf = (version: number) => new Promise<PublishDiagnosticsParams>((resolve) => waiting.set(version, resolve));
  client.listen();
  try {
    await client.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await client.sendNotification('initialized', {});

    const lines = generateScenario(LINES).split('\n');
    const line = lines.findIndex((text, i) => i > LINES / 2 && text.includes(' resolves '));
    const textDocument = { uri: URI };
    const first = diagnosticsOf(1);
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { ...textDocument, languageId: 'netscenario', version: 1, text: lines.join('\n') },
    });
    if ((await first).diagnostics.length > 0) throw new Error('the generated scenario is not clean');

    const times: Record<'diagnostics' | 'completion' | 'hover', number[]> = { diagnostics: [], completion: [], hover: [] };
    // A new step below: `pc-0 resolves pc-…`, a character a round.
    const typed = '\npc-0 resolves mail.d0.example A iteratively'.repeat(10);
    let at = { line, character: lines[line]!.length };
    for (let i = 0; i < WARM_UP + ROUNDS; i++) {
      const version = i + 2;
      const text = typed[i]!;
      const begun = performance.now();
      const settled = diagnosticsOf(version);
      await client.sendNotification('textDocument/didChange', {
        textDocument: { ...textDocument, version },
        contentChanges: [{ range: { start: at, end: at }, text }],
      });
      at = text === '\n' ? { line: at.line + 1, character: 0 } : { ...at, character: at.character + 1 };
      await client.sendRequest('textDocument/completion', { textDocument, position: at });
      const completed = performance.now();
      await settled;
      const published = performance.now();
      const hovered = await client.sendRequest('textDocument/hover', { textDocument, position: { line, character: 1 } });
      const ended = performance.now();
      if (!hovered) throw new Error('no hover');
      if (i < WARM_UP) continue;
      times.completion.push(completed - begun);
      times.diagnostics.push(published - begun);
      times.hover.push(ended - published);
    }
    await client.sendRequest('shutdown');
    await client.sendNotification('exit');
    const named = { diagnostics: 'keystroke to diagnostics', completion: 'keystroke to completion', hover: 'hover' };
    return (['diagnostics', 'completion', 'hover'] as const).flatMap((what) => {
      const sorted = times[what].sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
      const none = { unit: 'ms', peer: null, peerName: '' };
      return [
        { name: `${named[what]}, median`, ours: at(0.5), ...none },
        { name: `${named[what]}, 95th percentile`, ours: at(0.95), ...none },
      ];
    });
  } finally {
    client.dispose();
    server.kill();
  }
}
