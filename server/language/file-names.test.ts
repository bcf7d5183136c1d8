/** Wherever the vocabulary names a real file, its name can be completed: the examples are gone through, those of properties in the block of their statement. */
import { expect, test } from 'vitest';
import { fileNameAt } from './file-names.ts';
import { parse } from './parser.ts';
import type { Statement, TextSyntax } from './syntax.ts';
import { forEachSlot } from './tree-slots.ts';
import { vocabulary } from './vocabulary.ts';

/** The head of the statement of that entry in its own example. */
function headOf(id: string, example: string): string {
  const find = (statements: readonly Statement[]): Statement | undefined =>
    statements.find(({ entry }) => entry?.id === id) ?? statements.map(({ block }) => find(block ?? [])).find(Boolean);
  const { start, headEnd } = find(parse(example).statements)!;
  return example.slice(start, headEnd);
}

const texts = vocabulary.flatMap(({ id, slots, properties, example }) => {
  const named = Object.values(properties ?? {}).filter((one) => Object.values(one.slots).some(({ meaning }) => meaning === 'file'));
  const own = Object.values(slots).some(({ meaning }) => meaning === 'file') ? [example] : [];
  return [...own, ...named.map((one) => `${headOf(id, example)} { ${one.example} }`)];
});

test.each(texts)('%s', (text) => {
  const tree = parse(text);
  const names: TextSyntax[] = [];
  forEachSlot(tree.statements, ({ meaning }, syntax) => {
    if (meaning === 'file' && syntax.kind === 'text') names.push(syntax);
  });
  for (const { start, end, value } of names) {
    const source = { uri: 'file:///w/a.netscenario', text };
    const place = fileNameAt(source, start + 1, tree);
    expect(place).toMatchObject({ folder: 'file:///w/', isClosed: true });
    expect(place!.range.start).toBe(start + 1);
    const fits = place!.endings.length === 0 || place!.endings.some((ending) => value.endsWith(ending) || ending === '/');
    expect(fits, `${value} ends with ${place!.endings}`).toBe(true);
    // What is typed so far, where nothing is closed yet.
    const typed = { ...source, text: text.slice(0, end - 1) };
    expect(fileNameAt(typed, end - 1, null)).toMatchObject({ typed: value.slice(value.lastIndexOf('/') + 1), isClosed: false });
  }
});

test('there are such places', () => expect(texts.length).toBeGreaterThan(12));
