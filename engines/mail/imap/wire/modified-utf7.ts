/**
 * Folder names on the wire: modified UTF-7 (RFC 3501 §5.1.3). Printable ASCII stands for itself, `&` is `&-`, and runs of
 * other characters are UTF-16 in base64 with `,` for `/` and without padding, between `&` and `-`.
 */
import { decodeBase64, encodeBase64 } from '../../../base64.ts';

export function encodeFolderName(name: string): string {
  return name.replace(/&|[^ -~]+/g, (run) => {
    if (run === '&') return '&-';
    let octets = '';
    for (let i = 0; i < run.length; i++) {
      const unit = run.charCodeAt(i);
      octets += String.fromCharCode(unit >> 8, unit & 0xff);
    }
    return `&${encodeBase64(octets).replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** null for what is not encoded as the standard has it: printable ASCII in base64, shifts that are not ended, bits left over. */
export function decodeFolderName(octets: string): string | null {
  let name = '';
  for (let at = 0; at < octets.length; ) {
    const char = octets[at] as string;
    if (char !== '&') {
      if (char < ' ' || char > '~') return null;
      name += char;
      at++;
      continue;
    }
    const end = octets.indexOf('-', at);
    if (end < 0) return null;
    const run = octets.slice(at + 1, end);
    const decoded = run === '' ? '&' : decodeRun(run);
    if (decoded === null) return null;
    name += decoded;
    at = end + 1;
  }
  // One name, one spelling: two shifts beside each other would make a second one.
  return encodeFolderName(name) === octets ? name : null;
}

function decodeRun(run: string): string | null {
  if (!/^[A-Za-z0-9+,]+$/.test(run)) return null;
  const octets = decodeBase64(run.replaceAll(',', '/'));
  if (octets.length === 0 || octets.length % 2 === 1) return null;
  let text = '';
  for (let i = 0; i < octets.length; i += 2) text += String.fromCharCode((octets.charCodeAt(i) << 8) | octets.charCodeAt(i + 1));
  return text;
}
