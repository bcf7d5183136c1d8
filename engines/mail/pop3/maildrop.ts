/**
 * The maildrop of a session (RFC 1939 §3, §4): the messages that were in INBOX when it began, numbered from 1, whatever comes or
 * goes meanwhile. One session at a time has a mailbox's; the lock is in memory, and a crash ends it with the session.
 */
import type { Bytes } from '../../quantities.ts';
import { INBOX } from '../mailbox/folder.ts';
import type { MailboxStore } from '../mailbox/mailbox-store.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';

export interface Entry {
  /** The message-number. */
  readonly number: number;
  readonly uid: number;
  readonly size: Bytes;
  /** RFC 1939 §7: 1 to 70 octets from 0x21 to 0x7E, never used for another message of the mailbox. */
  readonly uniqueId: string;
}

export class Maildrop {
  readonly entries: readonly Entry[];
  readonly #store: MailboxStore;
  readonly #address: MailAddress;
  readonly #folder: number;
  readonly #deleted = new Set<number>();
  readonly #release: () => void;

  constructor(store: MailboxStore, address: MailAddress, release: () => void) {
    this.#store = store;
    this.#address = address;
    this.#folder = store.folder(address, INBOX)?.id ?? 0;
    this.#release = release;
    this.entries = store.messages(address).map(({ uid, octets }, i) => ({
      number: i + 1,
      uid,
      size: octets.length,
      uniqueId: `${this.#folder}.${uid}`,
    }));
  }

  /** Of those that are not marked. */
  get kept(): readonly Entry[] {
    return this.entries.filter(({ number }) => !this.#deleted.has(number));
  }

  /** null where there is no such message, or it is marked. */
  entry(number: number): Entry | null {
    const entry = this.entries[number - 1];
    return entry && !this.#deleted.has(number) ? entry : null;
  }

  /** null where somebody else has removed it meanwhile. */
  octets({ uid }: Entry): string | null {
    return this.#store.message(this.#address, this.#folder, uid)?.octets ?? null;
  }

  mark({ number }: Entry): void {
    this.#deleted.add(number);
  }

  unmarkAll(): void {
    this.#deleted.clear();
  }

  /** The UPDATE state (§6): what is marked goes. How many. */
  update(): number {
    const uids = this.entries.filter(({ number }) => this.#deleted.has(number)).map(({ uid }) => uid);
    this.#store.remove(this.#address, this.#folder, uids);
    return uids.length;
  }

  release(): void {
    this.#release();
  }
}

/** The maildrops of a server. */
export class Maildrops {
  readonly #store: MailboxStore;
  readonly #locked = new Set<string>();

  constructor(store: MailboxStore) {
    this.#store = store;
  }

  /** null while another session has it. */
  open(address: MailAddress): Maildrop | null {
    const key = canonicalAddress(address);
    if (this.#locked.has(key)) return null;
    this.#locked.add(key);
    return new Maildrop(this.#store, address, () => this.#locked.delete(key));
  }
}
