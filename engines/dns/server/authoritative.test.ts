import { describe, expect, test } from 'vitest';
import { readMasterFile } from '../master-file/master-file.ts';
import { presentation } from '../presentation.ts';
import type { ResourceRecord } from '../records.ts';
import { type Message, type Question, query } from '../wire/message.ts';
import { answer } from './authoritative.ts';
import { loadZone } from './zone.ts';

const load = (origin: string, text: string) => loadZone(origin, readMasterFile(text, { origin, defaultTtl: 3600 }).records);

const zones = [
  load(
    'example.',
    `@ 2h SOA ns hostmaster 1 2h 15m 1w 5m
     @            NS    ns
     @            NS    ns.elsewhere.
     @            MX    10 mail
     ns           A     10.0.0.1
     mail         A     10.0.0.2
     mail         AAAA  2001:db8::2
     www          CNAME mail
     out          CNAME www.elsewhere.
     there        CNAME host.sub
     gone         CNAME nothing
     across       CNAME a.other.
     loop1        CNAME loop2
     loop2        CNAME loop1
     a.b.c        A     10.0.0.3
     sub          NS    ns.sub
     sub          NS    ns.far.
     ns.sub       A     10.0.0.4
     below.sub    A     10.9.9.9
     *.wild       A     10.0.0.5
     *.wild       TXT   any
     known.wild   A     10.0.0.6
     *.alias      CNAME mail
     old          DNAME new
     old          TXT   here
     a.new        A     10.0.0.7
     far          DNAME elsewhere.
     ${'x'.repeat(63)} DNAME ${'y'.repeat(63)}.${'z'.repeat(63)}.${'w'.repeat(63)}.
     _sip._tcp    SRV   0 0 5060 mail`.replaceAll(/^ +/gm, ''),
  ),
  load('other.', '@ SOA ns.example. h 1 2 3 4 60\n@ NS ns.example.\na A 10.1.0.1'),
];

const ask = (name: string, type = 'A', more: Partial<Message> = {}): Message =>
  answer(zones, { ...query(7, { name, type }, false), ...more });
const rows = (records: readonly ResourceRecord[]): string[] => records.map((r) => `${r.name} ${r.data.type} ${presentation(r.data)}`);
const sections = (message: Message) => ({
  code: message.responseCode,
  aa: message.authoritative,
  answer: rows(message.answers),
  authority: rows(message.authorities),
  additional: rows(message.additionals),
});
const soa = 'example. SOA ns.example. hostmaster.example. 1 7200 900 604800 300';
const none: string[] = [];
const referral = {
  authority: ['sub.example. NS ns.sub.example.', 'sub.example. NS ns.far.'],
  additional: ['ns.sub.example. A 10.0.0.4'],
};

