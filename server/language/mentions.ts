/**
 * The names in a program: where each stands, and which of them are the same.
 *
 * Theory of operation: what a name is follows from the meaning that the vocabulary gives its slot, so a tree alone tells its
 * names (they are kept with it); those in the records of zones are noted by who reads the records. Names live in spaces: hosts,
 * zones, websites and whatever else DNS could be asked for are one space, since `mail.crepes.fr` is the same whoever names it.
 * `peer[1..50]`, `peer[7]` and `peer7` are one name as far as one declaration made them: they are known by its shape, `peer[]`.
 */
import type { SourceRange } from '../../engines/scenario.ts';
import type { TextRange } from './compilation.ts';
import type { SlotMeaning } from './entry.ts';
import type { Program } from './program.ts';
import type { Expression, IndexSyntax, Statement, SyntaxTree } from './syntax.ts';
import { forEachParameter, forEachSlot, lastFrom, shapeOf } from './tree-slots.ts';
import { vocabulary } from './vocabulary.ts';

/** `domain` (hosts, zones, domain names), `mailbox`, `parameter`, or what a meaning `new-…` of the vocabulary is called. */
export type NameSpace = string;

export interface Mention extends TextRange {
  readonly space: NameSpace;
  /** As written. */
  readonly text: string;
  readonly indices: readonly IndexSyntax[] | null;
  /** `declares`: a slot for new names; `owns`: what a declaration begins with, as the host of `resolver HOST`; else `uses`. */
  readonly role: 'declares' | 'owns' | 'uses';
  /** The statement around it: the property where it stands in one. */
  readonly statement: Statement | null;
  /** In a zone's records: what relative names there end with. */
  readonly record: RecordName | null;
}

/** A name in the records of a zone's block. */
export interface RecordName {
  /** Of the source. */
  readonly at: SourceRange;
  /** Absolute, with the trailing dot. */
  readonly name: string;
  readonly origin: string;
  readonly isOwner: boolean;
}

/** Which name: two mentions with the same space and key are of the same one. */
export interface NameIdentity {
  readonly space: NameSpace;
  /** In lower case, without a trailing dot; `peer[]` for names of a range. Parameters keep their case. */
  readonly key: string;
}

const OF_DOMAINS: ReadonlySet<SlotMeaning> = new Set(['new-host', 'host', 'new-zone', 'domain-name']);
const DECLARED: ReadonlySet<string> = new Set(
  vocabulary.flatMap(({ slots }) =>
    Object.values(slots).flatMap(({ meaning }) => (meaning.startsWith('new-') ? meaning.slice('new-'.length) : [])),
  ),
);

/** The space that names of a meaning live in; null where it is no name. */
export function spaceOf(meaning: SlotMeaning): NameSpace | null {
  if (OF_DOMAINS.has(meaning)) return 'domain';
  if (meaning === 'mail-address') return 'mailbox';
  if (meaning === 'clip') return 'film';
  const noun = meaning.replace(/^new-/, '');
  return DECLARED.has(noun) ? noun : null;
}

/** A name in a slot. Its place is its node's: an edit before it moves the node, and the name with it. */
class SlotMention implements Mention {
  readonly space: NameSpace;
  readonly text: string;
  readonly indices: readonly IndexSyntax[] | null;
  readonly role: Mention['role'];
  readonly statement: Statement;
  readonly record = null;
  readonly #node: TextRange;
  /** From the node's start. */
  readonly #from: number;

  constructor(node: TextRange, from: number, text: string, what: Pick<Mention, 'space' | 'indices' | 'role'>, statement: Statement) {
    this.#node = node;
    this.#from = from;
    this.text = text;
    this.space = what.space;
    this.indices = what.indices;
    this.role = what.role;
    this.statement = statement;
  }

  get start(): number {
    return this.#node.start + this.#from;
  }

  get end(): number {
    return this.#node.start + this.#from + this.text.length;
  }
}

/** The names in a tree's slots, in order. Names within free text (answers, record data) are in it, whether declared or not. */
export function mentionsIn({ statements, text }: SyntaxTree): readonly Mention[] {
  const all: Mention[] = [];
  for (const statement of statements) {
    statement.known.mentions ??= gather(statement, text);
    for (const mention of statement.known.mentions) all.push(mention);
  }
  return all;
}

function gather(around: Statement, text: string): readonly Mention[] {
  const mentions: Mention[] = [];
  forEachSlot([around], (slot, syntax, statement, owner) => {
    const add = (
      space: NameSpace,
      node: TextRange,
      from: number,
      to: number,
      indices: readonly IndexSyntax[] | null,
      role: Mention['role'],
    ): void => {
      mentions.push(new SlotMention(node, from - node.start, text.slice(from, to), { space, indices, role }, statement));
    };
    const space = spaceOf(slot.meaning);
    const { start, end } = syntax;
    if (space !== null && (syntax.kind === 'name' || syntax.kind === 'text')) {
      const begins = owner === null && statement.entry!.role === 'declaration' && isFirst(statement, syntax);
      const role = slot.meaning.startsWith('new-') ? 'declares' : begins ? 'owns' : 'uses';
      if (syntax.kind === 'name') add(space, syntax, start, end, syntax.indices, role);
      else add(space, syntax, start + 1, end - 1, null, role);
    } else if ((slot.meaning === 'answer' || slot.meaning === 'record-data') && syntax.kind === 'word') {
      for (const { 0: word, index } of text.slice(start, end).matchAll(/(?<![^\s])[\w-]+(?:\.[\w-]+)*\.?(?![^\s])/g))
        add('domain', syntax, start + index, start + index + word.length, null, 'uses');
    }
    forEachParameter(syntax, (parameter) => add('parameter', parameter, parameter.start, parameter.end, null, 'uses'));
  });
  return mentions.length > 1 ? mentions.sort((a, b) => a.start - b.start || b.end - a.end) : mentions;
}

