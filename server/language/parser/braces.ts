/**
 * Where the blocks of a text are closed, by their braces alone.
 *
 * Theory of operation: recovery takes a line at column 0 for the end of a block that was left open. Whether it was can be told
 * only by what stands behind, so the braces are counted from the block's own to the one that closes it, records by their own
 * lexical rules. What was met on the way is remembered: no text is counted through twice. Where a block is closed, that
 * depends on its own text alone.
 */
import { Scanner, TokenKind } from '../scanner.ts';
import { propertyAutomaton, vocabulary } from '../vocabulary.ts';
import { extentOfRecords } from './record-extent.ts';

const OPEN = 123;
const CLOSE = 125;
/** How far back the head of a block is looked for, and how far on its first property. */
const MAXIMUM_HEAD = 400;

const ofRecords = vocabulary.filter(({ block }) => block === 'records');

/** The words of heads whose blocks hold records: `zone`, `updates zone`. */
const recordHeads: readonly RegExp[] = ofRecords.map(({ shown }) => {
  const words = shown.split(' ').filter((word) => /^[a-z]+$/.test(word));
  return new RegExp(`(?:^|\\s)${words.slice(0, words.indexOf('zone') + 1).join('\\s+')}\\s`);
});

const recordProperties = new Set(ofRecords.flatMap((entry) => [...propertyAutomaton(entry).words.keys()]));

export class Braces {
  readonly #text: string;
  #scanner: Scanner | null = null;
  /** Far behind a block its end was looked for in vain, since this was set to false. */
  metEnd = false;
  /** By the offset of its `{`: that of its `}`, or −1. */
  readonly #ends = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset of the `}` of the block whose `{` stands at `open`; −1 when it has none. */
  endOf(open: number): number {
    if (!this.#ends.has(open)) this.#count(open);
    const end = this.#ends.get(open) ?? -1;
    if (end < 0) this.metEnd = true;
    return end;
  }

  #count(from: number): void {
    const text = this.#text;
    // One scanner for all, so that what it learned of comments without an end holds.
    this.#scanner ??= new Scanner(text, from);
    const scanner = this.#scanner;
    scanner.resume(from);
    scanner.comments.length = scanner.problems.length = 0;
    const open: number[] = [];
    for (; scanner.kind !== TokenKind.end; scanner.next()) {
      if (scanner.kind !== TokenKind.symbol) continue;
      const { start } = scanner;
      const sign = text.charCodeAt(start);
      if (sign === OPEN) {
        const records = holdsRecords(text, start) ? extentOfRecords(text, start + 1) : null;
        if (records?.closed) {
          this.#ends.set(start, records.end);
          scanner.resume(records.end);
        } else {
          if (records) this.metEnd = true;
          open.push(start);
        }
      } else if (sign === CLOSE) {
        const closed = open.pop();
        if (closed !== undefined) this.#ends.set(closed, start);
      }
      if (open.length === 0) return;
    }
    for (const offset of open) this.#ends.set(offset, -1);
  }
}

/** Whether the block at this brace is read as records, not as properties or statements. */
function holdsRecords(text: string, open: number): boolean {
  const before = text.slice(Math.max(0, open - MAXIMUM_HEAD), open);
  const head = before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('{'), before.lastIndexOf('}')) + 1);
  if (!recordHeads.some((pattern) => pattern.test(head))) return false;
  const property = /^\s*([a-z]+)\s*"/.exec(text.slice(open + 1, open + 1 + MAXIMUM_HEAD));
  return property === null || !recordProperties.has(property[1]!);
}
