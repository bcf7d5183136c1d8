/** Messages with parts, as other parsers read them: postal-mime, and Python’s email package where python3 is on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { encodeBase64 } from '../../base64.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { contentOf, fileNameOf, isAttachment, leavesOf, parseMime } from './mime.ts';
import { drafts, messageOf } from './mime-for-tests.ts';

const messages = fc.sample(drafts, { seed: 5, numRuns: 120 }).map(messageOf);

const present = spawnSync('python3', ['-c', 'import email']).status === 0;

/** Reads messages, one in base64 a line; writes of each its leaves: type, file name, decoded octets in base64. */
const PYTHON = `
import base64, email, email.policy, json, sys
for line in sys.stdin:
    message = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
    print(json.dumps([[part.get_content_type(), part.get_filename(), base64.b64encode(part.get_payload(decode=True) or b'').decode()]
        for part in message.walk() if not part.is_multipart()]))
`;

/** Messages with something wrong in them on which parsers should still agree. */
const ODD = [
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\ntwo',
  'Content-Type: multipart/mixed; boundary="a b"\r\n\r\npreamble\r\n--a b  \r\n\r\none\r\n--a b--\r\nepilogue\r\n',
  'Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n',
  'Content-Type: text/plain\r\nContent-Transfer-Encoding: BASE64\r\n\r\naGVs\r\n bG8=\r\n',
  'Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nsoft=\r\n break=20\r\n=E9=zz\r\nend=',
];

const leaves = (octets: string) =>
  [...leavesOf(parseMime(octets))].map((leaf) => [leaf.type, fileNameOf(leaf), encodeBase64(contentOf(octets, leaf))]);

test.skipIf(!present)('Python finds the same parts, names and octets', () => {
  const all = [...messages, ...ODD];
  const output = execFileSync('python3', ['-c', PYTHON], { input: `${all.map(encodeBase64).join('\n')}\n`, encoding: 'utf8' });
  const theirs = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(theirs.length).toBe(all.length);
  for (const [i, octets] of all.entries()) expect(leaves(octets), octets).toEqual(theirs[i]);
});

describe('postal-mime', () => {
  test('finds the same attachments', async () => {
    for (const octets of messages) {
      const { attachments } = await PostalMime.parse(bytesOfOctets(octets));
      const ours = [...leavesOf(parseMime(octets))].filter((leaf) => isAttachment(leaf) || !leaf.type.startsWith('text/'));
      expect(ours.map((leaf) => [leaf.type, fileNameOf(leaf), contentOf(octets, leaf)])).toEqual(
        attachments.map(({ mimeType, filename, content }) => [mimeType, filename, octetsOf(new Uint8Array(content as ArrayBuffer))]),
      );
    }
  });

  test('reads the texts', async () => {
    const octets = messageOf({
      type: 'multipart/alternative',
      content: {
        parts: [
          { type: 'text/plain', parameters: [['charset', 'utf-8']], content: { octets: 'cr\xc3\xaape\r\n' } },
          { type: 'text/html', parameters: [['charset', 'utf-8']], content: { octets: '<p>cr\xc3\xaape</p>\r\n' } },
        ],
      },
    });
    const { text, html } = await PostalMime.parse(bytesOfOctets(octets));
    expect([text?.trim(), html?.trim()]).toEqual(['crêpe', '<p>crêpe</p>']);
  });
});
