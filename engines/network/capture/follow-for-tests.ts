/** What `tshark -z follow,tcp,raw,N` prints, as octets. */

/** The options that ask for the streams. */
export const followOptions = (streams: readonly number[]): string[] => [
  '-q',
  ...streams.flatMap((stream) => ['-z', `follow,tcp,raw,${stream}`]),
];

/** The octets of each stream, both directions as they took turns. */
export function followed(lines: readonly string[], streams: readonly number[]): Uint8Array[] {
  const found = new Map<number, string[]>();
  let hex: string[] = [];
  for (const line of lines) {
    const filter = /^Filter: tcp\.stream eq (\d+)$/.exec(line);
    if (filter) {
      hex = [];
      found.set(Number(filter[1]), hex);
    } else if (/^\t?[0-9a-f]+$/.test(line)) hex.push(line.trim());
  }
  return streams.map((stream) => bytesOfHex((found.get(stream) ?? []).join('')));
}

function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
