/** Lenses: what can be done with the scenario of a file. */
import type { CodeLens } from 'vscode-languageserver';
import { treeOf } from '../language/trees.ts';
import type { Programs } from '../programs.ts';
import { rangeOf, START } from '../ranges.ts';

/** Above a file's title, or its first statement: what runs it. Cells have buttons of their own. */
export function codeLenses(programs: Programs, uri: string, runCommand: string | undefined): CodeLens[] {
  const place = programs.place(uri, START);
  if (!place || runCommand === undefined || place.program.uri !== uri) return [];
  const { statements } = treeOf(place.source);
  const first = statements.find(({ entry }) => entry?.id === 'scenario') ?? statements[0];
  if (!first) return [];
  return [{ range: rangeOf(place.document, first.start, first.headEnd), command: { title: 'Run', command: runCommand, arguments: [uri] } }];
}
