/**
 * What must hold for any bytes that claim to be Bitmessage: nothing throws, fields lie within the bytes, what is read as a message is
 * written and read to the same, and it does not matter how a stream is cut.
 */
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { checkFields, type FuzzTarget, luckyIn } from '../../fuzz-target.ts';
import { randomStream } from '../../kernel/random.ts';
import { EPOCH } from '../../quantities.ts';
import { generateIdentity } from '../identity.ts';
import { PacketReader } from '../packet-reader.ts';
import { openMessage, sealMessage } from '../sealed-message.ts';
import { decodeMessage, dissectMessage, encodeMessage, encodeObjectHeader, OBJECT_TYPES } from './messages.ts';
import { encodePacket } from './packet.ts';

const alice = generateIdentity(randomStream(1, 'alice'));
const bob = generateIdentity(randomStream(1, 'bob'));
const header = encodeObjectHeader({ expires: EPOCH + 3600, type: OBJECT_TYPES.msg, version: 1, stream: 1 });
const content = sealMessage('Ketchup?', alice, bob, header, 1, randomStream(1, 'sealing'));
const address = { address: '10.0.0.1', port: 8444 };

function corpus(): Uint8Array[] {
  const hashes = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const version = {
    command: 'version' as const,
    version: 3,
    time: EPOCH,
    receiver: address,
    sender: address,
    nonce: new Uint8Array(8),
    userAgent: '/netscenario/',
    streams: [1],
  };
  const packets = [
    encodeMessage(version),
    encodeMessage({ command: 'verack' }),
    encodeMessage({ command: 'inv', hashes }),
    encodeMessage({ command: 'getdata', hashes }),
    encodeMessage({ command: 'object', bytes: concatBytes(new Uint8Array(8), header, content) }),
  ];
  // The payloads alone, too: most changes of a packet break its checksum and reach nothing behind it.
  return [...packets, concatBytes(...packets), ...packets.map((packet) => packet.subarray(24)), content];
}

const COMMANDS = ['version', 'inv', 'getdata', 'object'];

function run(bytes: Uint8Array): string {
  const found: string[] = [];
  const command = COMMANDS[bytes.length % COMMANDS.length] as string;
  for (const packet of [bytes, encodePacket(command, bytes)]) {
    checkFields(dissectMessage(packet), packet.length);
    const message = decodeMessage(packet);
    if (!('error' in message) && message.command !== 'other') {
      const again = decodeMessage(encodeMessage(message));
      if (!('error' in again) && plain(again) !== plain(message) && message.command !== 'version')
        throw new Error('a message is not read as it was written');
    }
    found.push(plain(message));
  }
  // A key takes time to try: only on some of what looks like a sealed message.
  if (bytes[16] === 2 && bytes[17] === 0xca) {
    if (!luckyIn(64, bytes)) return found.join('\n');
    const opened = openMessage(bytes, header, bob);
    if (opened && plain(bytes) !== plain(content)) throw new Error('an altered message opens');
    if (openMessage(bytes, header, alice)) throw new Error('a message opens for somebody else');
  }
  const whole = cut(bytes, bytes.length);
  for (const size of [7, 100]) if (cut(bytes, size) !== whole) throw new Error('it matters how a stream is cut');
  return [...found, whole].join('\n');
}

/** What comes out of a stream in pieces of this size. */
function cut(bytes: Uint8Array, size: number): string {
  const reader = new PacketReader();
  const out: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const { packets, error } = reader.push(bytes.subarray(at, at + size));
    out.push(...packets);
    if (error === null) continue;
    out.push(error);
    break;
  }
  return plain(out);
}

const plain = (value: unknown): string => JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? bytesToHex(one) : one));

const target: FuzzTarget = { name: 'bitmessage', shortRun: 1000, corpus, run };
export default target;
