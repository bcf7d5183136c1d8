/**
 * The grammar read a second time, from the text of the vocabulary's patterns alone, to hold completion against.
 *
 * Theory of operation: each pattern is written out into all its sentences, and these share a tree of prefixes; a text is cut by
 * one regular expression and walked over that tree by recursive descent. Nothing of the parser is used: neither its scanner nor
 * its automata nor its recovery, so only texts that hold (up to their end) can be read. What could come at the end is the answer.
 */
import { recordFormats } from '../../engines/dns/record-format.ts';
import { type Entry, holdsStatements, type Slot, type Slots } from './entry.ts';
import { measureAutomaton } from './measures.ts';
import { units } from './units.ts';
import { vocabulary } from './vocabulary.ts';

interface Item {
  readonly pattern: string;
  readonly slots: Slots;
}

/** A prefix of sentences. */
interface Prefix {
  readonly words: Map<string, Prefix>;
  readonly slots: Map<string, { readonly slot: Slot<unknown>; readonly to: Prefix }>;
  readonly whole: Set<Item>;
}

const emptyPrefix = (): Prefix => ({ words: new Map(), slots: new Map(), whole: new Set() });

/** `a [b | c] D` → `a D`, `a b D`, `a c D`; a choice is written out, too. */
function sentencesOf({ pattern, slots }: Item): string[][] {
  const parts = pattern.match(/[[\]()|]|[^\s[\]()|]+/g) ?? [];
  const product = (heads: string[][], tails: string[][]): string[][] => heads.flatMap((head) => tails.map((tail) => [...head, ...tail]));
  const choice = (): string[][] => {
    const all: string[][] = [];
    let current: string[][] = [[]];
    for (;;) {
      const part = parts.shift();
      if (part === undefined || part === ']' || part === ')') return [...all, ...current];
      if (part === '|') {
        all.push(...current);
        current = [[]];
      } else if (part === '[') current = product(current, [[], ...choice()]);
      else if (part === '(') current = product(current, choice());
      else if (slots[part]?.form === 'choice')
        current = product(
          current,
          slots[part].choices.map(([words]) => words.split(' ')),
        );
      else current = product(current, [[part]]);
    }
  };
  return choice();
}

function prefixesOf(items: Iterable<Item>): Prefix {
  const root = emptyPrefix();
  for (const item of items) {
    for (const sentence of sentencesOf(item)) {
      let at = root;
      for (const part of sentence) {
        const slot = item.slots[part];
        if (slot) {
          const key = `${part} ${slot.form} ${slot.meaning} ${slot.count} ${slot.dimension}`;
          if (!at.slots.has(key)) at.slots.set(key, { slot, to: emptyPrefix() });
          at = at.slots.get(key)!.to;
        } else {
          if (!at.words.has(part)) at.words.set(part, emptyPrefix());
          at = at.words.get(part)!;
        }
      }
      at.whole.add(item);
    }
  }
  return root;
}

/** The statements of a block, by the block's kind, as docs/language.md has it. */
const rolesIn: Readonly<Record<string, (entry: Entry) => boolean>> = {
  '': () => true,
  steps: ({ role }) => role === 'step',
  views: ({ id, role }) => role === 'expectation' || id === 'plot',
  statements: ({ block }) => block !== 'statements' && block !== 'views',
};
const statementsIn = new Map(Object.entries(rolesIn).map(([kind, fits]) => [kind, prefixesOf(vocabulary.filter(fits))]));
const measures = prefixesOf(measureAutomaton.reaches);

/** What can come next. */
export interface Allowed {
  readonly words: Set<string>;
  readonly slots: Set<Slot<unknown>>;
  /** Of numbers that have no unit yet. */
  readonly units: Set<Slot<unknown>>;
  /** What comes of a record in a zone's block: its owner, its type, or a field of its data. */
  records: {
    readonly part: 'owner' | 'type' | 'data';
    readonly type: string | null;
    readonly field: number;
    readonly zone: string;
  } | null;
}

const nothing = (): Allowed => ({ words: new Set(), slots: new Set(), units: new Set(), records: null });

/** Thrown where the text ends. */
class End {
  readonly allowed: Allowed;
  constructor(allowed: Allowed) {
    this.allowed = allowed;
  }
}

interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'sign' | 'line';
  readonly text: string;
  readonly start: number;
}

