/**
 * Who listens on lines: the messages that pass a host's access line, as they travel. A message is told when its last byte has
 * arrived; what is lost on the way for good is never told.
 */
import type { Content } from '../content.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { MessageInfo } from './host.ts';

export interface Overheard {
  readonly at: Nanoseconds;
  /** Names of hosts. */
  readonly from: string;
  readonly to: string;
  /** Row of the connection in the run. */
  readonly connection: number;
  readonly content: Content;
  readonly message: MessageInfo;
}

export type Listener = (overheard: Overheard) => void;

type Travelling = Omit<Overheard, 'at'>;

export class Wiretap {
  readonly #listeners = new Map<number, Listener[]>();
  /** By row of the message. */
  readonly #travelling = new Map<number, { readonly travelling: Travelling; readonly listeners: readonly Listener[] }>();
  readonly #nameOf: (host: number) => string;

  constructor(nameOf: (host: number) => string) {
    this.#nameOf = nameOf;
  }

  add(host: number, listener: Listener): void {
    this.#listeners.set(host, [...(this.#listeners.get(host) ?? []), listener]);
  }

  sent(row: number, from: number, to: number, connection: number, content: Content, message: MessageInfo): void {
    // What a host tells itself goes over no line.
    if (from === to) return;
    // Who listens at both ends hears it once.
    const listeners = [...new Set([...(this.#listeners.get(from) ?? []), ...(this.#listeners.get(to) ?? [])])];
    if (listeners.length === 0) return;
    this.#travelling.set(row, { travelling: { from: this.#nameOf(from), to: this.#nameOf(to), connection, content, message }, listeners });
  }

  received(row: number, at: Nanoseconds): void {
    const known = this.#travelling.get(row);
    if (!known) return;
    this.#travelling.delete(row);
    for (const listener of known.listeners) listener({ ...known.travelling, at });
  }
}
