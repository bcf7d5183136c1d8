/** The dialogue on a connection as text books print it: who said which line. */
import type { Run } from '../run.ts';
import { bytesOfOctets, octetsOf } from './octets.ts';

export interface TranscriptLine {
  /** C: the side that opened the connection. */
  readonly side: 'C' | 'S';
  readonly line: string;
  /** Index of the message in the run. */
  readonly message: number;
}

/** Protocols whose messages are lines of text; of others, a message is told by its label. */
const LINE_PROTOCOLS: ReadonlySet<string> = new Set(['smtp', 'pop3', 'imap', 'ftp']);

/** The part of a run that a transcript is made of. */
export type TranscriptSource = Pick<Run, 'connections' | 'messages' | 'strings' | 'bytes'>;

/** `connection`: index into the run's connections. In the order of sending; what was sent and lost is there, too. */
export function transcript(run: TranscriptSource, connection: number): TranscriptLine[] {
  const { messages, strings } = run;
  const lines: TranscriptLine[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (messages.connection[i] !== connection) continue;
    const side = sideOf(run, connection, i);
    const isText = messages.bulk[i] === 0 && LINE_PROTOCOLS.has(strings[messages.protocol[i] as number] as string);
    if (!isText) {
      lines.push({ side, line: strings[messages.label[i] as number] as string, message: i });
      continue;
    }
    const start = messages.start[i] as number;
    const texts = octetsOf(run.bytes.subarray(start, start + (messages.length[i] as number))).split('\r\n');
    if (texts.at(-1) === '') texts.pop();
    for (const octets of texts) lines.push({ side, line: shown(octets), message: i });
  }
  return lines;
}

/** A host that talks to itself is on both sides; then the kind of the message tells. */
function sideOf({ connections, messages, strings }: TranscriptSource, connection: number, message: number): 'C' | 'S' {
  const client = connections.client[connection];
  if (client !== connections.server[connection]) return messages.from[message] === client ? 'C' : 'S';
  const kind = strings[messages.kind[message] as number] as string;
  return kind === 'reply' || kind.startsWith('response') ? 'S' : 'C';
}

/** `C: HELO crepes.fr`, a line each. */
export function transcriptText(lines: readonly TranscriptLine[]): string {
  return lines.map(({ side, line }) => `${side}: ${line}\n`).join('');
}

/** UTF-8 where it is; control characters as their pictures (U+2400 and on), so that a line stays a line. */
function shown(octets: string): string {
  const text = new TextDecoder('utf-8').decode(bytesOfOctets(octets));
  return text.replace(/[\0-\x08\x0a-\x1f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)));
}
