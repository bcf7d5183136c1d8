/** Dynamic updates (RFC 2136): prerequisites, permission, changes; the codes of §2.2. */
import { describe, expect, test } from 'vitest';
import { readMasterFile } from '../master-file/master-file.ts';
import { presentation } from '../presentation.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import { absent, removing, replacing, updateMessage } from '../update/client.ts';
import { ANY, type Message, NONE, type WireRecord } from '../wire/message.ts';
import { update, zoneNamed } from './update.ts';

const ORIGIN = 'amazon.com.';
const RECORDS = readMasterFile(
  `$TTL 300
@ SOA dns1 hostmaster 7 1h 15m 1w 5m
@ NS dns1
@ NS dns2
dns1 A 10.0.0.1
www A 10.0.0.2
www A 10.0.0.3
shop CNAME www
`,
  { origin: ORIGIN },
).records;

const a = (name: string, address: string, ttl = 300): WireRecord => ({ name, ttl, data: { type: 'A', address } });
const of = (name: string, data: RecordData, klass?: number, ttl = 0): WireRecord => ({
  name,
  ttl,
  data,
  ...(klass === undefined ? {} : { class: klass }),
});
const empty = (name: string, type: number, klass: number): WireRecord => of(name, { type: `TYPE${type}`, hex: '' }, klass);
const A = 1;
const NS = 2;
const SOA = 6;
const MX = 15;
const EVERY = 255;

const apply = (changes: readonly WireRecord[], prerequisites: readonly WireRecord[] = [], permitted = true) =>
  update(ORIGIN, RECORDS, updateMessage(ORIGIN, prerequisites, changes), permitted);

/** The records afterwards as `name type data`, the SOA as its serial. */
function changed(changes: readonly WireRecord[]): string[] {
  const updated = apply(changes);
  if (updated.code !== 'NOERROR') throw new Error(updated.code);
  return updated.records.map(shown);
}
function shown({ name, ttl, data }: ResourceRecord): string {
  if (data.type === 'SOA') return `serial ${data.serial}`;
  return `${name.replace('.amazon.com.', '')} ${ttl === 300 ? '' : `${ttl} `}${data.type} ${presentation(data)}`;
}
const before = RECORDS.map(shown);
const without = (...gone: string[]): string[] =>
  before.filter((line) => !gone.includes(line)).map((line) => line.replace('serial 7', 'serial 8'));

describe('prerequisites (RFC 2136 §3.2)', () => {
  test.each<[string, WireRecord, string]>([
    ['a name in use that is', empty('www.amazon.com.', EVERY, ANY), 'NOERROR'],
    ['a name in use that is not', empty('ftp.amazon.com.', EVERY, ANY), 'NXDOMAIN'],
    ['a set that exists', empty('www.amazon.com.', A, ANY), 'NOERROR'],
    ['a set that does not', empty('www.amazon.com.', MX, ANY), 'NXRRSET'],
    ['a name not in use', empty('ftp.amazon.com.', EVERY, NONE), 'NOERROR'],
    ['a name not in use that is', empty('www.amazon.com.', EVERY, NONE), 'YXDOMAIN'],
    ['no such set', absent('www.amazon.com.', 'MX'), 'NOERROR'],
    ['no such set, but there is one', absent('WWW.amazon.com.', 'A'), 'YXRRSET'],
    ['names outside the zone', absent('www.example.com.', 'A'), 'NOTZONE'],
    ['a TTL', { ...absent('www.amazon.com.', 'MX'), ttl: 5 }, 'FORMERR'],
    ['class ANY with data', of('www.amazon.com.', { type: 'TYPE1', hex: '0a000002' }, ANY), 'FORMERR'],
    ['class NONE with data', of('www.amazon.com.', { type: 'A', address: '10.0.0.2' }, NONE), 'FORMERR'],
    ['another class', empty('www.amazon.com.', A, 3), 'FORMERR'],
  ])('%s', (_, prerequisite, code) => {
    expect(apply([a('new.amazon.com.', '10.0.0.9')], [prerequisite]).code).toBe(code);
  });

  test.each<[string, readonly WireRecord[], string]>([
    ['a set with just these records, in any order', [a('www.amazon.com.', '10.0.0.3', 0), a('www.amazon.com.', '10.0.0.2', 0)], 'NOERROR'],
    ['a part of a set', [a('www.amazon.com.', '10.0.0.2', 0)], 'NXRRSET'],
    ['other data', [a('www.amazon.com.', '10.0.0.2', 0), a('www.amazon.com.', '10.0.0.4', 0)], 'NXRRSET'],
    ['names in data compare without case', [of('shop.amazon.com.', { type: 'CNAME', target: 'WWW.AMAZON.com.' })], 'NOERROR'],
  ])('%s (§3.2.3)', (_, prerequisites, code) => {
    expect(apply([], prerequisites).code).toBe(code);
  });
});

