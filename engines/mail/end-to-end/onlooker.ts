/**
 * What a mail server that a message passes can do with it without any key: read what is in clear, and alter it. It sees ciphertext where
 * a message is encrypted, and can still damage it.
 */
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import { contentOf, type Entity, parseMime } from '../message/mime.ts';
import { encodeTransfer } from '../message/transfer-encoding.ts';
import type { TamperAction } from '../scenario.ts';
import { decodeCms } from './cms/content-info.ts';
import { decodeArmor, encodeArmor } from './openpgp/armor.ts';

const SIGNATURES = new Set(['application/pkcs7-signature', 'application/x-pkcs7-signature', 'application/pgp-signature']);

/** How many bytes of what a message says stand there in clear, transfer encodings undone: no header fields, no signatures. */
export function readableBytes(octets: string): Bytes {
  return readableIn(octets, parseMime(octets));
}

function readableIn(octets: string, entity: Entity): Bytes {
  const { type, parts } = entity;
  if (type === 'multipart/encrypted' || SIGNATURES.has(type)) return 0;
  if (parts.length > 0) return parts.reduce((sum, part) => sum + readableIn(octets, part), 0);
  const content = contentOf(octets, entity);
  if (!/^application\/(x-)?pkcs7-mime$/.test(type)) return content.length;
  const cms = decodeCms(bytesOfOctets(content));
  if ('error' in cms) return content.length;
  return cms.kind === 'enveloped' ? 0 : readableBytes(octetsOf(cms.content ?? new Uint8Array(0)));
}

/**
 * The message with its text changed where it stands in clear; an encrypted one with a bit of its ciphertext turned over, and its checksum
 * put right. A text that the transfer encoding breaks up or base64 hides is not found.
 */
export function tamper(octets: string, { replace, by }: Pick<TamperAction, 'replace' | 'by'>): string {
  const message = parseMime(octets);
  const sealed = sealedIn(message);
  if (!sealed) return octets.slice(0, message.bodyStart) + octets.slice(message.bodyStart).replaceAll(replace, () => by);
  const content = contentOf(octets, sealed);
  const armored = decodeArmor(content);
  const altered =
    'error' in armored
      ? encodeTransfer(octetsOf(flipped(bytesOfOctets(content))), 'base64')
      : encodeArmor(armored.type, flipped(armored.bytes));
  // What was transferred in base64 is again; armor is lines of its own.
  return octets.slice(0, sealed.bodyStart) + altered + octets.slice(sealed.end);
}

/** The part that is ciphertext, if the whole message is encrypted. */
function sealedIn(message: Entity): Entity | null {
  if (message.type === 'multipart/encrypted') return message.parts[1] ?? null;
  return /^application\/(x-)?pkcs7-mime$/.test(message.type) ? message : null;
}

/** In both formats the ciphertext stands at the end, before a tag or hash of at most 22 bytes. */
function flipped(bytes: Uint8Array): Uint8Array {
  const altered = Uint8Array.from(bytes);
  const at = Math.max(0, bytes.length - 30);
  if (at < bytes.length) altered[at] = (altered[at] as number) ^ 1;
  return altered;
}
