/**
 * XML 1.0 as far as manifests need it: elements, attributes, character data, CDATA sections, comments and processing instructions, well
 * formed or refused. There is no document type declaration: none is read, so nothing is ever expanded or fetched, and the five predefined
 * entities and character references are all there is.
 *
 * Total, and linear in the text. Limits: 16 Mi characters, 64 levels, 500,000 elements, 100 attributes an element.
 */

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** The namespace that its prefix, or none, is bound to; empty for none. */
  readonly namespace: string;
  /** By name as written, with its prefix if it has one; in their order. Namespace declarations are among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data directly in it. */
  readonly text: string;
  /** Where its tag begins, in characters of the document. */
  readonly at: number;
}

export interface XmlProblem {
  /** For people, without a full stop. */
  readonly problem: string;
  readonly at: number;
}

export const XML_LIMITS = { characters: 16 * 1024 * 1024, depth: 64, elements: 500_000, attributes: 100 } as const;

/** The root element, or what is wrong first. */
export function readXml(text: string): XmlElement | XmlProblem {
  if (text.length > XML_LIMITS.characters) return { problem: 'longer than 16 Mi characters', at: XML_LIMITS.characters };
  try {
    return new Reader(text).document();
  } catch (problem) {
    if (problem instanceof Malformed) return { problem: problem.message, at: problem.at };
    throw problem;
  }
}

