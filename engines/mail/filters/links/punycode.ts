/** Punycode (RFC 3492) as internationalized domain names use it (RFC 5891 §4.4): reading only. */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 128;
const PREFIX = 'xn--';
/** RFC 1035 §2.3.4. */
const LABEL_LIMIT = 63;

/** A domain name with its labels as people read them. Labels that are no Punycode stay as they are. */
export function unicodeName(name: string): string {
  return name
    .split('.')
    .map((label) => (label.toLowerCase().startsWith(PREFIX) ? (decodePunycode(label.slice(PREFIX.length)) ?? label) : label))
    .join('.');
}

/** What stands behind `xn--`; null for what is no Punycode (§6.2: overflow, a digit that is none). */
export function decodePunycode(text: string): string | null {
  if (text.length > LABEL_LIMIT) return null;
  const delimiter = text.lastIndexOf('-');
  const output = delimiter < 0 ? [] : [...text.slice(0, delimiter)].map((char) => char.codePointAt(0) as number);
  if (output.some((code) => code >= INITIAL_N)) return null;
  let n = INITIAL_N;
  let i = 0;
  let bias = INITIAL_BIAS;
  for (let at = delimiter + 1; at < text.length; ) {
    const before = i;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(text.charCodeAt(at++));
      if (digit === null) return null;
      i += digit * weight;
      if (i > 0x7fffffff) return null;
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = output.length + 1;
    bias = adapted(i - before, length, before === 0);
    n += Math.floor(i / length);
    i %= length;
    if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return null;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}

/** §5: letters are 0 to 25, digits 26 to 35; NaN, behind the end, is none. */
function digitOf(code: number): number | null {
  if (code >= 48 && code <= 57) return code - 22;
  if (code >= 65 && code <= 90) return code - 65;
  return code >= 97 && code <= 122 ? code - 97 : null;
}

/** §6.1. */
function adapted(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
