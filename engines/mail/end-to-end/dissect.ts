/**
 * What is inside a part that S/MIME or OpenPGP made: the structure of its bytes, at the characters of base64 that they stand in. Only what
 * can be seen without keys.
 */
import { decodeBase64 } from '../../base64.ts';
import type { Field } from '../../field.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import type { Entity } from '../message/mime.ts';
import { dissectCms } from './cms/content-info.ts';
import { decodeArmor } from './openpgp/armor.ts';
import { dissectPackets } from './openpgp/packets.ts';

/** Of the body of an entity in `octets`; null where it is neither. Total. */
export function dissectProtected(octets: string, { type, encoding, bodyStart, end }: Entity): Field | null {
  const body = octets.slice(bodyStart, end);
  if (encoding === 'base64' && /^application\/(x-)?pkcs7-(mime|signature)$/.test(type)) {
    const range = { name: 'S/MIME', value: '', start: bodyStart, end, meaning: 'the Cryptographic Message Syntax, in DER' };
    return { ...range, standard: 'RFC 8551 §3', children: inBase64(octets, bodyStart, end, dissectCms) };
  }
  if (encoding !== '7bit' || !body.includes('-----BEGIN PGP ')) return null;
  const armored = decodeArmor(body);
  const range = { name: 'OpenPGP', start: bodyStart, end, standard: 'RFC 9580 §6.2' };
  if ('error' in armored) return { ...range, value: armored.error, malformed: true };
  const { header, data, checksum, tail } = armored;
  const at = ([from, to]: readonly [number, number]) => ({ start: bodyStart + from, end: bodyStart + to });
  return {
    ...range,
    value: armored.type,
    children: [
      { name: 'armor header', value: '', ...at(header), meaning: 'says what follows, up to the empty line' },
      { name: 'packets', value: '', ...at(data), children: inBase64(octets, bodyStart + data[0], bodyStart + data[1], dissectPackets) },
      ...(checksum ? [{ name: 'checksum', value: '', ...at(checksum), meaning: 'CRC-24 of the packets', standard: 'RFC 9580 §6.1' }] : []),
      { name: 'armor tail', value: '', ...at(tail) },
    ],
  };
}

/** The fields of what base64 stands for, each from the first to the last character that holds some of its bits. */
function inBase64(octets: string, start: number, end: number, dissect: (bytes: Uint8Array) => readonly Field[]): Field[] {
  const characters: number[] = [];
  for (let i = start; i < end && octets[i] !== '='; i++) if (/[A-Za-z0-9+/]/.test(octets[i] as string)) characters.push(i);
  const bytes = bytesOfOctets(decodeBase64(octets.slice(start, end)));
  const first = (offset: number): number => characters[Math.floor((offset * 8) / 6)] ?? end;
  const behind = (offset: number): number => (characters[Math.ceil((offset * 8) / 6) - 1] ?? end - 1) + 1;
  const placed = (fields: readonly Field[]): Field[] =>
    fields.map((field) => {
      const from = first(field.start);
      const to = field.end > field.start ? behind(field.end) : from;
      return { ...field, start: from, end: to, ...(field.children ? { children: placed(field.children) } : {}) };
    });
  return placed(dissect(bytes));
}
