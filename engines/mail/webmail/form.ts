/**
 * Forms as browsers send them: `application/x-www-form-urlencoded` (URL Standard §5). Names and values are text.
 * Limits: 200 fields; further ones are left out. Any octets are read.
 */
import { textOfOctets, utf8Octets } from '../../network/octets.ts';

export type FormFields = readonly (readonly [name: string, value: string])[];

export const FORM_TYPE = 'application/x-www-form-urlencoded';
const FIELDS_LIMIT = 200;
const HEX = '0123456789ABCDEF';

export function decodeForm(octets: string): FormFields {
  const fields: (readonly [string, string])[] = [];
  for (const pair of octets.split('&', FIELDS_LIMIT)) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const end = equals < 0 ? pair.length : equals;
    fields.push([decoded(pair.slice(0, end)), decoded(pair.slice(end + 1))]);
  }
  return fields;
}

/** ASCII. */
export function encodeForm(fields: FormFields): string {
  return fields.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
}

/** The first of that name; null without one. */
export function formValue(fields: FormFields, name: string): string | null {
  return fields.find(([one]) => one === name)?.[1] ?? null;
}

/** What is no escape stays as it is. */
function decoded(text: string): string {
  const octets = text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return textOfOctets(octets);
}

function encoded(text: string): string {
  return utf8Octets(text)
    .replace(/[^A-Za-z0-9*._ -]/g, (octet) => {
      const code = octet.charCodeAt(0);
      return `%${HEX[code >> 4]}${HEX[code & 15]}`;
    })
    .replaceAll(' ', '+');
}
