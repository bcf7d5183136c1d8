import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tokenTypes } from '../../server/language/semantic-tokens.ts';
import { colouredPieces } from './pieces.ts';

test('words have the colours of what they are', () => {
  expect(colouredPieces('// 💥\r\nhost a { up 5 Mbps }\n')).toEqual([
    { type: 'comment', text: '// 💥' },
    { type: null, text: '\r\n' },
    { type: 'keyword', text: 'host' },
    { type: null, text: ' ' },
    { type: 'variable', text: 'a' },
    { type: null, text: ' { ' },
    { type: 'property', text: 'up' },
    { type: null, text: ' ' },
    { type: 'number', text: '5 Mbps' },
    { type: null, text: ' }\n' },
  ]);
});

const folder = new URL('../../samples/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.netscenario(\.md)?$/.test(name));

test.each(samples)('nothing of %s is lost', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const broken = text.replaceAll('\n', name.length % 2 === 0 ? '\r\n' : '\r');
  for (const one of [text, broken]) {
    expect(
      colouredPieces(one)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(one);
  }
});

test('each type has a colour in the style sheet, but what is plain', () => {
  const styles = readFileSync(new URL('preview.css', import.meta.url), 'utf8');
  expect(tokenTypes.filter((type) => !styles.includes(`.netscenario-${type}`))).toEqual(['operator']);
});
