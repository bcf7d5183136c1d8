/**
 * Giving a name another one, everywhere it stands.
 *
 * Theory of operation: all mentions of the name get the new one. Where a zone is renamed, the names in it follow: hosts,
 * mailboxes, whatever ends with its name. In records a relative name stays relative as long as the new one lies in the zone.
 * Nothing is changed where the result would be another program: the name must fit its kind, be free, and read the same in every
 * statement that it stands in. It is free where only other alternatives declare it.
 */
import { parseName } from '../../engines/dns/domain-name.ts';
import { alternativeAt } from './alternatives.ts';
import type { TextRange } from './compilation.ts';
import { knownValue } from './evaluate.ts';
import { hostNameProblem } from './hosts.ts';
import { locate } from './locate.ts';
import {
  declarationsAmong,
  type Found,
  identityOf,
  isOf,
  type Mention,
  mentionAt,
  mentionsOf,
  mentionsOfName,
  type NameIdentity,
  plain,
} from './mentions.ts';
import { mailAddressProblem, parameterNameProblem } from './names.ts';
import { parse } from './parser.ts';
import type { Program } from './program.ts';
import type { Expression, IndexSyntax, Statement } from './syntax.ts';
import { lastFrom } from './tree-slots.ts';

export interface Renameable {
  readonly identity: NameIdentity;
  /** What is replaced at the cursor; of a range, the part before its index. */
  readonly range: TextRange;
  /** As it is declared: case may differ from place to place. */
  readonly text: string;
}

/** Or why not, in a sentence. */
export type RenameTarget = { readonly ok: true; readonly name: Renameable } | { readonly ok: false; readonly why: string };

export function renameTarget(program: Program, source: number, offset: number): RenameTarget {
  const mention = mentionAt(program, source, offset);
  if (!mention) return { ok: false, why: 'Here stands no name.' };
  if (mention.text.trim() === '' || mention.text === '@' || mention.text === '.')
    return { ok: false, why: 'Rename it where it is written out.' };
  const identity = identityOf(mention, program);
  const declared = declarationsAmong(mentionsOfName(identity, program), program);
  if (declared.length === 0) {
    const filledIn =
      identity.space === 'domain' && (program.hosts.get(identity.key)?.implicit || program.zones.get(`${identity.key}.`)?.implicit);
    const why = filledIn ? 'is filled in by the language: it has its name from DNS' : 'is declared nowhere in this program';
    return { ok: false, why: `\`${mention.text}\` ${why}.` };
  }
  const [first] = declared as [Found];
  const called = partOf(first.mention, identity);
  // What only a record declares may be relative there.
  const as = first.mention.record || mention.record ? { source, ...partOf(mention, identity) } : { source: first.source, ...called };
  const text = program.sources[as.source]!.text.slice(as.start, as.end);
  return { ok: true, name: { identity, range: partOf(mention, identity), text } };
}

export interface SourceEdit extends TextRange {
  readonly source: number;
  readonly text: string;
}

export type Renaming = { readonly ok: true; readonly edits: readonly SourceEdit[] } | { readonly ok: false; readonly why: string };

/** The edits that give the name at the target another one. `from`: URI of the source where that stands, as the reasons take it. */
export function rename(program: Program, { identity }: Renameable, to: string, from: string): Renaming {
  const isZone = identity.space === 'domain' && program.zones.has(`${identity.key}.`);
  const why = nameProblem(identity, isZone, to) ?? taken(program, identity, isZone, to, from);
  if (why !== null) return { ok: false, why };
  const edits: SourceEdit[] = [];
  const strangers = strangersTo(identity, program);
  for (let source = 0; source < program.sources.length; source++) {
    const { text } = program.sources[source]!;
    for (const mention of mentionsOf(program, source)) {
      const stranger =
        mention.space === identity.space && mention.indices ? strangers.find((name) => covers(mention.indices!, name, program)) : undefined;
      if (stranger !== undefined && (identity.key.includes('[') ? isOf(mention, identity, program) : stranger === identity.key)) {
        const other = identity.key.includes('[') ? ` names \`${stranger}\` as well` : ' names it among others';
        return { ok: false, why: `\`${mention.text}\`${other} (${placeOf(source, mention.start, program, from)}).` };
      }
      const edit = editOf(mention, identity, isZone, to, program);
      if (edit === 'outside') {
        const place = placeOf(source, mention.start, program, from);
        return { ok: false, why: `\`${to}\` lies outside zone \`${mention.record!.origin}\`, whose records name it (${place}).` };
      }
      if (edit && text.slice(edit.start, edit.end) !== edit.text) edits.push({ source, ...edit });
    }
  }
  const other = readsOtherwise(program, edits, from);
  if (other) return { ok: false, why: `\`${to}\` would be read as a word of the language (${other}).` };
  return { ok: true, edits };
}

