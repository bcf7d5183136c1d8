/**
 * How webmail reaches a user's mail: it lives on the mail server's host, and reads the mailboxes there as its POP3 and IMAP servers do.
 * Failed log-ins count with theirs.
 */
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { INBOX } from '../mailbox/folder.ts';
import { mailboxesOf } from '../mailbox/host-mailboxes.ts';
import type { Logins } from '../mailbox/logins.ts';
import type { MailboxStore, StoredMessage } from '../mailbox/mailbox-store.ts';
import type { MailAddress } from '../scenario.ts';

const SEEN = '\\Seen';

export class MailboxAccess {
  readonly #store: MailboxStore;
  readonly #host: Host;
  readonly #logins: Logins;

  constructor(host: Host, logins: Logins) {
    this.#host = host;
    this.#store = mailboxesOf(host);
    this.#logins = logins;
  }

  /** The mailbox's address; null, and only after a while where the server has it so, where the password (UTF-8 octets) is another one. */
  *logIn(user: string, password: string): Process<MailAddress | null> {
    const account = this.#logins.accounts(user);
    const result = this.#logins.judge(user, account?.password === password ? account : null);
    if (result.kind === 'in') return result.address;
    yield* this.#host.sleep(result.delay);
    return null;
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
