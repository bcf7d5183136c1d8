/**
 * What a recipient's user agent makes of a message: opens what is encrypted for its user, looks at the signatures, and shows the text.
 *
 * Theory of operation. Protection is peeled off from the outside: each layer is a signature beside or around an entity, or an entity
 * that is encrypted. It is looked for where the whole message is protected; a protected part among others is not looked into. Whoever
 * signed must be the author that the message names, else the signature proves nothing about it.
 * Limit: 8 layers.
 */
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { canonicalAddress } from '../message/address.ts';
import { soleAddress } from '../message/address-list.ts';
import { parameterText } from '../message/content-fields.ts';
import { contentOf, type Entity, parseMime, readableText } from '../message/mime.ts';
import type { MailAddress } from '../scenario.ts';
import { decodeCms } from './cms/content-info.ts';
import { decryptCms } from './cms/enveloped-data.ts';
import { type CmsVerdict, verifyCms } from './cms/signed-data.ts';
import type { KeyRing } from './key-ring.ts';
import { decodeArmor } from './openpgp/armor.ts';
import { decryptMessage, type SignatureVerdict, verifyDetached } from './openpgp/message.ts';

export type SignatureReading =
  | { readonly kind: 'missing' }
  | { readonly kind: 'valid'; readonly by: MailAddress }
  | { readonly kind: 'invalid'; readonly reason: string };

export interface MailReading {
  /** What the reader sees; null where it cannot be read. */
  readonly text: string | null;
  /** Why not. */
  readonly problem: string | null;
  readonly encrypted: boolean;
  readonly signature: SignatureReading;
}

const LAYERS_LIMIT = 8;

/** `octets`: a message; `reader`: whose keys are tried; `now`: seconds since 1970. Total. */
export function readMail(octets: string, reader: MailAddress, ring: KeyRing, now: number): MailReading {
  const message = parseMime(octets);
  return new Reader(authorOf(message), reader, ring, now).read(octets, message);
}

/** RFC 5322 §3.6.2; null unless there is one From field, and one author in it: readers may show either of two. */
function authorOf({ fields }: Entity): MailAddress | null {
  const [from, second] = fields.filter(({ name }) => name.toLowerCase() === 'from');
  return from && !second ? addressIn(from.value) : null;
}

function addressIn(text: string): MailAddress | null {
  const address = soleAddress(text);
  return address === null ? null : canonicalAddress(address);
}

/** An entity and the octets that its ranges are of. */
interface Layer {
  readonly octets: string;
  readonly entity: Entity;
}

class Reader {
  readonly #author: MailAddress | null;
  readonly #reader: MailAddress;
  readonly #ring: KeyRing;
  readonly #now: number;
  #encrypted = false;
  #signature: SignatureReading = { kind: 'missing' };

  constructor(author: MailAddress | null, reader: MailAddress, ring: KeyRing, now: number) {
    this.#author = author;
    this.#reader = reader;
    this.#ring = ring;
    this.#now = now;
  }

  read(octets: string, message: Entity): MailReading {
    let layer: Layer = { octets, entity: message };
    for (let i = 0; i < LAYERS_LIMIT; i++) {
      const inner = this.#peel(layer);
      if (inner === null) return this.#reading(readableText(layer.octets, layer.entity), null);
      if ('problem' in inner) return this.#reading(null, inner.problem);
      layer = inner;
    }
    return this.#reading(null, `protected more than ${LAYERS_LIMIT} times over`);
  }

  #reading(text: string | null, problem: string | null): MailReading {
    return { text, problem, encrypted: this.#encrypted, signature: this.#signature };
  }

