import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { message as anyMessage, domainName } from '../arbitraries-for-tests.ts';
import { displayName } from '../domain-name.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import { decode } from './decode.ts';
import { describe as label } from './describe.ts';
import { dissect } from './dissect.ts';
import { encode, fitted } from './encode.ts';
import { type Message, query, response } from './message.ts';
import { readName } from './name.ts';

const question = { name: 'gaia.cs.umass.edu.', type: 'A' };
const asked = query(0x1a2b, question, true);
const answered = response(asked, 'NOERROR', {
  authoritative: true,
  answers: [{ name: 'gaia.cs.umass.edu.', ttl: 3600, data: { type: 'A', address: '128.119.245.12' } }],
});
const bytes = (text: string): Uint8Array => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));

describe('messages on the wire (RFC 1035 §4.1)', () => {
  test('a query, byte for byte', () => {
    expect(encode(asked)).toEqual(
      bytes('1a 2b 01 00 00 01 00 00 00 00 00 00 04 67 61 69 61 02 63 73 05 75 6d 61 73 73 03 65 64 75 00 00 01 00 01'),
    );
  });

  test('a response points back to the name in the question (§4.1.4)', () => {
    const wire = encode(answered);
    expect(wire.slice(0, 12)).toEqual(bytes('1a 2b 85 00 00 01 00 01 00 00 00 00'));
    expect(wire.slice(35)).toEqual(bytes('c0 0c 00 01 00 01 00 00 0e 10 00 04 80 77 f5 0c'));
    expect(decode(wire)).toEqual({ ok: true, message: answered });
  });

  test('names in SRV data are not compressed (RFC 3597 §4), those in MX data are', () => {
    const size = (data: RecordData): number =>
      encode(response(asked, 'NOERROR', { answers: [{ name: question.name, ttl: 0, data }] })).length;
    const fixed = 35 + 2 + 10;
    expect(size({ type: 'MX', preference: 1, exchange: question.name })).toBe(fixed + 2 + 2);
    expect(size({ type: 'SRV', priority: 1, weight: 1, port: 1, target: question.name })).toBe(fixed + 6 + 19);
  });

  test('decode ∘ encode = identity, for any message', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decode(encode(message))).toEqual({ ok: true, message });
      }),
      { numRuns: 300 },
    );
  });

  test('BADVERS and other extended codes travel in the OPT record (RFC 6891 §6.1.3)', () => {
    const message = response(asked, 'BADVERS', { edns: { payload: 1232, version: 0, dnssecOk: false, options: [] } });
    expect(decode(encode(message))).toEqual({ ok: true, message });
  });

  test.each([
    ['plain', {}, { checkingDisabled: false }],
    ['EDNS', { edns: 4096 }, { edns: { payload: 4096, version: 0, dnssecOk: false, options: [] } }],
    ['DO brings EDNS with it (RFC 3225)', { dnssecOk: true }, { edns: { payload: 1232, version: 0, dnssecOk: true, options: [] } }],
    ['CD (RFC 4035 §3.2.2)', { checkingDisabled: true }, { checkingDisabled: true }],
  ])('what a query says besides its question: %s', (_, options, expected) => {
    const decoded = decode(encode(query(1, question, true, options)));
    expect(decoded).toMatchObject({ ok: true, message: expected });
    expect(decoded.ok && decoded.message.edns !== undefined).toBe('edns' in expected);
  });

  test('a TTL with its highest bit set counts as zero (RFC 2181 §8)', () => {
    const wire = encode(answered);
    wire[41] = 0x80;
    const decoded = decode(wire);
    expect(decoded.ok && decoded.message.answers[0]?.ttl).toBe(0);
  });

  test.each([
    ['no bytes', '', 'header of 12 bytes'],
    ['a question that is not there', '00 01 00 00 00 01 00 00 00 00 00 00', 'runs past the end'],
    ['a pointer to itself', '00 01 00 00 00 01 00 00 00 00 00 00 c0 0c 00 01 00 01', 'does not point back'],
    ['a pointer forward', '00 01 00 00 00 01 00 00 00 00 00 00 c0 20 00 01 00 01', 'does not point back'],
    ['a label and a pointer to it', '00 01 00 00 00 01 00 00 00 00 00 00 01 61 c0 0c 00 01 00 01', 'does not point back'],
    ['reserved label bits', '00 01 00 00 00 01 00 00 00 00 00 00 41 61 00 00 01 00 01', 'reserved'],
    ['a cut-off question', '00 01 00 00 00 01 00 00 00 00 00 00 00 00 01', 'question is cut off'],
    ['surplus bytes', '00 01 00 00 00 00 00 00 00 00 00 00 ff', 'left over'],
    ['an A record of three bytes', '00 01 80 00 00 00 00 01 00 00 00 00 00 00 01 00 01 00 00 00 00 00 03 01 02 03', '4 bytes are needed'],
    ['an A record of five bytes', '00 01 80 00 00 00 00 01 00 00 00 00 00 00 01 00 01 00 00 00 00 00 05 01 02 03 04 05', 'left over'],
    ['an empty TXT record', '00 01 80 00 00 00 00 01 00 00 00 00 00 00 10 00 01 00 00 00 00 00 00', 'length byte'],
    ['an OPT record among the answers', '00 01 80 00 00 00 00 01 00 00 00 00 00 00 29 04 00 00 00 00 00 00 00', 'RFC 6891 §6.1.1'],
  ])('%s is an error', (_, wire, error) => {
    const decoded = decode(wire === '' ? new Uint8Array() : bytes(wire));
    expect(decoded).toMatchObject({ ok: false, error: expect.stringContaining(error) });
    // The server needs the ID for its FORMERR.
    if (!decoded.ok && wire !== '') expect(decoded.header?.id).toBe(1);
  });

  test('names end at 255 bytes however the pointers lie (RFC 1035 §2.3.4)', () => {
    // Sixty labels of four bytes each, every one followed by a pointer to the one before.
    const wire: number[] = [0];
    let last = 0;
    for (let i = 0; i < 80; i++) {
      const start = wire.length;
      wire.push(3, 97, 97, 97, 0xc0 | (last >> 8), last & 0xff);
      last = start;
    }
    expect(readName(Uint8Array.from(wire), last)).toMatchObject({ ok: false, error: expect.stringContaining('255') });
    expect(readName(Uint8Array.from(wire), 1 + 6 * 40)).toMatchObject({ ok: true });
  });

  test('a chain of pointers ends at as many as a name can have labels', () => {
    // The root, and pointers each to the one before.
    const wire = [0, 0xc0, 0];
    while (wire.length < 400) wire.push(0xc0 | ((wire.length - 2) >> 8), (wire.length - 2) & 0xff);
    const at = (pointers: number): number => 1 + 2 * (pointers - 1);
    expect(readName(Uint8Array.from(wire), at(127))).toMatchObject({ ok: true, name: '.' });
    expect(readName(Uint8Array.from(wire), at(128))).toMatchObject({ ok: false, error: expect.stringContaining('127'), offset: at(128) });
  });

  test('the longest name with a pointer behind each label is read', () => {
    const wire = [0];
    let last = 0;
    for (let i = 0; i < 127; i++) {
      wire.push(1, 97, 0xc0 | (last >> 8), last & 0xff);
      last = wire.length - 4;
    }
    expect(readName(Uint8Array.from(wire), last)).toMatchObject({ ok: true, name: 'a.'.repeat(127) });
  });

  test('any bytes: decoding and dissecting neither throw nor hang, and fields stay within the message', () => {
    const mutated = fc
      .tuple(anyMessage, fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), fc.nat(700))
      .map(([message, changes, length]) => {
        const wire = encode(message);
        for (const [at, byte] of changes) wire[at % wire.length] = byte;
        return wire.slice(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), mutated), (wire) => {
        const decoded = decode(wire);
        if (!decoded.ok) expect(decoded.offset).toBeLessThanOrEqual(wire.length);
        else expect(decode(encode(decoded.message))).toEqual(decoded);
        expectWithin(dissect(wire), 0, wire.length);
        // What the decoder refuses, the inspector marks, and only that.
        expect(hasMalformed(dissect(wire))).toBe(!decoded.ok);
      }),
      { numRuns: 1500 },
    );
  });

  test('a message that is too long loses its additional data first, then more with TC set (RFC 2181 §9)', () => {
    const records = (count: number, type: 'A' | 'NS'): ResourceRecord[] =>
      Array.from({ length: count }, (_, i) => ({
        name: question.name,
        ttl: 1,
        data: type === 'A' ? { type, address: `10.0.0.${i}` } : { type, server: `a-rather-long-name-${i}.example.` },
      }));
    expect(fitted(response(asked, 'NOERROR', { answers: records(20, 'A') }), 512).truncated).toBe(false);
    const additional = fitted(response(asked, 'NOERROR', { answers: records(20, 'A'), additionals: records(20, 'A') }), 512);
    expect([additional.truncated, additional.answers.length, additional.additionals.length]).toEqual([false, 20, 0]);
    const answers = fitted(response(asked, 'NOERROR', { answers: records(60, 'A') }), 512);
    expect([answers.truncated, encode(answers).length <= 512]).toEqual([true, true]);
    // RFC 9471 §3: a referral without its glue is a truncated one.
    const referral = fitted(response(asked, 'NOERROR', { authorities: records(10, 'NS'), additionals: records(20, 'A') }), 512);
    expect([referral.truncated, referral.authorities.length]).toEqual([true, 10]);
  });
});