describe('what is not done (RFC 2136 §3.3, §3.4.1)', () => {
  test('permission is asked for after the prerequisites', () => {
    expect(apply([], [], false).code).toBe('REFUSED');
    expect(apply([], [absent('www.amazon.com.', 'A')], false).code).toBe('YXRRSET');
  });

  test.each<[string, WireRecord, string]>([
    ['a name outside the zone', a('www.example.com.', '10.0.0.9'), 'NOTZONE'],
    ['adding a type that names no data', of('www.amazon.com.', { type: 'TYPE255', hex: '' }, undefined, 60), 'FORMERR'],
    [
      'adding a signature of messages (TSIG, RFC 6895 §3.1)',
      of('www.amazon.com.', { type: 'TYPE250', hex: '00' }, undefined, 60),
      'FORMERR',
    ],
    ['adding key data of messages (TKEY)', of('www.amazon.com.', { type: 'TYPE249', hex: '00' }, undefined, 60), 'FORMERR'],
    ['adding an OPT record', of('www.amazon.com.', { type: 'TYPE41', hex: '' }, undefined, 60), 'FORMERR'],
    ['adding any type from 128', of('www.amazon.com.', { type: 'TYPE128', hex: '00' }, undefined, 60), 'FORMERR'],
    ['deleting a set of such a type', empty('www.amazon.com.', 250, ANY), 'FORMERR'],
    ['deleting a record of such a type', of('www.amazon.com.', { type: 'TYPE252', hex: '00' }, NONE), 'FORMERR'],
    ['deleting a set with a TTL', { ...removing('www.amazon.com.', 'A'), ttl: 1 }, 'FORMERR'],
    ['deleting a set with data', of('www.amazon.com.', { type: 'TYPE1', hex: '0a000002' }, ANY), 'FORMERR'],
    ['deleting all types with class NONE', empty('www.amazon.com.', EVERY, NONE), 'FORMERR'],
    ['another class', empty('www.amazon.com.', A, 3), 'FORMERR'],
  ])('%s: nothing at all is changed', (_, change, code) => {
    expect(apply([a('new.amazon.com.', '10.0.0.9'), change])).toEqual({ code });
  });

  test.each<[string, Partial<Message>]>([
    ['no zone', { questions: [] }],
    [
      'two zones',
      {
        questions: [
          { name: ORIGIN, type: 'SOA' },
          { name: ORIGIN, type: 'SOA' },
        ],
      },
    ],
    ['a question for another type', { questions: [{ name: ORIGIN, type: 'A' }] }],
  ])('%s in the zone section (§3.1.1)', (_, parts) => {
    expect(zoneNamed({ ...updateMessage(ORIGIN, [], []), ...parts })).toBeUndefined();
  });
});

