/** How webmail reaches a user's mail: it lives on the mail server's host, and reads the mailboxes there as POP3 and IMAP do. */
import type { Host } from '../../network/host.ts';
import { INBOX } from '../mailbox/folder.ts';
import { mailboxesOf } from '../mailbox/host-mailboxes.ts';
import type { MailboxStore, StoredMessage } from '../mailbox/mailbox-store.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress, MailboxService } from '../scenario.ts';

const SEEN = '\\Seen';

export class MailboxAccess {
  readonly #store: MailboxStore;
  readonly #mailboxes: readonly MailboxService[];

  /** `mailboxes`: those that the host keeps. */
  constructor(host: Host, mailboxes: readonly MailboxService[]) {
    this.#store = mailboxesOf(host);
    this.#mailboxes = mailboxes;
  }

  /** The mailbox's address; null where there is none, or the password (UTF-8 octets) is another one. */
  logIn(address: string, password: string): MailAddress | null {
    const found = this.#mailboxes.find((one) => canonicalAddress(one.address) === canonicalAddress(address));
    return found?.password === password ? found.address : null;
  }

  /** Names, INBOX first. */
  folders(address: MailAddress): readonly string[] {
    return this.#store.folders(address).flatMap(({ name, selectable }) => (selectable ? [name] : []));
  }

  messages(address: MailAddress, folder: string): readonly StoredMessage[] {
    return this.#store.messages(address, folder);
  }

  /** The message, which counts as seen from now on; null where there is none. */
  open(address: MailAddress, folder: string, uid: number): StoredMessage | null {
    const found = this.#store.folder(address, folder);
    const message = found && this.#store.message(address, found.id, uid);
    if (!found || !message) return null;
    return this.#store.setFlags(address, found.id, uid, [...message.flags, SEEN]);
  }

  /** False where there is none. */
  remove(address: MailAddress, folder: string, uid: number): boolean {
    const found = this.#store.folder(address, folder);
    if (!found || !this.#store.message(address, found.id, uid)) return false;
    this.#store.remove(address, found.id, [uid]);
    return true;
  }
}

export function isSeen({ flags }: StoredMessage): boolean {
  return flags.includes(SEEN);
}

export { INBOX };