describe('against dns-packet', () => {
  test('it reads what we write', () => {
    fc.assert(
      fc.property(domainName.filter(plain), fc.constantFrom(...samples), (name, data) => {
        const wire = encode(response(asked, 'NOERROR', { answers: [{ name, ttl: 77, data }], authorities: [{ name, ttl: 78, data }] }));
        const theirs = dnsPacket.decode(Buffer.from(wire));
        expect(theirs.id).toBe(0x1a2b);
        expect(theirs.questions).toMatchObject([{ name: 'gaia.cs.umass.edu', type: 'A', class: 'IN' }]);
        expect(theirs.answers).toMatchObject([{ name: displayName(name), type: data.type, ttl: 77, data: theirData(data) }]);
        expect(theirs.authorities).toMatchObject([{ ttl: 78, data: theirData(data) }]);
      }),
      { numRuns: 200 },
    );
  });

  test('we read what it writes', () => {
    for (const data of samples) {
      const record = { name: 'example.edu', type: data.type, ttl: 77, class: 'IN', data: theirData(data) } as dnsPacket.Answer;
      const wire = dnsPacket.encode({
        type: 'response',
        id: 9,
        flags: dnsPacket.AUTHORITATIVE_ANSWER,
        questions: [{ name: 'example.edu', type: 'A' }],
        answers: [record],
      });
      const decoded = decode(wire);
      expect(decoded).toMatchObject({
        ok: true,
        message: {
          id: 9,
          response: true,
          authoritative: true,
          recursionDesired: false,
          answers: [{ name: 'example.edu.', ttl: 77, data }],
        },
      });
    }
  });

  test('EDNS: it reads our OPT record and we read its', () => {
    const ours = dnsPacket.decode(Buffer.from(encode({ ...asked, edns: { payload: 1232, version: 0, dnssecOk: true, options: [] } })));
    expect(ours.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: true, ednsVersion: 0 }]);
    const opt = { type: 'OPT', name: '.', udpPayloadSize: 4096, flags: dnsPacket.DNSSEC_OK, options: [] } as unknown as dnsPacket.Answer;
    const theirs = decode(dnsPacket.encode({ type: 'query', id: 1, questions: [{ name: 'a.b', type: 'MX' }], additionals: [opt] }));
    expect(theirs).toMatchObject({
      ok: true,
      message: { edns: { payload: 4096, version: 0, dnssecOk: true, options: [] }, additionals: [] },
    });
  });
});

