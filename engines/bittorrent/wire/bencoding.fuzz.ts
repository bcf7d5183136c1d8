/** What must hold for any bytes that claim to be bencoded: what is taken is written to the very same bytes, so there is one way to write it. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { type Bencoded, bencodable, decodeBencoded, decodeBencodedStart, dissectBencoded, encodeBencoded } from './bencoding.ts';

function corpus(): Uint8Array[] {
  return [
    'i42e',
    'i-9007199254740991e',
    '4:spam',
    '0:',
    'li1e4:spamlee',
    'd3:cow3:moo4:spaml1:a1:bee',
    'd1:ad1:bd1:cd1:ddeeeee',
    'd8:completei1e10:incompletei2e8:intervali1800e5:peers12:abcdefghijkle',
    `${'l'.repeat(64)}${'e'.repeat(64)}`,
    `${'d1:a'.repeat(63)}i0e${'e'.repeat(63)}`,
    `l${'i1e'.repeat(300)}e`,
    'i18446744073709551616e',
    'd1:bi1e1:ai2ee',
    '000000001:a',
  ].map(bytesOfOctets);
}

function run(bytes: Uint8Array): string {
  checkFields(dissectBencoded(bytes), bytes.length);
  const start = decodeBencodedStart(bytes);
  if ('error' in start) {
    if (start.at < 0 || start.at > bytes.length) throw new Error('an error lies outside of the bytes');
    return `${start.error} at ${start.at}`;
  }
  checkPlaces(start, 0, bytes.length);
  const again = bytesToHex(encodeBencoded(bencodable(start)));
  if (again !== bytesToHex(bytes.subarray(0, start.end))) throw new Error('a value is not written as it was read');
  if ('error' in decodeBencoded(bytes) !== start.end < bytes.length) throw new Error('bytes behind a value are taken for part of it');
  return again;
}

function checkPlaces(value: Bencoded, from: number, to: number): void {
  if (value.start < from || value.end <= value.start || value.end > to) throw new Error('a value lies outside of what it is in');
  if (value.kind === 'list') for (const item of value.items) checkPlaces(item, value.start + 1, value.end - 1);
  if (value.kind === 'dictionary') for (const entry of value.entries.values()) checkPlaces(entry.value, entry.key.end, value.end - 1);
}

const target: FuzzTarget = { name: 'bencoding', corpus, run };
export default target;