const WORD = String.raw`(?:[\w@]|[^\x00-\x7f])(?:[\w@-]|\.(?!\.)|\+(?=[\w.+-]*@)|[^\x00-\x7f])*`;
const TOKEN = new RegExp(
  [
    '(?<skip>[ \\t\\r]+|//.*|/\\*[\\s\\S]*?\\*/)',
    '(?<line>\\n)',
    '(?<text>"""[\\s\\S]*?"""|"(?:\\\\.|[^"\\\\\\n])*")',
    `(?<word>${WORD}(?:\\[[^\\]\\n]*(?:\\][\\w.@-]*|$))*|\\.(?:${WORD}))`,
    '(?<sign><->|<=|>=|!=|\\.\\.|[\\s\\S])',
  ].join('|'),
  'g',
);
const unitNames: ReadonlySet<string> = new Set(units.map(({ name }) => name));
const recordTypes: ReadonlySet<string> = new Set(recordFormats.map(({ type }) => type));

/** A slot for an index: a whole number. */
const INDEX = { form: 'expression', meaning: 'quantity', dimension: 'number', count: 'one' } as Slot<unknown>;

class Walk {
  readonly tokens: Token[] = [];
  readonly text: string;
  at = 0;
  /** May come besides what the statement goes on with. */
  pending = nothing();

  constructor(text: string) {
    this.text = text;
    for (const match of text.matchAll(TOKEN)) {
      const { skip, line, word, text: quoted } = match.groups!;
      if (skip !== undefined) continue;
      const kind = line ? 'line' : quoted ? 'text' : word ? (/^\d+(?:\.\d+)?$/.test(word) ? 'number' : 'word') : 'sign';
      this.tokens.push({ kind, text: match[0], start: match.index });
    }
  }

  get token(): Token | undefined {
    return this.tokens[this.at];
  }

  is(...texts: string[]): boolean {
    const { token } = this;
    return token !== undefined && token.kind !== 'text' && texts.includes(token.text);
  }

  next(): void {
    this.at++;
    this.pending = nothing();
  }

  /** The text ends here, and this could come. */
  end(allowed: Partial<Allowed>): never {
    const { words, slots, units: numbers } = this.pending;
    const all = [...slots, ...(allowed.slots ?? [])];
    const ofMeasures = all.some(({ form }) => form === 'measure') ? [...measures.words.keys()] : [];
    throw new End({
      words: new Set([...words, ...(allowed.words ?? []), ...ofMeasures]),
      slots: new Set(all),
      units: numbers,
      records: allowed.records ?? null,
    });
  }

  statements(block: Entry | null): void {
    for (;;) {
      while (this.is('\n')) this.next();
      const start = statementsIn.get(block?.block ?? '')!;
      if (!this.token) this.end(after([start]));
      if (this.is('}') && block) return;
      this.statement(start);
    }
  }

  statement(start: Prefix): void {
    const begun = this.at;
    const state = this.sentence([start], null);
    const entry = [...state].flatMap(({ whole }) => [...whole])[0] as Entry | undefined;
    if (!this.is('{') || !entry) return;
    this.next();
    if (entry.block === 'records')
      this.recordsOrProperties(entry, this.tokens[this.tokens.findIndex(({ text }, i) => i >= begun && text === 'zone') + 1]!.text);
    else if (entry.block === 'properties') this.properties(entry);
    else this.statements(entry);
    this.next();
    if (!this.token) this.end({});
  }

  /** As far as one goes from `start`; `restart` tells what can begin behind a whole sentence. */
  sentence(start: readonly Prefix[], restart: ((state: readonly Prefix[]) => Prefix) | null): readonly Prefix[] {
    let state = start;
    for (;;) {
      const { token } = this;
      const isWhole = state.some(({ whole }) => whole.size > 0);
      if (!token) {
        const allowed = after(state);
        if (restart && isWhole) for (const word of restart(state).words.keys()) allowed.words.add(word);
        this.end(allowed);
      }
      if (token.kind === 'line' || this.is('{', '}')) return state;
      const byWord = token.kind === 'text' ? [] : state.flatMap(({ words }) => words.get(token.text) ?? []);
      if (byWord.length > 0) {
        state = byWord;
        this.next();
        continue;
      }
      if (restart && isWhole && start.some(({ words }) => words.has(token.text))) return state;
      const fitting = state.flatMap(({ slots }) => [...slots.values()]).filter(({ slot }) => this.canBegin(slot));
      if (fitting.length === 0) throw new Error(`${this.text}: ${token.text} does not fit at ${token.start}`);
      this.slot(fitting[0]!.slot, new Set(fitting.flatMap(({ to }) => [...to.words.keys()])));
      const { slot } = fitting[0]!;
      state = fitting.filter((one) => one.slot.form === slot.form && one.slot.count === slot.count).map(({ to }) => to);
    }
  }

