/**
 * What must hold for any bytes that claim to be OpenPGP, in armor or not: nothing throws, fields lie within the bytes, no altered
 * signature or key is found valid, and what opens is what was sealed.
 */
import { checkFields, type FuzzTarget, luckyIn } from '../../../fuzz-target.ts';
import { randomStream } from '../../../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { EPOCH } from '../../../quantities.ts';
import { decodeArmor, encodeArmor } from './armor.ts';
import { decodePublicKey, encodePublicKey, generateKey } from './keys.ts';
import { decryptMessage, encryptMessage, signText, verifyDetached } from './message.ts';
import { decodePackets, dissectPackets } from './packets.ts';

const alice = generateKey('alice@crepes.fr', EPOCH, randomStream(1, 'alice'));
const bob = generateKey('bob@hamburger.edu', EPOCH, randomStream(1, 'bob'));
const TEXT = 'Content-Type: text/plain\r\n\r\nDo you like ketchup?\r\n';
const OTHER = bytesOfOctets('Do you like mustard?\r\n');

function run(bytes: Uint8Array): string {
  const armored = decodeArmor(octetsOf(bytes));
  if (!('error' in armored)) {
    for (const [start, end] of [armored.header, armored.data, armored.tail])
      if (!(start >= 0 && end >= start && end <= bytes.length)) throw new Error('a part of the armor lies outside of it');
    const again = decodeArmor(encodeArmor(armored.type, armored.bytes));
    if ('error' in again || octetsOf(again.bytes) !== octetsOf(armored.bytes)) throw new Error('armor is not read as it was written');
  }
  return [bytes, ...('error' in armored ? [] : [armored.bytes])].map(read).join('\n');
}

function read(bytes: Uint8Array): string {
  checkFields(dissectPackets(bytes), bytes.length);
  const packets = decodePackets(bytes);
  if ('error' in packets) return packets.error;
  const kinds = packets.map(({ kind }) => kind);
  // A signature or a key takes time.
  if (!luckyIn(32, bytes)) return JSON.stringify(packets);
  if (kinds.includes('encrypted')) {
    const opened = decryptMessage(bytes, bob, [alice], EPOCH);
    if ('content' in opened && octetsOf(opened.content) !== TEXT) throw new Error('what was altered opens');
  }
  if (kinds[0] === 'signature' && verifyDetached(bytes, OTHER, [alice], EPOCH).valid) throw new Error('what nobody signed is found valid');
  if (kinds[0] === 'key') {
    const key = decodePublicKey(bytes);
    if (!('error' in key) && key.userId !== alice.userId) throw new Error('a key has a user ID that it has not signed');
  }
  return kinds.join(' ');
}

const target: FuzzTarget = {
  name: 'openpgp',
  shortRun: 500,
  corpus() {
    const content = bytesOfOctets(TEXT);
    const message = encryptMessage(content, [alice, bob], alice, EPOCH, randomStream(1, 'fuzz'));
    const signature = signText(alice, content, EPOCH);
    const armor = bytesOfOctets(encodeArmor('MESSAGE', message));
    return [message, signature, encodePublicKey(alice), armor, bytesOfOctets(encodeArmor('SIGNATURE', signature))];
  },
  run,
};
export default target;
