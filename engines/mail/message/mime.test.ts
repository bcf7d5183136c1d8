import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parameterText, parseParameterised } from './content-fields.ts';
import { contentOf, type Entity, fileNameOf, isAttachment, leavesOf, parseMime, readableText, textOf } from './mime.ts';
import { drafts, messageOf } from './mime-for-tests.ts';
import { type EntityDraft, encodingFor } from './mime-writer.ts';
import { domainOfData, encodeTransfer } from './transfer-encoding.ts';

/** The tree in one line: `multipart/mixed(text/plain, image/png)`. */
const shape = ({ type, parts }: Entity): string => (parts.length > 0 ? `${type}(${parts.map(shape).join(', ')})` : type);
const lines = (...all: string[]) => all.join('\r\n');

const MENU = lines(
  'From: alice@crepes.fr',
  'Subject: The menu',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="next one"',
  '',
  'This is for readers without MIME.',
  '--next one',
  '',
  'Here it is.',
  '--next one   ',
  'Content-Type: text/plain; charset=iso-8859-1; name="menu.txt"',
  'Content-Transfer-Encoding: quoted-printable',
  "Content-Disposition: attachment; filename*=utf-8''cr%C3%AApes.txt; size=9",
  '',
  'cr=EApes=20',
  '--next one--',
  'Nobody reads this.',
  '',
);

describe('a message with an attachment', () => {
  const message = parseMime(MENU);
  const [text, menu] = message.parts as [Entity, Entity];

  test('its parts, each with its range', () => {
    expect(shape(message)).toBe('multipart/mixed(text/plain, text/plain)');
    expect(MENU.slice(text.start, text.end)).toBe('\r\nHere it is.');
    expect(MENU.slice(menu.bodyStart, menu.end)).toBe('cr=EApes=20');
    expect(message.delimiters.map(({ start, end, closing }) => [MENU.slice(start, end), closing])).toEqual([
      ['--next one', false],
      ['--next one   ', false],
      ['--next one--', true],
    ]);
    expect(message.problem).toBeNull();
  });

  test('what is in them, and what they are called', () => {
    expect(readableText(MENU, message)).toBe('Here it is.');
    expect(textOf(MENU, menu)).toBe('crêpes ');
    expect(contentOf(MENU, menu)).toBe('cr\xeapes ');
    expect(fileNameOf(menu)).toBe('crêpes.txt');
    expect([isAttachment(text), isAttachment(menu)]).toEqual([false, true]);
    expect(parameterText(menu.disposition?.parameters ?? [], 'size')).toBe('9');
  });
});

describe('structure', () => {
  const part = (type: string, ...rest: string[]) => lines(`Content-Type: ${type}`, '', ...rest);
  test.each<[string, string, string, string | null]>([
    ['no header section', 'just\r\ntext', 'text/plain', null],
    ['nothing', '', 'text/plain', null],
    ['a malformed type is plain text', part('nonsense', 'x'), 'text/plain', 'the media type is malformed: it counts as text/plain'],
    ['no boundary', part('multipart/mixed', 'x'), 'multipart/mixed', 'a multipart without boundary'],
    ['no delimiter', part('multipart/mixed; boundary=b', 'x'), 'multipart/mixed', 'its boundary does not occur'],
    ['not closed', part('multipart/mixed; boundary=b', '--b', '', 'x'), 'multipart/mixed(text/plain)', 'its last part is not closed'],
    ['empty parts', part('multipart/mixed; boundary=b', '--b', '--b', '--b--'), 'multipart/mixed(text/plain, text/plain)', null],
    [
      'an inner multipart that is not closed ends with the outer’s delimiter',
      part(
        'multipart/mixed; boundary=b',
        '--b',
        'Content-Type: multipart/alternative; boundary=bb',
        '',
        '--bb',
        '',
        'x',
        '--b',
        '',
        'y',
        '--b--',
      ),
      'multipart/mixed(multipart/alternative(text/plain), text/plain)',
      null,
    ],
    ['a longer line is no delimiter', part('multipart/mixed; boundary=b', '--b', '', '--bx', '--b--'), 'multipart/mixed(text/plain)', null],
    [
      'a digest’s parts are messages',
      part('multipart/digest; boundary=b', '--b', '', 'Subject: x', '', 'y', '--b--'),
      'multipart/digest(message/rfc822(text/plain))',
      null,
    ],
    ['a message in a message', part('message/rfc822', 'Content-Type: image/png', '', 'x'), 'message/rfc822(image/png)', null],
    [
      'an encoded message is not looked into',
      lines('Content-Transfer-Encoding: base64', part('message/rfc822', 'eA==')),
      'message/rfc822',
      null,
    ],
  ])('%s', (_what, octets, expected, problem) => {
    const message = parseMime(octets);
    expect(shape(message)).toBe(expected);
    expect(message.problem).toBe(problem);
  });

  test('has limits of depth and number', () => {
    const nested = (depth: number): string =>
      depth === 0 ? '\r\nx' : part(`multipart/mixed; boundary=b${depth}.`, `--b${depth}.`, nested(depth - 1));
    const depthOf = (entity: Entity): number => (entity.parts[0] ? 1 + depthOf(entity.parts[0]) : 0);
    expect(depthOf(parseMime(nested(50)))).toBe(20);
    const many = parseMime(part('multipart/mixed; boundary=b', ...Array.from({ length: 5000 }, () => '--b\r\n\r\nx'), '--b--'));
    expect([many.parts.length, many.problem]).toEqual([999, 'more than 1000 entities']);
  });
});

