/** Entity tags (RFC 9110 §8.8.3): opaque names of one representation. */

export interface EntityTag {
  readonly weak: boolean;
  /** Without its quotes. */
  readonly opaque: string;
}

const TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/** null for what is no entity tag. */
export function decodeEntityTag(text: string): EntityTag | null {
  const parts = TAG.exec(text);
  return parts ? { weak: parts[1] !== undefined, opaque: parts[2] as string } : null;
}

/** Equal and both strong (§8.8.3.2): the same byte for byte. */
export function matchesStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/** Equal in what they name (§8.8.3.2). */
export function matchesWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}
