import { expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { composeMessage } from './composition.ts';
import { dissectContent } from './dissect.ts';

/** Names and values, indented, without the lines of text. */
const outline = (fields: readonly Field[], depth = 0): string[] =>
  fields
    .filter(({ name }) => name !== 'line' && name !== 'header section' && name !== 'empty line')
    .flatMap(({ name, value, children }) => [`${'  '.repeat(depth)}${name}: ${value}`, ...outline(children ?? [], depth + 1)]);

test('a message with an attachment shows its parts, as they travel and decoded', () => {
  const octets = composeMessage(
    {
      kind: 'parts',
      subject: 'Crêpes',
      headers: [],
      body: 'Crêpes?\n.Yes',
      html: '<p>Crêpes?</p>',
      attachments: [{ name: 'photo.jpg', source: { kind: 'size', size: 300 } }],
    },
    { from: 'alice@crepes.fr', to: ['bob@hamburger.edu'], date: 'Thu, 01 Jan 2026 00:00:00 +0000', messageId: '<1@x>' },
    'extended',
  );
  expect(outline(dissectContent(bytesOfOctets(`${octets.replaceAll('\r\n.', '\r\n..')}.\r\n`)))).toEqual([
    'body: multipart/mixed: 2 parts',
    '  delimiter: --=_part_2',
    '  part 1: multipart/alternative',
    '    body: multipart/alternative: 2 parts',
    '      delimiter: --=_part_1',
    '      part 1: text/plain',
    '        body: 2 lines',
    '          as it travels: quoted-printable',
    '          text: Crêpes?\r\n.Yes\r\n',
    '      delimiter: --=_part_1',
    '      part 2: text/html',
    '        body: 1 line',
    '          as it travels: quoted-printable',
    '          text: <p>Crêpes?</p>\r\n',
    '      closing delimiter: --=_part_1--',
    '  delimiter: --=_part_2',
    '  part 2: image/jpeg, photo.jpg',
    '    body: 6 lines',
    '      as it travels: base64',
    '      octets: 300 B',
    '  closing delimiter: --=_part_2--',
    'end of mail data: .',
  ]);
});

test('what is wrong with the parts is said at their place', () => {
  const [, , body] = dissectContent(bytesOfOctets('Content-Type: multipart/mixed; boundary=b\r\n\r\nfor old readers\r\n--b\r\n\r\nx\r\n'));
  expect(body).toMatchObject({ malformed: true, meaning: 'its last part is not closed' });
  expect(body?.children?.map(({ name }) => name)).toEqual(['preamble', 'delimiter', 'part 1']);
});
