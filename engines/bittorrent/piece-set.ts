/** A set of pieces as bits: piece p is bit p mod 32, from the lowest, of word p div 32. On the wire the highest bit comes first. */

export type PieceSet = Uint32Array;

/** The empty set, with room for so many pieces. */
export function pieceSet(pieces: number): PieceSet {
  return new Uint32Array((pieces + 31) >>> 5);
}

export function fullSet(pieces: number): PieceSet {
  const set = pieceSet(pieces).fill(0xffffffff);
  if ((pieces & 31) !== 0) set[set.length - 1] = (2 ** (pieces & 31) - 1) >>> 0;
  return set;
}

export function hasPiece(set: PieceSet, piece: number): boolean {
  return (((set[piece >>> 5] as number) >>> (piece & 31)) & 1) === 1;
}

export function addPiece(set: PieceSet, piece: number): void {
  set[piece >>> 5] = (set[piece >>> 5] as number) | (1 << (piece & 31));
}

export function removePiece(set: PieceSet, piece: number): void {
  set[piece >>> 5] = (set[piece >>> 5] as number) & ~(1 << (piece & 31));
}

/** How many pieces are in it. */
export function sizeOf(set: PieceSet): number {
  let size = 0;
  for (let i = 0; i < set.length; i++) size += bitsOf(set[i] as number);
  return size;
}

/** How many of a word's bits are set. */
export function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The set that the bytes of a `bitfield` message tell (BEP 3: the high bit of the first byte is piece 0), or null where they are
 * not ⌈pieces / 8⌉ bytes, or a spare bit at the end is set.
 */
export function fromWire(bytes: Uint8Array, pieces: number): PieceSet | null {
  if (bytes.length !== Math.ceil(pieces / 8)) return null;
  const set = pieceSet(pieces);
  for (let i = 0; i < bytes.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      if ((((bytes[i] as number) >>> (7 - bit)) & 1) === 0) continue;
      if (8 * i + bit >= pieces) return null;
      addPiece(set, 8 * i + bit);
    }
  }
  return set;
}

export function toWire(set: PieceSet, pieces: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(pieces / 8));
  for (let piece = 0; piece < pieces; piece++)
    if (hasPiece(set, piece)) bytes[piece >>> 3] = (bytes[piece >>> 3] as number) | (0x80 >>> (piece & 7));
  return bytes;
}