test.each<[string, string, readonly (readonly [string, string | undefined])[]]>([
  ['text/plain', 'text/plain', [['charset', undefined]]],
  ['TEXT / Plain ; Charset = "UTF-8" (a comment; charset=x)', 'text/plain', [['charset', 'UTF-8']]],
  ['multipart/mixed; boundary=a=b:c', 'multipart/mixed', [['boundary', 'a=b:c']]],
  ['a/b; x="a\\"b;c"; y=2', 'a/b', [['x', 'a"b;c'], ['y', '2']]], // biome-ignore format: a row a case
  ['a/b; x="open', 'a/b', [['x', 'open']]],
  ['a/b; nonsense; y=2', 'a/b', [['y', '2']]],
  ["a/b; n*0*=iso-8859-1'fr'caf%E9; n*1=%41; n*2*=%42", 'a/b', [['n', 'café%41B']]],
  ["a/b; n=plain; n*=utf-8''%C3%A9", 'a/b', [['n', 'é']]],
  ['a/b; n*1=x', 'a/b', [['n', undefined]]],
])('the value %s', (octets, value, parameters) => {
  const parsed = parseParameterised(octets, true);
  expect(parsed?.value).toBe(value);
  for (const [name, text] of parameters) expect(parameterText(parsed?.parameters ?? [], name)).toBe(text);
});

test('what is written is read as the same', () => {
  const same = (octets: string, entity: Entity, draft: EntityDraft): void => {
    expect(entity.type).toBe(draft.type);
    expect(entity.problem).toBeNull();
    for (const [name, text] of draft.parameters ?? []) expect(parameterText(entity.parameters, name)).toBe(text);
    expect(fileNameOf(entity)).toBe(draft.disposition?.fileName ?? null);
    if ('octets' in draft.content) expect(contentOf(octets, entity)).toBe(draft.content.octets);
    else {
      expect(entity.parts.length).toBe(draft.content.parts.length);
      for (const [i, part] of draft.content.parts.entries()) same(octets, entity.parts[i] as Entity, part);
    }
  };
  fc.assert(
    fc.property(drafts, (draft) => {
      const octets = messageOf(draft);
      expect(domainOfData(octets)).toBe('7bit');
      same(octets, parseMime(octets), draft);
    }),
  );
});

test('any octets are a message whose parts lie within each other, in order', () => {
  const piece = fc.oneof(
    fc.constantFrom('Content-Type: multipart/mixed; boundary=b', 'Content-Type: message/rfc822', '--b', '--b--', '', '\r', 'x: y', ' '),
    fc.string({ maxLength: 8 }),
  );
  const inside = (entity: Entity): void => {
    expect(entity.bodyStart >= entity.start && entity.end >= entity.bodyStart).toBe(true);
    let at = entity.bodyStart;
    for (const part of entity.parts) {
      expect(part.start >= at && part.end <= entity.end).toBe(true);
      at = part.end;
      inside(part);
    }
  };
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const octets = pieces.join('\r\n');
      const message = parseMime(octets);
      inside(message);
      for (const leaf of leavesOf(message)) expect(contentOf(octets, leaf)).toBeTypeOf('string');
    }),
    { numRuns: 500 },
  );
});

describe('how octets travel', () => {
  test.each([
    ['', '7bit'],
    ['a\r\nb', '7bit'],
    ['\xe9', '8bit'],
    ['x'.repeat(998), '7bit'],
    ['x'.repeat(999), 'binary'],
    ['a\nb', 'binary'],
    ['a\rb', 'binary'],
    ['\0', 'binary'],
  ])('%j needs %s', (octets, needs) => expect(domainOfData(octets)).toBe(needs));

  test.each([
    ['text/plain', 'hello\r\n', '7bit'],
    ['text/plain', 'cr\xc3\xaapes for everybody\r\n', 'quoted-printable'],
    ['text/plain', '\xd0\x91\xd0\xbb\xd0\xb8\xd0\xbd\xd1\x8b', 'base64'],
    ['text/plain', 'x'.repeat(999), 'quoted-printable'],
    ['image/png', 'abc', 'base64'],
  ])('%s %j goes in %s', (type, octets, encoding) => {
    expect(encodingFor(type, octets)).toBe(encoding);
    expect(domainOfData(encodeTransfer(octets, encodingFor(type, octets)))).toBe('7bit');
  });
});
