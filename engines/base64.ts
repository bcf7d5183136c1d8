/** Base64 (RFC 4648 §4, RFC 2045 §6.8). Octet strings: one char an octet. */

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** On one line. */
export function encodeBase64(octets: string): string {
  let encoded = '';
  for (let i = 0; i < octets.length; i += 3) {
    const left = octets.length - i;
    const word =
      (octets.charCodeAt(i) << 16) | ((left > 1 ? octets.charCodeAt(i + 1) : 0) << 8) | (left > 2 ? octets.charCodeAt(i + 2) : 0);
    encoded += `${BASE64[word >> 18]}${BASE64[(word >> 12) & 63]}${left > 1 ? BASE64[(word >> 6) & 63] : '='}${left > 2 ? BASE64[word & 63] : '='}`;
  }
  return encoded;
}

/** Characters outside of the alphabet are read over (RFC 2045 §6.8); ends at the padding. */
export function decodeBase64(text: string): string {
  const parts: string[] = [];
  let word = 0;
  let bits = 0;
  for (const char of text) {
    if (char === '=') break;
    const value = BASE64.indexOf(char);
    if (value < 0) continue;
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      parts.push(String.fromCharCode((word >> bits) & 0xff));
    }
  }
  return parts.join('');
}

/** null where it is not whole groups of four characters of the alphabet, padded at the end only (RFC 4648 §3.2, §3.3). */
export function decodeStrictBase64(text: string): string | null {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? decodeBase64(text) : null;
}
