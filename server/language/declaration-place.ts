/** Where a declaration is put that something lacks. */
import { alternativeOf } from './alternatives.ts';
import type { TextRange } from './compilation.ts';
import type { Statement, SyntaxTree } from './syntax.ts';
import { lastFrom } from './tree-slots.ts';

/**
 * An edit that adds a declaration: behind the last one of its kind (`id`: of its entry), or before the statement that lacks it; of
 * what stands in an alternative, within the same block, so that it holds where that does.
 */
export function declarationEdit(
  { text, statements }: SyntaxTree,
  line: string,
  id: string,
  lacking: Statement,
): TextRange & { text: string } {
  const around = statements[lastFrom(statements, lacking.start)];
  const among = around && around !== lacking && alternativeOf(around) !== null ? around.block! : statements;
  const last = among.findLast(({ entry, complete }) => entry?.id === id && complete);
  if (last) return behind(last.end, indentation(text, last.start), line, text);
  const own = among.find(({ end }) => end >= lacking.start) ?? lacking;
  const lineStart = text.lastIndexOf('\n', own.start - 1) + 1;
  // What opens the block may stand on its line.
  const at = text.slice(lineStart, own.start).trim() === '' ? lineStart : own.start;
  return { start: at, end: at, text: `${at === lineStart ? text.slice(lineStart, own.start) : ''}${line}\n` };
}

/** At the end of the line, where nothing but a comment stands behind on it. */
function behind(offset: number, indent: string, line: string, text: string): TextRange & { text: string } {
  const next = text.indexOf('\n', offset);
  const lineEnd = next < 0 ? text.length : next;
  const at = /^\s*(?:\/\/|$)/.test(text.slice(offset, lineEnd)) ? lineEnd : offset;
  return { start: at, end: at, text: `\n${indent}${line}` };
}

/** What stands before the first sign of the line. */
function indentation(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset))![0];
}
