/** Did you mean? The nearest of the known words, by edit distance with transpositions. */

/** The known word nearest to `word`, when it is near enough to be a slip of the fingers; null otherwise. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const limit = word.length <= 5 ? 1 : word.length <= 9 ? 2 : 3;
  const lower = word.toLowerCase();
  if (lower.length > 80) return null;
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (candidate === word || (Math.abs(candidate.length - word.length) > bestDistance && !begins(candidate, lower))) continue;
    // A difference in case alone counts for less than any other.
    const other = candidate.toLowerCase();
    const distance = other === lower ? 0 : begins(other, lower) ? 1 : editDistance(lower, other, bestDistance + 1);
    // Of two as near, the one that begins so: it is being typed.
    const better =
      distance < bestDistance ||
      (best !== null && distance === bestDistance && other.startsWith(lower) && !best.toLowerCase().startsWith(lower));
    if (better && distance < Math.max(candidate.length, word.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** What other tools and books call what the language has another word for. */
const synonyms: Readonly<Record<string, string | readonly string[]>> = {
  reno: 'newreno',
  on: 'offered',
  enforced: 'required',
  forced: 'required',
  tls: 'https',
  ssl: 'https',
  delay: 'latency',
  bandwidth: 'rate',
  rtt: 'round-trip time',
  cwnd: 'congestion window',
  throughput: 'goodput',
  visit: 'browses',
  visits: 'browses',
  lookup: 'resolves',
  looks: 'resolves',
  lookups: 'resolves',
  nslookup: 'resolves',
  dig: 'resolves',
  digs: 'resolves',
  deny: 'block',
  denies: 'block',
  drop: 'block',
  drops: 'block',
  discard: 'block',
  accept: 'allow',
  accepts: 'allow',
  permit: 'allow',
  permits: 'allow',
  pass: 'allow',
  refuse: 'reject',
  inbound: 'incoming',
  input: 'incoming',
  ip: ['address', 'all'],
  any: 'all',
  both: 'all',
  behind: 'inside',
  hairpin: 'hairpinning',
  reject: 'refused',
  tcp: 'established',
  'full-cone': 'endpoint-independent',
  restricted: 'address-dependent',
  'restricted-cone': 'address-dependent',
  'port-restricted': 'address-and-port-dependent',
  'port-restricted-cone': 'address-and-port-dependent',
  yes: 'on',
  no: 'off',
  enabled: 'on',
  disabled: 'off',
  query: 'resolves',
  queries: 'resolves',
  uploads: 'puts',
  stores: 'puts',
  retrieves: 'gets',
  ls: 'list',
  dir: 'list',
  nlist: 'names',
  nlst: 'names',
  mls: 'facts',
  mlsd: 'facts',
  rm: 'delete',
  del: 'delete',
  mdelete: 'delete',
  mv: 'rename',
  ren: 'rename',
  md: 'mkdir',
  rd: 'rmdir',
  cdup: 'up',
  chdir: 'cd',
  cwd: 'cd',
  recv: 'get',
  mget: 'get',
  reget: 'get',
  send: 'put',
  mput: 'put',
};

/** The words of the language for one from elsewhere, where the first of them can stand; null where there are none. */
export function synonym(word: string, possible: Iterable<string>): string | null {
  if (!Object.hasOwn(synonyms, word.toLowerCase())) return null;
  const meanings = synonyms[word.toLowerCase()]!;
  const words = new Set(possible);
  return [meanings].flat().find((meant) => words.has(meant.split(' ')[0]!)) ?? null;
}

/** `crash` for `crashes`: the ending was left out. */
const begins = (whole: string, word: string): boolean => word.length >= 3 && whole.length - word.length <= 3 && whole.startsWith(word);

/** Optimal string alignment distance (Damerau–Levenshtein without repeated edits), given up at `limit`. */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1);
      }
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least >= limit) return limit;
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** `a, b or c`. */
export function oneOf(words: readonly string[], conjunction = 'or'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words[words.length - 1]}`;
}

/** A word as messages show it: of a very long one, the beginning. */
export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Whether a text holds the characters in their order, with others between them, as editors match what is typed. */
export function holdsInOrder(text: string, characters: string): boolean {
  let at = 0;
  for (const character of characters) {
    at = text.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
