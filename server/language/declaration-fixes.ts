/** Ways out where something is declared twice, or below its use: another name, nothing at all, another place. */
import type { SourceRange } from '../../engines/scenario.ts';
import { alternativeOf } from './alternatives.ts';
import type { SourceText, TextRange } from './compilation.ts';
import type { FixInput, Program, ProgramSource } from './program.ts';
import type { SlotSyntax, Statement } from './syntax.ts';
import { forEachSlot, statementsAround } from './tree-slots.ts';

/** For the second declaration of something: a name that is free, where it has one of its own; else, where nothing is lost by that, none. */
export function duplicateFixes(program: Program, first: SourceRange, at: SourceRange): FixInput[] {
  const { sources } = program;
  const { text, tree } = sources[at.source]!;
  const statement = innermost(statementsAround(tree.statements, at.start));
  if (!statement) return [];
  const name = text.slice(at.start, at.end);
  const fixes: FixInput[] = [];
  if (namesNew(statement, at) && /^[\w][\w.@-]*$/.test(name)) {
    const free = freeName(name, program);
    fixes.push({ title: `Change to \`${free}\``, edits: [{ start: at.start, end: at.end, text: free }] });
  }
  const item = listItem(statement, at, text);
  const other = innermost(statementsAround(sources[first.source]!.tree.statements, first.start));
  const isAlike = other && flat(sources[first.source]!.text, other) === flat(text, statement);
  if (item && !statement.block && !statement.braces) fixes.push({ title: 'Remove it', edits: [{ ...item, text: '' }] });
  else if (!item && isAlike && other !== statement)
    fixes.push({ title: 'Remove it', edits: [{ ...wholeLines(statement, text), text: '' }] });
  return fixes;
}

/** The statement itself, within an alternative that in its block. */
function innermost(around: readonly Statement[]): Statement | undefined {
  return around.find((statement) => alternativeOf(statement) === null);
}

/** The place is a slot for a new name. */
function namesNew(statement: Statement, { start, end }: SourceRange): boolean {
  let found = false;
  forEachSlot([statement], ({ meaning }, syntax) => {
    found ||= meaning.startsWith('new-') && syntax.start === start && syntax.end === end;
  });
  return found;
}

/** `pc2` for `pc`, `pc8` for `pc7`, `mail2.x.org`, `bob2@x.org`. */
function freeName(name: string, program: Program): string {
  const [, stem, digits, rest] = /^([^.@]*?)(\d{0,6})((?:[.@].*)?)$/s.exec(name)!;
  const isWritten = (free: string): boolean => program.sources.some((source) => wordsOf(source).has(free));
  for (let number = digits === '' ? 2 : Number(digits) + 1; ; number++) {
    const free = `${stem}${number}${rest}`;
    if (!isWritten(free.toLowerCase()) && !program.hosts.has(free.toLowerCase())) return free;
  }
}

const words = new WeakMap<SourceText, ReadonlySet<string>>();

/** All that could be names in a text, in lower case. */
function wordsOf({ document, text }: ProgramSource): ReadonlySet<string> {
  let known = words.get(document);
  if (!known) {
    known = new Set(text.toLowerCase().match(/[\w.@-]+/g) ?? []);
    words.set(document, known);
  }
  return known;
}

/** The item of a list that a place is, with the comma that goes with it; null where it is no item among others. */
function listItem({ slots }: Statement, { start, end }: SourceRange, text: string): { start: number; end: number } | null {
  for (const name in slots) {
    const slot: SlotSyntax = slots[name]!;
    if (slot.kind !== 'list') continue;
    const index = slot.items.findIndex((item) => item.start === start && item.end === end);
    if (index < 0 || slot.items.length === 1) continue;
    const before = slot.items[index - 1];
    const gap = before && text.slice(before.end, start);
    // The first one goes with the comma behind it; what else stands between them stays.
    if (gap !== undefined) return /^\s*,\s*$/.test(gap) ? { start: before!.end, end } : null;
    const next = slot.items[index + 1]!;
    return /^\s*,\s*$/.test(text.slice(end, next.start)) ? { start, end: next.start } : null;
  }
  return null;
}

const flat = (text: string, { start, end }: Statement): string => text.slice(start, end).replace(/\s+/g, ' ');

/** A statement, with the comment behind it on its last line. */
function withComment({ start, end }: Statement, text: string): TextRange {
  const comment = /^[ \t]*\/\/[^\r\n]*/.exec(text.slice(end));
  return { start, end: end + (comment?.[0].trimEnd().length ?? 0) };
}

/** A statement, with its lines where nothing else stands on them. */
function wholeLines({ start, end }: TextRange, text: string): { start: number; end: number } {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const isAlone = text.slice(line, start).trim() === '' && text.slice(end, next < 0 ? text.length : next).trim() === '';
  if (!isAlone) return { start, end };
  // The last line goes with the line end before it.
  return next < 0 ? { start: Math.max(0, line - 1), end: text.length } : { start: line, end: next + 1 };
}

/** Where a cell uses what a later one declares: the declaration moves above the use. None where it is imported, or holds in an alternative alone. */
export function moveUp({ sources }: Program, declaration: SourceRange, use: SourceRange): FixInput[] {
  const from = sources[declaration.source]!;
  const to = sources[use.source]!;
  const [statement] = statementsAround(from.tree.statements, declaration.start);
  const [user] = statementsAround(to.tree.statements, use.start);
  if (!statement || !user || from.imported || to.imported || alternativeOf(statement) !== null) return [];
  const line = to.text.lastIndexOf('\n', user.start - 1) + 1;
  const at = to.text.slice(line, user.start).trim() === '' ? line : user.start;
  const moved = withComment(statement, from.text);
  return [
    {
      title: 'Move its declaration here',
      edits: [
        { source: use.source, start: at, end: at, text: `${from.text.slice(moved.start, moved.end)}\n` },
        { source: declaration.source, ...wholeLines(moved, from.text), text: '' },
      ],
      preferred: true,
    },
  ];
}
