import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presentation } from '../presentation.ts';
import { type MasterFileOptions, readMasterFile } from './master-file.ts';

const read = (text: string, options: Partial<MasterFileOptions> = {}) => readMasterFile(text, { origin: 'example.', ...options });

/** `owner TTL type data` of each record. */
const rows = (text: string, options: Partial<MasterFileOptions> = {}): string[] => {
  const { records, problems } = read(text, options);
  expect(problems).toEqual([]);
  return records.map(({ name, ttl, data }) => `${name} ${ttl} ${data.type} ${presentation(data)}`);
};

/** The text that each problem underlines, and its code. */
const faults = (text: string, options: Partial<MasterFileOptions> = {}): string[] =>
  read(text, options).problems.map(({ start, end, code }) => `${code}: ${text.slice(start, end)}`);

describe('reading a master file (RFC 1035 §5)', () => {
  test('the standard’s own example (§5.3)', () => {
    const isi = `
@   IN  SOA     VENERA      Action\\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        NS      VAXA
        MX      10      VENERA
        MX      20      VAXA

A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32

$INCLUDE <SUBSYS>ISI-MAILBOXES.TXT`;
    const include = (name: string) => (name === '<SUBSYS>ISI-MAILBOXES.TXT' ? 'MOE     CNAME      A.ISI.EDU.\n' : undefined);
    expect(rows(isi, { origin: 'ISI.EDU.', include })).toEqual([
      'ISI.EDU. 60 SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60',
      'ISI.EDU. 60 NS A.ISI.EDU.',
      'ISI.EDU. 60 NS VENERA.ISI.EDU.',
      'ISI.EDU. 60 NS VAXA.ISI.EDU.',
      'ISI.EDU. 60 MX 10 VENERA.ISI.EDU.',
      'ISI.EDU. 60 MX 20 VAXA.ISI.EDU.',
      'A.ISI.EDU. 60 A 26.3.0.103',
      'VENERA.ISI.EDU. 60 A 10.1.0.52',
      'VENERA.ISI.EDU. 60 A 128.9.0.32',
      'MOE.ISI.EDU. 60 CNAME A.ISI.EDU.',
    ]);
  });

  test.each([
    [
      'TTL and class in either order',
      'a 1h IN A 1.2.3.4\na IN 2d A 1.2.3.5\na IN A 1.2.3.6',
      ['a.example. 3600 A 1.2.3.4', 'a.example. 172800 A 1.2.3.5', 'a.example. 172800 A 1.2.3.6'],
    ],
    [
      '$TTL with units (RFC 2308 §4)',
      '$TTL 1h30m\na A 1.2.3.4\n$TTL 5\nb A 1.2.3.4',
      ['a.example. 5400 A 1.2.3.4', 'b.example. 5 A 1.2.3.4'],
    ],
    [
      'a stated TTL does not outweigh $TTL later',
      '$TTL 60\na 5 A 1.2.3.4\nb A 1.2.3.4',
      ['a.example. 5 A 1.2.3.4', 'b.example. 60 A 1.2.3.4'],
    ],
    [
      '$ORIGIN, relative itself',
      '$TTL 1\n$ORIGIN sub\n@ A 1.2.3.4\n$ORIGIN other.\na A 1.2.3.4',
      ['sub.example. 1 A 1.2.3.4', 'a.other. 1 A 1.2.3.4'],
    ],
    ['an owner that looks like a type', '$TTL 1\nmx A 1.2.3.4\nIN A 1.2.3.4', ['mx.example. 1 A 1.2.3.4', 'IN.example. 1 A 1.2.3.4']],
    [
      'escapes',
      '$TTL 1\na\\.b.c A 1.2.3.4\n\\065\\032 TXT "x\\"y\\\\z\\200" plain\\ blank',
      ['a\\.b.c.example. 1 A 1.2.3.4', 'A\\032.example. 1 TXT "x\\"y\\\\z\\200" "plain blank"'],
    ],
    ['a semicolon in quotes', '$TTL 1\na TXT "v=DKIM1; k=rsa" ; comment', ['a.example. 1 TXT "v=DKIM1; k=rsa"']],
    ['text beyond ASCII counts as UTF-8', '$TTL 1\na TXT é', ['a.example. 1 TXT "\\195\\169"']],
    [
      'unknown types (RFC 3597 §5)',
      '$TTL 1\na TYPE731 \\# 6 abcd ( ef01\n 2345 )\na CLASS1 TYPE1 \\# 4 0A000001',
      ['a.example. 1 TYPE731 \\# 6 abcdef012345', 'a.example. 1 A 10.0.0.1'],
    ],
    ['types in any case', '$TTL 1\na in aaaa ::1', ['a.example. 1 AAAA ::1']],
    [
      'SRV and CAA',
      '$TTL 1\n_sip._tcp SRV 1 2 5060 sip\n@ CAA 128 issue "ca.example.net"',
      ['_sip._tcp.example. 1 SRV 1 2 5060 sip.example.', 'example. 1 CAA 128 issue "ca.example.net"'],
    ],
    [
      'line ends of any kind, a byte order mark',
      '\uFEFF$TTL 1\r\na A 1.2.3.4\rb A 1.2.3.4\r\n',
      ['a.example. 1 A 1.2.3.4', 'b.example. 1 A 1.2.3.4'],
    ],
    ['SOA times with units', '@ 1 SOA a b 1 2h 15m 2w 1d', ['example. 1 SOA a.example. b.example. 1 7200 900 1209600 86400']],
    ['the caller’s TTL as the last resort', 'a A 1.2.3.4', ['a.example. 9 A 1.2.3.4']],
  ])('%s', (_, text, expected) => {
    expect(rows(text, { defaultTtl: 9 })).toEqual(expected);
  });

  test('an included file changes neither origin nor owner of the including one', () => {
    const include = () => '$ORIGIN elsewhere.\nx A 1.1.1.1\n';
    expect(rows('$TTL 1\na A 1.2.3.4\n$INCLUDE f sub\n  TXT still-a', { include })).toEqual([
      'a.example. 1 A 1.2.3.4',
      'x.elsewhere. 1 A 1.1.1.1',
      'a.example. 1 TXT "still-a"',
    ]);
  });

  test('names of declared hosts may go without the trailing dot', () => {
    expect(
      rows('$TTL 1\n@ MX 10 mail.crepes.fr\n@ MX 20 mail', { origin: 'crepes.fr.', relaxedNames: (name) => name.endsWith('crepes.fr') }),
    ).toEqual(['crepes.fr. 1 MX 10 mail.crepes.fr.', 'crepes.fr. 1 MX 20 mail.crepes.fr.']);
  });

  test.each([
    ['one entry on a line of its own', ' @ MX 10 mail ', ['example. 9 MX 10 mail.example.']],
    [
      'an owner left out is the one before, or the origin',
      '\n  MX 10 mail\n  www A 1.2.3.4\n  AAAA ::1\n',
      ['example. 9 MX 10 mail.example.', 'www.example. 9 A 1.2.3.4', 'www.example. 9 AAAA ::1'],
    ],
    [
      'an owner named like a type',
      '  mx MX 10 a\n  ns A 1.2.3.4\n  NS ns\n  a 60 A 1.2.3.4',
      ['mx.example. 9 MX 10 a.example.', 'ns.example. 9 A 1.2.3.4', 'ns.example. 9 NS ns.example.', 'a.example. 60 A 1.2.3.4'],
    ],
    ['a TTL first', '  60 A 1.2.3.4', ['example. 60 A 1.2.3.4']],
    ['an owner that is called like its type', 'txt TXT "one" "two"', ['txt.example. 9 TXT "one" "two"']],
    ['a text that is a type', 'TXT A hello', ['example. 9 TXT "A" "hello"']],
  ])('in an indented block: %s', (_, text, expected) => {
    expect(rows(text, { indented: true, defaultTtl: 9 })).toEqual(expected);
  });

  test('in an indented block of a zone for addresses, a number is an owner (RFC 1035 §3.5)', () => {
    const options = { indented: true, defaultTtl: 9, origin: '2.0.192.in-addr.arpa.' };
    expect(rows('  1 PTR a.example.\n  25 60 PTR b.example.\n  NS ns.example.', options)).toEqual([
      '1.2.0.192.in-addr.arpa. 9 PTR a.example.',
      '25.2.0.192.in-addr.arpa. 60 PTR b.example.',
      '25.2.0.192.in-addr.arpa. 60 NS ns.example.',
    ]);
  });

  test('each entry tells where its owner, type and names stand', () => {
    const text = '$TTL 1\nwww IN CNAME host.example.\n    MX 10 mail';
    const { entries } = read(text);
    const told = entries.map(({ owner, type, names, start, end }) => [
      text.slice(start, end),
      owner && text.slice(owner.start, owner.end),
      text.slice(type.start, type.end),
      names.map((name) => `${text.slice(name.start, name.end)} = ${name.name}`),
    ]);
    expect(told).toEqual([
      ['www IN CNAME host.example.', 'www', 'CNAME', ['host.example. = host.example.']],
      ['MX 10 mail', undefined, 'MX', ['mail = mail.example.']],
    ]);
  });
});

