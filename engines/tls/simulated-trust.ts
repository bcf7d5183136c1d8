/**
 * Whom the hosts of a simulation trust, and what its servers show: one certificate authority a scenario, as the public ones are
 * outside. All protocols have it from `World.trust`.
 *
 * Keys take time to make: the authority is made when first asked for, and each certificate once. They come from the scenario's seed
 * and what they are for, so that they are the same in every run, in whatever order they are asked for.
 */
import { randomStream } from '../kernel/random.ts';
import { DAY, EPOCH, SECOND } from '../quantities.ts';
import {
  type CertificateAuthority,
  type Credentials,
  certificateAuthority,
  issue,
  issueForMail,
  selfSigned,
  type Validity,
} from './certificate/authority.ts';
import type { ServerCertificate } from './scenario.ts';

export interface Trust {
  /** DER certificates that every host trusts. */
  readonly roots: readonly Uint8Array[];
  /** The certificate and its key. Equal certificates have one key. */
  credentials(certificate: ServerCertificate): Credentials;
  /** The certificate of the person with this mail address, and its key. */
  mailCredentials(mailAddress: string): Credentials;
}

/** A year that ended the day before the calendar begins: nobody has renewed it. */
const EXPIRED: Validity = { notBefore: EPOCH - (366 * DAY) / SECOND, notAfter: EPOCH - DAY / SECOND };

export class SimulatedTrust implements Trust {
  readonly #seed: number;
  readonly #issued = new Map<string, Credentials>();
  #authority: CertificateAuthority | null = null;

  /** `seed`: the scenario's. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  get roots(): readonly Uint8Array[] {
    return [this.#root.certificate];
  }

  credentials({ names, flaw }: ServerCertificate): Credentials {
    const key = JSON.stringify([names, flaw]);
    const credentials = this.#issued.get(key) ?? this.#issue(names, flaw);
    this.#issued.set(key, credentials);
    return credentials;
  }

  mailCredentials(mailAddress: string): Credentials {
    const key = JSON.stringify(mailAddress);
    const credentials = this.#issued.get(key) ?? issueForMail(this.#root, mailAddress);
    this.#issued.set(key, credentials);
    return credentials;
  }

  #issue(names: readonly string[], flaw: ServerCertificate['flaw']): Credentials {
    if (flaw === 'self-signed') return selfSigned(this.#random, { names });
    return issue(this.#root, flaw === 'expired' ? { names, validity: EXPIRED } : { names });
  }

  get #root(): CertificateAuthority {
    this.#authority ??= certificateAuthority(this.#random);
    return this.#authority;
  }

  readonly #random = (purpose: string) => randomStream(this.#seed, purpose);
}
