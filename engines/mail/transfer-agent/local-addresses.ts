/** The addresses that a mail server knows: its domains, the mailboxes it keeps, and its aliases. */
import type { MailboxStore } from '../mailbox/mailbox-store.ts';
import { canonicalAddress, domainOf } from '../message/address.ts';
import type { MailAddress, MailboxService, MailServerService } from '../scenario.ts';

export class LocalAddresses {
  /** Of which it is the final destination, in lower case. */
  readonly domains: ReadonlySet<string>;
  readonly #service: MailServerService;
  readonly #store: MailboxStore;
  readonly #aliases: ReadonlyMap<string, readonly MailAddress[]>;

  constructor(service: MailServerService, mailboxes: readonly MailboxService[], store: MailboxStore) {
    this.#service = service;
    this.#store = store;
    this.#aliases = new Map(service.aliases.map(({ address, members }) => [canonicalAddress(address), members]));
    this.domains = new Set([
      ...service.domains.map((domain) => domain.toLowerCase()),
      ...mailboxes.map(({ address }) => domainOf(address)),
      ...service.aliases.map(({ address }) => domainOf(address)),
    ]);
    for (const { address, quota } of mailboxes) store.create(address, quota);
    // RFC 5321 §4.5.1: a postmaster can always be reached.
    for (const domain of this.domains) store.create(`postmaster@${domain}`, service.maximumSize * 10);
  }

  /** The address of a user of its own domains, the bare `postmaster` completed; null for others. */
  local(address: MailAddress): MailAddress | null {
    const domain = domainOf(address);
    if (domain === '') return `${address}@${[...this.domains][0] ?? this.#service.helo}`;
    return this.domains.has(domain) ? address : null;
  }

  /** Who is behind an alias; null for what is none. */
  members(address: MailAddress): readonly MailAddress[] | null {
    return this.#aliases.get(canonicalAddress(address)) ?? null;
  }

  /** Whether mail for a local address is taken. */
  exists(local: MailAddress): boolean {
    return this.members(local) !== null ? this.everybody(local).length > 0 : this.#store.find(local) !== null;
  }

  /** Everybody that mail for an address goes to in the end, aliases of aliases included, each once. */
  everybody(address: MailAddress): MailAddress[] {
    const seen = new Set<string>();
    const found: MailAddress[] = [];
    const visit = (one: MailAddress): void => {
      const name = canonicalAddress(one);
      if (seen.has(name)) return;
      seen.add(name);
      const members = this.members(one);
      if (members === null) {
        found.push(one);
        return;
      }
      for (const member of members) {
        // An alias that names itself keeps a copy in the mailbox of that name.
        if (canonicalAddress(member) !== name) visit(member);
        else if (this.#store.find(member) !== null && !found.includes(one)) found.push(one);
      }
    };
    visit(address);
    return found;
  }

  /** Local addresses that a name stands for: an address, with or without brackets, or a local part in any of the domains. */
  named(name: string): MailAddress[] {
    const bare = name.trim().replace(/^<(.*)>$/, '$1');
    const candidates = bare.includes('@') ? [bare] : [...this.domains].map((domain) => `${bare}@${domain}`);
    return candidates.filter((candidate) => this.local(candidate) !== null && this.exists(candidate));
  }
}