describe('changes (RFC 2136 §3.4.2)', () => {
  test('adding: a new record stands last, and the serial goes up (§3.6)', () => {
    expect(changed([a('new.amazon.com.', '10.0.0.9', 60)])).toEqual([...without(), 'new 60 A 10.0.0.9']);
  });

  test.each([127, 256])('adding data of type %i, beside those that name no data', (type) => {
    expect(changed([of('new.amazon.com.', { type: `TYPE${type}`, hex: '00' }, undefined, 300)])).toHaveLength(before.length + 1);
  });

  test('replacing a set: a language statement’s `www 60 A 10.0.0.9`', () => {
    expect(changed(replacing([a('www.amazon.com.', '10.0.0.9', 60)]))).toEqual([
      ...without('www A 10.0.0.2', 'www A 10.0.0.3'),
      'www 60 A 10.0.0.9',
    ]);
  });

  test.each<[string, readonly WireRecord[], string[]]>([
    ['a set', [removing('www.amazon.com.', 'A')], ['www A 10.0.0.2', 'www A 10.0.0.3']],
    ['a name', [removing('WWW.amazon.com.', null)], ['www A 10.0.0.2', 'www A 10.0.0.3']],
    ['one record', [of('www.amazon.com.', { type: 'A', address: '10.0.0.3' }, NONE)], ['www A 10.0.0.3']],
    [
      'a name server that is not the last one',
      [of(ORIGIN, { type: 'NS', server: 'DNS2.amazon.com.' }, NONE)],
      ['amazon.com. NS dns2.amazon.com.'],
    ],
  ])('deleting %s', (_, changes, gone) => {
    expect(changed(changes)).toEqual(without(...gone));
  });

  test.each<[string, readonly WireRecord[]]>([
    ['deleting what is not there', [removing('ftp.amazon.com.', null), of('www.amazon.com.', { type: 'A', address: '10.9.9.9' }, NONE)]],
    ['deleting the apex’s SOA and NS', [empty(ORIGIN, SOA, ANY), empty(ORIGIN, NS, ANY), empty(ORIGIN, EVERY, ANY)]],
    ['adding a record that is there', [a('www.amazon.com.', '10.0.0.2')]],
    ['replacing a set by itself', replacing([a('www.amazon.com.', '10.0.0.3'), a('www.amazon.com.', '10.0.0.2')])],
    ['an alias where there is data', [of('www.amazon.com.', { type: 'CNAME', target: 'dns1.amazon.com.' }, undefined, 300)]],
    ['data where there is an alias', [a('shop.amazon.com.', '10.0.0.9')]],
  ])('%s changes nothing, and the serial stays', (_, changes) => {
    expect(apply(changes)).toEqual({ code: 'NOERROR', records: RECORDS });
  });

  test('the last name server stays', () => {
    const both = ['dns1', 'dns2'].map((server) => of(ORIGIN, { type: 'NS', server: `${server}.amazon.com.` }, NONE));
    expect(changed(both)).toEqual(without('amazon.com. NS dns1.amazon.com.'));
  });

  test('an alias takes the place of the alias that is there', () => {
    expect(changed([of('shop.amazon.com.', { type: 'CNAME', target: 'dns1.amazon.com.' }, undefined, 300)])).toEqual([
      ...without().map((line) => (line.startsWith('shop') ? 'shop CNAME dns1.amazon.com.' : line)),
    ]);
  });

  test.each([
    ['a later one', 9, 9],
    ['an earlier one: ignored', 3, 7],
    ['one half of all numbers ahead: neither (RFC 1982 §3.2)', 7 + 2 ** 31, 7],
  ])('an SOA with a serial of one’s own: %s', (_, serial, becomes) => {
    const soa = RECORDS[0] as ResourceRecord;
    const updated = apply([{ ...soa, data: { ...soa.data, serial } as RecordData }]);
    expect(updated.code === 'NOERROR' && shown(updated.records[0] as ResourceRecord)).toBe(`serial ${becomes}`);
  });

  test('serials go round', () => {
    const [soa, ...rest] = RECORDS as [ResourceRecord, ...ResourceRecord[]];
    const last = { ...soa, data: { ...soa.data, serial: 2 ** 32 - 1 } as RecordData };
    const updated = update(ORIGIN, [last, ...rest], updateMessage(ORIGIN, [], [removing('www.amazon.com.', 'A')]), true);
    expect(updated.code === 'NOERROR' && shown(updated.records[0] as ResourceRecord)).toBe('serial 0');
  });
});
