/** xtext: how parameters carry any octets (RFC 3461 §4): what is no printable ASCII, `+` and `=` are `+` and two hexadecimal digits. */

const HEX = '0123456789ABCDEF';

export function encodeXtext(octets: string): string {
  return octets.replace(/[^!-~]|[+=]/g, (char) => {
    const code = char.charCodeAt(0);
    return `+${HEX[(code >> 4) & 15]}${HEX[code & 15]}`;
  });
}

/** null for what is no xtext. */
export function decodeXtext(text: string): string | null {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return null;
  return text.replace(/\+([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
