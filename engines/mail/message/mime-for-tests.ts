/** Messages with parts for tests: drafts of any shape, and a whole message of one. */
import fc from 'fast-check';
import { utf8Octets } from '../../network/octets.ts';
import { type EntityDraft, joined, writeEntity } from './mime-writer.ts';

/** A message of that one entity, with the fields that every message has. */
export function messageOf(draft: EntityDraft): string {
  const { fields, body } = writeEntity(draft);
  const heading = ['From: alice@crepes.fr', 'Date: Thu, 01 Jan 2026 00:00:00 +0000', 'MIME-Version: 1.0'];
  return joined({ fields: [...heading, ...fields], body });
}

const octets = fc.uint8Array({ maxLength: 400 }).map((bytes) => String.fromCharCode(...bytes));
const line = fc.string({ unit: 'grapheme', maxLength: 90 }).map((text) => text.replace(/[\p{C}\p{Z}]/gu, ' '));
/** Text whose lines end in CRLF, as MIME's canonical form has them (RFC 2049 §4). */
const text = fc.array(line, { maxLength: 8 }).map((lines) => utf8Octets(lines.map((one) => `${one}\r\n`).join('')));
const fileName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 90 })
  .map((name) => name.replace(/[\p{C}\p{Z}/\\]/gu, 'x').replace(/=\?/g, 'xx'));

const single: fc.Arbitrary<EntityDraft> = fc.oneof(
  fc.record({
    type: fc.constantFrom('text/plain', 'text/html'),
    parameters: fc.constant([['charset', 'utf-8']] as const),
    content: fc.record({ octets: text }),
  }),
  fc.record({
    type: fc.constantFrom('image/jpeg', 'application/octet-stream'),
    disposition: fc.record({ kind: fc.constantFrom('attachment' as const, 'inline' as const), fileName }),
    content: fc.record({ octets }),
  }),
);

/** Entities of all shapes, up to four deep. */
export const drafts: fc.Arbitrary<EntityDraft> = fc.letrec<{ draft: EntityDraft }>((tie) => ({
  draft: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    single,
    fc.record({
      type: fc.constantFrom('multipart/mixed', 'multipart/alternative'),
      content: fc.record({ parts: fc.array(tie('draft'), { minLength: 1, maxLength: 4 }) }),
    }),
  ),
})).draft;
