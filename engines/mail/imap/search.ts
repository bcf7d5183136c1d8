/** Whether a message is what SEARCH asks for (RFC 3501 §6.4.4). Texts are compared without case, decoded from MIME's encodings. */
import { EPOCH, SECOND } from '../../quantities.ts';
import { hasFlag, type StoredMessage } from '../mailbox/folder.ts';
import { parseDateTime } from '../message/date-time.ts';
import { decodeUnstructured } from '../message/encoded-word.ts';
import { fieldOf } from '../message/message-format.ts';
import { type Entity, leavesOf, parseMime, textOf } from '../message/mime.ts';
import type { SearchKey } from './wire/search-key.ts';
import { inSet } from './wire/sequence-set.ts';

const DAY = 86_400;

export interface Candidate {
  readonly message: StoredMessage;
  readonly sequence: number;
  readonly recent: boolean;
}

/** What `*` stands for, and how the texts of the command are encoded. */
export interface SearchContext {
  readonly lastSequence: number;
  readonly lastUid: number;
  text(octets: string): string;
}

/** Whether it is what all of the keys ask for. */
export function matches(keys: readonly SearchKey[], candidate: Candidate, context: SearchContext): boolean {
  return new Match(candidate, context).holds({ key: 'AND', all: keys });
}

class Match {
  readonly #candidate: Candidate;
  readonly #context: SearchContext;
  /** Taken apart when something asks for it, once. */
  #parsed: Entity | null = null;
  /** Decoded, in lower case: header fields, and texts of the body's parts. A command may ask for hundreds of words in them. */
  #header: readonly string[] | null = null;
  #texts: readonly string[] | null = null;

  constructor(candidate: Candidate, context: SearchContext) {
    this.#candidate = candidate;
    this.#context = context;
  }

  holds(key: SearchKey): boolean {
    const { message, sequence, recent } = this.#candidate;
    const has = (flag: string) => hasFlag(message.flags, flag);
    switch (key.key) {
      case 'ALL':
        return true;
      case 'ANSWERED':
      case 'DELETED':
      case 'DRAFT':
      case 'FLAGGED':
      case 'SEEN':
        return has(`\\${key.key}`);
      case 'UNANSWERED':
      case 'UNDELETED':
      case 'UNDRAFT':
      case 'UNFLAGGED':
      case 'UNSEEN':
        return !has(`\\${key.key.slice(2)}`);
      case 'NEW':
        return recent && !has('\\Seen');
      case 'OLD':
        return !recent;
      case 'RECENT':
        return recent;
      case 'KEYWORD':
        return has(key.flag);
      case 'UNKEYWORD':
        return !has(key.flag);
      case 'LARGER':
        return message.octets.length > key.size;
      case 'SMALLER':
        return message.octets.length < key.size;
      case 'BEFORE':
        return this.#arrivalDay < key.day;
      case 'ON':
        return this.#arrivalDay === key.day;
      case 'SINCE':
        return this.#arrivalDay >= key.day;
      case 'SENTBEFORE':
        return this.#sentDay !== null && this.#sentDay < key.day;
      case 'SENTON':
        return this.#sentDay === key.day;
      case 'SENTSINCE':
        return this.#sentDay !== null && this.#sentDay >= key.day;
      case 'BCC':
      case 'CC':
      case 'FROM':
      case 'SUBJECT':
      case 'TO':
        return this.#fieldHas(key.key, key.text);
      case 'HEADER':
        return this.#fieldHas(key.field, key.text);
      case 'BODY':
        return this.#bodyHas(this.#wanted(key.text));
      case 'TEXT':
        return this.#headerHas(this.#wanted(key.text)) || this.#bodyHas(this.#wanted(key.text));
      case 'UID':
        return inSet(key.set, [message.uid, this.#context.lastUid].sort(ascending)).includes(message.uid);
      case 'sequence set':
        return inSet(key.set, [sequence, this.#context.lastSequence].sort(ascending)).includes(sequence);
      case 'NOT':
        return !this.holds(key.operand);
      case 'OR':
        return this.holds(key.first) || this.holds(key.second);
      case 'AND':
        return key.all.every((one) => this.holds(one));
    }
  }

  get #entity(): Entity {
    this.#parsed ??= parseMime(this.#candidate.message.octets);
    return this.#parsed;
  }

  get #arrivalDay(): number {
    return Math.floor((EPOCH + Math.floor(this.#candidate.message.arrivedAt / SECOND)) / DAY);
  }

  /** RFC 3501 §6.4.4: of the Date header field, disregarding time and zone; here in UTC. */
  get #sentDay(): number | null {
    const instant = parseDateTime(fieldOf(this.#entity, 'Date')?.value ?? '');
    return instant === null ? null : Math.floor(instant / DAY);
  }

  #wanted(octets: string): string {
    return this.#context.text(octets).toLowerCase();
  }

  /** Any field of that name; with an empty text, that there is one (§6.4.4). */
  #fieldHas(name: string, octets: string): boolean {
    const wanted = this.#wanted(octets);
    return this.#entity.fields.some(
      (field) => field.name.toLowerCase() === name.toLowerCase() && decodeUnstructured(field.value).toLowerCase().includes(wanted),
    );
  }

  #headerHas(wanted: string): boolean {
    this.#header ??= this.#entity.fields.map(({ name, value }) => `${name}: ${decodeUnstructured(value)}`.toLowerCase());
    return this.#header.some((field) => field.includes(wanted));
  }

  #bodyHas(wanted: string): boolean {
    if (wanted === '') return true;
    const { octets } = this.#candidate.message;
    this.#texts ??= [...leavesOf(this.#entity)].map((leaf) => textOf(octets, leaf)?.toLowerCase() ?? '');
    return this.#texts.some((text) => text.includes(wanted));
  }
}

const ascending = (a: number, b: number): number => a - b;
