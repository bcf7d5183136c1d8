/**
 * Octets of text protocols as strings: one char (0–255) an octet. Lines, commands and mail messages are handled in this form,
 * so that string search works on them and nothing is lost of bytes that are no text.
 */

/** The string whose chars are these bytes. */
export function octetsOf(bytes: Uint8Array): string {
  let octets = '';
  // apply() takes its arguments on the stack, so by blocks.
  for (let i = 0; i < bytes.length; i += 8192)
    octets += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[]);
  return octets;
}

/** The opposite of `octetsOf`; of a char above 255, its low eight bits. */
export function bytesOfOctets(octets: string): Uint8Array {
  const bytes = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i++) bytes[i] = octets.charCodeAt(i);
  return bytes;
}

/** The octets of a text's UTF-8. */
export function utf8Octets(text: string): string {
  // ASCII is its own UTF-8.
  return /^[\0-\x7f]*$/.test(text) ? text : octetsOf(new TextEncoder().encode(text));
}

/** The text that UTF-8 octets stand for; malformed ones become U+FFFD. */
export function textOfOctets(octets: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOfOctets(octets));
}