const samples: RecordData[] = [
  { type: 'A', address: '128.119.245.12' },
  { type: 'AAAA', address: '2001:db8::1:0:0:1' },
  { type: 'NS', server: 'dns.example.edu.' },
  { type: 'CNAME', target: 'www.example.edu.' },
  { type: 'PTR', target: 'host.example.edu.' },
  { type: 'MX', preference: 10, exchange: 'mail.example.edu.' },
  { type: 'TXT', strings: ['v=spf1 -all', 'two'] },
  { type: 'SOA', primary: 'a.example.edu.', mailbox: 'b.example.edu.', serial: 7, refresh: 1, retry: 2, expire: 3, minimum: 4 },
  { type: 'SRV', priority: 1, weight: 2, port: 5060, target: 'sip.example.edu.' },
  { type: 'CAA', flags: 128, tag: 'issue', value: 'ca.example.net' },
  { type: 'HINFO', cpu: 'VAX-11/780', os: 'UNIX' },
  { type: 'DNAME', target: 'example.net.' },
  {
    type: 'NAPTR',
    order: 100,
    preference: 10,
    flags: 'u',
    services: 'E2U+sip',
    regexp: '!^.*$!sip:info@example.edu!',
    replacement: 'example.edu.',
  },
  { type: 'SSHFP', algorithm: 4, fingerprintType: 1, fingerprint: '123456789abcdef67890123456789abcdef67890' },
  { type: 'TLSA', usage: 3, selector: 1, matchingType: 1, association: '92003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c' },
];

