/**
 * Mailboxes on a mail server's disk: what mail is delivered to, and what POP3, IMAP and webmail read.
 *
 * Theory of operation. An entry a mailbox says which folders it has and how much of its quota is used; each message is an entry
 * of its own, so that taking one in costs what that message costs. A message counts as soon as its folder's `nextUid` is beyond
 * it: it is written first and the mailbox last, so there is no moment at which half of a change can be seen. Every change is
 * done within one event of the run, hence before or after a crash, never across it. Whoever watches a disk is told of a change
 * by whichever store made it: an IMAP session sees what SMTP delivers.
 */
import type { Disk } from '../../network/host.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';
import { FOLDERS_LIMIT, type Folder, flagSet, folderName, HIERARCHY_SEPARATOR, INBOX, type StoredMessage } from './folder.ts';

export type { Folder, StoredMessage } from './folder.ts';

interface Account {
  readonly address: MailAddress;
  readonly quota: Bytes;
  readonly used: Bytes;
  readonly folders: readonly Folder[];
  /** Names, which need be no folders' (RFC 3501 §6.3.6). */
  readonly subscribed: readonly string[];
  readonly nextFolder: number;
}

export type Change =
  /** `delivered`: by a mail server, from outside. */
  | { readonly kind: 'added'; readonly how: 'delivered' | 'stored'; readonly message: StoredMessage }
  | { readonly kind: 'flags'; readonly message: StoredMessage }
  | { readonly kind: 'removed'; readonly uid: number }
  | { readonly kind: 'renamed'; readonly from: string }
  | { readonly kind: 'created' | 'deleted' };

/** `address` as the mailbox was created with; `folder` as it is after the change. */
export type Watcher = (address: MailAddress, folder: Folder, change: Change) => void;

/** Why a change was not made. */
export type StoreProblem = 'exists' | 'no such folder' | 'not allowed' | 'over quota' | 'too many';

/** What a store is told of: the stores of one disk show the same mailboxes. */
const watchers = new WeakMap<Disk, Set<Watcher>>();

export class MailboxStore {
  readonly #disk: Disk;
  readonly #told: Watcher;

  /** `told` is for the one who makes the changes, before whoever watches. */
  constructor(disk: Disk, told: Watcher = () => {}) {
    this.#disk = disk;
    this.#told = told;
  }

  // Mailboxes ----------------------------------------------------------------------------------------------------------

