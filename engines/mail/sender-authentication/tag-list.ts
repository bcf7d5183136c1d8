/**
 * Tag lists: `v=1; a=rsa-sha256; d=crepes.fr` (RFC 6376 §3.2), as DKIM's signatures and keys and DMARC's records write them.
 * Octet strings: one char an octet. Limit: 100 tags.
 */

/** In their order. Values without white space around them; names have case. */
export type TagList = ReadonlyMap<string, string>;

const TAGS_LIMIT = 100;

/** null for what is none: a tag without a name or twice, or with characters that cannot stand in a value. */
export function parseTagList(text: string): TagList | null {
  const tags = new Map<string, string>();
  const specs = text.split(';');
  // A semicolon may stand behind the last one.
  if (specs.length > 1 && isBlank(specs.at(-1) as string)) specs.pop();
  if (specs.length > TAGS_LIMIT) return null;
  for (const spec of specs) {
    const equals = spec.indexOf('=');
    if (equals < 0) return null;
    const [name, value] = [trimmed(spec.slice(0, equals)), trimmed(spec.slice(equals + 1))];
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || tags.has(name) || /[^\t\r\n -~]/.test(value)) return null;
    tags.set(name, value);
  }
  return tags;
}

/** A value without the white space in it: base64 and lists may be folded anywhere. */
export function unfolded(value: string): string {
  return value.replace(/[\t\r\n ]+/g, '');
}

/** The elements of a list, white space around them left out. */
export function elements(value: string): string[] {
  return value.split(':').map(trimmed);
}

function trimmed(text: string): string {
  return text.replace(/^[\t\r\n ]+/, '').trimEnd();
}

function isBlank(text: string): boolean {
  return /^[\t\r\n ]*$/.test(text);
}