/** dns-packet knows neither escapes nor bytes beyond ASCII in names. */
function plain(name: string): boolean {
  return !name.includes('\\');
}

function theirData(data: RecordData): unknown {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'NS':
      return displayName(data.server);
    case 'CNAME':
    case 'PTR':
      return displayName(data.target);
    case 'MX':
      return { preference: data.preference, exchange: displayName(data.exchange) };
    case 'TXT':
      return data.strings.map((text) => Buffer.from(text));
    case 'SOA':
      return {
        mname: displayName(data.primary),
        rname: displayName(data.mailbox),
        serial: data.serial,
        refresh: data.refresh,
        retry: data.retry,
        expire: data.expire,
        minimum: data.minimum,
      };
    case 'SRV':
      return { priority: data.priority, weight: data.weight, port: data.port, target: displayName(data.target) };
    case 'CAA':
      return { flags: data.flags, tag: data.tag, value: data.value };
    case 'HINFO':
      return { cpu: data.cpu, os: data.os };
    case 'DNAME':
      return displayName(data.target);
    case 'NAPTR':
      return {
        order: data.order,
        preference: data.preference,
        flags: data.flags,
        services: data.services,
        regexp: data.regexp,
        replacement: displayName(data.replacement),
      };
    case 'SSHFP':
      return { algorithm: data.algorithm, hash: data.fingerprintType, fingerprint: data.fingerprint.toUpperCase() };
    case 'TLSA':
      return {
        usage: data.usage,
        selector: data.selector,
        matchingType: data.matchingType,
        certificate: Buffer.from(data.association, 'hex'),
      };
    default:
      throw new Error('no such sample');
  }
}

