/** Lenses: what can be done with the scenario of a file. */
import type { CodeLens } from 'vscode-languageserver';
import type { InitializationOptions } from '../initialization.ts';
import { treeOf } from '../language/trees.ts';
import type { Programs } from '../programs.ts';
import { rangeOf, START } from '../ranges.ts';

/** Above a file's title, or its first statement: what the client can do with it. Cells have buttons of their own. */
export function codeLenses(programs: Programs, uri: string, { runCommand, captureCommand }: InitializationOptions): CodeLens[] {
  const place = programs.place(uri, START);
  if (!place || place.program.uri !== uri) return [];
  const { statements } = treeOf(place.source);
  const first = statements.find(({ entry }) => entry?.id === 'scenario') ?? statements[0];
  if (!first) return [];
  const range = rangeOf(place.document, first.start, first.headEnd);
  const offered = [
    { title: 'Run', command: runCommand },
    { title: 'Capture', command: captureCommand },
  ];
  return offered.flatMap(({ title, command }) => (command === undefined ? [] : [{ range, command: { title, command, arguments: [uri] } }]));
}