  /** What is inside of one layer; null where it is not protected. */
  #peel({ octets, entity }: Layer): Layer | { readonly problem: string } | null {
    const [first, second] = entity.parts;
    if (entity.type === 'multipart/signed' && first && second) {
      const content = bytesOfOctets(octets.slice(first.start, first.end));
      this.#note(this.#detached(second, bytesOfOctets(contentOf(octets, second)), content));
      return { octets, entity: first };
    }
    if (entity.type === 'multipart/encrypted' && second && parameterText(entity.parameters, 'protocol') === 'application/pgp-encrypted')
      return this.#openPgp(contentOf(octets, second));
    if (/^application\/(x-)?pkcs7-mime$/.test(entity.type)) return this.#cms(bytesOfOctets(contentOf(octets, entity)));
    return null;
  }

  #detached({ type }: Entity, signature: Uint8Array, content: Uint8Array): SignatureReading {
    if (type === 'application/pgp-signature') {
      const armored = decodeArmor(octetsOf(signature));
      if ('error' in armored) return { kind: 'invalid', reason: armored.error };
      return this.#byOpenPgp(verifyDetached(armored.bytes, content, this.#keys(), this.#now));
    }
    if (!/^application\/(x-)?pkcs7-signature$/.test(type)) return { kind: 'invalid', reason: `a signature of type ${type}` };
    const decoded = decodeCms(signature);
    if ('error' in decoded || decoded.kind !== 'signed')
      return { kind: 'invalid', reason: 'error' in decoded ? decoded.error : 'no signature' };
    return this.#byCms(verifyCms(decoded, content, this.#ring.roots, this.#now));
  }

  #cms(bytes: Uint8Array): Layer | { readonly problem: string } {
    const decoded = decodeCms(bytes);
    if ('error' in decoded) return { problem: decoded.error };
    if (decoded.kind === 'signed') {
      if (!decoded.content) return { problem: 'what is signed is not there' };
      this.#note(this.#byCms(verifyCms(decoded, null, this.#ring.roots, this.#now)));
      return parsed(decoded.content);
    }
    this.#encrypted = true;
    const opened = decryptCms(decoded, this.#ring.credentials(this.#reader));
    return 'problem' in opened ? opened : parsed(opened.content);
  }

  #openPgp(armor: string): Layer | { readonly problem: string } {
    this.#encrypted = true;
    const armored = decodeArmor(armor);
    if ('error' in armored) return { problem: armored.error };
    const opened = decryptMessage(armored.bytes, this.#ring.openPgp(this.#reader), this.#keys(), this.#now);
    if ('problem' in opened) return opened;
    if (opened.signature) this.#note(this.#byOpenPgp(opened.signature));
    return parsed(opened.content);
  }

  /** The author's key is known, whoever else's is. */
  #keys() {
    if (this.#author !== null) this.#ring.openPgp(this.#author);
    return this.#ring.openPgpKeys;
  }

  #byOpenPgp(verdict: SignatureVerdict): SignatureReading {
    if (!verdict.valid) return { kind: 'invalid', reason: verdict.reason };
    const signer = addressIn(verdict.by.userId);
    return this.#by(signer === null ? [] : [signer]);
  }

  #byCms(verdict: CmsVerdict): SignatureReading {
    return verdict.valid ? this.#by(verdict.certificate.mailAddresses.map(canonicalAddress)) : { kind: 'invalid', reason: verdict.reason };
  }

  /** RFC 8550 §3: the signer's address is to be the author's. */
  #by(signers: readonly MailAddress[]): SignatureReading {
    if (this.#author === null) return { kind: 'invalid', reason: 'the message does not name one author' };
    if (signers.includes(this.#author)) return { kind: 'valid', by: this.#author };
    return { kind: 'invalid', reason: `signed by ${signers.join(', ') || 'nobody'}, not by ${this.#author}` };
  }

  /** Of several signatures, one that does not hold counts. */
  #note(signature: SignatureReading): void {
    if (this.#signature.kind !== 'invalid') this.#signature = signature;
  }
}

function parsed(content: Uint8Array): Layer {
  const octets = octetsOf(content);
  return { octets, entity: parseMime(octets) };
}
