/**
 * The keys of everybody who writes mail in a simulation, for S/MIME and OpenPGP. Each user agent has its user's own and knows the others'
 * public ones, and knows them for the right ones: as if the certificates had come from a directory, and the fingerprints had been
 * compared. They come from the scenario's seed and the mail address, so that they are the same in every run; made when first asked for.
 */
import { randomStream } from '../../kernel/random.ts';
import { DAY, EPOCH, SECOND } from '../../quantities.ts';
import type { Credentials } from '../../tls/certificate/authority.ts';
import { type Certificate, decodeCertificate } from '../../tls/certificate/certificate.ts';
import type { Trust } from '../../tls/simulated-trust.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';
import { generateKey, type OpenPgpKey, type OpenPgpPublicKey } from './openpgp/keys.ts';

/** A month before the calendar begins, as certificates are valid from. */
const CREATED = EPOCH - (30 * DAY) / SECOND;

export class KeyRing {
  readonly #seed: number;
  readonly #trust: Trust;
  readonly #openPgp = new Map<MailAddress, OpenPgpKey>();

  /** `seed`: the scenario's. */
  constructor(seed: number, trust: Trust) {
    this.#seed = seed;
    this.#trust = trust;
  }

  /** DER certificates of the authorities that everybody trusts. */
  get roots(): readonly Uint8Array[] {
    return this.#trust.roots;
  }

  credentials(address: MailAddress): Credentials {
    return this.#trust.mailCredentials(canonicalAddress(address));
  }

  certificate(address: MailAddress): Certificate {
    const decoded = decodeCertificate(this.credentials(address).certificates[0] as Uint8Array);
    if ('refusal' in decoded) throw new Error(decoded.refusal.text);
    return decoded.certificate;
  }

  openPgp(address: MailAddress): OpenPgpKey {
    const name = canonicalAddress(address);
    let key = this.#openPgp.get(name);
    if (!key) {
      key = generateKey(name, CREATED, randomStream(this.#seed, `openpgp key of ${name}`));
      this.#openPgp.set(name, key);
    }
    return key;
  }

  /** Those that have been used so far. */
  get openPgpKeys(): readonly OpenPgpPublicKey[] {
    return [...this.#openPgp.values()];
  }
}
