/** What a program declares and sets, compared with what it did before an edit. */
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import type { Statement } from './syntax.ts';

/** The statements that declare and set; two programs with one and the same object have the same tables before the first step. */
export interface Declarations {
  readonly statements: readonly Statement[];
}

/**
 * Those of a program whose documents are all assembled; `previous`: one with the same files. A node of a tree is what it was for
 * as long as it is the same object, wherever an edit elsewhere has moved it.
 */
export function declarationsOf(sites: readonly Site[], program: Program, previous: Program | undefined): Declarations {
  const known = previous?.declarations;
  const same =
    known?.statements.length === sites.length &&
    previous!.incomplete === program.incomplete &&
    previous!.sources.length === program.sources.length &&
    program.sources.every(({ uri, cell }, i) => uri === previous!.sources[i]!.uri && cell === previous!.sources[i]!.cell) &&
    sites.every(({ statement }, i) => statement === known.statements[i]);
  return same ? known : { statements: sites.map(({ statement }) => statement) };
}
