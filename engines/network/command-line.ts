/** The command of a text protocol (SMTP, FTP) as one message: a line and its CRLF, for the inspector. */
import type { Field } from '../field.ts';
import { octetsOf } from './octets.ts';

/** The fields of a command's bytes, CRLF included: those that `fieldsOf` gives of its line, and what is wrong with its end. Total. */
export function dissectCommandLine(bytes: Uint8Array, fieldsOf: (line: string) => readonly Field[]): Field[] {
  const octets = octetsOf(bytes);
  const end = octets.indexOf('\r\n');
  const line = end < 0 ? octets : octets.slice(0, end);
  const fields = [...fieldsOf(line)];
  if (end < 0) fields.push({ name: 'CRLF', value: 'missing', start: line.length, end: line.length, malformed: true });
  else if (end + 2 < octets.length) {
    fields.push({ name: 'rest', value: 'more than one command', start: end + 2, end: octets.length, malformed: true });
  }
  return fields;
}
