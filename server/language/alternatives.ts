/**
 * What is said about a program with alternatives: each is compiled by itself, and what stands in its blocks is judged by that. Of
 * what stands outside them, errors count in whichever alternative they are; what is merely idle, such as a host that nobody uses,
 * only where it is so in all.
 */
import type { Diagnostic } from './compilation.ts';
import type { Analysis } from './compile.ts';

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
    if (analysis === first) continue;
    for (const record of analysis.program.recordNames) {
      const uri = program.sources[record.at.source]?.uri ?? '';
      if (blockOf({ ...record.at, uri }) === name) program.recordNames.push(record);
    }
  }
  const order = new Map(program.sources.map((source, index) => [source.uri, index]));
  const place = (uri: string): number => order.get(uri) ?? order.size;
  return {
    ...first,
    diagnostics: [...diagnostics.values()].sort((a, b) => place(a.uri) - place(b.uri) || a.start - b.start || a.end - b.end),
    missing: [...new Set(all.flatMap(({ analysis }) => analysis.missing))],
    lookups: new Map(all.flatMap(({ analysis }) => [...analysis.lookups])),
  };
}

const keyOf = ({ uri, start, end, code, message }: Diagnostic): string => JSON.stringify([uri, start, end, code, message]);