/** The slot, or the list that it is an item of, is the first one of its statement. */
function isFirst({ slots }: Statement, { start, end }: TextRange): boolean {
  let first: TextRange | null = null;
  for (const name in slots) if (!first || slots[name]!.start < first.start) first = slots[name]!;
  return first !== null && first.start <= start && end <= first.end;
}

/** All names of one document of a program, those in records included, in order. */
export function mentionsOf(program: Program, source: number): readonly Mention[] {
  const inTree = mentionsIn(program.sources[source]!.tree);
  const inRecords = recordMentions(program, source, program.sources[source]!.text);
  return inRecords.length === 0 ? inTree : [...inTree, ...inRecords].sort((a, b) => a.start - b.start || b.end - a.end);
}

function recordMentions(program: Program, source: number, text: string): Mention[] {
  const mentions: Mention[] = [];
  for (const record of program.recordNames) {
    const { start, end } = record.at;
    if (record.at.source !== source) continue;
    mentions.push({ space: 'domain', text: text.slice(start, end), indices: null, role: 'uses', statement: null, record, start, end });
  }
  return mentions;
}

/** The innermost name at an offset, its ends included; null where none stands. */
export function mentionAt(program: Program, source: number, offset: number): Mention | null {
  const { tree, text } = program.sources[source]!;
  const { statements } = tree;
  const at = lastFrom(statements, offset);
  // Of two statements that touch, either.
  const near = mentionsIn({ ...tree, statements: statements.slice(Math.max(0, at - 1), at + 1) });
  let found: Mention | null = null;
  for (const mention of [...near, ...recordMentions(program, source, text)]) {
    if (mention.start > offset || offset > mention.end) continue;
    if (!found || mention.end - mention.start <= found.end - found.start) found = mention;
  }
  return found;
}

/** Which name a mention is of. */
export function identityOf(mention: Mention, program: Program): NameIdentity {
  const { space, text, indices, record } = mention;
  if (record) return declaredAs(plain(record.name), program);
  if (space === 'parameter') return { space, key: text };
  if (indices) {
    const first = firstOf(indices, program);
    const host = first === null ? undefined : program.hosts.get(first);
    if (space === 'domain' && host?.declaration && !shapeAt(host.declaration, program)) return { space, key: first! };
    return { space, key: shapeOf(indices) };
  }
  return space === 'domain' ? declaredAs(plain(text), program) : { space, key: text.toLowerCase() };
}

/** A name of a range is known by the range's shape. */
function declaredAs(key: string, program: Program): NameIdentity {
  const at = program.hosts.get(key)?.at;
  return { space: 'domain', key: (at && shapeAt(at, program)) ?? key };
}

function shapeAt(at: SourceRange, program: Program): string | null {
  const written = program.sources[at.source]!.text.slice(at.start, at.end);
  return written.includes('[') ? written.replace(/\[[^\]]*\]/g, '[]').toLowerCase() : null;
}

/** The key of the name that a mention stands for, of the first one where it has indices; null where that cannot be told. */
export function firstName({ text, indices, record }: Mention, program: Program): string | null {
  return indices ? firstOf(indices, program) : plain(record?.name ?? text);
}

/** The first name that indices stand for, in lower case; null where an index is not simply a number or a parameter. */
function firstOf(indices: readonly IndexSyntax[], program: Program): string | null {
  let name = '';
  for (const { before, first, after } of indices) {
    const value = numberOf(first, program);
    if (value === null) return null;
    name += `${before}${value}${after}`;
  }
  return name.toLowerCase();
}

function numberOf(expression: Expression, program: Program): number | null {
  if (expression.kind === 'quantity') return expression.value;
  return expression.kind === 'parameter' ? (program.parameters.get(expression.name)?.value?.number ?? null) : null;
}

/** In lower case and without trailing dot, as keys of domain names are. */
export function plain(name: string): string {
  const lower = name.toLowerCase();
  return lower.length > 1 && lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** Whether a mention is of a name. Of the many that are not, most differ in their length already. */
export function isOf(mention: Mention, identity: NameIdentity, program: Program): boolean {
  const { space, text, indices, record } = mention;
  const { key } = identity;
  if (space !== identity.space) return false;
  if (!indices && !key.includes('[')) {
    const { length } = record?.name ?? text;
    if (length !== key.length && length !== key.length + 1) return false;
  }
  return identityOf(mention, program).key === key;
}

export interface Found {
  /** Index of the program's source. */
  readonly source: number;
  readonly mention: Mention;
}

/** Where a name stands, in program order. */
export function mentionsOfName(identity: NameIdentity, program: Program): Found[] {
  const found: Found[] = [];
  program.sources.forEach((_, source) => {
    for (const mention of mentionsOf(program, source)) {
      if (isOf(mention, identity, program)) found.push({ source, mention });
    }
  });
  return found;
}

/**
 * Those of a name's mentions that declare it: where a new name stands; else the declarations that it owns; else the records of
 * it; else the place by which the host exists (`zone … on HOST`). Empty for what the language fills in, and what nobody declares.
 */
export function declarationsAmong(found: readonly Found[], program: Program): Found[] {
  for (const role of ['declares', 'owns'] as const) {
    const declaring = found.filter(({ mention }) => mention.role === role);
    if (declaring.length > 0) return declaring;
  }
  const owners = found.filter(({ mention }) => mention.record?.isOwner);
  if (owners.length > 0) return owners;
  return found.filter(({ source, mention: { space, text, start } }) => {
    const at = space === 'domain' ? program.hosts.get(plain(text))?.at : null;
    return at?.source === source && at.start === start;
  });
}
