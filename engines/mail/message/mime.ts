/**
 * MIME (RFC 2045, 2046): the octets of a message as a tree of entities with their ranges.
 *
 * Theory of operation. An entity is a header section and a body; a multipart's body is parts between delimiter lines, a
 * message/rfc822's body is a message. The outer delimiters are looked for first, so an inner multipart that is not closed
 * cannot swallow what stands behind it. Ranges count from the beginning of the message's octets. Any octets are a message.
 * Limits: 20 entities in each other, 1,000 entities, 2,000 fields a header section (message-format.ts), 10,000 octets and 100
 * parameters a field (content-fields.ts). What goes beyond is not looked into: its entity has a `problem` and no `parts`. Time is
 * linear in the size for each level of depth.
 */
import { textOfOctets } from '../../network/octets.ts';
import { textIn } from './charset.ts';
import { fileNameIn, type Parameter, type ParameterisedValue, parameterText, parseParameterised } from './content-fields.ts';
import { decodeMessage, fieldOf, type Message } from './message-format.ts';
import { decodeTransfer } from './transfer-encoding.ts';

export interface Entity extends Message {
  readonly start: number;
  /** End of the body. The CRLF in front of a delimiter belongs to the delimiter (RFC 2046 §5.1.1). */
  readonly end: number;
  /** `text/plain`, in lower case; what counts where the field is missing or malformed included (RFC 2045 §5.2). */
  readonly type: string;
  readonly parameters: readonly Parameter[];
  /** In lower case; `7bit` where it is not said (§6.1). */
  readonly encoding: string;
  readonly disposition: ParameterisedValue | null;
  /** Of a multipart whose parameter it is. */
  readonly boundary: string | null;
  /** The delimiter lines of a multipart, without CRLFs. What stands before the first and behind the closing one is for nobody. */
  readonly delimiters: readonly Delimiter[];
  /** Of a multipart; the one message of a message/rfc822. */
  readonly parts: readonly Entity[];
  /** What is wrong with its structure, if something is. */
  readonly problem: string | null;
}

export interface Delimiter {
  readonly start: number;
  readonly end: number;
  /** With two hyphens at its end: no part follows. */
  readonly closing: boolean;
}

const DEPTH_LIMIT = 20;
const ENTITIES_LIMIT = 1000;

/** The message that the octets are. */
export function parseMime(octets: string): Entity {
  return parseEntity({ octets, entities: 0 }, 0, octets.length, 'text/plain', 0);
}

interface Parsing {
  readonly octets: string;
  entities: number;
}

function parseEntity(parsing: Parsing, start: number, end: number, usualType: string, depth: number): Entity {
  parsing.entities++;
  const { octets } = parsing;
  const message = decodeMessage(octets, start, end);
  const content = fieldOf(message, 'Content-Type');
  const parsed = content ? parseParameterised(content.value, true) : null;
  const type = parsed?.value ?? (content ? 'text/plain' : usualType);
  const parameters = parsed?.parameters ?? [];
  const encoding = parseParameterised(fieldOf(message, 'Content-Transfer-Encoding')?.value ?? '', false)?.value ?? '7bit';
  const disposition = parseParameterised(fieldOf(message, 'Content-Disposition')?.value ?? '', false);
  const entity = { ...message, start, end, type, parameters, encoding, disposition, boundary: null, delimiters: [], parts: [] };
  const malformed = content && !parsed ? 'the media type is malformed: it counts as text/plain' : null;
  const encoded = !['7bit', '8bit', 'binary'].includes(encoding);
  if (isMultipart(type)) {
    const boundary = parameterText(parameters, 'boundary');
    if (!boundary) return { ...entity, problem: 'a multipart without boundary' };
    if (depth >= DEPTH_LIMIT) return { ...entity, boundary, problem: `parts in each other more than ${DEPTH_LIMIT} deep` };
    // §6.4: its parts have encodings, it has none. Read all the same, as other readers do.
    const problem = encoded ? `a multipart cannot be in ${encoding}` : malformed;
    return { ...entity, boundary, ...parseParts(parsing, message.bodyStart, end, boundary, type, depth, problem) };
  }
  if (type === 'message/rfc822' && !encoded) {
    if (depth >= DEPTH_LIMIT || parsing.entities >= ENTITIES_LIMIT) return { ...entity, problem: 'too many entities' };
    return { ...entity, parts: [parseEntity(parsing, message.bodyStart, end, 'text/plain', depth + 1)], problem: malformed };
  }
  return { ...entity, problem: malformed };
}

