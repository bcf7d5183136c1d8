/** Where an offset stands, as people count. */
import type { Diagnostic, SourceText } from './compilation.ts';

export interface Location {
  /** Both from 1; the column counts UTF-16 code units. */
  readonly line: number;
  readonly column: number;
}

/** Within the source that the diagnostic is of; 1:1 where its text is not among them. */
export function locate({ uri, start }: Pick<Diagnostic, 'uri' | 'start'>, sources: readonly SourceText[]): Location {
  const before = (sources.find((source) => source.uri === uri)?.text ?? '').slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}
