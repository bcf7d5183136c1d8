/**
 * Mailboxes on a mail server's disk. A mailbox is an entry of its own, and so is each message, so that taking one in costs
 * what that message costs. Whatever gives access to mail (POP3, IMAP) reads here.
 */
import type { Disk } from '../../network/host.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';

export interface StoredMessage {
  /** Grows from 1, never used again (RFC 3501 §2.3.1.1). */
  readonly uid: number;
  readonly arrivedAt: Nanoseconds;
  /** As delivered, with Return-Path and trace. */
  readonly octets: string;
  /** A filter put it aside. */
  readonly junk: boolean;
}

interface Account {
  readonly address: MailAddress;
  readonly quota: Bytes;
  readonly used: Bytes;
  readonly nextUid: number;
  readonly count: number;
}

export class MailboxStore {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Does nothing where it exists: what lies in it stays. */
  create(address: MailAddress, quota: Bytes): void {
    if (!this.#account(address)) this.#save({ address, quota, used: 0, nextUid: 1, count: 0 });
  }

  /** The mailbox's address as it was created; null if there is none. */
  find(address: MailAddress): MailAddress | null {
    return this.#account(address)?.address ?? null;
  }

  /** Whether a message of that size fits the quota. False without such a mailbox. */
  hasRoom(address: MailAddress, size: Bytes): boolean {
    const account = this.#account(address);
    return account !== undefined && account.used + size <= account.quota;
  }

  /** null, and nothing is stored, where it does not fit or there is no such mailbox. */
  deliver(address: MailAddress, octets: string, now: Nanoseconds, junk = false): StoredMessage | null {
    const account = this.#account(address);
    if (!account || account.used + octets.length > account.quota) return null;
    const message: StoredMessage = { uid: account.nextUid, arrivedAt: now, octets, junk };
    this.#disk.set(this.#messageName(address, message.uid), message);
    this.#save({ ...account, used: account.used + octets.length, nextUid: message.uid + 1, count: account.count + 1 });
    return message;
  }

  /** In the order of arrival. */
  messages(address: MailAddress): StoredMessage[] {
    const messages: StoredMessage[] = [];
    const nextUid = this.#account(address)?.nextUid ?? 1;
    for (let uid = 1; uid < nextUid; uid++) {
      const message = this.#disk.get<StoredMessage>(this.#messageName(address, uid));
      if (message) messages.push(message);
    }
    return messages;
  }

  count(address: MailAddress): number {
    return this.#account(address)?.count ?? 0;
  }

  #account(address: MailAddress): Account | undefined {
    return this.#disk.get<Account>(this.#name(address));
  }

  #save(account: Account): void {
    this.#disk.set(this.#name(account.address), account);
  }

  #name(address: MailAddress): string {
    return `mail/mailbox/${canonicalAddress(address)}`;
  }

  #messageName(address: MailAddress, uid: number): string {
    return `${this.#name(address)}/${uid}`;
  }
}
