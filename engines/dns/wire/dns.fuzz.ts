/**
 * DNS messages. Whatever the bytes: the decoder gives a message or an error that lies within them, the inspector's fields lie
 * within them and mark what the decoder refuses and nothing else, and what was decoded is encoded and decoded to the same. An
 * update gets a code.
 */

import type { Field } from '../../field.ts';
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { readMasterFile } from '../master-file/master-file.ts';
import type { ResourceRecord } from '../records.ts';
import { update } from '../server/update.ts';
import { absent, removing, replacing, updateMessage } from '../update/client.ts';
import { decode } from './decode.ts';
import { describe } from './describe.ts';
import { dissect } from './dissect.ts';
import { encode } from './encode.ts';
import { EDNS_PAYLOAD, type Message, NONE, query, response } from './message.ts';

const RECORDS = `$TTL 1h
@ SOA ns hostmaster.mail 1 2h 15m 2w 5m
@ NS ns
@ MX 10 mail
@ TXT "v=spf1 -all" "second"
@ CAA 128 issue "ca.example.net"
@ HINFO VAX UNIX
@ NAPTR 100 10 u E2U+sip "!^.*$!sip:info@example!" _sip._tcp
@ TYPE65280 \\# 4 deadbeef
@ DNSKEY 257 3 13 WEpgY5VFPc48KPE/rIKqt/hgx2JVj2Im8Fii1x1F/HorzHbMAIzM36Z4o5FQ3T3gs9cTElnxSkoaibAO9wh+wQ==
@ RRSIG SOA 13 1 3600 20270101000000 20260101000000 11567 @ kSiVl0KymEANsNeoCqUGkw3Grv/9fpZbBNnw1MFCNiTgwmjnubyhVg==
@ NSEC ns A NS SOA MX TXT AAAA RRSIG NSEC DNSKEY CAA TYPE65280
ns A 192.0.2.1
ns AAAA 2001:db8::1
ns SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
a\\.b\\200c CNAME ns
old DNAME new
1 PTR ns
_sip._tcp SRV 1 2 5060 ns
sub DS 60485 13 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a
_443._tcp TLSA 3 1 1 92003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c
`;

const ZONE = readMasterFile(RECORDS, { origin: 'example.' }).records;

const target: FuzzTarget = {
  name: 'dns',
  corpus() {
    const records = ZONE;
    const asked = query(0x1a2b, { name: 'www.example.', type: 'A' }, true);
    const reply = (answers: readonly ResourceRecord[]) => response(asked, 'NOERROR', { authoritative: true, answers });
    const edns = { payload: EDNS_PAYLOAD, version: 0, dnssecOk: true, options: [{ code: 10, hex: '0123456789abcdef' }] };
    return [
      encode(asked),
      encode({ ...asked, edns }),
      ...records.map((record) => encode(reply([record]))),
      encode({ ...reply(records.slice(0, 8)), authorities: records.slice(8, 14), additionals: records.slice(14), edns }),
      encode(response(asked, 'BADVERS', { edns })),
      ...updates().map(encode),
      pointerChain(),
      pointersToPointers(127),
      pointersToPointers(2000),
    ];
  },
  run(bytes) {
    const decoded = decode(bytes);
    const fields = dissect(bytes);
    checkFields(fields, bytes.length);
    if (fields.some(isMalformed) === decoded.ok)
      throw new Error(decoded.ok ? 'the inspector marks a sound message' : 'the inspector marks nothing');
    if (!decoded.ok) {
      if (!(decoded.offset >= 0 && decoded.offset <= bytes.length)) throw new Error(`the error lies at ${decoded.offset}`);
      return decoded.error;
    }
    describe(decoded.message);
    if (decoded.message.opcode === 'UPDATE') update('example.', ZONE, decoded.message, true);
    const summary = JSON.stringify(decoded.message);
    const encoded = encode(decoded.message);
    // What was compressed where it may not be sent so may be too long for a message afterwards (RFC 3597 §4).
    if (encoded.length > 0xffff) return summary;
    const again = decode(encoded);
    if (!again.ok || JSON.stringify(again.message) !== summary) throw new Error('what was decoded is encoded to something else');
    return summary;
  },
};

export default target;

/** Each class in each section (RFC 2136 §2.4, §2.5). */
function updates(): Message[] {
  const held = { name: 'ns.example.', ttl: 0, data: { type: 'A' as const, address: '192.0.2.1' } };
  const added = ZONE.filter(({ data }) => data.type === 'A' || data.type === 'MX');
  return [
    updateMessage('example.', [absent('new.example.', 'NS'), removing('ns.example.', 'A'), held], replacing(added)),
    updateMessage('example.', [], [removing('ns.example.', null), { ...held, class: NONE }]),
  ];
}

function isMalformed(field: Field): boolean {
  return field.malformed === true || (field.children?.some(isMalformed) ?? false);
}

/** Questions whose names are chains of a hundred pointers: each costs as much as a name can. */
function pointerChain(): Uint8Array {
  const bytes = [0, 1, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0];
  let last = -1;
  for (let i = 0; i < 200; i++) {
    const start = bytes.length;
    bytes.push(1, 0x61, ...(last < 0 ? [0] : [0xc0 | (last >> 8), last & 0xff]), 0, 1, 0, 1);
    if (i < 100) last = start;
  }
  return Uint8Array.from(bytes);
}

/** Data that is a chain of so many pointers, and records named by the last of them. */
function pointersToPointers(count: number): Uint8Array {
  const records = 100;
  const bytes = [0, 1, 0x80, 0, 0, 0, 0, records + 1, 0, 0, 0, 0];
  const size = 1 + 2 * count;
  bytes.push(0, 0xff, 0, 0, 1, 0, 0, 0, 0, size >> 8, size & 0xff);
  let last = bytes.length;
  bytes.push(0);
  for (let i = 0; i < count; i++) {
    bytes.push(0xc0 | (last >> 8), last & 0xff);
    last = bytes.length - 2;
  }
  for (let i = 0; i < records; i++) bytes.push(0xc0 | (last >> 8), last & 0xff, 0xff, 1, 0, 1, 0, 0, 0, 0, 0, 0);
  return Uint8Array.from(bytes);
}
