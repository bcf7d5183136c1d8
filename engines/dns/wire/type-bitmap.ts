/**
 * Type Bit Maps (RFC 4034 §4.1.2): which record types exist at a name, in windows of 256 types. A window is its number, the
 * length of its map (1 to 32 bytes) and the map, most significant bit first; windows without a type are left out.
 */

/** The maps of types by number, in any order. */
export function encodeTypes(numbers: readonly number[]): number[] {
  const windows = new Map<number, number[]>();
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const map = windows.get(number >> 8) ?? [];
    windows.set(number >> 8, map);
    const low = number & 0xff;
    while (map.length <= low >> 3) map.push(0);
    map[low >> 3] = (map[low >> 3] as number) | (0x80 >> (low & 7));
  }
  return [...windows].flatMap(([window, map]) => [window, map.length, ...map]);
}

/** The types in `bytes[start..end)`, ascending; a text says what is wrong with the maps. */
export function decodeTypes(bytes: Uint8Array, start: number, end: number): readonly number[] | string {
  const numbers: number[] = [];
  let offset = start;
  let last = -1;
  while (offset < end) {
    const window = bytes[offset] as number;
    const length = offset + 1 < end ? (bytes[offset + 1] as number) : 0;
    if (length < 1 || length > 32 || offset + 2 + length > end) return 'a window of the type bit maps is cut off';
    if (window <= last) return 'the windows of the type bit maps are out of order';
    last = window;
    for (let i = 0; i < length; i++) {
      const map = bytes[offset + 2 + i] as number;
      for (let bit = 0; bit < 8; bit++) if (map & (0x80 >> bit)) numbers.push((window << 8) | (i << 3) | bit);
    }
    offset += 2 + length;
  }
  return numbers;
}
