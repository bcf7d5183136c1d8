/**
 * DNS messages, ours beside dns-packet's decoder: where both take a message, they find the same in it. dns-packet takes more
 * than we do (surplus bytes, data of other lengths), and does not escape names: only plain ones are compared. It reads data
 * of any class as IN's, and fingerprints of SSHFP by the length that their hash should have, and loses its place where that is
 * not so: messages with either are left out.
 */
import dnsPacket from 'dns-packet';
import { displayName } from '../engines/dns/domain-name.ts';
import { decode } from '../engines/dns/wire/decode.ts';
import dns from '../engines/dns/wire/dns.fuzz.ts';
import type { Message, WireRecord } from '../engines/dns/wire/message.ts';
import type { FuzzTarget } from '../engines/fuzz-target.ts';

const target: FuzzTarget = {
  name: 'dns-packet',
  corpus: () => dns.corpus(),
  run(bytes) {
    const decoded = decode(bytes);
    if (!decoded.ok) return undefined;
    const { answers, authorities, additionals } = decoded.message;
    if ([...answers, ...authorities, ...additionals].some((record) => record.class !== undefined || record.data.type === 'SSHFP'))
      return undefined;
    let theirs: dnsPacket.DecodedPacket;
    try {
      theirs = dnsPacket.decode(Buffer.from(bytes));
    } catch {
      return undefined;
    }
    compare(decoded.message, theirs);
    return undefined;
  },
};

export default target;

function compare(ours: Message, theirs: dnsPacket.DecodedPacket): void {
  same('ID', ours.id, theirs.id);
  same('QR', ours.response ? 'response' : 'query', theirs.type);
  same('AA', ours.authoritative, theirs.flag_aa);
  same('TC', ours.truncated, theirs.flag_tc);
  same('RD', ours.recursionDesired, theirs.flag_rd);
  same('RA', ours.recursionAvailable, theirs.flag_ra);
  same('questions', ours.questions.length, theirs.questions?.length);
  for (const [i, { name, type }] of ours.questions.entries()) {
    const question = theirs.questions?.[i];
    if (isPlain(name)) same('QNAME', displayName(name), question?.name);
    if (!type.startsWith('TYPE')) same('QTYPE', type, question?.type);
  }
  for (const [section, found] of [
    [ours.answers, theirs.answers],
    [ours.authorities, theirs.authorities],
    [ours.additionals, theirs.additionals?.filter(({ type }) => type !== 'OPT')],
  ] as const) {
    same('records', section.length, found?.length);
    for (const [i, record] of section.entries()) compareRecord(record, found?.[i] as unknown as TheirRecord);
  }
}

interface TheirRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: unknown;
}

function compareRecord({ name, ttl, data, class: klass }: WireRecord, theirs: TheirRecord): void {
  if (isPlain(name)) same('NAME', displayName(name), theirs.name);
  same('TTL', ttl, theirs.ttl > 0x7fffffff ? 0 : theirs.ttl);
  if (klass !== undefined || data.type.startsWith('TYPE')) return;
  same('TYPE', data.type, theirs.type);
  if (data.type === 'A') same('address', data.address, theirs.data);
  else if (data.type === 'NS' && isPlain(data.server)) same('NSDNAME', displayName(data.server), theirs.data);
  else if ((data.type === 'CNAME' || data.type === 'PTR' || data.type === 'DNAME') && isPlain(data.target))
    same('target', displayName(data.target), theirs.data);
  else if (data.type === 'TXT') {
    const strings = (theirs.data as Buffer[]).map((string) => string.toString('latin1'));
    same('TXT-DATA', JSON.stringify(data.strings), JSON.stringify(strings));
  } else if (data.type === 'MX') same('PREFERENCE', data.preference, (theirs.data as { preference?: number }).preference);
  else if (data.type === 'SOA') same('SERIAL', data.serial, (theirs.data as { serial: number }).serial);
  else if (data.type === 'SRV') same('Port', data.port, (theirs.data as { port: number }).port);
}

const isPlain = (name: string): boolean => /^[A-Za-z0-9._-]+$/.test(name);

function same(what: string, ours: unknown, theirs: unknown): void {
  if (ours !== theirs) throw new Error(`${what}: ours is ${JSON.stringify(ours)}, dns-packet’s is ${JSON.stringify(theirs)}`);
}
