/** What a FETCH response tells of a message (RFC 3501 §7.4.2). */
import { EPOCH, SECOND } from '../../quantities.ts';
import type { StoredMessage } from '../mailbox/folder.ts';
import { type Entity, parseMime } from '../message/mime.ts';
import { envelopeOf, structureOf } from './body-structure.ts';
import { partialOf, sectionOf } from './section.ts';
import { formatInternalDate } from './wire/date.ts';
import { type FetchItem, type Section, writeSection } from './wire/fetch-item.ts';
import { atom, type Value } from './wire/value.ts';

const WHOLE: Section = { part: [], text: null, fields: [] };

/** §6.4.5: whether it marks the message as read. */
export function reads(item: FetchItem): boolean {
  return item.item === 'RFC822' || item.item === 'RFC822.TEXT' || (item.item === 'BODY[]' && !item.peek);
}

/** Whether it brings the message's text, or all of it. */
export function brings(item: FetchItem): boolean {
  if (item.item === 'BODY[]') return item.section.text === null || item.section.text === 'TEXT';
  return item.item === 'RFC822' || item.item === 'RFC822.TEXT';
}

/** `flags`: as the session has them, `\Recent` included. */
export function fetched(items: readonly FetchItem[], message: StoredMessage, flags: Value): Value {
  let entity: Entity | null = null;
  const parsed = (): Entity => {
    entity ??= parseMime(message.octets);
    return entity;
  };
  const told = (item: FetchItem): Value[] => {
    switch (item.item) {
      case 'FLAGS':
        return [atom('FLAGS'), flags];
      case 'UID':
        return [atom('UID'), atom(message.uid)];
      case 'INTERNALDATE':
        return [atom('INTERNALDATE'), formatInternalDate(EPOCH + Math.floor(message.arrivedAt / SECOND))];
      case 'RFC822.SIZE':
        return [atom('RFC822.SIZE'), atom(message.octets.length)];
      case 'ENVELOPE':
        return [atom('ENVELOPE'), envelopeOf(parsed())];
      case 'BODY':
        return [atom('BODY'), structureOf(message.octets, parsed(), false)];
      case 'BODYSTRUCTURE':
        return [atom('BODYSTRUCTURE'), structureOf(message.octets, parsed(), true)];
      case 'RFC822':
        return [atom('RFC822'), message.octets];
      case 'RFC822.HEADER':
        return [atom('RFC822.HEADER'), sectionOf(message.octets, parsed(), { ...WHOLE, text: 'HEADER' })];
      case 'RFC822.TEXT':
        return [atom('RFC822.TEXT'), sectionOf(message.octets, parsed(), { ...WHOLE, text: 'TEXT' })];
      case 'BODY[]': {
        const octets = sectionOf(message.octets, parsed(), item.section);
        const origin = item.partial === null ? '' : `<${item.partial.offset}>`;
        return [atom(`BODY${writeSection(item.section)}${origin}`), octets === null ? null : partialOf(octets, item.partial)];
      }
    }
  };
  return items.flatMap(told);
}
