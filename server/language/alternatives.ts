/**
 * What is said about a program with alternatives: each is compiled by itself, and what stands in its blocks is judged by that. Of
 * what stands outside them, errors count in whichever alternative they are; what is merely idle, such as a host that nobody uses,
 * only where it is so in all.
 */
import type { Diagnostic } from './compilation.ts';
import type { Analysis } from './compile.ts';
import type { Statement, SyntaxTree } from './syntax.ts';
import { lastFrom } from './tree-slots.ts';

/** The analysis of each alternative, the one that holds first; of a program without any, its own alone. */
export const analysesOf = (analysis: Analysis): readonly Analysis[] => [analysis, ...analysis.alternatives];

/** The analysis that tells what holds at a place: inside the block of an alternative, that of the alternative. `tree`: of the place's text. */
export function analysisAt(analysis: Analysis, tree: SyntaxTree, offset: number): Analysis {
  if (analysis.alternatives.length === 0) return analysis;
  const around = tree.statements[lastFrom(tree.statements, offset)];
  return around && (offset <= around.end || isOpen(around, tree)) ? analysisWithin(analysis, around) : analysis;
}

/** The alternative in whose block a place stands; null outside of all. */
export function alternativeAt({ program }: Pick<Analysis, 'program'>, source: number, offset: number): string | null {
  const { statements } = program.sources[source]!.tree;
  const around = statements[lastFrom(statements, offset)];
  return around && offset <= around.end ? alternativeOf(around) : null;
}

/** Which analysis tells what holds in the block of a statement. */
export function analysisWithin(analysis: Analysis, statement: Statement): Analysis {
  const name = alternativeOf(statement);
  if (name === null) return analysis;
  return analysis.alternatives.find(({ program }) => isSameAlternative(program.variant.alternative ?? '', name)) ?? analysis;
}

/** What the alternative is called that a statement is a block of; null for any other statement. */
export function alternativeOf({ entry, slots: { NAME } }: Statement): string | null {
  return entry?.block === 'statements' && NAME?.kind === 'name' ? NAME.text : null;
}

/** Names that differ in nothing but case are one. */
export const isSameAlternative = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What is being written at the end of a block that is not closed stands in it, too. */
function isOpen({ braces }: Statement, { problems }: SyntaxTree): boolean {
  return braces !== null && problems.some(({ code, start }) => code === 'unclosed-block' && start === braces.start);
}

export function withAlternatives(first: Analysis, others: readonly { readonly name: string; readonly analysis: Analysis }[]): Analysis {
  const { program } = first;
  const [ownName] = program.alternatives.keys();
  const blocks = [...program.alternatives].flatMap(([name, places]) =>
    places.map(({ source, start, end }) => ({ name, uri: program.sources[source]?.uri ?? '', start, end })),
  );
  const blockOf = ({ uri, start, end }: Pick<Diagnostic, 'uri' | 'start' | 'end'>): string | null =>
    blocks.find((block) => block.uri === uri && block.start <= start && end <= block.end)?.name ?? null;
  const all = [{ name: ownName ?? '', analysis: first }, ...others];
  const keys = all.map(({ analysis }) => new Set(analysis.diagnostics.map(keyOf)));
  const diagnostics = new Map<string, Diagnostic>();
  for (const { name, analysis } of all) {
    for (const diagnostic of analysis.diagnostics) {
      const block = blockOf(diagnostic);
      const counts =
        block === null ? diagnostic.severity === 'error' || keys.every((known) => known.has(keyOf(diagnostic))) : block === name;
      if (counts) diagnostics.set(keyOf(diagnostic), diagnostic);
    }
  }
  const order = new Map(program.sources.map((source, index) => [source.uri, index]));
  const place = (uri: string): number => order.get(uri) ?? order.size;
  const { sources, sweeps, declared } = first;
  return {
    // Asked for when it is: who types runs nothing.
    get scenario() {
      return first.scenario;
    },
    sources,
    sweeps,
    program,
    declared,
    alternatives: others.map(({ analysis }) => analysis),
    diagnostics: [...diagnostics.values()].sort((a, b) => place(a.uri) - place(b.uri) || a.start - b.start || a.end - b.end),
    missing: [...new Set(all.flatMap(({ analysis }) => analysis.missing))],
    lookups: new Map(all.flatMap(({ analysis }) => [...analysis.lookups])),
  };
}

const keyOf = ({ uri, start, end, code, message }: Diagnostic): string => JSON.stringify([uri, start, end, code, message]);
