/**
 * An authentication exchange as SMTP (RFC 4954 §4), POP3 (RFC 5034 §4) and IMAP (RFC 9051 §6.2.2) all frame it: a command names the
 * mechanism, perhaps with an initial response; then challenges and responses go as lines of base64. `=` stands for an initial
 * response of no octets, and a line that is `*` cancels. The protocol adds only what stands before a challenge (`334 `, `+ `), and
 * the replies that end it.
 */
import { decodeStrictBase64, encodeBase64 } from '../../base64.ts';
import { cramMd5 } from './cram-md5.ts';
import { login } from './login.ts';
import type { Account, Accounts, Credentials, Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';

export type MechanismName = 'PLAIN' | 'LOGIN' | 'CRAM-MD5';

/** In the order in which servers offer them. */
export const MECHANISMS: Readonly<Record<MechanismName, Mechanism>> = { PLAIN: plain, LOGIN: login, 'CRAM-MD5': cramMd5 };

/** Longest line of an exchange with its CRLF (RFC 4954 §4). */
export const RESPONSE_LINE_LIMIT = 12288;

/** Cancels the exchange (RFC 4954 §4). */
export const CANCEL = '*';

export function isMechanism(name: string): name is MechanismName {
  return Object.hasOwn(MECHANISMS, name);
}

export type ServerTurn =
  /** Base64, to be sent; the client's line is given to `answer`. */
  | { readonly kind: 'challenge'; readonly line: string }
  | { readonly kind: 'success'; readonly account: Account }
  /** `not expected`: an initial response where the mechanism has the server speak first (RFC 4954 §4). */
  | { readonly kind: 'failure'; readonly reason: 'malformed' | 'refused' | 'cancelled' | 'no base64' | 'not expected' };

/** The server's side of one exchange. `nonce`: octets of a challenge that is never used twice, such as `<42.7@crepes.fr>`. */
export class ServerExchange {
  readonly #mechanism: Mechanism;
  readonly #accounts: Accounts;
  readonly #nonce: string;
  readonly #responses: string[] = [];

  constructor(mechanism: MechanismName, accounts: Accounts, nonce: string) {
    this.#mechanism = MECHANISMS[mechanism];
    this.#accounts = accounts;
    this.#nonce = nonce;
  }

  /** `initial`: the initial response as it stands in the command; null without. */
  begin(initial: string | null): ServerTurn {
    if (initial === null) return this.#next();
    if (!this.#mechanism.clientFirst) return { kind: 'failure', reason: 'not expected' };
    return initial === '=' ? this.#take('') : this.answer(initial);
  }

  /** The client's line, without its CRLF. */
  answer(line: string): ServerTurn {
    if (line === CANCEL) return { kind: 'failure', reason: 'cancelled' };
    const octets = decodeStrictBase64(line);
    return octets === null ? { kind: 'failure', reason: 'no base64' } : this.#take(octets);
  }

  #take(octets: string): ServerTurn {
    this.#responses.push(octets);
    return this.#next();
  }

  #next(): ServerTurn {
    const verdict = this.#mechanism.judge(this.#responses, this.#accounts, this.#nonce);
    return verdict.kind === 'challenge' ? { kind: 'challenge', line: encodeBase64(verdict.octets) } : verdict;
  }
}

/** The client's side of one exchange. */
export class ClientExchange {
  readonly mechanism: MechanismName;
  readonly #credentials: Credentials;
  #turn = 0;

  constructor(mechanism: MechanismName, credentials: Credentials) {
    this.mechanism = mechanism;
    this.#credentials = credentials;
  }

  /** For the command itself; null where the server speaks first. */
  initialResponse(): string | null {
    if (!MECHANISMS[this.mechanism].clientFirst) return null;
    const octets = MECHANISMS[this.mechanism].respond(this.#credentials, '', this.#turn++);
    return octets === '' ? '=' : octets === null ? null : encodeBase64(octets);
  }

  /** The line that answers a challenge's base64; CANCEL where the mechanism has no answer to it. */
  answer(challenge: string): string {
    const octets = decodeStrictBase64(challenge);
    if (octets === null) return CANCEL;
    const response = MECHANISMS[this.mechanism].respond(this.#credentials, octets, this.#turn++);
    return response === null ? CANCEL : encodeBase64(response);
  }
}

/** In clear the password is not to be said where that can be helped; under protection the simplest serves. */
const PREFERRED: Readonly<Record<'clear' | 'secured', readonly MechanismName[]>> = {
  clear: ['CRAM-MD5', 'PLAIN', 'LOGIN'],
  secured: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
};

/** Of those that a server offers (in any case of letters), the one to use; null for none that is known. */
export function preferredMechanism(offered: readonly string[], secured: boolean): MechanismName | null {
  const names = new Set(offered.map((name) => name.toUpperCase()));
  return PREFERRED[secured ? 'secured' : 'clear'].find((name) => names.has(name)) ?? null;
}
