/** What a FETCH response tells of a message (RFC 3501 §7.4.2). */
import { type Bytes, EPOCH, SECOND } from '../../quantities.ts';
import type { StoredMessage } from '../mailbox/folder.ts';
import { type Entity, parseMime } from '../message/mime.ts';
import { envelopeOf, structureOf } from './body-structure.ts';
import { partialOf, sectionOf } from './section.ts';
import { formatInternalDate } from './wire/date.ts';
import { type FetchItem, type Section, writeFetchItems, writeSection } from './wire/fetch-item.ts';
import { atom, isAtom, isList, type Value } from './wire/value.ts';

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

/** Each once, in the order asked. Sections that bring the same are one, whether or not they mark the message. */
export function distinct(items: readonly FetchItem[]): FetchItem[] {
  const kept = new Map<string, FetchItem>();
  for (const item of items) {
    const key = writeFetchItems([item.item === 'BODY[]' ? { ...item, peek: false } : item]);
    if (!kept.has(key)) kept.set(key, item);
  }
  return [...kept.values()];
}

export interface Fetched {
  readonly value: Value;
  /** Octets of its texts, without what it takes to write them. */
  readonly size: Bytes;
}

/** `flags`: as the session has them, `\Recent` included. null as soon as it is more than `limit` octets. */
export function fetched(items: readonly FetchItem[], message: StoredMessage, flags: Value, limit: Bytes): Fetched | null {
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
  const value: Value[] = [];
  let size = 0;
  for (const item of items) {
    const pair = told(item);
    size += sizeOf(pair);
    if (size > limit) return null;
    value.push(...pair);
  }
  return { value, size };
}

function sizeOf(value: Value): Bytes {
  if (value === null) return 0;
  if (typeof value === 'string') return value.length;
  if (isAtom(value)) return value.atom.length;
  return (isList(value) ? value : value.adjacent).reduce((size, one) => size + sizeOf(one), 0);
}
