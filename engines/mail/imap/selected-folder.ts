/**
 * The folder that a session has open (RFC 3501 §2.3.1.2, §5.2, §7.3, §7.4): messages by sequence numbers, as the client knows
 * them.
 *
 * Theory of operation. Other sessions and the mail server change the folder at any moment, but the client's numbers may change
 * only when it is told. So what happens is noted as it happens, and `news` tells it when it may be told: messages that are gone
 * one by one, from the last to the first, so that no number that is still to be told has moved; then how many there are; then the flags that
 * others have changed.
 */
import { type Process, wait } from '../../kernel/process.ts';
import type { Folder, StoredMessage } from '../mailbox/folder.ts';
import type { Change, MailboxStore } from '../mailbox/mailbox-store.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';
import { encodeResponse } from './wire/response.ts';
import { atom, type Value } from './wire/value.ts';

export class SelectedFolder {
  readonly id: number;
  readonly readOnly: boolean;
  readonly #store: MailboxStore;
  readonly #address: MailAddress;
  readonly #stop: () => void;
  /** By sequence number, from 0 here: as the client knows them. */
  #uids: number[];
  readonly #recent = new Set<number>();
  #added: number[] = [];
  readonly #removed = new Set<number>();
  readonly #changed = new Set<number>();
  /** This session's own STORE with .SILENT is not told to it. */
  #silent = false;
  #wake: (() => void) | null = null;

  constructor(store: MailboxStore, address: MailAddress, folder: Folder, readOnly: boolean) {
    this.#store = store;
    this.#address = address;
    this.id = folder.id;
    this.readOnly = readOnly;
    this.#uids = store.messages(address, folder.name).map(({ uid }) => uid);
    this.#takeRecent(this.#uids);
    const owner = canonicalAddress(address);
    this.#stop = store.watch((of, { id }, change) => {
      if (id === this.id && canonicalAddress(of) === owner) this.#note(change);
    });
  }

  close(): void {
    this.#stop();
  }

  get uids(): readonly number[] {
    return this.#uids;
  }

  get count(): number {
    return this.#uids.length;
  }

  get recentCount(): number {
    return this.#recent.size;
  }

  /** From 1; 0 for a UID that the client does not know. */
  sequenceOf(uid: number): number {
    let [low, high] = [0, this.#uids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#uids[middle] as number) < uid) low = middle + 1;
      else high = middle;
    }
    return this.#uids[low] === uid ? low + 1 : 0;
  }

  isRecent(uid: number): boolean {
    return this.#recent.has(uid);
  }

  /** null where it is gone, whether or not the client knows. */
  message(uid: number): StoredMessage | null {
    return this.#store.message(this.#address, this.id, uid);
  }

  flagsOf({ uid, flags }: StoredMessage): Value {
    return [...flags, ...(this.#recent.has(uid) ? ['\\Recent'] : [])].map(atom);
  }

  /** Runs what changes flags without having them told to this session. */
  silently(act: () => void): void {
    this.#silent = true;
    act();
    this.#silent = false;
  }

  /** The client has just been told the flags of this message. */
  toldFlags(uid: number): void {
    this.#changed.delete(uid);
  }

  get hasNews(): boolean {
    return this.#added.length > 0 || this.#removed.size > 0 || this.#changed.size > 0;
  }

  /** Untagged responses; `expunges`: whether messages may be told to be gone (§7.4.1). */
  news(expunges: boolean): string[] {
    const told: string[] = [];
    const data = (number: number, name: string, values: readonly Value[] = []) =>
      told.push(encodeResponse({ kind: 'data', number, name, values }));
    if (expunges) {
      const gone = [...this.#removed].map((uid) => this.sequenceOf(uid)).filter((sequence) => sequence > 0);
      for (const sequence of gone.sort((a, b) => b - a)) data(sequence, 'EXPUNGE');
      if (gone.length > 0) this.#uids = this.#uids.filter((uid) => !this.#removed.has(uid));
      for (const uid of this.#removed) this.#recent.delete(uid);
      // What came and went again between two tellings was never there for this client.
      this.#added = this.#added.filter((uid) => !this.#removed.has(uid));
      this.#removed.clear();
    }
    // A message that is to be told and is gone already has to wait for its EXPUNGE.
    const added = this.#added.filter((uid) => !this.#removed.has(uid));
    if (added.length > 0) {
      this.#takeRecent(added);
      this.#uids.push(...added);
      this.#added = [];
      data(this.#uids.length, 'EXISTS');
      data(this.#recent.size, 'RECENT');
    }
    for (const uid of [...this.#changed].sort((a, b) => a - b)) {
      const [sequence, message] = [this.sequenceOf(uid), this.message(uid)];
      if (sequence > 0 && message) data(sequence, 'FETCH', [[atom('FLAGS'), this.flagsOf(message)]]);
    }
    this.#changed.clear();
    return told;
  }

  /** Done as soon as there is something to tell. */
  whenNews(): Process {
    return wait<void>((resume) => {
      if (this.hasNews) {
        resume();
        return () => {};
      }
      this.#wake = resume;
      return () => {
        this.#wake = null;
      };
    });
  }

  #note(change: Change): void {
    switch (change.kind) {
      case 'added':
        this.#added.push(change.message.uid);
        break;
      case 'removed':
        this.#removed.add(change.uid);
        break;
      case 'flags':
        if (this.#silent) return;
        this.#changed.add(change.message.uid);
        break;
      default:
        return;
    }
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** §2.3.2: the first session that is told of a message, and may change the folder, has it as recent. */
  #takeRecent(uids: readonly number[]): void {
    const from = this.readOnly
      ? this.#store.folderById(this.#address, this.id)?.recentFrom
      : this.#store.takeRecent(this.#address, this.id);
    for (const uid of uids) if (uid >= (from ?? Number.POSITIVE_INFINITY)) this.#recent.add(uid);
  }
}