describe('dissection', () => {
  test('the fields of a response, with their ranges and bits', () => {
    const fields = dissect(encode(answered));
    expect(fields.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['Header', 0, 12],
      ['Question', 12, 35],
      ['Answer', 35, 51],
    ]);
    const flags = find(fields, 'Flags').children ?? [];
    expect(flags.map(({ name, value, start, bits }) => [name, value, start, bits])).toEqual([
      ['QR', '1', 2, [0, 1]],
      ['OPCODE', 'QUERY (0)', 2, [1, 4]],
      ['AA', '1', 2, [5, 1]],
      ['TC', '0', 2, [6, 1]],
      ['RD', '1', 2, [7, 1]],
      ['RA', '0', 3, [0, 1]],
      ['Z', '0', 3, [1, 1]],
      ['AD', '0', 3, [2, 1]],
      ['CD', '0', 3, [3, 1]],
      ['RCODE', 'NOERROR (0)', 3, [4, 4]],
    ]);
    expect(find(fields, 'Pointer')).toMatchObject({
      value: '→ offset 12: gaia.cs.umass.edu',
      start: 35,
      end: 37,
      standard: 'RFC 1035 §4.1.4',
    });
    expect(find(fields, 'TTL')).toMatchObject({ value: '3600 s', meaning: 'may be cached for 1 h', start: 41, end: 45 });
    expect(find(fields, 'ADDRESS')).toMatchObject({ value: '128.119.245.12', start: 47, end: 51, standard: 'RFC 1035 §3.4.1' });
  });

  test('every field names its standard', () => {
    const untold: string[] = [];
    const visit = (field: Field): void => {
      if (!field.standard) untold.push(field.name);
      field.children?.forEach(visit);
    };
    dissect(encode({ ...answered, edns: { payload: 1232, version: 0, dnssecOk: true, options: [{ code: 10, hex: 'ff' }] } })).forEach(
      visit,
    );
    expect(untold).toEqual([]);
  });
});

describe('labels', () => {
  const say = (parts: Partial<Message>, code: Message['responseCode'] = 'NOERROR'): string => label(response(asked, code, parts));
  const a = (name: string, address: string): ResourceRecord => ({ name, ttl: 1, data: { type: 'A', address } });
  test.each([
    ['a query', label(asked), 'gaia.cs.umass.edu A?'],
    ['an answer', label(answered), 'gaia.cs.umass.edu A 128.119.245.12'],
    ['two addresses', say({ answers: [a('x.', '1.1.1.1'), a('x.', '1.1.1.2')] }), 'x A 1.1.1.1, 1.1.1.2'],
    [
      'an alias',
      say({ answers: [{ name: 'w.x.', ttl: 1, data: { type: 'CNAME', target: 'x.' } }, a('x.', '1.1.1.1')] }),
      'w.x CNAME x, x A 1.1.1.1',
    ],
    [
      'a referral',
      say({ authorities: [{ name: 'edu.', ttl: 1, data: { type: 'NS', server: 'a.edu-servers.net.' } }] }),
      'referral: edu NS a.edu-servers.net',
    ],
    ['NXDOMAIN', say({}, 'NXDOMAIN'), 'NXDOMAIN'],
    ['NODATA', say({}), 'no A record'],
    ['SERVFAIL', say({}, 'SERVFAIL'), 'SERVFAIL'],
    ['truncated', say({ truncated: true }), 'truncated'],
    [
      'many',
      say({ answers: Array.from({ length: 9 }, (_, i) => a('x.', `1.1.1.${i}`)) }),
      'x A 1.1.1.0, 1.1.1.1, 1.1.1.2, 1.1.1.3 and 5 more',
    ],
  ])('%s', (_, text, expected) => {
    expect(text).toBe(expected);
  });
});

function find(fields: readonly Field[], name: string): Field {
  for (const field of fields) {
    if (field.name === name) return field;
    const below = field.children && findOrNothing(field.children, name);
    if (below) return below;
  }
  throw new Error(`no field ${name}`);
}

function findOrNothing(fields: readonly Field[], name: string): Field | undefined {
  try {
    return find(fields, name);
  } catch {
    return undefined;
  }
}

function expectWithin(fields: readonly Field[], start: number, end: number): void {
  for (const field of fields) {
    if (field.start < start || field.end > end || field.start > field.end) throw new Error(`${field.name} is out of its parent's range`);
    if (field.children) expectWithin(field.children, field.start, field.end);
  }
}

function hasMalformed(fields: readonly Field[]): boolean {
  return fields.some((field) => field.malformed || (field.children && hasMalformed(field.children)));
}
