/**
 * The sessions of a webmail server: who is logged in, told by a random name in a cookie. They are in memory: a crash ends them all.
 * Limit: 10,000 at once; the one that was used least recently goes first.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Host } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import type { MailAddress } from '../scenario.ts';

export interface Session {
  readonly id: string;
  readonly address: MailAddress;
  /** In every form that changes something: another site does not know it (OWASP: synchronizer token). */
  readonly token: string;
}

/** Octets of a session's name, and of a token: 128 bits cannot be guessed. */
const RANDOM_OCTETS = 16;
const SESSIONS_LIMIT = 10_000;
const STORE = 'webmail sessions';

export class Sessions {
  readonly #host: Host;
  readonly #idle: Nanoseconds;
  /** The least recently used first. */
  readonly #sessions = new Map<string, { readonly session: Session; usedAt: Nanoseconds }>();

  /** `idle`: a session not used for so long is over. */
  constructor(host: Host, idle: Nanoseconds) {
    this.#host = host;
    this.#idle = idle;
  }

  begin(address: MailAddress): Session {
    const random = this.#host.random('webmail sessions');
    const session = { id: bytesToHex(random.bytes(RANDOM_OCTETS)), address, token: bytesToHex(random.bytes(RANDOM_OCTETS)) };
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= SESSIONS_LIMIT && oldest !== undefined) this.end(oldest);
    this.#use(session);
    return session;
  }

  /** The session of that name, which is used by this; null where there is none, or it is over. */
  find(id: string): Session | null {
    const found = this.#sessions.get(id);
    if (!found) return null;
    if (this.#host.now() - found.usedAt >= this.#idle) {
      this.end(id);
      return null;
    }
    this.#use(found.session);
    return found.session;
  }

  end(id: string): void {
    if (this.#sessions.delete(id)) this.#host.narrator.state(STORE, shortened(id), null);
  }

  #use(session: Session): void {
    const now = this.#host.now();
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, { session, usedAt: now });
    this.#host.narrator.state(STORE, shortened(session.id), session.address, { expiresAt: now + this.#idle });
  }
}

function shortened(id: string): string {
  return `${id.slice(0, 8)}…`;
}
