/**
 * What a user agent does to a message before it sends it: signs it, encrypts it, or both, the signature inside (RFC 8551 §3.7, RFC 3156
 * §6). Only what the message says is protected: its fields beside `Content-…`, the subject among them, stay as they are, for
 * everybody to read.
 */
import type { RandomStream } from '../../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { decodeMessage } from '../message/message-format.ts';
import { joined, type WrittenEntity, writeEntity, writeMultipart } from '../message/mime-writer.ts';
import type { EndToEndProtection, MailAddress, ProtectionFormat } from '../scenario.ts';
import { encryptCms } from './cms/enveloped-data.ts';
import { signCms } from './cms/signed-data.ts';
import type { KeyRing } from './key-ring.ts';
import { encodeArmor } from './openpgp/armor.ts';
import { encryptMessage, signText } from './openpgp/message.ts';

/** The message's octets, protected. `time`: seconds since 1970. Equal arguments and streams give equal octets. */
export function protect(
  octets: string,
  { sign, encrypt }: EndToEndProtection,
  recipients: readonly MailAddress[],
  ring: KeyRing,
  time: number,
  random: RandomStream,
): string {
  const message = decodeMessage(octets);
  const fields = message.fields.map(({ name, start, end }) => ({ name: name.toLowerCase(), line: octets.slice(start, end - 2) }));
  const about = fields.filter(({ name }) => name.startsWith('content-')).map(({ line }) => line);
  const others = fields.filter(({ name }) => name !== 'mime-version' && !name.startsWith('content-')).map(({ line }) => line);
  let entity: WrittenEntity = {
    fields: about.length > 0 ? about : ['Content-Type: text/plain; charset=us-ascii'],
    body: octets.slice(message.bodyStart),
  };
  // RFC 3156 §6.2: an OpenPGP message carries its own signature.
  const together = sign?.format === 'openpgp' && encrypt === 'openpgp';
  if (sign && !together) entity = signed(entity, sign, ring, time);
  if (encrypt === 'smime') entity = encryptedByCms(entity, recipients, ring, random);
  if (encrypt === 'openpgp') {
    const keys = recipients.map((address) => ring.openPgp(address));
    const signer = together ? ring.openPgp(sign.by) : null;
    entity = encryptedByOpenPgp(encryptMessage(bytesOfOctets(joined(entity)), keys, signer, time, random));
  }
  return joined({ fields: [...others, 'MIME-Version: 1.0', ...entity.fields], body: entity.body });
}

/** For the diagram: `signed by S/MIME, encrypted by OpenPGP for bob@hamburger.edu`. */
export function protectionNote({ sign, encrypt }: EndToEndProtection, recipients: readonly MailAddress[]): string {
  const done = [];
  if (sign) done.push(`signed by ${FORMATS[sign.format]} as ${sign.by}`);
  if (encrypt) done.push(`encrypted by ${FORMATS[encrypt]} for ${recipients.join(', ')}`);
  return done.join(', ');
}

const FORMATS: Readonly<Record<ProtectionFormat, string>> = { smime: 'S/MIME', openpgp: 'OpenPGP' };

/** RFC 8551 §3.5.3, RFC 3156 §5: what is signed, and the signature beside it. */
function signed(
  entity: WrittenEntity,
  { format, by }: NonNullable<EndToEndProtection['sign']>,
  ring: KeyRing,
  time: number,
): WrittenEntity {
  const content = joined(entity);
  const bytes = bytesOfOctets(content);
  if (format === 'smime') {
    const signature = signCms(bytes, ring.credentials(by), time, true);
    const part = attachment('application/pkcs7-signature', [], 'smime.p7s', signature);
    const parameters = [
      ['protocol', 'application/pkcs7-signature'],
      ['micalg', 'sha-256'],
    ] as const;
    return writeMultipart('multipart/signed', parameters, [content, joined(part)]);
  }
  const part = writeEntity({
    type: 'application/pgp-signature',
    parameters: [['name', 'signature.asc']],
    content: { octets: encodeArmor('SIGNATURE', signText(ring.openPgp(by), bytes, time)), encoding: '7bit' },
  });
  const parameters = [
    ['protocol', 'application/pgp-signature'],
    ['micalg', 'pgp-sha256'],
  ] as const;
  return writeMultipart('multipart/signed', parameters, [content, joined(part)]);
}

/** RFC 8551 §3.4. */
function encryptedByCms(entity: WrittenEntity, recipients: readonly MailAddress[], ring: KeyRing, random: RandomStream): WrittenEntity {
  const certificates = recipients.map((address) => ring.certificate(address));
  const encrypted = encryptCms(bytesOfOctets(joined(entity)), certificates, random);
  return attachment('application/pkcs7-mime', [['smime-type', 'authEnveloped-data']], 'smime.p7m', encrypted);
}

function attachment(type: string, parameters: readonly (readonly [string, string])[], fileName: string, bytes: Uint8Array): WrittenEntity {
  return writeEntity({
    type,
    parameters: [...parameters, ['name', fileName]],
    disposition: { kind: 'attachment', fileName },
    content: { octets: octetsOf(bytes), encoding: 'base64' },
  });
}

/** RFC 3156 §4. */
function encryptedByOpenPgp(message: Uint8Array): WrittenEntity {
  const control = writeEntity({ type: 'application/pgp-encrypted', content: { octets: 'Version: 1\r\n', encoding: '7bit' } });
  const data = writeEntity({
    type: 'application/octet-stream',
    parameters: [['name', 'encrypted.asc']],
    content: { octets: encodeArmor('MESSAGE', message), encoding: '7bit' },
  });
  return writeMultipart('multipart/encrypted', [['protocol', 'application/pgp-encrypted']], [joined(control), joined(data)]);
}
