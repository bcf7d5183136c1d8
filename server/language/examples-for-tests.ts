/** For tests: the examples of properties as statements, each in the block of the statement that its entry's own example has. */
import type { Entry, Property } from './entry.ts';
import { parse } from './parser.ts';
import type { Statement } from './syntax.ts';
import { vocabulary } from './vocabulary.ts';

/** The head of the statement of that entry in its own example, on one line. */
function headOf({ id, example }: Entry): string {
  const find = (statements: readonly Statement[]): Statement | undefined =>
    statements.find(({ entry }) => entry?.id === id) ?? statements.map(({ block }) => find(block ?? [])).find(Boolean);
  const { start, headEnd } = find(parse(example).statements)!;
  return example.slice(start, headEnd).replace(/\s+/g, ' ');
}

export interface PropertyExample {
  readonly property: Property;
  readonly text: string;
}

export const propertyExamples = (): PropertyExample[] =>
  vocabulary.flatMap((entry) =>
    Object.values(entry.properties ?? {}).map((property) => ({ property, text: `${headOf(entry)} { ${property.example} }` })),
  );
