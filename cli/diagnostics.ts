/** Diagnostics as text: where, what, and the line with the place marked. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../server/language/compilation.ts';
import { locate } from '../server/language/locate.ts';
import type { Terminal } from './command-line.ts';
import type { Program, UnreadableProgram } from './program.ts';

export interface LocatedDiagnostic {
  readonly file: string;
  /** Both from 1; the column counts UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

/** Within its file, whose cell the source may be. */
export function locateInFile(program: Program, diagnostic: Diagnostic): LocatedDiagnostic {
  const { severity, code, message } = diagnostic;
  const own = program.sources.findIndex(({ uri }) => uri === diagnostic.uri);
  const { line, column } = locate(diagnostic, own < 0 ? program.compilation.sources : program.sources);
  return {
    file: own < 0 ? shownPath(diagnostic.uri) : program.path,
    line: line + (program.firstLines[own] ?? 0),
    column,
    severity,
    code,
    message,
  };
}

/** A program that cannot be read, as a diagnostic of its file. */
export const unreadable = ({ path, reason }: UnreadableProgram): LocatedDiagnostic => ({
  file: path,
  line: 1,
  column: 1,
  severity: 'error',
  code: 'unreadable-file',
  message: reason,
});

/** As one types it: from the working directory where it lies below that. */
function shownPath(uri: string): string {
  if (!uri.startsWith('file:')) return uri;
  const path = fileURLToPath(uri);
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

const COLORS: Record<string, string> = { error: '31', warning: '33' };

export function paintSeverity(severity: string, terminal: Terminal): string {
  return terminal.color ? `\u001b[${COLORS[severity] ?? '36'}m${severity}\u001b[0m` : severity;
}

export function printDiagnostic(program: Program, diagnostic: Diagnostic, terminal: Terminal): void {
  const { file, line: number, column: place, severity, message, code } = locateInFile(program, diagnostic);
  terminal.error(`${file}:${number}:${place}: ${paintSeverity(severity, terminal)}: ${message} [${code}]\n`);
  const text = [...program.sources, ...program.compilation.sources].find(({ uri }) => uri === diagnostic.uri)?.text;
  if (text === undefined) return;
  const lineStart = text.lastIndexOf('\n', diagnostic.start - 1) + 1;
  const lineEnd = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, '');
  const column = diagnostic.start - lineStart;
  const length = Math.max(1, Math.min(diagnostic.end, lineStart + line.length) - diagnostic.start);
  // Tabs stay tabs, so that the mark stands under its place however wide they are shown.
  terminal.error(`  ${line}\n  ${line.slice(0, column).replace(/[^\t]/g, ' ')}${'^'.repeat(length)}\n`);
}

/** Prints errors and warnings; the number of errors. */
export function printDiagnostics(program: Program, terminal: Terminal): number {
  const told = program.compilation.diagnostics.filter(({ severity }) => severity === 'error' || severity === 'warning');
  for (const diagnostic of told) printDiagnostic(program, diagnostic, terminal);
  return told.filter(({ severity }) => severity === 'error').length;
}