/** `&`, `<`, `>`, quotes, and what would be taken for white space, as they are written in attributes and in text. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (char) => ESCAPES[char] ?? `&#${char.charCodeAt(0)};`);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Why the reader stops; never leaves this file. */
class Malformed extends Error {
  readonly at: number;
  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

/** An element under construction. */
interface Open extends XmlElement {
  readonly qualified: string;
  readonly children: XmlElement[];
  readonly spaces: ReadonlyMap<string, string>;
  text: string;
}

// XML 1.0 §2.3, NameStartChar and NameChar; Namespaces §3: at most one colon, and something on either side of it.
const START =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NCNAME = `[${START}][${START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}]*`;
const NAME = new RegExp(`${NCNAME}(?::${NCNAME})?`, 'uy');
const SPACE = /[ \t\r\n]*/y;
const S = '[ \\t\\r\\n]';
const quoted = (value: string): string => `${S}*=${S}*(?:"${value}"|'${value}')`;
const DECLARATION = new RegExp(
  `<\\?xml${S}+version${quoted('1\\.[0-9]+')}(?:${S}+encoding${quoted('(?:[Uu][Tt][Ff]-8|[Uu][Ss]-[Aa][Ss][Cc][Ii][Ii])')})?(?:${S}+standalone${quoted('(?:yes|no)')})?${S}*\\?>`,
  'y',
);
/** XML 1.0 §2.2: what no document may hold. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

class Reader {
  readonly #text: string;
  #at = 0;
  #elements = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): XmlElement {
    if (this.#text.startsWith('\ufeff')) this.#at = 1;
    const forbidden = FORBIDDEN.exec(this.#text);
    if (forbidden) throw new Malformed('a character that XML does not have', forbidden.index);
    this.#declaration();
    this.#misc();
    if (this.#text[this.#at] !== '<') throw new Malformed('no element', this.#at);
    const root = this.#tree();
    this.#misc();
    if (this.#at < this.#text.length) throw new Malformed('something after the end of the root element', this.#at);
    return root;
  }

  /** §2.8. The text is decoded already: it was UTF-8, or its part ASCII. */
  #declaration(): void {
    if (!/^<\?xml[ \t\r\n]/.test(this.#text.slice(this.#at, this.#at + 6))) return;
    DECLARATION.lastIndex = this.#at;
    const declaration = DECLARATION.exec(this.#text);
    if (!declaration) throw new Malformed('an XML declaration that is malformed, or of another encoding than UTF-8', this.#at);
    this.#at += declaration[0].length;
  }

  /** Comments, processing instructions and white space. */
  #misc(): void {
    for (;;) {
      this.#space();
      if (this.#text.startsWith('<!--', this.#at)) this.#comment();
      else if (this.#text.startsWith('<?', this.#at)) this.#instruction();
      else if (this.#text.startsWith('<!DOCTYPE', this.#at))
        throw new Malformed('a document type declaration, which is not read', this.#at);
      else return;
    }
  }

  /** Without recursion: depth is a limit of the document, not of the stack. */
  #tree(): XmlElement {
    const root = this.#startTag(null);
    const open: Open[] = root.closed ? [] : [root.element];
    while (open.length > 0) {
      const element = open[open.length - 1] as Open;
      const next = this.#text.indexOf('<', this.#at);
      if (next < 0) throw new Malformed(`<${element.qualified}> has no end`, element.at);
      if (next > this.#at) element.text += this.#characters(this.#at, next);
      this.#at = next;
      if (this.#text.startsWith('</', next)) {
        this.#endTag(element);
        open.pop();
      } else if (this.#text.startsWith('<!--', next)) this.#comment();
      else if (this.#text.startsWith('<![CDATA[', next)) {
        this.#past(']]>', 'a CDATA section');
        element.text += this.#text.slice(next + 9, this.#at - 3).replace(/\r\n?/g, '\n');
      } else if (this.#text.startsWith('<?', next)) this.#instruction();
      else {
        if (open.length >= XML_LIMITS.depth) throw new Malformed(`deeper than ${XML_LIMITS.depth} levels`, next);
        const child = this.#startTag(element);
        element.children.push(child.element);
        if (!child.closed) open.push(child.element);
      }
    }
    return root.element;
  }

  #startTag(parent: Open | null): { readonly element: Open; readonly closed: boolean } {
    const at = this.#at++;
    if (++this.#elements > XML_LIMITS.elements) throw new Malformed(`more than ${XML_LIMITS.elements} elements`, at);
    const qualified = this.#name('the name of an element');
    const attributes = new Map<string, string>();
    for (;;) {
      const before = this.#at;
      this.#space();
      const char = this.#text[this.#at];
      if (char === '>' || char === '/') break;
      if (char === undefined) throw new Malformed(`<${qualified}> has no end`, at);
      if (before === this.#at) throw new Malformed('white space is missing before an attribute', before);
      const nameAt = this.#at;
      const name = this.#name('an attribute');
      if (attributes.has(name)) throw new Malformed(`${name} is there twice`, nameAt);
      if (attributes.size >= XML_LIMITS.attributes) throw new Malformed(`more than ${XML_LIMITS.attributes} attributes`, nameAt);
      attributes.set(name, this.#attributeValue(name));
    }
    const closed = this.#text[this.#at] === '/';
    if (closed) this.#at++;
    if (this.#text[this.#at] !== '>') throw new Malformed(`<${qualified}> has no end`, at);
    this.#at++;
    const spaces = spacesIn(attributes, parent?.spaces ?? new Map(), at);
    for (const name of attributes.keys()) {
      const colon = name.indexOf(':');
      if (colon > 0 && !name.startsWith('xmlns:')) namespaceOf(name.slice(0, colon), spaces, at);
    }
    const colon = qualified.indexOf(':');
    const namespace = namespaceOf(colon < 0 ? '' : qualified.slice(0, colon), spaces, at);
    return { element: { qualified, name: qualified.slice(colon + 1), namespace, attributes, children: [], text: '', at, spaces }, closed };
  }

  #endTag(element: Open): void {
    const at = this.#at;
    this.#at += 2;
    const name = this.#name('the name of an element');
    if (name !== element.qualified) throw new Malformed(`</${name}> where </${element.qualified}> would be right`, at);
    this.#space();
    if (this.#text[this.#at] !== '>') throw new Malformed(`</${name}> has no end`, at);
    this.#at++;
  }

  #attributeValue(name: string): string {
    this.#space();
    if (this.#text[this.#at] !== '=') throw new Malformed(`${name} has no value`, this.#at);
    this.#at++;
    this.#space();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw new Malformed(`the value of ${name} has no quotes`, this.#at);
    const start = this.#at + 1;
    const end = this.#text.indexOf(quote, start);
    if (end < 0) throw new Malformed(`the value of ${name} has no end`, start);
    const less = this.#text.slice(start, end).indexOf('<');
    if (less >= 0) throw new Malformed(`< in the value of ${name}`, start + less);
    this.#at = end + 1;
    // §3.3.3: white space as written becomes spaces; as character references it stays.
    return this.#expanded(start, end, (raw) => raw.replace(/\r\n?|[\t\n]/g, ' '));
  }

  #characters(start: number, end: number): string {
    const closing = this.#text.slice(start, end).indexOf(']]>');
    if (closing >= 0) throw new Malformed(']]> outside of a CDATA section', start + closing);
    return this.#expanded(start, end, (raw) => raw.replace(/\r\n?/g, '\n'));
  }

  /** With references replaced, and what stands between them as `plain` makes it. */
  #expanded(start: number, end: number, plain: (raw: string) => string): string {
    const raw = this.#text.slice(start, end);
    const parts: string[] = [];
    let from = 0;
    for (let and = raw.indexOf('&'); and >= 0; and = raw.indexOf('&', from)) {
      // `&#x10FFFF;` is the longest one.
      const semicolon = raw.slice(and, and + 10).indexOf(';');
      if (semicolon < 0) throw new Malformed('& that begins no reference', start + and);
      parts.push(plain(raw.slice(from, and)), reference(raw.slice(and + 1, and + semicolon), start + and));
      from = and + semicolon + 1;
    }
    parts.push(plain(raw.slice(from)));
    return parts.join('');
  }

  #comment(): void {
    const at = this.#at;
    const dashes = this.#text.indexOf('--', at + 4);
    if (dashes < 0) throw new Malformed('a comment has no end', at);
    if (this.#text[dashes + 2] !== '>') throw new Malformed('-- in a comment', dashes);
    this.#at = dashes + 3;
  }

  #instruction(): void {
    const at = this.#at;
    this.#at += 2;
    const target = this.#name('the target of a processing instruction');
    if (target.toLowerCase() === 'xml') throw new Malformed('an XML declaration that is not the beginning', at);
    const after = this.#text[this.#at];
    if (after !== '?' && !/[ \t\r\n]/.test(after ?? '')) throw new Malformed('a processing instruction without white space', this.#at);
    this.#at = at;
    this.#past('?>', 'a processing instruction');
  }

  #past(end: string, what: string): void {
    const found = this.#text.indexOf(end, this.#at + 2);
    if (found < 0) throw new Malformed(`${what} has no end`, this.#at);
    this.#at = found + end.length;
  }

  #name(what: string): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) throw new Malformed(`${what} is missing`, this.#at);
    this.#at += name.length;
    return name;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }
}

function reference(name: string, at: number): string {
  const entity = ENTITIES.get(name);
  if (entity !== undefined) return entity;
  const number = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (!number) throw new Malformed(`&${name}; is not known`, at);
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  const char = code <= 0x10ffff ? String.fromCodePoint(code) : '';
  if (char === '' || FORBIDDEN.test(char)) throw new Malformed(`&${name}; is no character`, at);
  return char;
}

const XML_SPACE = 'http://www.w3.org/XML/1998/namespace';

/** The bindings of prefixes within an element; the empty prefix is that of names without one. */
function spacesIn(attributes: ReadonlyMap<string, string>, outside: ReadonlyMap<string, string>, at: number): ReadonlyMap<string, string> {
  let spaces: Map<string, string> | null = null;
  for (const [name, value] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    // Namespaces in XML 1.0 §3, §5: these two are bound for good, and no prefix is bound to nothing.
    const prefix = name.slice(6);
    if (
      prefix === 'xmlns' ||
      (prefix === 'xml') !== (value === XML_SPACE) ||
      (prefix !== '' && value === '') ||
      value === 'http://www.w3.org/2000/xmlns/'
    )
      throw new Malformed(`${name} cannot be bound to “${value.slice(0, 80)}”`, at);
    spaces ??= new Map(outside);
    spaces.set(prefix, value);
  }
  return spaces ?? outside;
}

function namespaceOf(prefix: string, spaces: ReadonlyMap<string, string>, at: number): string {
  const found = prefix === 'xml' ? XML_SPACE : spaces.get(prefix);
  if (found === undefined && prefix !== '') throw new Malformed(`the prefix ${prefix} is bound to no namespace`, at);
  return found ?? '';
}
