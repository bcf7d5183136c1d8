/** Answers of a server to queries with DO: what RFC 4035 §3.1 adds to each kind, and that it proves what it should. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ancestors, canonical, depth, isSubdomain } from '../domain-name.ts';
import { answer } from '../server/authoritative.ts';
import { encode } from '../wire/encode.ts';
import { type Message, query } from '../wire/message.ts';
import { allowsWildcard, covers, deniesName, deniesType, isCut, nsecsOf } from './denial.ts';
import { verifySet } from './signature.ts';
import { calendarTime } from './signer.ts';
import { CHILD, recordsOf, signer, zoneOfText } from './zones-for-tests.ts';

const plain = zoneOfText('example.', CHILD);
const operator = signer('example.', 15);
const zone = operator.at(plain, 0);

function ask(name: string, type: string, dnssecOk = true, zones = [zone]): Message {
  return answer(zones, query(1, { name, type }, false, { dnssecOk }));
}
const rows = (records: Message['answers']): string[] =>
  records.map(({ name, data }) => `${name} ${data.type}${data.type === 'RRSIG' ? ` ${data.typeCovered}` : ''}`);

describe('with DO', () => {
  test.each<[string, string, string, Partial<Record<'answers' | 'authorities' | 'additionals', string[]>>]>([
    ['a positive answer is signed (§3.1.1)', 'ns1.example.', 'A', { answers: ['ns1.example. A', 'ns1.example. RRSIG A'], authorities: [] }],
    [
      'so are an alias and what it leads to',
      'www.example.',
      'A',
      { answers: ['www.example. CNAME', 'www.example. RRSIG CNAME', 'Mail.example. A', 'Mail.example. RRSIG A'] },
    ],
    [
      'additional records, too',
      'example.',
      'MX',
      { additionals: ['Mail.example. A', 'Mail.example. RRSIG A', 'mail.example. AAAA', 'mail.example. RRSIG AAAA'] },
    ],
    [
      'a name that a wildcard makes comes with the proof that no closer one exists (§3.1.3.3)',
      'x.wild.example.',
      'A',
      { answers: ['x.wild.example. A', 'x.wild.example. RRSIG A'], authorities: ['*.wild.example. NSEC', '*.wild.example. RRSIG NSEC'] },
    ],
    [
      'NODATA comes with the types that are there (§3.1.3.1)',
      'ns1.example.',
      'MX',
      { answers: [], authorities: ['example. SOA', 'example. RRSIG SOA', 'ns1.example. NSEC', 'ns1.example. RRSIG NSEC'] },
    ],
    [
      'NODATA of a name without any records, with what lies below it',
      'empty.example.',
      'A',
      { authorities: ['example. SOA', 'example. RRSIG SOA', '_sip._tcp.example. NSEC', '_sip._tcp.example. RRSIG NSEC'] },
    ],
    [
      'NODATA of a wildcard (§3.1.3.4)',
      'x.wild.example.',
      'MX',
      { authorities: ['example. SOA', 'example. RRSIG SOA', '*.wild.example. NSEC', '*.wild.example. RRSIG NSEC'] },
    ],
    [
      'NXDOMAIN comes with the names around it and around the wildcard (§3.1.3.2)',
      'nothing.example.',
      'A',
      {
        authorities: [
          'example. SOA',
          'example. RRSIG SOA',
          'Mail.example. NSEC',
          'Mail.example. RRSIG NSEC',
          'example. NSEC',
          'example. RRSIG NSEC',
        ],
      },
    ],
    [
      'a referral into a signed zone brings its DS set (§3.1.4)',
      'www.safe.example.',
      'A',
      { authorities: ['safe.example. NS', 'safe.example. DS', 'safe.example. RRSIG DS'], additionals: ['ns.safe.example. A'] },
    ],
    [
      'a referral into an unsigned zone proves that there is none (§3.1.4)',
      'www.sub.example.',
      'A',
      { authorities: ['sub.example. NS', 'sub.example. NSEC', 'sub.example. RRSIG NSEC'] },
    ],
    ['DS is the parent’s to answer (§3.1.4.1)', 'safe.example.', 'DS', { answers: ['safe.example. DS', 'safe.example. RRSIG DS'] }],
    [
      'and its absence the parent’s to prove',
      'sub.example.',
      'DS',
      { answers: [], authorities: ['example. SOA', 'example. RRSIG SOA', 'sub.example. NSEC', 'sub.example. RRSIG NSEC'] },
    ],
  ])('%s', (_, name, type, sections) => {
    const message = ask(name, type);
    for (const [section, expected] of Object.entries(sections)) expect(rows(message[section as 'answers'])).toEqual(expected);
  });

  test('every signature in every answer holds, and none is missing', () => {
    const keys = [operator.keys.ksk.record, operator.keys.zsk.record];
    for (const name of [...plain.nodes.keys(), 'no.example.', 'a.b.example.', 'x.y.wild.example.', 'zzz.example.', 'a.sub.example.']) {
      for (const type of ['A', 'MX', 'TXT', 'DS', 'DNSKEY', 'SOA', 'ANY', 'NSEC', 'CNAME']) {
        const message = ask(name, type);
        for (const section of [message.answers, message.authorities]) {
          // RFC 2181 §5: nothing stands twice in a set.
          expect(new Set(section.map((record) => JSON.stringify(record))).size, `${name} ${type}`).toBe(section.length);
          for (const { name: owner, data } of section) {
            if (data.type === 'RRSIG' || (data.type === 'NS' && !message.authoritative)) continue;
            const set = section.filter((record) => record.data.type === data.type && canonical(record.name) === canonical(owner));
            if (data.type === 'NS' && canonical(owner) !== 'example.') continue;
            expect(
              verifySet(set, section, 'example.', keys, calendarTime(0), { verifications: 0, digests: 0 }),
              `${name} ${type}`,
            ).toMatchObject({
              ok: true,
            });
          }
        }
      }
    }
  });
});

test('without DO, a signed zone is answered for byte by byte as if it were not', () => {
  for (const name of [...plain.nodes.keys(), 'no.example.', 'x.wild.example.', 'a.sub.example.']) {
    for (const type of ['A', 'MX', 'TXT', 'DS', 'SOA', 'CNAME', 'NS']) {
      expect(encode(ask(name, type, false))).toEqual(encode(ask(name, type, false, [plain])));
    }
  }
  expect(rows(ask('ns1.example.', 'ANY', false).answers)).toEqual(['ns1.example. A']);
});

test('a server of both sides of a cut answers DS from the parent, everything else from the child', () => {
  const child = signer('safe.example.').at(zoneOfText('safe.example.', '$TTL 60\n@ SOA a b 1 1 1 1 1\n@ NS ns\nns A 192.0.2.55'), 0);
  expect(rows(ask('safe.example.', 'DS', true, [zone, child]).answers)).toEqual(['safe.example. DS', 'safe.example. RRSIG DS']);
  expect(rows(ask('safe.example.', 'SOA', true, [child, zone]).answers)).toEqual(['safe.example. SOA', 'safe.example. RRSIG SOA']);
});

/** What the zone holds, told without NSEC records. */
const exists = (name: string): boolean => plain.nodes.has(canonical(name));

