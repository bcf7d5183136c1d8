/** The Internet checksum (RFC 1071): the complement of the one's complement sum of 16-bit words. */

/** The sum of a block, added to `initial`; not yet folded. An odd last byte counts as if a zero followed. */
export function sum(bytes: Uint8Array, initial = 0): number {
  let total = initial;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) total += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  if (even < bytes.length) total += (bytes[even] as number) << 8;
  return total;
}

/** The checksum for a sum. */
export function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** Sum of the pseudo-header that TCP and UDP are protected with (RFC 9293 §3.1). `source`, `destination`: four bytes each. */
export function pseudoHeaderSum(source: Uint8Array, destination: Uint8Array, protocol: number, length: number): number {
  return sum(destination, sum(source, protocol + length));
}
