/** Sequence sets (RFC 3501 §9 sequence-set): `1:4,7,9:*`, of message sequence numbers or UIDs. */

/** `*`, the greatest number there is. */
export const LAST = Number.POSITIVE_INFINITY;

/** As written; `4:2` is `2:4` (§9). */
export type SequenceSet = readonly (readonly [from: number, to: number])[];

const ELEMENT = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/;
const GREATEST = 2 ** 32 - 1;
/** Elements of one set. */
const ELEMENTS_LIMIT = 10_000;

/** null for what is none. */
export function parseSequenceSet(text: string): SequenceSet | null {
  const elements = text.split(',', ELEMENTS_LIMIT + 1);
  if (elements.length > ELEMENTS_LIMIT) return null;
  const set: [number, number][] = [];
  for (const element of elements) {
    const parts = ELEMENT.exec(element);
    if (!parts) return null;
    const from = numberOf(parts[1] as string);
    const to = parts[2] === undefined ? from : numberOf(parts[2]);
    if (from === null || to === null) return null;
    set.push([from, to]);
  }
  return set;
}

function numberOf(text: string): number | null {
  if (text === '*') return LAST;
  const number = Number(text);
  return number >= 1 && number <= GREATEST ? number : null;
}

export function formatSequenceSet(set: SequenceSet): string {
  const written = (number: number) => (number === LAST ? '*' : String(number));
  return set.map(([from, to]) => (from === to ? written(from) : `${written(from)}:${written(to)}`)).join(',');
}

/** Those of `numbers` (ascending) that are in the set, each once, ascending. `*` is the last of them. */
export function inSet(set: SequenceSet, numbers: readonly number[]): number[] {
  const last = numbers.at(-1);
  if (last === undefined) return [];
  const resolved = (number: number) => (number === LAST ? last : number);
  const ranges = set
    .map(([from, to]) => [resolved(from), resolved(to)] as const)
    .map(([a, b]) => (a <= b ? ([a, b] as const) : ([b, a] as const)));
  return numbers.filter((number) => ranges.some(([from, to]) => number >= from && number <= to));
}

/** Ascending numbers as ranges. */
export function setOf(numbers: readonly number[]): SequenceSet {
  const set: [number, number][] = [];
  for (const number of numbers) {
    const last = set.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else set.push([number, number]);
  }
  return set;
}
