/**
 * What a person waits for while working in a file of ten thousand lines, over the language server's real connection: the
 * bundled server as a process, JSON-RPC on its standard input and output.
 *
 * Each round types one character of a new step in the middle of the file, and asks one thing of the text as it is then: what
 * the server has to find out for the answer is in the figure, since nothing was asked between the key and the question. Diagnostics are
 * also asked for while a step with a block is typed, which has no end until its brace is there, and a declaration among others. In
 * `completion, everything asked` all that an editor asks at a key is asked together, completion last. Diagnostics are measured
 * pulled (asked for at once) and, over a connection of their own, pushed: with the server's wait for quiet, and without it.
 * Then a mail server is renamed and the document laid out, again and again. Memory is what the process holds at the end.
 *
 * Beside it stands Langium's server with its default services, for the subset of the language that its grammar has here, over
 * the same kind of connection. It checks syntax and references only, where ours works out what every statement means; it
 * renames a declaration and what refers to it, where ours renames in zones' records, too. It pushes diagnostics; pulled ones,
 * colours and layout it has only where one writes them, its hover shows comments alone: there is nothing to compare.
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
import { QUIET } from '../server/features/diagnostics.ts';
import { generateScenario } from './language-scenario.ts';
import type { Result } from './result.ts';

const LINES = 10_000;
const WARM_UP = 40;
const ROUNDS = 200;
/** Langium takes seconds to a round. */
const PEER = { warmUp: 1, rounds: 7 };
const OURS = '../dist/server/node.cjs';
const LANGIUM = 'langium/server.ts';

interface Server {
  readonly client: ProtocolConnection;
  readonly process: ChildProcess;
  readonly textDocument: { readonly uri: string };
  /** The next diagnostics that are published. */
  published(): Promise<PublishDiagnosticsParams>;
  end(): Promise<void>;
}

