/** Addresses in text and in bytes: dotted IPv4, and IPv6 as RFC 4291 §2.2 reads it and RFC 5952 §4 writes it. */

/** The four bytes of a dotted address; undefined if it is none. */
export function ipv4Bytes(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return bytes;
}

export function ipv4Text(bytes: ArrayLike<number>): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

/** The name under which an address is looked up (RFC 1035 §3.5): `12.245.119.128.in-addr.arpa.`; undefined for what is no IPv4 address. */
export function reverseName(address: string): string | undefined {
  const bytes = ipv4Bytes(address);
  return bytes && `${bytes.reverse().join('.')}.in-addr.arpa.`;
}

/** The sixteen bytes of an IPv6 address, `::` and a dotted tail included; undefined if it is none. */
export function ipv6Bytes(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  let source = text;
  const tail = /^(.*:)([0-9.]+\.[0-9.]+)$/.exec(text);
  if (tail) {
    const v4 = ipv4Bytes(tail[2] as string);
    if (!v4) return undefined;
    const [a, b, c, d] = v4 as [number, number, number, number];
    source = `${tail[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const head = groups(halves[0] as string);
  const rest = halves.length === 2 ? groups(halves[1] as string) : [];
  if (![...head, ...rest].every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<string>(missing).fill('0'), ...rest];
  return all.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** The one text form of sixteen bytes: lower case, the longest run of two or more zero groups as `::`. */
export function ipv6Text(bytes: ArrayLike<number>): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > bestLength) {
      best = i;
      bestLength = n;
    }
  }
  const hex = (part: number[]): string => part.map((g) => g.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}
