/** DKIM's canonical forms (RFC 6376 §3.4): what of a message may change on its way without its signature failing. */
import type { HeaderField } from '../message/message-format.ts';

export type Canonicalisation = 'simple' | 'relaxed';

/** A header field with its CRLF. */
export function canonicalField(octets: string, { start, end }: Pick<HeaderField, 'start' | 'end'>, form: Canonicalisation): string {
  const raw = octets.slice(start, end);
  const field = raw.endsWith('\r\n') ? raw : `${raw}\r\n`;
  if (form === 'simple') return field;
  const colon = field.indexOf(':');
  const name = field
    .slice(0, colon)
    .toLowerCase()
    .replace(/[ \t]+/g, '');
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ');
  return `${name}:${withoutOuterSpaces(value)}\r\n`;
}

/** §3.4.3, §3.4.4: without empty lines at the end; relaxed, white space within lines is one space, and none at their ends. */
export function canonicalBody(body: string, form: Canonicalisation): string {
  const lines = body.split('\r\n');
  if (lines.at(-1) === '') lines.pop();
  const written = form === 'simple' ? lines : lines.map((line) => withoutLastSpace(line.replace(/[ \t]+/g, ' ')));
  let last = written.length;
  while (last > 0 && written[last - 1] === '') last--;
  if (last === 0) return form === 'simple' ? '\r\n' : '';
  return `${written.slice(0, last).join('\r\n')}\r\n`;
}

/** The signature's own field as it was signed: the value of b= left out, and without its CRLF (§3.7). */
export function unsignedField(octets: string, field: Pick<HeaderField, 'start' | 'end'>, form: Canonicalisation): string {
  const raw = octets.slice(field.start, field.end);
  const colon = raw.indexOf(':') + 1;
  const value = raw
    .slice(colon)
    .split(';')
    .map((spec) => /^[\t\r\n ]*b[\t\r\n ]*=/.exec(spec)?.[0] ?? spec)
    .join(';');
  // Behind the last tag, the field's CRLF belonged to the value that was left out.
  const emptied = raw.slice(0, colon) + value;
  const whole = emptied.endsWith('\r\n') ? emptied : `${emptied}\r\n`;
  return canonicalField(whole, { start: 0, end: whole.length }, form).slice(0, -2);
}

/** Of a text in which spaces stand one at a time. */
function withoutOuterSpaces(text: string): string {
  return withoutLastSpace(text.startsWith(' ') ? text.slice(1) : text);
}

function withoutLastSpace(text: string): string {
  return text.endsWith(' ') ? text.slice(0, -1) : text;
}