  properties(entry: Entry): void {
    const all = Object.values(entry.properties ?? {});
    const written = new Set<Item>();
    const startsWithout = (more: readonly Prefix[]): Prefix => {
      const taken = new Set([...written, ...more.flatMap(({ whole }) => [...whole])]);
      return prefixesOf(all.filter((item) => item.repeatable || !taken.has(item)));
    };
    for (;;) {
      while (this.is('\n')) this.next();
      if (!this.token) this.end(after([startsWithout([])]));
      if (this.is('}')) return;
      const state = this.sentence([startsWithout([])], startsWithout);
      for (const { whole } of state) for (const item of whole) written.add(item);
    }
  }

  recordsOrProperties(entry: Entry, zone: string): void {
    const begun = this.at;
    while (this.is('\n')) this.next();
    const start = prefixesOf(Object.values(entry.properties ?? {}));
    if (!this.token) this.end({ words: new Set(start.words.keys()), records: { part: 'owner', type: null, field: 0, zone } });
    if (start.words.has(this.token.text) && (this.tokens[this.at + 1]?.kind ?? 'text') === 'text') {
      this.properties(entry);
      return;
    }
    this.at = begun;
    let where: NonNullable<Allowed['records']> = { part: 'owner', type: null, field: 0, zone };
    let last = -1;
    for (; this.token && !this.is('}'); this.next()) {
      const { text, start } = this.token;
      // Of one word of a master file, this language may make several.
      const touches = start === last;
      last = start + text.length;
      if (this.is('\n')) where = { part: 'owner', type: null, field: 0, zone };
      else if (touches) continue;
      else if (where.part === 'data') where = { ...where, field: where.field + 1 };
      else if (recordTypes.has(text.toUpperCase())) where = { ...where, part: 'data', type: text.toUpperCase() };
      else where = { ...where, part: 'type' };
    }
    if (!this.token) this.end({ records: where });
  }

  canBegin({ form }: Slot<unknown>): boolean {
    const { kind, text } = this.token!;
    switch (form) {
      case 'name':
      case 'measure':
        return kind === 'word';
      case 'text':
        return kind === 'text' || kind === 'word';
      case 'record-type':
        return recordTypes.has(text.toUpperCase());
      case 'rest-of-line':
        return kind !== 'sign';
      default:
        return kind !== 'sign' || text === '(' || text === '-';
    }
  }

  slot(slot: Slot<unknown>, behind: ReadonlySet<string>): void {
    for (;;) {
      if (!this.token) this.end({ slots: new Set([slot]) });
      switch (slot.form) {
        case 'name':
          this.name();
          break;
        case 'measure':
          this.measure();
          break;
        case 'record-type':
          this.next();
          break;
        case 'rest-of-line':
          do this.next();
          while (this.token && !this.is('\n', '{', '}') && !behind.has(this.token.text));
          break;
        case 'values':
          this.values(slot);
          break;
        default:
          this.expression(slot);
      }
      if (slot.count !== 'list' || !this.is(',')) return;
      this.next();
    }
  }

