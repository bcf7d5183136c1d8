/**
 * Header fields (RFC 9110 §5, RFC 9112 §5): lines of a name, a colon and a value, in octets (one char each).
 *
 * A line that two readers could take for different things is no field: white space before the colon, folding, control
 * characters (a bare CR or LF among them) are errors, never repaired (RFC 9112 §2.2, §5.1, §5.2).
 */

export interface HeaderField {
  /** As written; names of one field differ in case alone. */
  readonly name: string;
  /** Without the white space around it. */
  readonly value: string;
}

/** In the order of the message. */
export type Fields = readonly HeaderField[];

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 §5.6.2. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** A field's line without its CRLF, or what is wrong with it, in a few words. Linear in its length. */
export function decodeField(line: string): HeaderField | { readonly error: string } {
  if (line[0] === ' ' || line[0] === '\t') return { error: 'a line that is folded (RFC 9112 §5.2)' };
  const colon = line.indexOf(':');
  if (colon < 0) return { error: 'a line without a colon' };
  const name = line.slice(0, colon);
  if (name.endsWith(' ') || name.endsWith('\t')) return { error: 'white space before a colon (RFC 9112 §5.1)' };
  if (!isToken(name)) return { error: 'a name that is none' };
  const value = trimmed(line.slice(colon + 1));
  if (!isFieldValue(value)) return { error: 'a control character in a value (RFC 9110 §5.5)' };
  return { name, value };
}

/** What a value may hold: visible octets, those above 127, spaces and tabs between them (RFC 9110 §5.5). */
export function isFieldValue(value: string): boolean {
  return !/[\0-\x08\x0a-\x1f\x7f]/.test(value) && trimmed(value) === value;
}

/** Each line ended by CRLF. Throws a RangeError for what is no field: that would be a bug of who wrote it, or an injection. */
export function encodeFields(fields: Fields): string {
  return fields
    .map(({ name, value }) => {
      if (!isToken(name) || !isFieldValue(value)) throw new RangeError(`no header field: ${JSON.stringify(`${name}: ${value}`)}`);
      return `${name}: ${value}\r\n`;
    })
    .join('');
}

/** The values of all lines of that name, in their order; the name in any case. */
export function fieldValues(fields: Fields, name: string): string[] {
  const lower = name.toLowerCase();
  return fields.filter((field) => field.name.toLowerCase() === lower).map(({ value }) => value);
}

/** The field's value, its lines joined by commas (RFC 9110 §5.3); null where there is none. */
export function fieldValue(fields: Fields, name: string): string | null {
  const values = fieldValues(fields, name);
  return values.length === 0 ? null : values.join(', ');
}

/** The members of a field that is a list (RFC 9110 §5.6.1), empty ones left out; commas within quotes separate nothing. */
export function membersOf(fields: Fields, name: string): string[] {
  return fieldValues(fields, name).flatMap((value) => separated(value, ','));
}

/** Whether a list of tokens has that one, in any case. */
export function hasMember(fields: Fields, name: string, token: string): boolean {
  return membersOf(fields, name).some((member) => member.toLowerCase() === token.toLowerCase());
}

/** Without the fields of these names. */
export function without(fields: Fields, ...names: readonly string[]): Fields {
  const left = new Set(names.map((name) => name.toLowerCase()));
  return fields.filter(({ name }) => !left.has(name.toLowerCase()));
}

/** The fields with this one in the place of those of its name, or behind them all. */
export function withField(fields: Fields, name: string, value: string): Fields {
  return [...without(fields, name), { name, value }];
}

/** Parts between separators outside of quoted strings (RFC 9110 §5.6.4), trimmed, empty ones left out. */
export function separated(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  const end = (at: number) => {
    const part = trimmed(text.slice(start, at));
    if (part !== '') parts.push(part);
    start = at + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) end(at);
  }
  end(text.length);
  return parts;
}

/** The text of a token or a quoted string. */
export function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

/** Without spaces and tabs at both ends (OWS, RFC 9110 §5.6.3). */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start++;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(start, end);
}
