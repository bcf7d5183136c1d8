/**
 * The order in which a server gives the records of a set (RFC 1794; the words are those of BIND's `rrset-order`). Clients
 * mostly take the first address, so rotating the set spreads them over its servers.
 *
 * Only the answer section is reordered, set by set: there is nothing to choose from a set of one, and signatures stay where
 * they are.
 */
import type { RandomStream } from '../kernel/random.ts';
import { canonical } from './domain-name.ts';
import type { ResourceRecord } from './records.ts';
import type { Message } from './wire/message.ts';

/** `cyclic`: each answer begins one record further on; `random`: shuffled anew for each; `fixed`: as they stand. */
export type RecordOrder = 'cyclic' | 'fixed' | 'random';

/** Sets remembered at most (a wildcard makes as many as are asked for); of more, those given least recently begin anew. */
const MAXIMUM_SETS = 10_000;

/** Puts the answers of one server in order. What a server remembers of its rotation is gone when it crashes. */
export class AnswerOrder {
  readonly #order: RecordOrder;
  readonly #random: RandomStream;
  /** By name and type: how many answers there were so far, of the sets given last. */
  readonly #given = new Map<string, number>();

  constructor(order: RecordOrder, random: RandomStream) {
    this.#order = order;
    this.#random = random;
  }

  apply(message: Message): Message {
    if (this.#order === 'fixed' || message.answers.length < 2) return message;
    const places = new Map<string, number[]>();
    for (const [i, { name, data }] of message.answers.entries()) {
      if (data.type === 'RRSIG') continue;
      const key = `${canonical(name)} ${data.type}`;
      const set = places.get(key);
      if (set) set.push(i);
      else places.set(key, [i]);
    }
    const answers = [...message.answers];
    for (const [key, set] of places) {
      if (set.length < 2) continue;
      const records = this.#ordered(
        key,
        set.map((i) => message.answers[i] as ResourceRecord),
      );
      set.forEach((i, at) => {
        answers[i] = records[at] as ResourceRecord;
      });
    }
    return { ...message, answers };
  }

  #ordered(key: string, records: readonly ResourceRecord[]): ResourceRecord[] {
    if (this.#order === 'cyclic') {
      const given = this.#given.get(key) ?? 0;
      // In the order of last use: the first is the one to forget.
      this.#given.delete(key);
      this.#given.set(key, (given + 1) % records.length);
      if (this.#given.size > MAXIMUM_SETS) this.#given.delete(this.#given.keys().next().value as string);
      const first = given % records.length;
      return [...records.slice(first), ...records.slice(0, first)];
    }
    // Fisher and Yates.
    const shuffled = [...records];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.#random.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as ResourceRecord, shuffled[i] as ResourceRecord];
    }
    return shuffled;
  }
}
