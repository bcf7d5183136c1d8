/**
 * Writes messages in the Internet Message Format (RFC 5322), with MIME (RFC 2045–2047, 2183) where they have more than one part or
 * text beyond ASCII. What they hold travels over 7 bits unless the author wants 8.
 */
import { bulkBytes } from '../../content.ts';
import type { FileSource } from '../../file-source.ts';
import { randomStream } from '../../kernel/random.ts';
import { mediaTypeOf } from '../../media-types.ts';
import { octetsOf, utf8Octets } from '../../network/octets.ts';
import type { Attachment, Composition, Dialect, MailAddress } from '../scenario.ts';
import { encodeUnstructured } from './encoded-word.ts';
import { foldField } from './message-format.ts';
import { type EntityDraft, encodingFor, writeEntity } from './mime-writer.ts';
import { domainOfData, type TransferEncoding } from './transfer-encoding.ts';

export interface Heading {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  /** As RFC 5322 §3.3 writes it. */
  readonly date: string;
  /** With its angle brackets. */
  readonly messageId: string;
}

/**
 * The message's octets, lines ended by CRLF. Fields that the author gave stand instead of the filled-in ones. Without subject
 * and fields, in the classic dialect, it is the body alone, as the textbook's sample has it.
 */
export function composeMessage(composition: Composition, heading: Heading, dialect: Dialect): string {
  if (composition.kind === 'octets') return composition.octets;
  const { subject, headers, body, html, attachments = [], encoding } = composition;
  const text = utf8Octets(inLines(body));
  const single = html === undefined && attachments.length === 0;
  const plain = single && domainOfData(text) === '7bit' && encoding === undefined;
  if (subject === null && headers.length === 0 && dialect === 'classic' && plain) return text;

  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const fields: string[] = [];
  const fill = (name: string, parts: readonly string[]) => {
    if (!given.has(name.toLowerCase())) fields.push(foldField(name, parts));
  };
  fill('From', [heading.from]);
  fill(
    'To',
    heading.to.map((address, i) => (i < heading.to.length - 1 ? `${address},` : address)),
  );
  if (subject !== null) fill('Subject', encodeUnstructured(subject).split(' '));
  fill('Date', [heading.date]);
  fill('Message-ID', [heading.messageId]);
  for (const [name, value] of headers) fields.push(foldField(name, encodeUnstructured(value).split(' ')));
  if (plain) return `${fields.join('\r\n')}\r\n\r\n${text}`;

  fill('MIME-Version', ['1.0']);
  // An author who says how the body is encoded has encoded it.
  const encoded = single && given.has('content-transfer-encoding');
  const written = writeEntity(encoded ? textPart('plain', text, '8bit') : messageDraft(text, composition, heading));
  for (const field of written.fields) if (!given.has(field.slice(0, field.indexOf(':')).toLowerCase())) fields.push(field);
  return `${fields.join('\r\n')}\r\n\r\n${written.body}`;
}

/** RFC 2046 §5.1.4: of alternatives the plainest first. §5.1.3: what is mixed stands in the order in which it is shown. */
function messageDraft(text: string, composition: Composition & { kind: 'parts' }, { messageId }: Heading): EntityDraft {
  const { html, attachments = [], encoding } = composition;
  const texts: EntityDraft[] = [];
  if (text !== '' || (html === undefined && attachments.length === 0)) texts.push(textPart('plain', text, encoding));
  if (html !== undefined) texts.push(textPart('html', utf8Octets(inLines(html)), encoding));
  const shown: EntityDraft[] = texts.length > 1 ? [{ type: 'multipart/alternative', content: { parts: texts } }] : texts;
  if (attachments.length === 0) return shown[0] as EntityDraft;
  const files = attachments.map((attachment) => attachmentPart(attachment, messageId));
  return { type: 'multipart/mixed', content: { parts: [...shown, ...files] } };
}

function textPart(subtype: string, octets: string, encoding: TransferEncoding | undefined): EntityDraft {
  const charset = /[\x80-\xff]/.test(octets) ? 'utf-8' : 'us-ascii';
  // 8bit cannot carry every text (RFC 2045 §2.8): then it is chosen as if nothing were said.
  const possible = encoding !== '8bit' || domainOfData(octets) !== 'binary';
  return {
    type: `text/${subtype}`,
    parameters: [['charset', charset]],
    content: { octets, encoding: (possible ? encoding : undefined) ?? encodingFor(`text/${subtype}`, octets) },
  };
}

function attachmentPart({ name, source }: Attachment, messageId: string): EntityDraft {
  const type = mediaTypeOf(name) ?? 'application/octet-stream';
  const [mediaType = '', charset] = type.split('; charset=');
  return {
    type: mediaType,
    ...(charset === undefined ? {} : { parameters: [['charset', charset]] as const }),
    disposition: { kind: 'attachment', fileName: name },
    content: { octets: sourceOctets(source, `${messageId} ${name}`) },
  };
}

/** Generated octets belong to message and name: the same file sent again is another one. */
function sourceOctets(source: FileSource, purpose: string): string {
  if (source.kind === 'octets') return source.octets;
  return octetsOf(bulkBytes(randomStream(0, `attachment ${purpose}`).uint32(), 0, source.size));
}

/** Every line ended by CRLF. */
function inLines(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