describe('problems of a master file', () => {
  test.each([
    ['an address that is none', 'a A 1.2.3.400', ['bad-data: 1.2.3.400']],
    ['data missing', 'a MX 10', ['bad-data: MX 10']],
    ['data too many', 'a A 1.2.3.4 5', ['bad-data: 5']],
    ['a type that is none', 'a FOO bar', ['bad-type: FOO']],
    ['a type that only questions have', 'a ANY x', ['bad-type: ANY']],
    ['no type', 'a 60', ['bad-type: a 60']],
    ['another class', 'a CH TXT x', ['bad-class: CH']],
    ['a TTL beyond 2^31 − 1 (RFC 2181 §8)', 'a 2147483648 A 1.2.3.4', ['bad-ttl: 2147483648']],
    ['a name with an empty label', 'a..b A 1.2.3.4', ['bad-name: a..b']],
    ['a label of 64 bytes', `${'x'.repeat(64)} A 1.2.3.4`, [`bad-name: ${'x'.repeat(64)}`]],
    ['a name beyond 255 bytes', `a CNAME ${'abc.'.repeat(64)}`, [`bad-data: ${'abc.'.repeat(64)}`]],
    ['a string beyond 255 bytes', `a TXT ${'x'.repeat(256)}`, [`bad-data: ${'x'.repeat(256)}`]],
    ['no owner yet', '  A 1.2.3.4', ['no-owner: A']],
    ['a bad escape', 'a TXT x\\999', ['bad-data: \\']],
    ['a directive that is none', '$GENERATE 1-9 a A 1.2.3.$', ['bad-directive: $GENERATE']],
    ['$ORIGIN without a name', '$ORIGIN', ['bad-directive: $ORIGIN']],
    ['$TTL without a time', '$TTL x', ['bad-ttl: x']],
    ['an include that cannot be', '$INCLUDE x', ['bad-include: x']],
    ['a parenthesis closed only', 'a A 1.2.3.4 )', ['unopened-parenthesis: )']],
    ['hex data of another length', 'a TYPE9 \\# 3 0102', ['bad-data: \\# 3 0102']],
  ])('%s', (_, text, expected) => {
    expect(faults(text, { defaultTtl: 1 })).toEqual(expected);
  });

  test('without any TTL', () => {
    expect(faults('a A 1.2.3.4')).toEqual(['no-ttl: a A 1.2.3.4']);
  });

  test('a fault is confined to its entry', () => {
    const text = '$TTL 1\na A 1.2.3.4\nb A oops\nc TXT "open\nd A 1.2.3.4\ne ) A\nf A 1.2.3.4';
    expect(read(text).records.map((record) => record.name)).toEqual(['a.example.', 'd.example.', 'f.example.']);
    expect(faults(text)).toEqual(['bad-data: oops', 'unclosed-quote: "open', 'unopened-parenthesis: )']);
  });

  test('a file that ends too early is told where the parenthesis or quote opens, and the lines after it are read', () => {
    const text = '$TTL 1\n@ SOA a b (\n 1 2 3\nwww A 1.2.3.4';
    const { problems, records } = read(text);
    expect(problems[0]).toMatchObject({
      code: 'unclosed-parenthesis',
      start: text.indexOf('('),
      message: expect.stringContaining('end too early'),
    });
    expect(records.map((record) => record.name)).toEqual(['www.example.']);
    expect(faults('$TTL 1\na TXT "v=spf1')).toEqual(['unclosed-quote: "v=spf1']);
  });

  test('a file that includes itself ends', () => {
    const { problems } = read('$INCLUDE me', { include: () => '$INCLUDE me\n$INCLUDE me\n' });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every((problem) => problem.code === 'bad-include' || problem.code === 'too-many-problems')).toBe(true);
    expect(problems[0]).toMatchObject({ file: 'me' });
  });

  test('a hundred files are included, no more', () => {
    const { problems, records } = read('$INCLUDE f\n'.repeat(102), { include: () => 'a 1 A 1.2.3.4\n' });
    expect(records).toHaveLength(100);
    expect(problems.map((problem) => problem.message)).toEqual(['More than 100 files are included.', 'More than 100 files are included.']);
  });

  test('50 MB of text and binary data each give one clear error', () => {
    expect(read('a A 1.2.3.4\n'.repeat(4_200_000)).problems.map((problem) => problem.code)).toEqual(['too-large']);
    const binary = Array.from({ length: 200_000 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join('');
    const { problems } = read(binary);
    expect(problems[problems.length - 1]?.code).toBe('too-many-problems');
    expect(problems.length).toBeLessThanOrEqual(101);
  });

  test('many parentheses left open cost no more than a few entries', () => {
    expect(read('a A (\n'.repeat(500_000)).problems).toHaveLength(101);
  });

  test('any text is read, and every problem stands within it', () => {
    const token = fc.constantFrom(
      ' ',
      '\n',
      '\t',
      '(',
      ')',
      '"',
      ';',
      '\\',
      '@',
      '$TTL',
      '$ORIGIN',
      'A',
      'IN',
      'TXT',
      'SOA',
      '1.2.3.4',
      '60',
      'x',
      '\\0',
      '\\#',
      '\r\n',
      '.',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(token).map((parts) => parts.join('')),
        ),
        fc.boolean(),
        (text, indented) => {
          for (const { start, end } of read(text, { indented, defaultTtl: 1 }).problems) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(text.length);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
