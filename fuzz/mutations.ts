/**
 * The inputs of a fuzz run. Each follows from seed, target and number alone, so that one that hangs can be made again.
 *
 * One in eight is random bytes; the others are inputs of the corpus with one to eight changes, mostly few: flipped bits, random and
 * limiting bytes, pieces cut out, repeated, put in or taken from another input, two- and four-byte numbers at their limits or
 * near the length that is left, decimal numbers at theirs.
 */
import { type RandomStream, randomStream } from '../engines/kernel/random.ts';

/** Bytes that an input may grow to beyond twice the longest of the corpus. */
const ROOM = 512;

/** Input `number` of the run of `target` under `seed`. */
export function inputOf(target: string, seed: number, number: number, corpus: readonly Uint8Array[]): Uint8Array {
  const random = randomStream(seed, `${target} ${number}`);
  if (corpus.length === 0 || random.below(8) === 0) return random.bytes(random.below(1 << random.below(11)));
  const limit = 2 * corpus.reduce((most, { length }) => Math.max(most, length), 0) + ROOM;
  let bytes = chosen(corpus, random);
  const changes = 1 + random.below(1 << random.below(4));
  for (let i = 0; i < changes; i++) bytes = chosen(MUTATIONS, random)(bytes, random, corpus).subarray(0, limit);
  return bytes;
}

type Mutation = (bytes: Uint8Array, random: RandomStream, corpus: readonly Uint8Array[]) => Uint8Array;

const chosen = <T>(from: readonly T[], random: RandomStream): T => from[random.below(from.length)] as T;

/** Zero for an empty input. */
const place = (bytes: Uint8Array, random: RandomStream): number => (bytes.length === 0 ? 0 : random.below(bytes.length));

/** Numbers at which lengths, counts and signs go wrong. */
const LIMITS = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff, 0x100, 0x3fff, 0x7fff, 0x8000, 0xc000, 0xffff, 0x7fffffff, 0xffffffff];
const DECIMALS = [
  '',
  '0',
  '00',
  '-1',
  '1',
  '127',
  '128',
  '255',
  '256',
  '65535',
  '65536',
  '2147483648',
  '4294967296',
  '99999999999999999999',
];

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    return changed(bytes, place(bytes, random), (byte) => byte ^ (1 << random.below(8)));
  },
  function setByte(bytes, random) {
    return changed(bytes, place(bytes, random), () => random.below(256));
  },
  function setLimit(bytes, random) {
    return withNumber(bytes, place(bytes, random), chosen([1, 2, 4], random), chosen(LIMITS, random));
  },
  function setLength(bytes, random) {
    const at = place(bytes, random);
    return withNumber(bytes, at, chosen([1, 2, 4], random), Math.max(0, bytes.length - at + random.below(9) - 6));
  },
  function setOffset(bytes, random) {
    return withNumber(bytes, place(bytes, random), 2, (chosen([0, 0xc000], random) | place(bytes, random)) >>> 0);
  },
  function truncate(bytes, random) {
    return bytes.slice(0, place(bytes, random));
  },
  function cutOut(bytes, random) {
    const [start, end] = piece(bytes, random);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  function repeat(bytes, random) {
    const [start, end] = piece(bytes, random);
    const times = 1 + random.below(1 << random.below(7));
    return joined(bytes.subarray(0, end), ...new Array<Uint8Array>(times).fill(bytes.subarray(start, end)), bytes.subarray(end));
  },
  function insert(bytes, random) {
    const at = place(bytes, random);
    return joined(bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at));
  },
  function splice(bytes, random, corpus) {
    const other = chosen(corpus, random);
    return joined(bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random)));
  },
  function overwrite(bytes, random, corpus) {
    const other = chosen(corpus, random);
    const [start, end] = piece(other, random);
    const at = place(bytes, random);
    return joined(bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at + end - start));
  },
  function setDecimal(bytes, random) {
    const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
    let start = place(bytes, random);
    while (start < bytes.length && !isDigit(bytes[start])) start++;
    let end = start;
    while (isDigit(bytes[end])) end++;
    return joined(bytes.subarray(0, start), new TextEncoder().encode(chosen(DECIMALS, random)), bytes.subarray(end));
  },
];

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[at] = change(copy[at] as number);
  return copy;
}

/** Writes the low `size` bytes of a number, most significant first; what does not fit falls off the end. */
function withNumber(bytes: Uint8Array, at: number, size: number, value: number): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i < size && at + i < copy.length; i++) copy[at + i] = (value >>> (8 * (size - 1 - i))) & 0xff;
  return copy;
}

/** Start and end of a piece, mostly a short one. */
function piece(bytes: Uint8Array, random: RandomStream): [number, number] {
  const start = place(bytes, random);
  return [start, Math.min(bytes.length, start + 1 + random.below(1 << random.below(9)))];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
