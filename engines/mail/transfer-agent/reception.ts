/**
 * What a mail server takes from whom: the policy of its sessions.
 *
 * Theory of operation. Mail for its own users it takes from everybody. It hands on to others only what a user of its own sends, who
 * has logged in or, where nobody needs to, has an address of its own domains; what comes from hosts that it relays for; and what
 * is for the domains that it is a backup of. Anything else is refused (RFC 5321 §3.6.2, §7.9). Who submits (RFC 6409) sends under
 * an address of this server.
 */
import type { Process } from '../../kernel/process.ts';
import type { Address, Connection } from '../../network/host.ts';
import type { MailFilter } from '../filters/mail-filter.ts';
import type { MailboxStore } from '../mailbox/mailbox-store.ts';
import { canonicalAddress, domainOf } from '../message/address.ts';
import type { MailAddress, MailServerService } from '../scenario.ts';
import type { Admission } from '../smtp/admission.ts';
import type { ReplyTexts } from '../smtp/reply-texts.ts';
import type { ServerAccount } from '../smtp/server-account.ts';
import type { Client, ServerPolicy } from '../smtp/server-session.ts';
import type { Reply } from '../smtp/wire/reply.ts';
import type { LocalAddresses } from './local-addresses.ts';

export interface ReceptionSurroundings {
  readonly service: MailServerService;
  readonly addresses: LocalAddresses;
  readonly store: MailboxStore;
  readonly admission: Admission;
  readonly account: Pick<ServerAccount, 'refused'>;
  readonly filter: MailFilter | null;
  now(): number;
  /** A host's address as this server sees it. */
  addressOf(host: string): Address;
}

export class Reception {
  readonly #surroundings: ReceptionSurroundings;
  readonly #trusted: ReadonlySet<Address> | 'anyone';

  constructor(surroundings: ReceptionSurroundings) {
    const { relayFor } = surroundings.service;
    this.#surroundings = surroundings;
    this.#trusted = relayFor === 'anyone' ? 'anyone' : new Set(relayFor.map((host) => surroundings.addressOf(host)));
  }

  /** All of a policy but taking messages. `submission`: on the port for users. */
  policy(connection: Connection, submission: boolean): Omit<ServerPolicy, 'message' | 'end'> {
    const { address } = connection.remote;
    return {
      sender: (reversePath, client, texts) => this.#sender(reversePath, client, address, submission, texts),
      recipient: (recipient, reversePath, size, client, texts) => this.#recipient(recipient, reversePath, size, client, address, texts),
      verify: (name, texts) => this.#verify(name, texts),
      expand: (name, texts) => this.#expand(name, texts),
    };
  }

  // biome-ignore lint/correctness/useYield: decided at once.
  *#sender(path: MailAddress, client: Client, address: Address, submission: boolean, texts: ReplyTexts): Process<Reply | null> {
    const { addresses, admission, now } = this.#surroundings;
    if (submission && !this.#mayUse(path, client)) return this.#refuse('not an address of its user', texts.notOurUser(path));
    if (client.user !== null && path !== '' && addresses.local(path) !== null && !this.#mayUse(path, client)) {
      return this.#refuse('not an address of its user', texts.notOurUser(path));
    }
    return admission.message(address, now()) ? null : this.#refuse('too many messages', texts.tooFast());
  }

  /** RFC 6409 §6.1: a user sends under an address of its own. */
  #mayUse(path: MailAddress, { user }: Client): boolean {
    if (user !== null) return canonicalAddress(path) === canonicalAddress(user);
    return this.#surroundings.addresses.domains.has(domainOf(path));
  }

  *#recipient(
    recipient: MailAddress,
    reversePath: MailAddress,
    size: number,
    client: Client,
    address: Address,
    texts: ReplyTexts,
  ): Process<Reply | null> {
    const { addresses, store, filter } = this.#surroundings;
    const blocked = filter ? yield* filter.client(address) : null;
    if (blocked) return this.#refuse('blocked client', blocked);
    const local = addresses.local(recipient);
    if (local === null) {
      return this.#relays(recipient, reversePath, client, address) ? null : this.#refuse('relaying denied', texts.relayDenied(recipient));
    }
    if (!addresses.exists(local)) return this.#refuse('no such user', texts.userUnknown(recipient));
    if (addresses.members(local) !== null || store.hasRoom(local, size)) return null;
    return this.#refuse('mailbox full', texts.mailboxFull(recipient));
  }

  #relays(recipient: MailAddress, reversePath: MailAddress, client: Client, address: Address): boolean {
    const { service, addresses } = this.#surroundings;
    if (service.backupFor.some((domain) => domain.toLowerCase() === domainOf(recipient))) return true;
    if (this.#trusted === 'anyone' || this.#trusted.has(address)) return true;
    return service.authentication === 'required' ? client.user !== null : addresses.domains.has(domainOf(reversePath));
  }

  /** RFC 5321 §3.5, §7.3: where names are nobody's business, 252. */
  #verify(name: string, texts: ReplyTexts): Reply {
    const { service, addresses } = this.#surroundings;
    if (!service.verifies) return texts.cannotVerify();
    const found = addresses.named(name);
    if (found.length > 1) return texts.ambiguous(found);
    if (found.length === 1) return texts.members(found);
    const address = name.replace(/^<(.*)>$/, '$1');
    const backup = service.backupFor.some((domain) => domain.toLowerCase() === domainOf(address));
    return backup ? texts.willForward(address) : texts.noSuchName(name);
  }

  #expand(name: string, texts: ReplyTexts): Reply {
    const { service, addresses } = this.#surroundings;
    if (!service.verifies) return texts.cannotVerify();
    const [list, ...others] = addresses.named(name);
    if (others.length > 0) return texts.ambiguous([list as MailAddress, ...others]);
    return list !== undefined && addresses.members(list) ? texts.members(addresses.everybody(list)) : texts.noSuchList(name);
  }

  #refuse(reason: string, reply: Reply): Reply {
    this.#surroundings.account.refused(reason);
    return reply;
  }
}