describe('a denial proves what is so, and nothing else', () => {
  const all = nsecsOf(recordsOf(zone));
  const label = fc.constantFrom(
    'a',
    'deep',
    'empty',
    'mail',
    'MAIL',
    'ns1',
    'www',
    'wild',
    '*',
    'sub',
    'safe',
    '_sip',
    '_tcp',
    'zzz',
    '\\000',
    '0',
  );
  const name = fc.array(label, { minLength: 0, maxLength: 4 }).map((parts) => [...parts, 'example.'].join('.'));
  const belowCut = (n: string): boolean => ['sub.example.', 'safe.example.'].some((cut) => isSubdomain(n, cut) && canonical(n) !== cut);

  test('of names: with all of the zone’s records, a name is covered if and only if it does not exist', () => {
    fc.assert(
      fc.property(name, (n) => belowCut(n) || all.some((nsec) => covers(nsec, n)) === !exists(n)),
      { numRuns: 2000 },
    );
  });

  test('in what the server sends', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('A', 'MX', 'TXT', 'NS', 'DS'), (n, type) => {
        const message = ask(n, type);
        const nsecs = nsecsOf(message.authorities);
        const [first] = message.answers;
        if (message.responseCode === 'NXDOMAIN') return deniesName(nsecs, n) && !exists(n);
        if (first?.data.type === 'CNAME') return true;
        if (first && exists(n)) return nsecs.length === 0;
        if (first) return allowsWildcard(nsecs, n, depth('wild.example.'));
        if (!message.authoritative) {
          const cut = ancestors(canonical(n)).find((a) => a === 'sub.example.' || a === 'safe.example.') as string;
          return cut === 'safe.example.'
            ? nsecs.length === 0
            : isCut(nsecs, cut) && deniesType(nsecs, cut, 'DS') && !deniesType(nsecs, cut, 'A');
        }
        // The zone itself cannot deny that its parent has a DS set.
        return deniesType(nsecs, n, type) === !(type === 'DS' && n === 'example.');
      }),
      { numRuns: 2000 },
    );
  });

  test('never with a record less than the server sends', () => {
    const nxdomain = nsecsOf(ask('nothing.example.', 'A').authorities);
    expect(nxdomain).toHaveLength(2);
    for (const one of nxdomain) expect(deniesName([one], 'nothing.example.')).toBe(false);
    const wildcard = nsecsOf(ask('x.y.wild.example.', 'MX').authorities);
    expect(deniesType(wildcard, 'x.y.wild.example.', 'MX')).toBe(true);
    expect(deniesType([], 'x.y.wild.example.', 'MX')).toBe(false);
  });

  test('what a parent says at a cut says nothing of the zone below, nor the zone of its own DS (RFC 6840 §4.1)', () => {
    expect(deniesType(all, 'sub.example.', 'MX')).toBe(false);
    expect(all.some((nsec) => covers(nsec, 'a.sub.example.'))).toBe(false);
    expect(deniesType(all, 'example.', 'DS')).toBe(false);
  });

  test('an alias denies no type (RFC 6840 §4.3)', () => expect(deniesType(all, 'www.example.', 'A')).toBe(false));
});

describe('what an NSEC record does not say', () => {
  const nsec = (owner: string, next: string, types: readonly string[] = ['A']) => ({ owner, next, types });

  test('nothing of names below a DNAME record: they are another tree’s (RFC 6672 §5.3.4.1)', () => {
    const record = (types: readonly string[]) => nsec('d.example.', 'z.example.', types);
    expect(covers(record(['A']), 'x.d.example.')).toBe(true);
    expect(covers(record(['DNAME']), 'x.d.example.')).toBe(false);
    expect(covers(record(['DNAME']), 'e.example.')).toBe(true);
  });

  test('a closer encloser than the wildcard’s: its signature has fewer labels (RFC 4035 §5.3.4)', () => {
    // a.b.example. is made, as they say, from *.example.; but b.example. exists, so that *.b.example. would have to make it.
    const closer = [nsec('b.example.', 'z.example.')];
    expect(allowsWildcard(closer, 'a.b.example.', 1)).toBe(false);
    expect(allowsWildcard(closer, 'a.b.example.', 2)).toBe(true);
    expect(allowsWildcard(closer, 'c.example.', 1)).toBe(true);
  });
});
