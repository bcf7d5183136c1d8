/** What a program declares and sets, compared with what it did before an edit. */
import type { Program, ProgramSource } from './program.ts';
import type { Site } from './site.ts';
import type { Statement } from './syntax.ts';

/** The statements that declare and set; two programs with one and the same object have the same tables before the first step. */
export interface Declarations {
  /** What keeps this keeps none of the statements. */
  readonly identity: object;
  readonly statements: readonly Statement[];
  /** Of the documents and files that they stand in. */
  readonly sources: readonly Pick<ProgramSource, 'uri' | 'cell'>[];
  /** An import was not there. */
  readonly incomplete: boolean;
}

/**
 * Those of a program whose documents are all assembled; `before`: those of one with the same files. A node of a tree is what it was
 * for as long as it is the same object, wherever an edit elsewhere has moved it.
 */
export function declarationsOf(sites: readonly Site[], program: Program, before: Declarations | null): Declarations {
  const same =
    before?.statements.length === sites.length &&
    hasSameSources(before, program) &&
    sites.every(({ statement }, i) => statement === before.statements[i]);
  if (same) return before;
  const { sources, incomplete } = program;
  return {
    identity: {},
    statements: sites.map(({ statement }) => statement),
    sources: sources.map(({ uri, cell }) => ({ uri, cell })),
    incomplete,
  };
}

/** The program is made of the same documents and files, in the same cells. */
export function hasSameSources(before: Declarations, { sources, incomplete }: Program): boolean {
  return (
    before.incomplete === incomplete &&
    before.sources.length === sources.length &&
    sources.every(({ uri, cell }, i) => uri === before.sources[i]!.uri && cell === before.sources[i]!.cell)
  );
}
