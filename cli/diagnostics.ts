/** Diagnostics as text: where, what, and the line with the place marked. */
import type { Diagnostic } from '../server/language/compilation.ts';
import type { Terminal } from './command-line.ts';
import type { Program } from './program.ts';

export interface LocatedDiagnostic {
  readonly file: string;
  /** Both from 1; the column counts UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

export function locate(program: Program, diagnostic: Diagnostic): LocatedDiagnostic {
  const source = program.sources.findIndex(({ uri }) => uri === diagnostic.uri);
  const text = program.sources[source]?.text ?? '';
  const before = text.slice(0, diagnostic.start);
  const line = before.split('\n').length;
  return {
    file: source < 0 ? diagnostic.uri : program.path,
    line: line + (program.firstLines[source] ?? 0),
    column: diagnostic.start - before.lastIndexOf('\n'),
    severity: diagnostic.severity,
    code: diagnostic.code,
    message: diagnostic.message,
  };
}

const COLORS: Record<string, string> = { error: '31', warning: '33' };

export function printDiagnostic(program: Program, diagnostic: Diagnostic, terminal: Terminal): void {
  const located = locate(program, diagnostic);
  const paint = (text: string, color: string) => (terminal.color ? `\u001b[${color}m${text}\u001b[0m` : text);
  terminal.error(
    `${located.file}:${located.line}:${located.column}: ${paint(located.severity, COLORS[located.severity] ?? '36')}: ${located.message} [${located.code}]\n`,
  );
  const text = program.sources.find(({ uri }) => uri === diagnostic.uri)?.text;
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