describe('the authoritative answer (RFC 1034 §4.3.2)', () => {
  test.each<[string, Message, ReturnType<typeof sections>]>([
    [
      'a positive answer has AA (RFC 1035 §4.1.1)',
      ask('ns.example.'),
      { code: 'NOERROR', aa: true, answer: ['ns.example. A 10.0.0.1'], authority: none, additional: none },
    ],
    [
      'names are found in any case (RFC 4343)',
      ask('NS.Example.'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['ns.example. A 10.0.0.1'].map((r) => r.replace('ns.example.', 'NS.Example.')),
        authority: none,
        additional: none,
      },
    ],
    [
      'MX brings the exchangers’ addresses along (step 6)',
      ask('example.', 'MX'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['example. MX 10 mail.example.'],
        authority: none,
        additional: ['mail.example. A 10.0.0.2', 'mail.example. AAAA 2001:db8::2'],
      },
    ],
    [
      'an alias brings its target along (step 3a)',
      ask('www.example.'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['www.example. CNAME mail.example.', 'mail.example. A 10.0.0.2'],
        authority: none,
        additional: none,
      },
    ],
    [
      'who asks for the alias itself gets it alone',
      ask('www.example.', 'CNAME'),
      { code: 'NOERROR', aa: true, answer: ['www.example. CNAME mail.example.'], authority: none, additional: none },
    ],
    [
      'an alias out of our zones ends there',
      ask('out.example.'),
      { code: 'NOERROR', aa: true, answer: ['out.example. CNAME www.elsewhere.'], authority: none, additional: none },
    ],
    [
      'an alias into another of our zones goes on',
      ask('across.example.'),
      { code: 'NOERROR', aa: true, answer: ['across.example. CNAME a.other.', 'a.other. A 10.1.0.1'], authority: none, additional: none },
    ],
    [
      'an alias below a cut ends in a referral',
      ask('there.example.'),
      { code: 'NOERROR', aa: true, answer: ['there.example. CNAME host.sub.example.'], ...referral },
    ],
    [
      'an alias to nothing: the code speaks of the last name (RFC 6604 §3)',
      ask('gone.example.'),
      { code: 'NXDOMAIN', aa: true, answer: ['gone.example. CNAME nothing.example.'], authority: [soa], additional: none },
    ],
    [
      'aliases in a circle end',
      ask('loop1.example.'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['loop1.example. CNAME loop2.example.', 'loop2.example. CNAME loop1.example.'],
        authority: none,
        additional: none,
      },
    ],
    [
      'a referral has NS records and glue, and no AA (step 3b)',
      ask('host.sub.example.'),
      { code: 'NOERROR', aa: false, answer: none, ...referral },
    ],
    ['the cut itself is referred, too', ask('sub.example.', 'NS'), { code: 'NOERROR', aa: false, answer: none, ...referral }],
    ['what lies below a cut is not ours to answer', ask('below.sub.example.'), { code: 'NOERROR', aa: false, answer: none, ...referral }],
    [
      'DS at a cut is the parent’s (RFC 4035 §3.1.4.1)',
      ask('sub.example.', 'DS'),
      { code: 'NOERROR', aa: true, answer: none, authority: [soa], additional: none },
    ],
    [
      'NXDOMAIN has the SOA (RFC 2308 §2.1)',
      ask('nothing.example.'),
      { code: 'NXDOMAIN', aa: true, answer: none, authority: [soa], additional: none },
    ],
    [
      'NODATA has the SOA and no error (RFC 2308 §2.2)',
      ask('ns.example.', 'TXT'),
      { code: 'NOERROR', aa: true, answer: none, authority: [soa], additional: none },
    ],
    [
      'an empty non-terminal exists: NODATA (RFC 4592 §2.2.2)',
      ask('b.c.example.'),
      { code: 'NOERROR', aa: true, answer: none, authority: [soa], additional: none },
    ],
    [
      'a wildcard answers with the name asked for (RFC 4592 §2.1)',
      ask('x.y.wild.example.'),
      { code: 'NOERROR', aa: true, answer: ['x.y.wild.example. A 10.0.0.5'], authority: none, additional: none },
    ],
    [
      'a wildcard is not for names that exist (RFC 4592 §2.2.1)',
      ask('known.wild.example.', 'TXT'),
      { code: 'NOERROR', aa: true, answer: none, authority: [soa], additional: none },
    ],
    [
      'nor for what lies below them (RFC 4592 §3.3.1)',
      ask('x.known.wild.example.'),
      { code: 'NXDOMAIN', aa: true, answer: none, authority: [soa], additional: none },
    ],
    [
      'a wildcard may be an alias',
      ask('x.alias.example.'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['x.alias.example. CNAME mail.example.', 'mail.example. A 10.0.0.2'],
        authority: none,
        additional: none,
      },
    ],
    [
      'a DNAME gives the alias of each name below its owner (RFC 6672 §3.1)',
      ask('a.old.example.'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['old.example. DNAME new.example.', 'a.old.example. CNAME a.new.example.', 'a.new.example. A 10.0.0.7'],
        authority: none,
        additional: none,
      },
    ],
    [
      'the owner of a DNAME is a name like others (RFC 6672 §2.3)',
      ask('old.example.', 'TXT'),
      { code: 'NOERROR', aa: true, answer: ['old.example. TXT "here"'], authority: none, additional: none },
    ],
    [
      'a DNAME may lead out of our zones',
      ask('b.c.far.example.', 'MX'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['far.example. DNAME elsewhere.', 'b.c.far.example. CNAME b.c.elsewhere.'],
        authority: none,
        additional: none,
      },
    ],
    [
      'a name that a DNAME makes too long: YXDOMAIN (RFC 6672 §2.2)',
      ask(`${'v'.repeat(63)}.${'x'.repeat(63)}.example.`),
      {
        code: 'YXDOMAIN',
        aa: true,
        answer: [`${'x'.repeat(63)}.example. DNAME ${'y'.repeat(63)}.${'z'.repeat(63)}.${'w'.repeat(63)}.`],
        authority: none,
        additional: none,
      },
    ],
    [
      'ANY gets all records of the name',
      ask('mail.example.', 'ANY'),
      {
        code: 'NOERROR',
        aa: true,
        answer: ['mail.example. A 10.0.0.2', 'mail.example. AAAA 2001:db8::2'],
        authority: none,
        additional: none,
      },
    ],
    [
      'names elsewhere are refused (RFC 1035 §4.1.1)',
      ask('www.elsewhere.'),
      { code: 'REFUSED', aa: false, answer: none, authority: none, additional: none },
    ],
    [
      'zone transfers are refused',
      ask('example.', 'AXFR'),
      { code: 'REFUSED', aa: false, answer: none, authority: none, additional: none },
    ],
    [
      'other classes are refused',
      ask('example.', 'A', { questions: [{ name: 'example.', type: 'A', class: 3 }] }),
      { code: 'REFUSED', aa: false, answer: none, authority: none, additional: none },
    ],
    [
      'other opcodes are not implemented (RFC 1035 §4.1.1)',
      ask('example.', 'A', { opcode: 'STATUS' }),
      { code: 'NOTIMP', aa: false, answer: none, authority: none, additional: none },
    ],
    [
      'no question is a format error (RFC 9619)',
      ask('example.', 'A', { questions: [] }),
      { code: 'FORMERR', aa: false, answer: none, authority: none, additional: none },
    ],
    [
      'nor may there be two',
      ask('example.', 'A', {
        questions: [
          { name: 'a.', type: 'A' },
          { name: 'b.', type: 'A' },
        ] as Question[],
      }),
      { code: 'FORMERR', aa: false, answer: none, authority: none, additional: none },
    ],
    [
      'EDNS of a later version (RFC 6891 §6.1.3)',
      ask('example.', 'A', { edns: { payload: 1232, version: 1, dnssecOk: false, options: [] } }),
      { code: 'BADVERS', aa: false, answer: none, authority: none, additional: none },
    ],
  ])('%s', (_, message, expected) => {
    const found = sections(message);
    // Whether the owner is spelled as asked or as stored is the server's choice; compare without case there.
    expect({ ...found, answer: found.answer.map((row) => row.toLowerCase()) }).toEqual({
      ...expected,
      answer: expected.answer.map((row) => row.toLowerCase()),
    });
    expect(message).toMatchObject({ id: 7, response: true, recursionAvailable: false });
  });

  test('a negative answer lives no longer than the SOA’s MINIMUM (RFC 2308 §3)', () => {
    expect(ask('nothing.example.').authorities[0]?.ttl).toBe(300);
  });

  test('RD and CD are copied, RA says what is offered (RFC 1035 §4.1.1, RFC 4035 §3.1.6)', () => {
    const sent = { ...query(1, { name: 'ns.example.', type: 'A' }, true), checkingDisabled: true };
    expect(answer(zones, sent, { recursionAvailable: true })).toMatchObject({
      recursionDesired: true,
      checkingDisabled: true,
      recursionAvailable: true,
    });
  });

  test('who asks with EDNS is answered with EDNS (RFC 6891 §6.1.1)', () => {
    expect(ask('ns.example.').edns).toBeUndefined();
    expect(ask('ns.example.', 'A', { edns: { payload: 4096, version: 0, dnssecOk: true, options: [] } }).edns).toMatchObject({
      version: 0,
      dnssecOk: true,
    });
  });

  test('records of one set share the lowest TTL, and duplicates go (RFC 2181 §5.2, §5)', () => {
    const zone = load('t.', 'a 60 A 10.0.0.1\na 30 A 10.0.0.2\na 60 A 10.0.0.1');
    expect(answer([zone], query(1, { name: 'a.t.', type: 'A' }, false)).answers.map((r) => r.ttl)).toEqual([30, 30]);
  });
});
