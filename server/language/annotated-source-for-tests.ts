/**
 * For tests: a text with the diagnostics that are wanted of it drawn below its lines.
 *
 *     host a { up 5 }
 *                 ^ missing-unit: 5 has no unit
 *
 * The carets mark the range (a single `|` an empty one, in front of the character below which it stands), then come the code
 * and, behind a colon, a part of the message.
 */

import type { Diagnostic, FileTable } from './compilation.ts';
import { compile } from './compile.ts';

const annotation = /^(\s*)(\^+|\|)\s([a-z-]+)(?:: (.*))?$/;

export interface Wanted {
  readonly text: string;
  /** `line:column-column code`, in order. */
  readonly marks: readonly string[];
  readonly messages: readonly (string | null)[];
}

export function readAnnotated(annotated: string): Wanted {
  const lines: string[] = [];
  const wanted: { key: string; order: number; message: string | null }[] = [];
  for (const line of annotated.replace(/^\n/, '').split('\n')) {
    const match = annotation.exec(line);
    if (!match) {
      lines.push(line);
      continue;
    }
    const column = match[1]!.length;
    const width = match[2] === '|' ? 0 : match[2]!.length;
    wanted.push({
      key: `${lines.length}:${column}-${column + width} ${match[3]}`,
      order: lines.length * 10_000 + column,
      message: match[4] ?? null,
    });
  }
  wanted.sort((a, b) => a.order - b.order);
  return { text: lines.join('\n'), marks: wanted.map((w) => w.key), messages: wanted.map((w) => w.message) };
}

export function markOf(text: string, { start, end, code }: Diagnostic): string {
  const before = text.slice(0, start).split('\n');
  const column = before[before.length - 1]!.length;
  return `${before.length}:${column}-${column + end - start} ${code}`;
}

/** Compiles one document at `file:///w/test.netscenario`. */
export function compileText(text: string, files: FileTable = new Map()) {
  return compile([{ uri: 'file:///w/test.netscenario', text }], files);
}

/** The document with a diagnostic's quick fix applied: the one titled so, or the preferred or first. */
export function applyFix(text: string, diagnostic: Diagnostic, title?: string): string {
  const fix =
    title === undefined
      ? (diagnostic.fixes.find((one) => one.preferred) ?? diagnostic.fixes[0])
      : diagnostic.fixes.find((one) => one.title === title);
  if (!fix) throw new Error(`no fix ${title ?? ''} for ${diagnostic.message}`);
  let fixed = text;
  for (const edit of [...fix.edits].sort((a, b) => b.start - a.start))
    fixed = fixed.slice(0, edit.start) + edit.text + fixed.slice(edit.end);
  return fixed;
}