  /** Does nothing where it exists: what lies in it stays. */
  create(address: MailAddress, quota: Bytes): void {
    if (this.#account(address)) return;
    const inbox: Folder = { id: 1, validity: 1, name: INBOX, nextUid: 1, count: 0, recentFrom: 1, selectable: true };
    this.#save({ address, quota, used: 0, folders: [inbox], subscribed: [INBOX], nextFolder: 2 });
  }

  /** The mailbox's address as it was created; null if there is none. */
  find(address: MailAddress): MailAddress | null {
    return this.#account(address)?.address ?? null;
  }

  /** Octets of all messages of all folders; 0 without such a mailbox. */
  used(address: MailAddress): Bytes {
    return this.#account(address)?.used ?? 0;
  }

  /** Whether a message of that size fits the quota. False without such a mailbox. */
  hasRoom(address: MailAddress, size: Bytes): boolean {
    const account = this.#account(address);
    return account !== undefined && account.used + size <= account.quota;
  }

  // Folders ------------------------------------------------------------------------------------------------------------

  /** In the order in which they were made; those made again come last. */
  folders(address: MailAddress): readonly Folder[] {
    return this.#account(address)?.folders ?? [];
  }

  folder(address: MailAddress, name: string): Folder | null {
    const plain = folderName(name);
    return this.folders(address).find((folder) => folder.name === plain) ?? null;
  }

  /** Also after it was renamed; null once it is deleted. */
  folderById(address: MailAddress, id: number): Folder | null {
    return this.folders(address).find((folder) => folder.id === id) ?? null;
  }

  /** With the levels above it (§6.3.3). null: done. */
  createFolder(address: MailAddress, name: string): StoreProblem | null {
    const plain = folderName(name);
    const account = this.#account(address);
    if (plain === null || !account) return 'not allowed';
    const there = account.folders.find((folder) => folder.name === plain);
    if (there?.selectable) return 'exists';
    const wanted = plain.split(HIERARCHY_SEPARATOR).map((_, i, levels) => levels.slice(0, i + 1).join(HIERARCHY_SEPARATOR));
    const missing = wanted.filter((one) => !account.folders.some((folder) => folder.name === one && (folder.selectable || one !== plain)));
    if (account.folders.length + missing.length > FOLDERS_LIMIT) return 'too many';
    const made = missing.map((one, i): Folder => {
      const id = account.nextFolder + i;
      return { id, validity: id, name: one, nextUid: 1, count: 0, recentFrom: 1, selectable: true };
    });
    const kept = account.folders.filter((folder) => folder !== there);
    this.#save({ ...account, folders: [...kept, ...made], nextFolder: account.nextFolder + made.length });
    for (const folder of made) this.#tell(account.address, folder, { kind: 'created' });
    return null;
  }

  /** With its messages. A folder that has others below it stays as their level, of which nothing can be read (§6.3.4). */
  deleteFolder(address: MailAddress, name: string): StoreProblem | null {
    const account = this.#account(address);
    const folder = this.folder(address, name);
    if (!account || !folder) return 'no such folder';
    if (folder.name === INBOX) return 'not allowed';
    const hasInferiors = account.folders.some((other) => isBelow(other.name, folder.name));
    if (hasInferiors && !folder.selectable) return 'not allowed';
    const messages = this.#messagesOf(account.address, folder);
    const used = account.used - sizeOf(messages);
    const others = account.folders.filter((other) => other.id !== folder.id);
    // A new identity: what is made here again under the name must not be taken for this one.
    const id = account.nextFolder;
    const level: Folder = { ...folder, id, validity: id, nextUid: 1, count: 0, recentFrom: 1, selectable: false };
    this.#save({ ...account, used, folders: hasInferiors ? [...others, level] : others, nextFolder: account.nextFolder + 1 });
    for (const { uid } of messages) this.#disk.delete(this.#messageName(address, folder.id, uid));
    for (const { uid } of messages) this.#tell(account.address, folder, { kind: 'removed', uid });
    this.#tell(account.address, folder, { kind: 'deleted' });
    return null;
  }

  /** With the folders below it. INBOX gives its messages to the new folder and stays, empty (§6.3.5). */
  renameFolder(address: MailAddress, from: string, to: string): StoreProblem | null {
    const folder = this.folder(address, from);
    const target = folderName(to);
    if (!folder) return 'no such folder';
    if (target === null || isBelow(target, folder.name)) return 'not allowed';
    if (this.folder(address, target)) return 'exists';
    if (folder.name === INBOX) {
      const problem = this.createFolder(address, target);
      if (problem) return problem;
      const uids = this.messages(address).map(({ uid }) => uid);
      const moved = this.copy(address, folder.id, uids, this.folder(address, target)?.id ?? 0, true);
      return typeof moved === 'string' ? moved : null;
    }
    const above = target.split(HIERARCHY_SEPARATOR).slice(0, -1).join(HIERARCHY_SEPARATOR);
    if (above !== '' && !this.folder(address, above)) {
      const problem = this.createFolder(address, above);
      if (problem) return problem;
    }
    const account = this.#account(address) as Account;
    const renamed: { readonly from: string; readonly folder: Folder }[] = [];
    const folders = account.folders.map((one) => {
      if (one.id !== folder.id && !isBelow(one.name, folder.name)) return one;
      const validity = account.nextFolder + renamed.length;
      const now: Folder = { ...one, validity, name: target + one.name.slice(folder.name.length) };
      renamed.push({ from: one.name, folder: now });
      return now;
    });
    this.#save({ ...account, folders, nextFolder: account.nextFolder + renamed.length });
    for (const { from: old, folder: now } of renamed) this.#tell(account.address, now, { kind: 'renamed', from: old });
    return null;
  }

  /** Names that the user has subscribed to, whether or not there are such folders (§6.3.6). */
  subscriptions(address: MailAddress): readonly string[] {
    return this.#account(address)?.subscribed ?? [];
  }

  /** `not allowed` for what can be no name. */
  subscribe(address: MailAddress, name: string, on: boolean): StoreProblem | null {
    const account = this.#account(address);
    const plain = folderName(name);
    if (!account || plain === null) return 'not allowed';
    const others = account.subscribed.filter((one) => one !== plain);
    if (on && others.length >= FOLDERS_LIMIT) return 'too many';
    this.#save({ ...account, subscribed: on ? [...others, plain] : others });
    return null;
  }

  // Messages -----------------------------------------------------------------------------------------------------------

  /**
   * What a mail server takes in for a user. null, and nothing is stored, where it does not fit or there is no such mailbox. A
   * folder that is not there is made.
   */
  deliver(address: MailAddress, octets: string, now: Nanoseconds, folder: string = INBOX): StoredMessage | null {
    if (!this.hasRoom(address, octets.length)) return null;
    if (!this.folder(address, folder)?.selectable) this.createFolder(address, folder);
    const found = this.folder(address, folder);
    // No room for that folder: what was accepted goes where it can be read.
    if (!found?.selectable) return folder === INBOX ? null : this.deliver(address, octets, now);
    return this.#add(address, found, { octets, arrivedAt: now, flags: [] }, 'delivered');
  }

  /** What a user puts into a folder (§6.3.11). */
  append(address: MailAddress, folderId: number, message: Omit<StoredMessage, 'uid'>): StoredMessage | StoreProblem {
    const folder = this.folderById(address, folderId);
    if (!folder?.selectable) return 'no such folder';
    if (!this.hasRoom(address, message.octets.length)) return 'over quota';
    return this.#add(address, folder, message, 'stored') ?? 'over quota';
  }

  /** In the order of their UIDs: of INBOX, of arrival. Costs a look at every UID that the folder has given. */
  messages(address: MailAddress, folder: string = INBOX): StoredMessage[] {
    const found = this.folder(address, folder);
    return found ? this.#messagesOf(address, found) : [];
  }

  /** Of all folders. */
  allMessages(address: MailAddress): StoredMessage[] {
    return this.folders(address).flatMap((folder) => this.#messagesOf(address, folder));
  }

  message(address: MailAddress, folderId: number, uid: number): StoredMessage | null {
    return this.#disk.get<StoredMessage>(this.#messageName(address, folderId, uid)) ?? null;
  }

  /** Of INBOX. */
  count(address: MailAddress): number {
    return this.folder(address, INBOX)?.count ?? 0;
  }

  /** The message with them; null where it is gone. Nobody is told where nothing changes. */
  setFlags(address: MailAddress, folderId: number, uid: number, flags: readonly string[]): StoredMessage | null {
    const folder = this.folderById(address, folderId);
    const message = this.message(address, folderId, uid);
    if (!folder || !message) return null;
    const set = flagSet(flags);
    if (set.length === message.flags.length && set.every((flag) => message.flags.includes(flag))) return message;
    const changed: StoredMessage = { ...message, flags: set };
    this.#disk.set(this.#messageName(address, folderId, uid), changed);
    this.#tell(this.find(address) as MailAddress, folder, { kind: 'flags', message: changed });
    return changed;
  }

  /** Those that are there; the others are gone already. */
  remove(address: MailAddress, folderId: number, uids: readonly number[]): void {
    const account = this.#account(address);
    const folder = this.folderById(address, folderId);
    if (!account || !folder) return;
    const gone = uids.flatMap((uid) => this.message(address, folderId, uid) ?? []);
    if (gone.length === 0) return;
    const now: Folder = { ...folder, count: folder.count - gone.length };
    this.#save({ ...withFolder(account, now), used: account.used - sizeOf(gone) });
    for (const { uid } of gone) this.#disk.delete(this.#messageName(address, folderId, uid));
    for (const { uid } of gone) this.#tell(account.address, now, { kind: 'removed', uid });
  }

  /** All of them or none, flags and internal dates kept (§6.4.7); with `move`, out of where they were (RFC 6851). Pairs of the old UID and the new one. */
  copy(
    address: MailAddress,
    fromId: number,
    uids: readonly number[],
    toId: number,
    move = false,
  ): readonly (readonly [from: number, to: number])[] | StoreProblem {
    const to = this.folderById(address, toId);
    if (!to?.selectable) return 'no such folder';
    const messages = uids.flatMap((uid) => this.message(address, fromId, uid) ?? []);
    if (!move && !this.hasRoom(address, sizeOf(messages))) return 'over quota';
    const copies = messages.map((message, i): StoredMessage => ({ ...message, uid: to.nextUid + i }));
    for (const message of copies) this.#disk.set(this.#messageName(address, toId, message.uid), message);
    const account = this.#account(address) as Account;
    const now: Folder = { ...to, nextUid: to.nextUid + copies.length, count: to.count + copies.length };
    this.#save({ ...withFolder(account, now), used: account.used + sizeOf(copies) });
    for (const message of copies) this.#tell(account.address, now, { kind: 'added', how: 'stored', message });
    if (move) this.remove(address, fromId, uids);
    return messages.map(({ uid }, i) => [uid, copies[i]?.uid as number]);
  }

  /** The first UID that nobody had been told of; from now on the next one is (§2.3.2). */
  takeRecent(address: MailAddress, folderId: number): number {
    const account = this.#account(address);
    const folder = this.folderById(address, folderId);
    if (!account || !folder) return 1;
    if (folder.recentFrom !== folder.nextUid) this.#save(withFolder(account, { ...folder, recentFrom: folder.nextUid }));
    return folder.recentFrom;
  }

  /** Tells of changes by any store of this disk, until the result is called. */
  watch(watcher: Watcher): () => void {
    const all = watchers.get(this.#disk) ?? new Set();
    watchers.set(this.#disk, all);
    all.add(watcher);
    return () => all.delete(watcher);
  }

  // The disk -----------------------------------------------------------------------------------------------------------

  #add(
    address: MailAddress,
    folder: Folder,
    { octets, arrivedAt, flags }: Omit<StoredMessage, 'uid'>,
    how: 'delivered' | 'stored',
  ): StoredMessage | null {
    const account = this.#account(address);
    if (!account || account.used + octets.length > account.quota) return null;
    const message: StoredMessage = { uid: folder.nextUid, arrivedAt, octets, flags: flagSet(flags) };
    const now: Folder = { ...folder, nextUid: folder.nextUid + 1, count: folder.count + 1 };
    this.#disk.set(this.#messageName(address, folder.id, message.uid), message);
    this.#save({ ...withFolder(account, now), used: account.used + octets.length });
    this.#tell(account.address, now, { kind: 'added', how, message });
    return message;
  }

  #messagesOf(address: MailAddress, { id, nextUid }: Folder): StoredMessage[] {
    const messages: StoredMessage[] = [];
    for (let uid = 1; uid < nextUid; uid++) {
      const message = this.message(address, id, uid);
      if (message) messages.push(message);
    }
    return messages;
  }

  #tell(address: MailAddress, folder: Folder, change: Change): void {
    this.#told(address, folder, change);
    for (const watcher of [...(watchers.get(this.#disk) ?? [])]) watcher(address, folder, change);
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

  #messageName(address: MailAddress, folderId: number, uid: number): string {
    return `${this.#name(address)}/${folderId}/${uid}`;
  }
}

function isBelow(name: string, level: string): boolean {
  return name.startsWith(level + HIERARCHY_SEPARATOR);
}

function withFolder(account: Account, folder: Folder): Account {
  return { ...account, folders: account.folders.map((one) => (one.id === folder.id ? folder : one)) };
}

function sizeOf(messages: readonly StoredMessage[]): Bytes {
  return messages.reduce((sum, { octets }) => sum + octets.length, 0);
}
