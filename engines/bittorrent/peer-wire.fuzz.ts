/**
 * What must hold for any bytes that a peer may send: fields lie within them, what is read as a message is written to the same bytes, and it
 * does not matter how a stream is cut.
 */
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { bytesOf } from '../content.ts';
import { checkFields, type FuzzTarget, luckyIn } from '../fuzz-target.ts';
import { atOnce, start } from '../kernel/process.ts';
import { bytesOfOctets } from '../network/octets.ts';
import { PeerReader } from './peer-reader.ts';
import { encodeBencoded } from './wire/bencoding.ts';
import { dissectBitTorrent, dissectBlock } from './wire/dissect.ts';
import { decodeHandshake, encodeHandshake } from './wire/handshake.ts';
import { clientOf } from './wire/peer-id.ts';
import { bitfieldProblem, decodePeerMessage, encodePeerMessage, type PeerMessage, peerMessageLabel } from './wire/peer-message.ts';

const handshake = encodeHandshake({
  reserved: new Uint8Array(8),
  infoHash: new Uint8Array(20).fill(1),
  peerId: bytesOfOctets('-NS0100-abcdefghijkl'),
});
const messages: readonly PeerMessage[] = [
  { kind: 'bitfield', bitfield: Uint8Array.of(0xf0, 0x80) },
  { kind: 'keep-alive' },
  { kind: 'interested' },
  { kind: 'unchoke' },
  { kind: 'request', index: 1, begin: 0, length: 16384 },
  { kind: 'piece', index: 1, begin: 0, block: new Uint8Array(50) },
  { kind: 'have', index: 1 },
  { kind: 'cancel', index: 1, begin: 0, length: 16384 },
  { kind: 'port', port: 6881 },
  { kind: 'extended', extension: 0, payload: encodeBencoded({ m: { ut_metadata: 3 }, v: 'x' }) },
  { kind: 'unknown', id: 14, payload: new Uint8Array(0) },
];

function corpus(): Uint8Array[] {
  const each = messages.map(encodePeerMessage);
  return [handshake, ...each, concatBytes(...each), concatBytes(handshake, ...each)];
}

function run(bytes: Uint8Array): string {
  for (const kind of ['handshake', 'message', 'other']) checkFields(dissectBitTorrent(bytes, kind), bytes.length);
  checkFields(dissectBlock(bytes, 'block'), bytes.length);
  const message = decodePeerMessage(bytes);
  if (!('error' in message)) {
    peerMessageLabel(message);
    if (message.kind === 'bitfield') bitfieldProblem(message.bitfield, 12);
    if (bytesToHex(encodePeerMessage(message)) !== bytesToHex(bytes)) throw new Error('a message is not written as it was read');
  }
  const begun = decodeHandshake(bytes);
  if (!('error' in begun)) {
    clientOf(begun.peerId);
    if (bytesToHex(encodeHandshake(begun)) !== bytesToHex(bytes)) throw new Error('a handshake is not written as it was read');
  }
  return [true, false].map((withHandshake) => inAnyPieces(bytes, withHandshake)).join('\n');
}

function inAnyPieces(bytes: Uint8Array, withHandshake: boolean): string {
  const whole = read(bytes, Math.max(1, bytes.length), withHandshake);
  for (const size of luckyIn(16, bytes) ? [1, 7, 100] : [20])
    if (read(bytes, size, withHandshake) !== whole) throw new Error('it matters how a stream is cut');
  return whole;
}

/** What a reader makes of a stream in pieces of that size. */
function read(bytes: Uint8Array, size: number, withHandshake: boolean): string {
  let at = 0;
  const source = () => {
    const piece = bytes.subarray(at, at + size);
    at += size;
    return piece.length > 0 ? piece : null;
  };
  const reader = new PeerReader({ read: () => atOnce(source) });
  const found: string[] = [];
  const told = (result: object): boolean => {
    found.push(JSON.stringify(result, (_, one) => (one instanceof Uint8Array ? bytesToHex(bytesOf(one)) : one)));
    return !('error' in result || ('kind' in result && result.kind === 'end'));
  };
  const task = start(
    'reader',
    (function* () {
      if (withHandshake && !told(yield* reader.handshake())) return;
      while (told(yield* reader.next()));
    })(),
  );
  if (!task.done) throw new Error('the reader waits behind the end');
  return found.join('\n');
}

const target: FuzzTarget = { name: 'peer-wire', corpus, run };
export default target;