async function start(file: string, uri: string, capabilities: object): Promise<Server> {
  const server = spawn(process.execPath, [new URL(file, import.meta.url).pathname, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const client = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  let waiting: ((diagnostics: PublishDiagnosticsParams) => void) | null = null;
  client.onNotification('textDocument/publishDiagnostics', (published: PublishDiagnosticsParams) => waiting?.(published));
  client.listen();
  await client.sendRequest('initialize', { processId: process.pid, rootUri: null, workspaceFolders: null, capabilities });
  await client.sendNotification('initialized', {});
  return {
    client,
    process: server,
    textDocument: { uri },
    published: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
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
const declaration = lines.findIndex((text, i) => i > LINES / 6 && text.startsWith('mailbox '));
const mailServer = { line: lines.findIndex((text) => text.startsWith('mailserver')), character: 12 };

const open = ({ client, textDocument }: Server) =>
  client.sendNotification('textDocument/didOpen', {
    textDocument: { ...textDocument, languageId: 'netscenario', version: 1, text: lines.join('\n') },
  });

type Position = { line: number; character: number };

const STEP = () => '\npc-0 resolves mail.d0.example A iteratively';
const STEP_WITH_BLOCK = () => '\npc-0 sends mail from user0@d0.example to user1@d1.example { subject "Hello" }';
/** Each of another host: none is declared twice. */
const DECLARATION = (line: number) => `\nhost pc-${100_000 + line} { up 5 Mbps down 20 Mbps }`;

let version = 1;

/** Types new lines below a line in the middle of the file, one character at a call; gives where the cursor is then. */
function typist({ client, textDocument }: Server, below = line, typed: (line: number) => string = STEP): () => Promise<Position> {
  let at = { line: below, character: lines[below]!.length };
  let count = 0;
  let rest = '';
  return async () => {
    if (rest === '') rest = typed(count++);
    const text = rest[0]!;
    rest = rest.slice(1);
    await client.sendNotification('textDocument/didChange', {
      textDocument: { ...textDocument, version: ++version },
      contentChanges: [{ range: { start: at, end: at }, text }],
    });
    at = text === '\n' ? { line: at.line + 1, character: 0 } : { ...at, character: at.character + 1 };
    return at;
  };
}

/** Milliseconds, without those of the warm-up, in ascending order. */
async function timed(work: () => Promise<unknown>, { warmUp, rounds } = { warmUp: WARM_UP, rounds: ROUNDS }): Promise<number[]> {
  const times: number[] = [];
  for (let i = -warmUp; i < rounds; i++) {
    const begun = performance.now();
    await work();
    if (i >= 0) times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b);
}

type Times = Map<string, number[]>;

const PUSHED = 'keystroke to diagnostics, pushed';

async function pushed(times: Times): Promise<void> {
  const server = await start(OURS, 'file:///bench/generated.netscenario', {});
  const first = server.published();
  await open(server);
  if ((await first).diagnostics.length > 0) throw new Error('the generated scenario is not clean');
  const type = typist(server);
  const all = await timed(async () => {
    const published = server.published();
    await type();
    await published;
  });
  times.set(PUSHED, all);
  times.set(
    `${PUSHED}, without the ${QUIET} ms of quiet`,
    all.map((time) => time - QUIET),
  );
  await server.end();
}

async function asked(times: Times): Promise<number> {
  const server = await start(OURS, 'file:///bench/generated.netscenario', { textDocument: { diagnostic: {} } });
  const { client, textDocument } = server;
  await open(server);
  const type = typist(server);
  const range = { start: { line: line - 20, character: 0 }, end: { line: line + 20, character: 0 } };
  const context = { diagnostics: [] };
  let { resultId } = await client.sendRequest<{ resultId: string }>('textDocument/semanticTokens/full', { textDocument });
  const colours = async () => {
    const delta = await client.sendRequest<{ resultId: string; edits?: unknown[] }>('textDocument/semanticTokens/full/delta', {
      textDocument,
      previousResultId: resultId,
    });
    if (!delta.edits) throw new Error('no delta');
    resultId = delta.resultId;
  };
  const completion = (position: Position) => client.sendRequest('textDocument/completion', { textDocument, position });
  const diagnostics = () => client.sendRequest('textDocument/diagnostic', { textDocument });
  const hints = () => client.sendRequest('textDocument/inlayHint', { textDocument, range });
  const hover = async () => {
    if (!(await client.sendRequest('textDocument/hover', { textDocument, position: { line, character: 1 } }))) throw new Error('no hover');
  };
  const actions = (at: Position) => client.sendRequest('textDocument/codeAction', { textDocument, range: { start: at, end: at }, context });
  const questions: Record<string, (at: Position) => Promise<unknown>> = {
    'keystroke to completion': completion,
    'keystroke to diagnostics, pulled': diagnostics,
    'keystroke to hover': hover,
    'keystroke to code actions': actions,
    'keystroke to inlay hints of 40 lines': hints,
    'keystroke to semantic tokens, delta': colours,
  };
  for (const [name, question] of Object.entries(questions)) {
    times.set(name, await timed(async () => question(await type())));
    await diagnostics();
  }
  for (const [name, below, typed] of [
    ['a step with a block', line, STEP_WITH_BLOCK],
    ['a declaration', declaration, DECLARATION],
  ] as const) {
    const typeThere = typist(server, below, typed);
    times.set(
      `keystroke in ${name} to diagnostics, pulled`,
      await timed(async () => {
        await typeThere();
        await diagnostics();
      }),
    );
  }
  const together: number[] = [];
  await timed(async () => {
    const begun = performance.now();
    const at = await type();
    const others = [diagnostics(), colours(), hints(), actions(at)];
    await completion(at);
    together.push(performance.now() - begun);
    await Promise.all(others);
  });
  times.set(
    'keystroke to completion, everything asked',
    together.slice(WARM_UP).sort((a, b) => a - b),
  );
  times.set(
    RENAME,
    await timed(async () => {
      if ((await renamed(server)) < 5) throw new Error('no edits');
    }),
  );
  const options = { tabSize: 2, insertSpaces: true };
  times.set('formatting', await timed(() => client.sendRequest('textDocument/formatting', { textDocument, options })));
  const memory = memoryOf(server);
  await server.end();
  return memory;
}

const RENAME = 'rename of a mail server';

/** How many edits it makes. */
async function renamed({ client, textDocument }: Server): Promise<number> {
  const { changes } = await client.sendRequest<{ changes: Record<string, unknown[]> }>('textDocument/rename', {
    textDocument,
    position: mailServer,
    newName: 'out.d0.example',
  });
  return changes[textDocument.uri]?.length ?? 0;
}

/** MiB that the process holds; NaN where the system does not tell. */
function memoryOf({ process: { pid } }: Server): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

async function langium(times: Times): Promise<number> {
  const server = await start(LANGIUM, 'file:///bench/generated.scenario', { textDocument: { publishDiagnostics: {} } });
  const { client, textDocument } = server;
  const first = server.published();
  await open(server);
  if ((await first).diagnostics.length > 0) throw new Error('the generated scenario is not clean for Langium');
  const type = typist(server);
  const diagnosed = await timed(async () => {
    const published = server.published();
    await type();
    await published;
  }, PEER);
  times.set(PUSHED, diagnosed);
  let published: Promise<unknown> = Promise.resolve();
  times.set(
    'keystroke to completion',
    await timed(async () => {
      await published;
      published = server.published();
      await client.sendRequest('textDocument/completion', { textDocument, position: await type() });
    }, PEER),
  );
  await published;
  times.set(
    RENAME,
    await timed(async () => {
      if ((await renamed(server)) < 2) throw new Error('no edits by Langium');
    }, PEER),
  );
  const memory = memoryOf(server);
  await server.end();
  return memory;
}

export async function bench(): Promise<Result[]> {
  const times: Times = new Map();
  await pushed(times);
  const memory = await asked(times);
  const peers: Times = new Map();
  const peerMemory = await langium(peers);
  const peerName = 'Langium 4.4';
  const at = (sorted: readonly number[] | undefined, share: number) =>
    sorted === undefined ? null : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  const results = [...times].flatMap(([name, ours]) => {
    const peer = peers.get(name);
    return [
      { name: `${name}, median`, unit: 'ms', ours: at(ours, 0.5)!, peer: at(peer, 0.5), peerName: peer ? peerName : '' },
      { name: `${name}, 95th percentile`, unit: 'ms', ours: at(ours, 0.95)!, peer: at(peer, 0.95), peerName: peer ? peerName : '' },
    ];
  });
  if (Number.isNaN(memory)) return results;
  return [...results, { name: 'memory of the process', unit: 'MiB', ours: memory, peer: peerMemory, peerName }];
}
