import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, parseNotebook, sameText, serializeNotebook } from './notebook.ts';

const notebook = `# Mail

Some *prose*.

\`\`\`netscenario
host alice
host bob
\`\`\`

And now:
~~~~ netscenario collapsed
alice resolves bob
~~~~
\`\`\`js
\`\`\`\`netscenario is not one here
\`\`\`
The end`;

describe('reading', () => {
  it('cuts code from prose', () => {
    expect(parseNotebook(notebook).cells.map(({ kind, text, line }) => [kind, text, line])).toEqual([
      ['prose', '# Mail\n\nSome *prose*.', 0],
      ['code', 'host alice\nhost bob', 5],
      ['prose', 'And now:', 9],
      ['code', 'alice resolves bob', 11],
      ['prose', '```js\n````netscenario is not one here\n```\nThe end', 13],
    ]);
  });

  it.each<[string, string, string[]]>([
    ['an indented fence loses its indent', '  ```netscenario\n  a\n b\n  ```\n', ['code:a\nb']],
    ['a longer fence holds shorter ones', '`````netscenario\n```\n````\n`````', ['code:```\n````']],
    ['four spaces are an indented code block', '    ```netscenario\n    a\n    ```', ['prose:    ```netscenario\n    a\n    ```']],
    ['an open fence runs to the end', '```netscenario\na\n\n', ['code:a\n']],
    ['an empty cell', '```netscenario\n```', ['code:']],
    ['a cell of one empty line', '```netscenario\n\n```', ['code:']],
    ['another language', '```netscenario-output\nx\n```', ['prose:```netscenario-output\nx\n```']],
    ['prose kept apart by a mark', 'a\n\n<!-- cell -->\n\nb', ['prose:a', 'prose:b']],
    ['a mark inside a fence is code', '```\n<!-- cell -->\n```', ['prose:```\n<!-- cell -->\n```']],
    ['a byte order mark on a line of its own is blank', '```netscenario\n```\n\ufeff\nhost a', ['code:', 'prose:host a']],
    ['no text, no cells', '\ufeff\n\n', []],
  ])('%s', (_name, text, cells) => {
    const parsed = parseNotebook(text);
    expect(parsed.cells.map((cell) => `${cell.kind}:${cell.text}`)).toEqual(cells);
    expect(serializeNotebook(parsed)).toBe(text);
  });
});

/** Text that looks like a notebook more often than chance would have it. */
const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '```',
        '````',
        '~~~',
        '```netscenario',
        '~~~~netscenario x=1',
        '  ```netscenario',
        '    ```',
        '<!-- cell -->',
        '',
        ' ',
        '\t',
        '> ```netscenario',
        'host a',
        '- item',
        '\ufeff',
        '\u2028',
        '```js',
      ),
      fc.string({ unit: 'grapheme' }),
    ),
  )
  .chain((lines) =>
    fc.tuple(
      fc.constant(lines),
      fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: lines.length + 1, maxLength: lines.length + 1 }),
      fc.boolean(),
      fc.boolean(),
    ),
  )
  .map(
    ([lines, ends, mark, ended]) =>
      (mark ? '\ufeff' : '') + lines.map((line, i) => line + (i === lines.length - 1 && !ended ? '' : ends[i])).join(''),
  );

/** As an editor hands texts back: one kind of line end, no byte order mark. */
const throughEditor = (cell: Cell): Cell => ({ ...cell, text: cell.text.replace(/^\ufeff/, '').replace(/\r\n|\r/g, '\n') });

