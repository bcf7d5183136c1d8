/**
 * Puts an IMAP command together from lines and literals (RFC 3501 §4.3, §7.5; RFC 7888).
 *
 * A line that ends in `{n}` is followed by n octets and the rest of the command, once the server has said `+`; by `{n+}`, at
 * once. Limits: COMMAND_LIMIT octets of lines and small literals, LITERALS_LIMIT literals, of APPEND one message of the server's
 * limit. A literal beyond its limit is refused before it is sent; one that comes at once is read over (§4.3, RFC 7888 §4). Of a
 * command beyond COMMAND_LIMIT or LITERALS_LIMIT, nobody knows where it ends: how its line ended, and so whether octets of a
 * literal come next, was not kept. What follows must not be taken for commands.
 */
import type { Process } from '../../kernel/process.ts';
import type { LineReader } from '../../network/line-reader.ts';
import type { Bytes } from '../../quantities.ts';

/** RFC 2683 §3.2.1.5: servers take lines of 8000 octets. */
export const COMMAND_LIMIT: Bytes = 8192;
const LITERALS_LIMIT = 100;
/** What comes at once and is not wanted is read over up to this; then the connection is of no use. */
const SKIP_LIMIT: Bytes = 64 * 1024 * 1024;
/** Of literals that need not be waited for, as the capability LITERAL- has it (RFC 7888 §5). */
export const SMALL_LITERAL: Bytes = 4096;

export type ReadCommand =
  | { readonly kind: 'command'; readonly octets: string }
  /** `too big`: a literal; the command has been read to its end, or the literal has not been asked for. `too long`: nothing more can be read. */
  | { readonly kind: 'refused'; readonly tag: string | null; readonly why: 'too long' | 'too big' }
  | { readonly kind: 'end' }
  | { readonly kind: 'endless' };

/** `proceed` says `+`, and is false where that could not be said; `messageLimit`: of APPEND's literal. */
export function* readCommand(reader: LineReader, messageLimit: Bytes, proceed: () => Process<boolean>): Process<ReadCommand> {
  let octets = '';
  let small = 0;
  let tooBig = false;
  for (let literals = 0; ; literals++) {
    const result = yield* reader.readLine(COMMAND_LIMIT);
    if (result.kind === 'end' || result.kind === 'endless') return { kind: result.kind };
    if (result.kind === 'too long') return { kind: 'refused', tag: tagOf(octets), why: 'too long' };
    small += result.line.length;
    if (!tooBig) octets += result.line;
    if (literals > LITERALS_LIMIT || (small > COMMAND_LIMIT && !tooBig)) return { kind: 'refused', tag: tagOf(octets), why: 'too long' };
    const announced = /\{(\d{1,10})(\+?)\}$/.exec(result.line);
    if (!announced) return tooBig ? { kind: 'refused', tag: tagOf(octets), why: 'too big' } : { kind: 'command', octets };
    const length = Number(announced[1]);
    const limit = isAppend(octets) && literals <= 1 ? messageLimit : COMMAND_LIMIT - Math.min(small, COMMAND_LIMIT);
    if (length > limit) tooBig = true;
    const atOnce = announced[2] === '+';
    // RFC 3501 §7.5: without `+`, the client does not send it.
    if (tooBig && !atOnce) return { kind: 'refused', tag: tagOf(octets), why: 'too big' };
    if (!atOnce && !(yield* proceed())) return { kind: 'end' };
    if (length > SKIP_LIMIT) return { kind: 'endless' };
    const content = yield* reader.readCounted(length, tooBig ? 0 : limit);
    if (content.kind === 'end') return { kind: 'end' };
    if (!isAppend(octets)) small += length;
    if (content.kind === 'content' && !tooBig) octets += `\r\n${content.octets}`;
  }
}

function tagOf(octets: string): string | null {
  return /^[!#$&'*,-9;-Z^-z|}~]{1,100}(?= )/.exec(octets)?.[0] ?? null;
}

/** RFC 3501 §6.3.11: also the folder's name may be a literal before the message. */
function isAppend(octets: string): boolean {
  return /^[^ ]{1,100} APPEND /i.test(octets.slice(0, 120));
}
