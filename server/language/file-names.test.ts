/** Wherever the vocabulary names a real file, its name can be completed: the examples are gone through, those of properties in the block of their statement. */
import { expect, test } from 'vitest';
import type { Slots } from './entry.ts';
import { propertyExamples } from './examples-for-tests.ts';
import { fileNameAt } from './file-names.ts';
import { parse } from './parser.ts';
import type { TextSyntax } from './syntax.ts';
import { forEachSlot } from './tree-slots.ts';
import { vocabulary } from './vocabulary.ts';

const namesFile = (slots: Slots): boolean => Object.values(slots).some(({ meaning }) => meaning === 'file');
const texts = [
  ...vocabulary.filter(({ slots }) => namesFile(slots)).map(({ example }) => example),
  ...propertyExamples()
    .filter(({ property }) => namesFile(property.slots))
    .map(({ text }) => text),
];

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