  name(): void {
    const { text } = this.token!;
    const open = text.lastIndexOf('[');
    if (open > text.lastIndexOf(']')) {
      // The text ends within an index: a number, or behind it a sign.
      const needsNumber = /(?:[[+*/-]|\.\.)\s*$/.test(text);
      this.end(needsNumber ? { slots: new Set([INDEX]) } : {});
    }
    const isLast = this.at === this.tokens.length - 1;
    // What touches the index belongs to the name.
    if (isLast && text.endsWith(']') && this.text.endsWith(']')) this.end({});
    this.next();
    // A network, in one: `10.0.0.0/8`.
    if (this.is('/')) {
      this.next();
      this.next();
    }
  }

  measure(): void {
    let state: readonly Prefix[] = [measures];
    for (;;) {
      const { token } = this;
      if (!token) {
        const allowed = after(state);
        if (!state.some(({ whole }) => whole.size > 0)) this.end(allowed);
        this.pending = { ...nothing(), words: allowed.words, slots: allowed.slots };
        return;
      }
      const byWord = state.flatMap(({ words }) => words.get(token.text) ?? []);
      if (byWord.length > 0) {
        state = byWord;
        this.next();
        continue;
      }
      const bySlot = state.flatMap(({ slots }) => [...slots.values()]);
      if (token.kind !== 'word' || bySlot.length === 0) return;
      this.name();
      state = bySlot.map(({ to }) => to);
    }
  }

  values(slot: Slot<unknown>): void {
    this.expression(slot);
    if (!this.is('..')) return;
    this.next();
    this.expression(slot);
    if (!this.token) this.pending.words.add('step');
    if (!this.is('step')) return;
    this.next();
    this.expression(slot);
  }

  expression(slot: Slot<unknown>): void {
    for (;;) {
      while (this.is('-')) this.next();
      if (!this.token) this.end({ slots: new Set([slot]) });
      if (this.is('(')) {
        this.next();
        this.expression(slot);
        if (!this.token) this.end({});
        this.next();
      } else this.value(slot);
      if (!this.is('+', '-', '*', '/')) return;
      this.next();
    }
  }

  value(slot: Slot<unknown>): void {
    const { kind } = this.token!;
    this.next();
    if (kind !== 'number') return;
    if (this.token && unitNames.has(this.token.text)) this.next();
    else if (!this.token) this.pending.units.add(slot);
  }
}

function after(state: readonly Prefix[]): Allowed {
  const allowed = nothing();
  for (const { words, slots, whole } of state) {
    for (const word of words.keys()) allowed.words.add(word);
    for (const { slot } of slots.values()) allowed.slots.add(slot);
    for (const item of whole) if (((item as Entry).block ?? 'none') !== 'none') allowed.words.add('{');
  }
  return allowed;
}

/** What could come at the end of a text that holds so far. Throws where it does not. */
export function allowedAfter(text: string): Allowed {
  try {
    new Walk(text).statements(null);
  } catch (end) {
    if (end instanceof End) return end.allowed;
    throw end;
  }
  throw new Error(`${text}: a brace closes nothing`);
}

/** Something that can stand in a slot, by what it is for. */
const samples: Readonly<Record<string, string>> = {
  'new-host': 'new-host',
  host: 'zz-host',
  'new-zone': 'new.example',
  'domain-name': 'zz.example',
  'new-mailbox': 'new@zz.example',
  'mail-address': 'zz@zz.example',
  address: '10.0.0.7',
  'new-parameter': 'new-parameter',
  'new-torrent': 'new-torrent',
  torrent: 'zz-torrent',
  'new-film': 'new-film',
  film: 'zz-video',
  clip: 'zz-clip',
  'header-name': 'X-Sample',
  'record-type': 'A',
  answer: 'NXDOMAIN',
  'record-data': '10.0.0.7',
  protocol: 'dns',
  measure: 'goodput of zz-host',
  parameter: 'zz-count',
  alternative: 'near',
  'new-alternative': 'near',
};
const quantities: Readonly<Record<string, string>> = {
  number: '3',
  duration: '4 s',
  rate: '3 Mbps',
  size: '2 MB',
  ratio: '10 %',
  text: '"text"',
};

function sampleOf({ form, meaning, dimension, count }: Slot<unknown>): string {
  if (form === 'values') return '1..10 step 2, 20';
  const one =
    form === 'text' ? '"text"' : form === 'expression' ? quantities[dimension ?? 'number'] : form === 'ports' ? '80' : samples[meaning];
  if (one === undefined) throw new Error(`no sample for a slot of meaning ${meaning}`);
  return count === 'list' ? `${one}, ${one}` : one;
}

/** So many of an item's sentences that each word and slot stands behind each that it can stand behind, slots filled in. */
function sentencesWithSamples(item: Item): string[] {
  const seen = new Set<string>();
  const chosen: string[] = [];
  for (const sentence of sentencesOf(item)) {
    const pairs = sentence.map((part, i) => `${sentence[i - 1] ?? ''} ${part}`);
    pairs.push(`${sentence.at(-1)} end`);
    if (pairs.every((pair) => seen.has(pair))) continue;
    for (const pair of pairs) seen.add(pair);
    chosen.push(sentence.map((part) => (item.slots[part] ? sampleOf(item.slots[part]) : part)).join(' '));
  }
  return chosen;
}

/** Texts that show every form of a statement: with each optional part and choice, and each property of its block. */
export function formsOf(entry: Entry): string[] {
  const heads = sentencesWithSamples(entry);
  const [head] = heads as [string];
  const inside = Object.values(entry.properties ?? {}).flatMap(sentencesWithSamples);
  if (entry.block === 'records') inside.push('www 300 IN A 10.0.0.7\n  @ MX 10 zz-host');
  if (holdsStatements(entry)) inside.push(entry.block === 'views' ? 'plot goodput of zz-host' : 'at 1 s zz-host crashes');
  return [...heads, ...inside.map((text) => `${head} {\n  ${text}\n}`)];
}
