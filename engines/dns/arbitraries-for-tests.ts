/** Random names, records and messages for property tests: everything that the types and the standards' limits allow. */
import fc from 'fast-check';
import { encodeBase64 } from '../base64.ts';
import { fromLabels, wireLength } from './domain-name.ts';
import { ipv4Text, ipv6Text } from './ip-address.ts';
import { typeNumber } from './record-format.ts';
import type { RecordData, ResourceRecord } from './records.ts';
import type { Message } from './wire/message.ts';
import { opcodes, responseCodes } from './wire/message.ts';

const byteText = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength, maxLength }).map((bytes) => String.fromCharCode(...bytes));
const word = fc.constantFrom(
  'a',
  'www',
  'mail',
  'Example',
  'edu',
  'umass',
  '_sip',
  '_tcp',
  '*',
  'xn--p1ai',
  '3600',
  'IN',
  'A',
  '@',
  '$TTL',
  'a b',
  'a.b',
  '\\',
  '"',
  ';',
);

/** A few words, so that names share tails and compression has something to do, and now and then any bytes. */
export const domainName = fc
  .array(fc.oneof({ weight: 8, arbitrary: word }, { weight: 1, arbitrary: byteText(1, 63) }), { maxLength: 5 })
  .map(fromLabels)
  .filter((name) => wireLength(name) <= 255);

const uint8 = fc.integer({ min: 0, max: 0xff });
const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipv4Text);
const ipv6 = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { minLength: 16, maxLength: 16 }).map(ipv6Text);

const hexText = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
const base64Text = (bytes: Uint8Array): string => encodeBase64(String.fromCharCode(...bytes));
const typeWord = fc.constantFrom('A', 'NS', 'SOA', 'MX', 'RRSIG', 'NSEC', 'DNSKEY', 'CAA', 'TYPE1234', 'TYPE65534');

export const recordData: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), address: ipv4 }),
  fc.record({ type: fc.constant('AAAA' as const), address: ipv6 }),
  fc.record({ type: fc.constant('NS' as const), server: domainName }),
  fc.record({ type: fc.constant('CNAME' as const), target: domainName }),
  fc.record({ type: fc.constant('PTR' as const), target: domainName }),
  fc.record({ type: fc.constant('MX' as const), preference: uint16, exchange: domainName }),
  fc.record({ type: fc.constant('TXT' as const), strings: fc.array(byteText(0, 40), { minLength: 1, maxLength: 3 }) }),
  fc.record({
    type: fc.constant('SOA' as const),
    primary: domainName,
    mailbox: domainName,
    serial: uint32,
    refresh: uint32,
    retry: uint32,
    expire: uint32,
    minimum: uint32,
  }),
  fc.record({ type: fc.constant('SRV' as const), priority: uint16, weight: uint16, port: uint16, target: domainName }),
  fc.record({ type: fc.constant('HINFO' as const), cpu: byteText(0, 20), os: byteText(0, 20) }),
  fc.record({
    type: fc.constant('NAPTR' as const),
    order: uint16,
    preference: uint16,
    flags: fc.constantFrom('', 'U', 's'),
    services: byteText(0, 12),
    regexp: fc.oneof(byteText(0, 30), fc.constant('!^.*$!sip:info@example.com!')),
    replacement: domainName,
  }),
  fc.record({ type: fc.constant('DNAME' as const), target: domainName }),
  fc.record({
    type: fc.constant('SSHFP' as const),
    algorithm: uint8,
    fingerprintType: uint8,
    fingerprint: fc.uint8Array({ minLength: 1, maxLength: 32 }).map(hexText),
  }),
  fc.record({
    type: fc.constant('TLSA' as const),
    usage: uint8,
    selector: uint8,
    matchingType: uint8,
    association: fc.uint8Array({ minLength: 1, maxLength: 64 }).map(hexText),
  }),
  fc.record({
    type: fc.constant('CAA' as const),
    flags: fc.constantFrom(0, 128),
    tag: fc.constantFrom('issue', 'issuewild', 'iodef'),
    value: byteText(0, 30),
  }),
  fc.record({
    type: fc.constant('DS' as const),
    keyTag: uint16,
    algorithm: uint8,
    digestType: uint8,
    digest: fc.uint8Array({ maxLength: 48 }).map(hexText),
  }),
  fc.record({
    type: fc.constant('RRSIG' as const),
    typeCovered: typeWord,
    algorithm: uint8,
    labels: uint8,
    originalTtl: uint32,
    expiration: uint32,
    inception: uint32,
    keyTag: uint16,
    signer: domainName,
    signature: fc.uint8Array({ minLength: 1, maxLength: 64 }).map(base64Text),
  }),
  fc.record({
    type: fc.constant('NSEC' as const),
    next: domainName,
    types: fc.uniqueArray(typeWord, { maxLength: 6 }).map((types) => types.sort((a, b) => (typeNumber(a) ?? 0) - (typeNumber(b) ?? 0))),
  }),
  fc.record({
    type: fc.constant('DNSKEY' as const),
    flags: uint16,
    protocol: uint8,
    algorithm: uint8,
    publicKey: fc.uint8Array({ maxLength: 64 }).map(base64Text),
  }),
  fc.record({
    type: fc.constantFrom('TYPE99' as const, 'TYPE65534' as const),
    hex: fc.uint8Array({ maxLength: 20 }).map(hexText),
  }),
);

export const resourceRecord: fc.Arbitrary<ResourceRecord> = fc.record({
  name: domainName,
  ttl: fc.integer({ min: 0, max: 0x7fffffff }),
  data: recordData,
});

const section = fc.array(resourceRecord, { maxLength: 4 });

export const message: fc.Arbitrary<Message> = fc
  .record({
    id: uint16,
    response: fc.boolean(),
    opcode: fc.constantFrom(...opcodes.map(([name]) => name), 'OPCODE9' as const),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    responseCode: fc.constantFrom(...responseCodes.map(([name]) => name).filter((name) => name !== 'BADVERS'), 'RCODE12' as const),
    questions: fc.array(fc.record({ name: domainName, type: fc.constantFrom('A', 'MX', 'ANY', 'AXFR', 'TYPE64') }), { maxLength: 2 }),
    answers: section,
    authorities: section,
    additionals: section,
    edns: fc.option(
      fc.record({
        payload: uint16,
        version: fc.constantFrom(0, 1),
        dnssecOk: fc.boolean(),
        options: fc.array(fc.record({ code: uint16, hex: fc.constantFrom('', '00ff', '0123456789abcdef') }), { maxLength: 2 }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ edns, ...rest }) => (edns ? { ...rest, edns } : rest));