describe('writing', () => {
  it('an unedited notebook is the same text again', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const parsed = parseNotebook(text);
        expect(serializeNotebook({ ...parsed, cells: parsed.cells.map(throughEditor) })).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('an edited cell changes no other', () => {
    const parsed = parseNotebook(notebook);
    const cells = parsed.cells.map((cell, i) => (i === 3 ? { ...cell, text: 'bob resolves alice' } : cell));
    expect(serializeNotebook({ ...parsed, cells })).toBe(notebook.replace('alice resolves bob', 'bob resolves alice'));
  });

  const cell = fc.record({
    kind: fc.constantFrom('code' as const, 'prose' as const),
    text: fc
      .array(fc.oneof(fc.constantFrom('```', '~~~~', '````netscenario', 'host a', ''), fc.string()), { minLength: 1 })
      .map((lines) => lines.join('\n')),
    source: fc.constant(null),
  });
  const readsAsItself = ({ kind, text }: Cell) => {
    if (kind === 'code') return true;
    const { head, cells } = parseNotebook(text);
    return (
      head === '' &&
      cells.length === 1 &&
      cells[0]!.kind === 'prose' &&
      cells[0]!.text === text &&
      serializeNotebook({ head, eol: '\n', cells: [{ kind, text, source: null }] }) === `${text}\n`
    );
  };

  it('new cells are read back as they are', () => {
    fc.assert(
      fc.property(fc.array(cell.filter((cell) => !/\r/.test(cell.text) && readsAsItself(cell))), (cells) => {
        const written = serializeNotebook({ head: '', eol: '\n', cells });
        expect(parseNotebook(written).cells.map(({ kind, text }) => ({ kind, text }))).toEqual(
          cells.map(({ kind, text }) => ({ kind, text })),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('edits, moves and deletions keep every cell', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat()), fc.nat(), (text, order, edit) => {
        const parsed = parseNotebook(text);
        // Prose that leaves a fence open has it closed when something comes after it.
        const open = (cell: Cell) => cell.kind === 'prose' && parseNotebook(`${cell.source}\n\`\`\`netscenario\n`).cells.length === 1;
        if (parsed.cells.length === 0 || parsed.cells.some(open)) return;
        const cells = order
          .map((n) => throughEditor(parsed.cells[n % parsed.cells.length]!))
          .map((cell, i) => (i === edit % 8 && cell.kind === 'code' ? { ...cell, text: `${cell.text}\nhost new\`\`\`` } : cell));
        const again = parseNotebook(serializeNotebook({ ...parsed, cells }));
        const plain = (cells: readonly Cell[]) => cells.map((cell) => [cell.kind, normal(cell.text)]);
        expect(plain(again.cells)).toEqual(plain(cells));
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, Cell[], string]>([
    ['a new code cell', [{ kind: 'code', text: 'host a', source: null }], '```netscenario\nhost a\n```\n'],
    ['a longer fence around backticks', [{ kind: 'code', text: 'body "```"', source: null }], '````netscenario\nbody "```"\n````\n'],
    [
      'prose that opens a fence has it closed',
      [
        { kind: 'prose', text: '```js\nx', source: null },
        { kind: 'code', text: '', source: null },
      ],
      '```js\nx\n```\n\n```netscenario\n```\n',
    ],
    [
      'two cells of prose stay two',
      [
        { kind: 'prose', text: 'a', source: null },
        { kind: 'prose', text: 'b', source: null },
      ],
      'a\n\n<!-- cell -->\n\nb\n',
    ],
    [
      'an empty cell of prose is dropped',
      [
        { kind: 'prose', text: ' \n', source: null },
        { kind: 'prose', text: 'b', source: null },
      ],
      'b\n',
    ],
    [
      'after a last line without an end',
      [
        { kind: 'prose', text: 'a', source: 'a' },
        { kind: 'code', text: 'host a', source: null },
      ],
      'a\n\n```netscenario\nhost a\n```\n',
    ],
    [
      'an edited fence keeps its style',
      [{ kind: 'code', text: 'b', source: '  ~~~~ netscenario x=1\r\n  a\r\n  ~~~~\r\n\r\n' }],
      '  ~~~~ netscenario x=1\n  b\n  ~~~~\n\r\n',
    ],
  ])('%s', (_name, cells, text) => {
    expect(serializeNotebook({ head: '', eol: '\n', cells })).toBe(text);
  });
});

it('texts that differ in line ends and byte order mark are the same', () => {
  expect(sameText('\ufeffa\r\nb', 'a\nb')).toBe(true);
  expect(sameText('a\nb', 'a\nb ')).toBe(false);
});

function normal(text: string): string {
  return text.replace(/^\ufeff+/, '').replace(/\r\n|\r/g, '\n');
}
