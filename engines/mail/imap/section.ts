/** The octets that BODY[section]<partial> asks for (RFC 3501 §6.4.5). */
import { decodeMessage } from '../message/message-format.ts';
import { type Entity, isMultipart } from '../message/mime.ts';
import type { Partial, Section } from './wire/fetch-item.ts';

/** null where the message has no such part. */
export function sectionOf(octets: string, message: Entity, { part, text, fields }: Section): string | null {
  const found = find(message, part);
  if (!found) return null;
  const { entity, whole } = found;
  if (text === 'MIME') return octets.slice(entity.start, entity.bodyStart);
  if (text === null) return whole ? octets.slice(entity.start, entity.end) : octets.slice(entity.bodyStart, entity.end);
  // HEADER and TEXT are of a message: the outer one, or one that is a part.
  const of = whole ? entity : entity.type === 'message/rfc822' ? entity.parts[0] : undefined;
  if (!of) return null;
  switch (text) {
    case 'TEXT':
      return octets.slice(of.bodyStart, of.end);
    case 'HEADER':
      return octets.slice(of.start, of.bodyStart);
    default: {
      const wanted = new Set(fields.map((name) => name.toLowerCase()));
      const header = decodeMessage(octets.slice(of.start, of.bodyStart));
      const kept = header.fields.filter(({ name }) => wanted.has(name.toLowerCase()) === (text === 'HEADER.FIELDS'));
      return `${kept.map(({ start, end }) => octets.slice(of.start + start, of.start + end)).join('')}\r\n`;
    }
  }
}

/** `whole`: the message itself, header section and all; else a part, whose content is its body. */
function find(message: Entity, part: readonly number[]): { readonly entity: Entity; readonly whole: boolean } | null {
  let entity = message;
  let whole = true;
  for (const number of part) {
    const container: Entity | undefined =
      whole || isMultipart(entity.type) ? entity : entity.type === 'message/rfc822' ? entity.parts[0] : undefined;
    if (!container) return null;
    // §6.4.5: every message has at least one part number; that of one part alone is 1.
    const next =
      isMultipart(container.type) && container.parts.length > 0 ? container.parts[number - 1] : number === 1 ? container : undefined;
    if (!next) return null;
    entity = next;
    whole = false;
  }
  return { entity, whole };
}

/** Beyond the end there is nothing (§6.4.5). */
export function partialOf(octets: string, partial: Partial | null): string {
  return partial === null ? octets : octets.slice(partial.offset, partial.offset + partial.length);
}
