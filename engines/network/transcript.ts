/** The dialogue on a connection as text books print it: who said which line. */
import { bytesOf } from '../content.ts';
import { formatSize } from '../format.ts';
import { contentOf, innerContentOf, innerOf, type MessageTables } from '../message-content.ts';
import type { Run } from '../run.ts';
import { bytesOfOctets, octetsOf } from './octets.ts';

export interface TranscriptLine {
  /** C: the side that opened the connection. */
  readonly side: 'C' | 'S';
  readonly line: string;
  /** Index of the message in the run. */
  readonly message: number;
  /** True for what travelled in protected records: only the two ends can read it. */
  readonly secured: boolean;
}

/** Protocols whose messages are lines of text; of others, a message is told by its label. */
const LINE_PROTOCOLS: ReadonlySet<string> = new Set(['smtp', 'pop3', 'imap', 'ftp']);

/** Protocols whose messages have a head of lines, ended by an empty one; the content behind it is told by its size. */
const HEADED_PROTOCOLS: ReadonlySet<string> = new Set(['http']);

/** The part of a run that a transcript is made of. */
export type TranscriptSource = MessageTables & Pick<Run, 'connections'>;

/** Whether that connection is a dialogue of lines, not one that carries data alone. */
export function isDialogue({ connections, strings }: TranscriptSource, connection: number): boolean {
  return LINE_PROTOCOLS.has(strings[connections.protocol[connection] as number] ?? '');
}

/** `connection`: index into the run's connections. In the order of sending; what was sent and lost is there, too. */
export function transcript(run: TranscriptSource, connection: number): TranscriptLine[] {
  const { messages, strings } = run;
  const lines: TranscriptLine[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (messages.connection[i] !== connection) continue;
    const side = sideOf(run, connection, i);
    const inner = innerOf(run, i);
    const protocol = inner?.protocol ?? (strings[messages.protocol[i] as number] as string);
    const label = inner?.label ?? (strings[messages.label[i] as number] as string);
    const shown = linesOf(run, i, protocol, inner !== null) ?? [label];
    for (const line of shown) lines.push({ side, line, message: i, secured: inner !== null });
  }
  return lines;
}

/** A message's lines as they are shown; null where it is to be told by its label. `secured`: what stands in its records. */
function linesOf(run: TranscriptSource, message: number, protocol: string, secured: boolean): string[] | null {
  const headed = HEADED_PROTOCOLS.has(protocol);
  if (run.messages.bulk[message] !== 0 || !(headed || LINE_PROTOCOLS.has(protocol))) return null;
  const content = secured ? innerContentOf(run, message) : contentOf(run, message);
  if (!content) return null;
  const octets = octetsOf(bytesOf(content));
  const emptyLine = headed ? octets.indexOf('\r\n\r\n') : -1;
  // The content of a message whose head was another one.
  if (headed && emptyLine < 0) return null;
  const head = headed ? emptyLine + 4 : octets.length;
  const texts = octets.slice(0, head).split('\r\n');
  if (texts.at(-1) === '') texts.pop();
  const lines = texts.map(shown);
  return head < octets.length ? [...lines, `(${formatSize(octets.length - head)})`] : lines;
}

/** A host that talks to itself is on both sides; then the kind of the message tells. */
function sideOf(run: TranscriptSource, connection: number, message: number): 'C' | 'S' {
  const { connections, messages, strings } = run;
  const client = connections.client[connection];
  if (client !== connections.server[connection]) return messages.from[message] === client ? 'C' : 'S';
  const kind = innerOf(run, message)?.kind ?? (strings[messages.kind[message] as number] as string);
  return kind === 'reply' || kind.startsWith('response') ? 'S' : 'C';
}

/** `C: HELO crepes.fr`, a line each; `C: 🔒 HELO crepes.fr` where it was protected. */
export function transcriptText(lines: readonly TranscriptLine[]): string {
  return lines.map(({ side, line, secured }) => `${side}: ${secured ? '🔒 ' : ''}${line}\n`).join('');
}

/** UTF-8 where it is; control characters as their pictures (U+2400 and on), so that a line stays a line. */
function shown(octets: string): string {
  const text = new TextDecoder('utf-8').decode(bytesOfOctets(octets));
  return text.replace(/[\0-\x08\x0a-\x1f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)));
}