/** What is replaced of a mention: of a range, what stands before its first index; of `peer7`, the same. */
function partOf({ start, end, text, indices }: Mention, { key }: NameIdentity): TextRange {
  const stem = key.indexOf('[');
  if (indices && stem >= 0) return { start, end: start + indices[0]!.before.length };
  if (stem >= 0) return { start, end: start + stem };
  return { start, end: text.length > 1 && text.endsWith('.') ? end - 1 : end };
}

function nameProblem({ space, key }: NameIdentity, isZone: boolean, to: string): string | null {
  const no = (what: string, why: string | null): string | null => why && `\`${to}\` cannot name ${what}: ${why}.`;
  switch (space) {
    case 'parameter':
      return no('a parameter', parameterNameProblem(to));
    case 'film':
      return no('a film', parameterNameProblem(to));
    case 'mailbox': {
      const why = mailAddressProblem(to);
      return why && `\`${to}\` is no mail address: ${why}.`;
    }
    case 'domain': {
      if (to === '') return 'A name has at least one character.';
      if (key.includes('[')) return no('hosts', /\d$/.test(to) ? 'it ends with a digit, and an index follows' : hostNameProblem(`${to}1`));
      if (isZone && to.includes('@')) return no('a zone', 'it has an @');
      const parsed = parseName(to);
      return isZone ? no('a zone', parsed.ok ? null : parsed.error) : no('a host', hostNameProblem(to));
    }
    default:
      return /^[\w][\w.-]*$/.test(to) ? null : `\`${to}\` is no name: it has letters, digits, _ - and dots.`;
  }
}

/** Why the new name is not free; null where it is. */
function taken(program: Program, { space, key }: NameIdentity, isZone: boolean, to: string, from: string): string | null {
  const wanted = space === 'parameter' ? to : plain(to);
  if (wanted === key) return null;
  const same = (identity: NameIdentity): string | null => {
    const named = mentionsOfName(identity, program);
    const [first] = declarationsAmong(named, program);
    if (!first || (!isZone && holdApart({ space, key }, identity, named, program))) return null;
    return `\`${first.mention.text}\` is declared already (${placeOf(first.source, first.mention.start, program, from)}).`;
  };
  if (space !== 'domain') return same({ space, key: wanted });
  if (key.includes('[')) {
    const stem = key.slice(0, key.indexOf('['));
    for (const [name, { at }] of program.hosts) {
      if (!name.startsWith(stem) || !at || identityOfHost(name, program) !== key) continue;
      const moved = program.hosts.get(wanted + name.slice(stem.length));
      if (moved) return `There is a host \`${moved.name}\` already.`;
    }
    return null;
  }
  const implicit = program.hosts.get(wanted)?.implicit || program.zones.get(`${wanted}.`)?.implicit;
  if (implicit) return `\`${wanted}\` is the name of what the language fills in.`;
  if (isZone) {
    for (const name of program.hosts.keys()) {
      if (!name.endsWith(`.${key}`)) continue;
      const moved = program.hosts.get(name.slice(0, -key.length) + wanted);
      if (moved) return `There is a host \`${moved.name}\` already.`;
    }
  }
  return same({ space, key: wanted });
}

/** The one name is declared in alternatives alone, the other one in none of these, and not outside of all. */
function holdApart(one: NameIdentity, other: NameIdentity, named: readonly Found[], program: Program): boolean {
  const alternative = ({ source, mention }: Found): string | null =>
    alternativeAt({ program }, source, mention.start)?.toLowerCase() ?? null;
  const own = new Set(declarationsAmong(mentionsOfName(one, program), program).map(alternative));
  // Without a word of it, both can be there still: `zone x.org on ns` has a host.
  if (own.has(null) || (program.hosts.has(one.key) && program.hosts.has(other.key))) return false;
  return named.every((found) => {
    const where = alternative(found);
    return where === null ? found.mention.role === 'uses' && !found.mention.record : !own.has(where);
  });
}

/**
 * Hosts that a range would lose, or gain, if the name changed: of a range, those that have its stem and are declared otherwise;
 * of a single host, itself, as part of a range of names that are declared one by one.
 */
function strangersTo({ space, key }: NameIdentity, program: Program): readonly string[] {
  if (space !== 'domain') return [];
  if (!key.includes('[')) return program.hosts.has(key) ? [key] : [];
  const stem = key.slice(0, key.indexOf('['));
  return [...program.hosts.keys()].filter((name) => name.startsWith(stem) && identityOfHost(name, program) !== key);
}