/** RFC 2046 §5.1.1. */
function parseParts(
  parsing: Parsing,
  start: number,
  end: number,
  boundary: string,
  type: string,
  depth: number,
  problemBefore: string | null,
): Pick<Entity, 'delimiters' | 'parts' | 'problem'> {
  const delimiters = findDelimiters(parsing.octets, start, end, boundary);
  const usualType = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'; // §5.1.5
  const parts: Entity[] = [];
  let problem = problemBefore;
  for (const [i, delimiter] of delimiters.entries()) {
    if (delimiter.closing) break;
    if (parsing.entities >= ENTITIES_LIMIT) {
      problem = `more than ${ENTITIES_LIMIT} entities`;
      break;
    }
    const partStart = Math.min(delimiter.end + 2, end);
    const next = delimiters[i + 1];
    const partEnd = next ? Math.max(partStart, next.start - 2) : end;
    parts.push(parseEntity(parsing, partStart, partEnd, usualType, depth + 1));
  }
  if (delimiters.length === 0) problem = 'its boundary does not occur';
  else if (!delimiters.at(-1)?.closing) problem ??= 'its last part is not closed';
  return { delimiters, parts, problem };
}

/** Up to the closing one. Lines that are two hyphens, the boundary, two more at the end, and blanks (§5.1.1: transports may add them). */
function findDelimiters(octets: string, start: number, end: number, boundary: string): Delimiter[] {
  const mark = `--${boundary}`;
  // A slice: a search that ends with the entity keeps the time linear.
  const body = octets.slice(start, end);
  const delimiters: Delimiter[] = [];
  let at = body.startsWith(mark) ? 0 : next(0);
  while (at >= 0) {
    let behind = at + mark.length;
    const closing = body.startsWith('--', behind);
    if (closing) behind += 2;
    while (body[behind] === ' ' || body[behind] === '\t') behind++;
    if (behind === body.length || body.startsWith('\r\n', behind)) {
      delimiters.push({ start: start + at, end: start + behind, closing });
      if (closing) break;
    }
    // The CRLF behind a delimiter may be the one in front of the next.
    at = next(at + mark.length);
  }
  return delimiters;

  function next(from: number): number {
    const found = body.indexOf(`\r\n${mark}`, from);
    return found < 0 ? -1 : found + 2;
  }
}

export function isMultipart(type: string): boolean {
  return type.startsWith('multipart/');
}

/** The entities without parts, in their order; those of enclosed messages included. */
export function* leavesOf(entity: Entity): Generator<Entity> {
  if (entity.parts.length === 0) yield entity;
  for (const part of entity.parts) yield* leavesOf(part);
}

/** The body's octets with the transfer encoding undone; as they are where it is unknown (then they are application/octet-stream, RFC 2045 §6.4). */
export function contentOf(octets: string, entity: Entity): string {
  const body = octets.slice(entity.bodyStart, entity.end);
  return decodeTransfer(body, entity.encoding) ?? body;
}

/** The text of an entity of type text; null for another type and an unknown charset. US-ASCII where none is said (RFC 2046 §4.1.2). */
export function textOf(octets: string, entity: Entity): string | null {
  if (!entity.type.startsWith('text/') || decodeTransfer('', entity.encoding) === null) return null;
  return textIn(parameterText(entity.parameters, 'charset') ?? 'us-ascii', contentOf(octets, entity));
}

/** Of the disposition, else the media type's; null without either. */
export function fileNameOf({ disposition, parameters }: Entity): string | null {
  return fileNameIn(disposition?.parameters ?? [], 'filename') ?? fileNameIn(parameters, 'name') ?? null;
}

/** Whether it is to be shown apart from the message's text: an attachment by its disposition, or anything else with a file's name. */
export function isAttachment(entity: Entity): boolean {
  return entity.disposition?.value === 'attachment' || (entity.disposition?.value !== 'inline' && fileNameOf(entity) !== null);
}

/** What a person reads: of alternatives the plain text, of the other parts the first text that is no attachment. Empty without one. */
export function readableText(octets: string, message: Entity): string {
  const readable = [...leavesOf(message)].filter((leaf) => leaf.type.startsWith('text/') && !isAttachment(leaf));
  const chosen = readable.find(({ type }) => type === 'text/plain') ?? readable[0];
  if (!chosen) return '';
  return textOf(octets, chosen) ?? textOfOctets(contentOf(octets, chosen));
}
