/**
 * Messages with parts. Whatever the bytes: nothing throws, parts lie within each other in their order, contents and texts can be had,
 * and a file name read can be written and is read as the same.
 */
import type { FuzzTarget } from '../../fuzz-target.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { parameterText, parseParameterised, writeParameter } from './content-fields.ts';
import { contentOf, type Entity, fileNameOf, isAttachment, leavesOf, parseMime, readableText, textOf } from './mime.ts';

const TEXTS = [
  'From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_1"\r\n\r\nfor old readers\r\n--=_1\r\nContent-Type: multipart/alternative;\r\n boundary=x (comment)\r\n\r\n--x\r\n\r\nhello\r\n--x\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>caf=E9 =\r\nau lait</p>\r\n--x--\r\n--=_1\r\nContent-Type: image/png; name="a b.png"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*0*=utf-8\'\'caf%C3%A9; filename*1=.png\r\n\r\niVBORw0KGgo=\r\n--=_1--\r\n',
  'Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\ny\r\n--b--\r\n',
  'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncr\xc3\xaapes\r\n',
];

const target: FuzzTarget = {
  name: 'mime',
  corpus: () => TEXTS.map(bytesOfOctets),
  run(bytes) {
    const octets = octetsOf(bytes);
    const message = parseMime(octets);
    checkRanges(message);
    const leaves = [...leavesOf(message)].map((leaf) => {
      const name = fileNameOf(leaf);
      if (name !== null) checkName(name);
      return [contentOf(octets, leaf), textOf(octets, leaf), name, isAttachment(leaf)];
    });
    return JSON.stringify([message, leaves, readableText(octets, message)]);
  },
};

export default target;

function checkRanges(entity: Entity): void {
  const { start, bodyStart, end, parts } = entity;
  let at = bodyStart;
  if (bodyStart < start || end < bodyStart) throw new Error('a body lies outside of its entity');
  for (const part of parts) {
    if (part.start < at || part.end > end) throw new Error('a part lies outside of its multipart');
    at = part.end;
    checkRanges(part);
  }
}

function checkName(name: string): void {
  const clean = name.replace(/[\0-\x1f\x7f]+/g, ' ');
  const again = parameterText(parseParameterised(`a; ${writeParameter('n', name).join('; ')}`, false)?.parameters ?? [], 'n');
  // A name of more than the parser takes is cut.
  if (name.length <= 500 && again !== clean) throw new Error('a file name is written to something else than was read');
}