/** Whether a range of names has this one in it. */
function covers(indices: readonly IndexSyntax[], name: string, program: Program): boolean {
  if (!indices.some(({ last }) => last)) return false;
  const pattern = indices.map(({ before, after }) => `${escaped(before)}(0|[1-9]\\d*)${escaped(after)}`).join('');
  const found = new RegExp(`^${pattern}$`, 'i').exec(name);
  return (
    found !== null &&
    indices.every(({ first, last }, i) => {
      const number = Number(found[i + 1]);
      const from = numberOf(first, program);
      const to = last ? numberOf(last, program) : from;
      return from !== null && to !== null && from <= number && number <= to;
    })
  );
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function numberOf(expression: Expression, program: Program): number | null {
  const value = knownValue(expression, program.parameters);
  return value?.dimension === 'number' ? value.number : null;
}

function identityOfHost(name: string, program: Program): string {
  const bare: Mention = { space: 'domain', text: name, indices: null, role: 'uses', statement: null, record: null, start: 0, end: 0 };
  return identityOf(bare, program).key;
}

/** null where the mention stays as it is; `outside` where a record's owner would leave its zone. */
function editOf(
  mention: Mention,
  identity: NameIdentity,
  isZone: boolean,
  to: string,
  program: Program,
): (TextRange & { readonly text: string }) | 'outside' | null {
  const { space, text, record, end } = mention;
  if (isOf(mention, identity, program)) {
    return record ? editOfRecord(mention, to, isZone) : { ...partOf(mention, identity), text: to };
  }
  // What lies in a zone goes with it.
  if (!isZone || (space !== 'domain' && space !== 'mailbox')) return null;
  const last = text.endsWith('.') ? end - 1 : end;
  const written = plain(text);
  // A relative name goes on with its zone's name, whatever it ends with.
  if (record && plain(record.name) !== written) return null;
  if (!written.endsWith(`.${identity.key}`) && !written.endsWith(`@${identity.key}`)) return null;
  return { start: last - identity.key.length, end: last, text: to };
}

function editOfRecord(
  { text, start, end, record }: Mention,
  to: string,
  isZone: boolean,
): (TextRange & { readonly text: string }) | 'outside' | null {
  if (text === '@') return null;
  if (text.endsWith('.')) return { start, end, text: `${to}.` };
  const { name, origin, isOwner } = record!;
  // As it is written, it is complete (a name of several labels that is declared), or continues with the zone's name.
  if (plain(name) === plain(text)) return { start, end, text: to.includes('.') ? to : `${to}.` };
  const zone = plain(origin);
  if (plain(to).endsWith(`.${zone}`)) return { start, end, text: to.slice(0, -zone.length - 1) };
  if (isOwner && !isZone) return 'outside';
  return { start, end, text: `${to}.` };
}

/** `line 3`; elsewhere than `from`, `world.netscenario, line 3`, or of a notebook the cell: `cell 2, line 3`, those of scenarios counted. */
function placeOf(source: number, start: number, program: Program, from: string): string {
  const { uri, document, imported } = program.sources[source]!;
  const line = `line ${locate({ uri, start }, [document]).line}`;
  if (uri === from) return line;
  const [file] = uri.split('#') as [string];
  const where: string[] = [];
  if (file !== from.split('#')[0]) where.push(nameOf(file));
  if (!imported && uri !== file)
    where.push(`cell ${program.sources.filter((one) => !one.imported).findIndex((one) => one.uri === uri) + 1}`);
  return [...where, line].join(', ');
}

/** The name of a file, as people read it. */
function nameOf(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The place of a statement that reads otherwise with its edits; null where all read the same. */
function readsOtherwise(program: Program, edits: readonly SourceEdit[], from: string): string | null {
  const byStatement = new Map<Statement, SourceEdit[]>();
  for (const edit of edits) {
    const { statements } = program.sources[edit.source]!.tree;
    const statement = statements[lastFrom(statements, edit.start)];
    if (!statement) continue;
    const own = byStatement.get(statement);
    if (own) own.push(edit);
    else byStatement.set(statement, [edit]);
  }
  for (const [statement, own] of byStatement) {
    const { source } = own[0]!;
    const { text } = program.sources[source]!;
    let changed = '';
    let at = statement.start;
    for (const edit of own) {
      changed += text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    changed += text.slice(at, statement.end);
    const { statements, problems } = parse(changed);
    const before = parse(text.slice(statement.start, statement.end)).problems;
    // What was wrong in its block before may stay so; what is said of it may hang on the name.
    const noneAdded = problems.length <= before.length || !statement.complete;
    if (statements.length === 1 && noneAdded && alike(statements[0]!, statement)) continue;
    return placeOf(source, statement.start, program, from);
  }
  return null;
}

function alike(a: Statement, b: Statement): boolean {
  if (a.entry !== b.entry || a.complete !== b.complete || (a.block?.length ?? -1) !== (b.block?.length ?? -1)) return false;
  if (Object.keys(a.slots).sort().join() !== Object.keys(b.slots).sort().join()) return false;
  return (a.block ?? []).every((item, i) => alike(item, b.block![i]!));
}
