/**
 * Who may get into a mailbox: names and passwords, and what a server does against who guesses them.
 *
 * POP3, IMAP, SMTP and webmail share it, so that failing at one counts at the others. What was counted is on the disk: a crash is no way round a
 * lock-out. Users are called by their address; where a local part is in use once, that alone will do.
 */
import { formatValue } from '../../format.ts';
import type { Host } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import type { Scenario } from '../../scenario.ts';
import { canonicalAddress } from '../message/address.ts';
import type { Account, Accounts } from '../sasl/mechanism.ts';
import type { MailAddress, MailboxService } from '../scenario.ts';
import type { AccessService, LoginLimits } from './scenario.ts';

export type LoginResult =
  | { readonly kind: 'in'; readonly address: MailAddress }
  /** `locked`: whatever the password was. `wrong`: which of name and password, is nobody's business. */
  | { readonly kind: 'refused'; readonly why: 'wrong' | 'locked'; readonly delay: Nanoseconds };

interface Tally {
  readonly failures: number;
  readonly lockedUntil: Nanoseconds;
}

const NONE: Tally = { failures: 0, lockedUntil: 0 };
const TOTAL = 'mail/failed logins';
const STORE = 'logins';

/** Where the scenario says nothing of how a host's mailboxes are reached. */
const UNLIMITED: LoginLimits = { delay: 0, perConnection: 3, lockOut: null };

/** The one set of limits that all servers of a host have. */
export function loginLimitsOf({ services }: Pick<Scenario, 'services'>, host: string): LoginLimits {
  const access = services.find((service): service is AccessService => service.kind === 'mail.access' && service.host === host);
  return access?.logins ?? UNLIMITED;
}

/** What it needs of the server's host. */
export type LoginHost = Pick<Host, 'name' | 'now' | 'disk' | 'narrator'>;

export class Logins {
  readonly #host: LoginHost;
  readonly #limits: LoginLimits;
  readonly #accounts = new Map<string, Account>();

  constructor(host: LoginHost, limits: LoginLimits, mailboxes: readonly MailboxService[]) {
    this.#host = host;
    this.#limits = limits;
    const sharing = new Map<string, number>();
    for (const { address, password } of mailboxes) {
      const canonical = canonicalAddress(address);
      const localPart = canonical.slice(0, canonical.lastIndexOf('@'));
      const account: Account = { name: address, password };
      this.#accounts.set(canonical, account);
      sharing.set(localPart, (sharing.get(localPart) ?? 0) + 1);
      if (sharing.get(localPart) === 1 && !this.#accounts.has(localPart)) this.#accounts.set(localPart, account);
      else this.#accounts.delete(localPart);
    }
  }

  /** Failed logins after which a connection is closed. */
  get perConnection(): number {
    return this.#limits.perConnection;
  }

  readonly accounts: Accounts = (user) => this.#accounts.get(canonicalAddress(user)) ?? null;

  /** `proved`: whose password was right; null where none was. `claimed`: who they say they are. */
  judge(claimed: string, proved: Account | null): LoginResult {
    const account = proved ?? this.accounts(claimed);
    const name = `mail/logins/${canonicalAddress(account?.name ?? claimed)}`;
    const tally = this.#host.disk.get<Tally>(name) ?? NONE;
    const locked = this.#host.now() < tally.lockedUntil;
    if (proved && !locked) {
      this.#host.disk.delete(name);
      if (tally !== NONE) this.#host.narrator.state(STORE, proved.name, null);
      return { kind: 'in', address: proved.name };
    }
    const total = (this.#host.disk.get<number>(TOTAL) ?? 0) + 1;
    this.#host.disk.set(TOTAL, total);
    this.#host.narrator.measure('failed logins', [this.#host.name], total);
    // Names that nobody has are not counted: whoever makes them up would fill the disk.
    if (account && !locked) this.#fail(name, account.name, tally.failures + 1);
    return { kind: 'refused', why: locked ? 'locked' : 'wrong', delay: this.#limits.delay };
  }

  #fail(name: string, address: MailAddress, failures: number): void {
    const { lockOut } = this.#limits;
    const locks = lockOut !== null && failures >= lockOut.after;
    const lockedUntil = locks ? this.#host.now() + lockOut.time : 0;
    this.#host.disk.set(name, { failures: locks ? 0 : failures, lockedUntil } satisfies Tally);
    if (!locks) {
      this.#host.narrator.state(STORE, address, `${failures} failed`);
      return;
    }
    const note = `${address} is locked for ${formatValue(lockOut.time, 'ns')} after ${failures} failed logins`;
    this.#host.narrator.state(STORE, address, 'locked', { note, expiresAt: lockedUntil });
  }
}
