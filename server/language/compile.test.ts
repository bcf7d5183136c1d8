import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFix, compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';
import { codes } from './codes.ts';
import type { FileContent, FileTable } from './compilation.ts';
import { compile } from './compile.ts';
import { form } from './pattern.ts';
import { vocabulary } from './vocabulary.ts';

const bytes = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });
/** Files of every diagnostic test, and of the vocabulary's examples. */
const files: FileTable = new Map([
  ['file:///w/common.netscenario', bytes('host shared\nlet n = 3\n')],
  ['file:///w/broken.netscenario', bytes('host shared\nhost {\n')],
  ['file:///w/loop.netscenario', bytes('import "test.netscenario"\n')],
  ['file:///w/unsound.netscenario', bytes('host shared\nnobody crashes\nlink shared <-> nobody\n')],
  ['file:///w/importing.netscenario', bytes('import "unsound.netscenario"\n')],
  ['file:///w/warned.netscenario', bytes('mailserver m.nowhere.org { domain nowhere.org }\nhost shared\n')],
  ['file:///w/binary.netscenario', bytes('\0\x01\x02')],
  [
    'file:///w/movie.json',
    bytes('{"segment_duration_ms":3000,"bitrates_kbps":[300,900],"segment_sizes_bits":[[900000,2700000],[800000,2600000]]}'),
  ],
  ['file:///w/3g.json', bytes('[{"duration_ms":1000,"bandwidth_kbps":2000,"latency_ms":50}]')],
  ['file:///w/none.netscenario', { kind: 'unreadable', reason: 'there is no such file' }],
  ['file:///w/alias.zone', bytes('$TTL 3600\nwww A 192.0.2.80\nwww CNAME web\n@ MX 10 192.0.2.9\n')],
  ['file:///w/truncated.zone', bytes('$TTL 3600\n@ IN SOA ns.example.org. hostmaster.example.org. (\n  1 7200\n')],
  [
    'file:///w/good.zone',
    bytes('$TTL 3600\n@ IN SOA ns hostmaster ( 1 7200 900 1209600 3600 )\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.80\n'),
  ],
  ['file:///w/binary.zone', bytes('\0\0\0\x7fELF')],
  [
    'file:///w/good.eml',
    bytes('From: alice@example.org\r\nTo: bob@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\nSubject: Hi\r\n\r\nHello\r\n'),
  ],
  ['file:///w/binary.eml', bytes('\0\0\0')],
]);

const mail =
  'zone example.org on ns.example.org { @ MX 10 mail.example.org }\nmailbox ann@example.org, bob@example.org on mail.example.org\nhost pc\n';

const dns = 'host pc\nzone x.org on ns.x.org {\n  www A 192.0.2.1\n  web CNAME www\n}\npc resolves www.x.org\npc resolves web.x.org\n';
const DNS: readonly (readonly [string, string])[] = [
  ['an answer to what was asked', 'expect answer of pc for www.x.org is 192.0.2.1'],
  [
    'an answer to what nobody asked',
    'expect answer of pc for w.x.org is 192.0.2.1\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing-to-measure: `pc resolves w.x.org`',
  ],
  [
    'an answer of another type',
    'expect answer of pc for www.x.org MX is NODATA\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing-to-measure: `pc resolves www.x.org MX`; it asks for A',
  ],
  [
    'a response code',
    'expect answer of pc for www.x.org is NXDOMIAN\n                                     ^^^^^^^^ expected: Did you mean `NXDOMAIN`?',
  ],
  ['a response code in small letters', 'expect answer of pc for www.x.org is nxdomain'],
  ['queries at a server', 'expect queries at ns.x.org > 0\nexpect queries at local-dns > 0\nexpect cache hit ratio of local-dns < 50 %'],
  ['queries at a host', 'expect queries at pc > 0\n^^^^^^^^^^^^^^^^^^^^^^^^ nothing-to-measure: `pc` is no DNS server'],
  ['a cache of a host', 'expect cache hit ratio of pc > 50 %\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing-to-measure: `pc` is no resolver'],
  [
    'a ratio in percent',
    'expect cache hit ratio of local-dns < 50\n                                      ^^ out-of-range: 50 is out of range',
  ],
  ['a name server without a zone', 'nameserver pc { recursion on }\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ without-effect: `pc` serves no zone'],
  [
    'validation on a recursive walk',
    'resolver dns.x.org { dnssec on walk recursively }\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ without-effect: hand no signatures on',
  ],
  ['a signed zone', 'dnssec x.org'],
  [
    'a signed zone below one that is not',
    'zone org on ns.org\ndnssec x.org\n       ^^^^^ without-effect: `org` is not signed, so `x.org` cannot be validated.',
  ],
  ['a share of those who have the name', 'host www.x.org\nexpect load share of web.x.org at www.x.org > 0'],
  [
    'a share of those who have not',
    'host c.x.org { address 10.0.0.77 }\nexpect load share of web.x.org at c.x.org > 0\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing-to-measure: No record of `web.x.org` has 10.0.0.77',
  ],
];

describe('diagnostics', () => {
  test.each<[string, string]>([
    ['a bare number', 'host a { up 5 }\n            ^ missing-unit: Did you mean 5 Mbps?\na crashes'],
    ['a wrong dimension', 'host a { latency 5 MiB }\n                 ^^^^^ wrong-dimension: this is a size\na crashes'],
    ['a mistyped unit', 'host a { up 5 Mbs  down 2 Mbps }\n              ^^^ unknown-unit: Did you mean `Mbps`?\na crashes'],
    ['a unit in the wrong case', 'host a\nat 5 S a crashes\n     ^ unknown-unit: Did you mean `s`?'],
    ['out of range', 'host a { loss 120 % }\n              ^^^^^ out-of-range: from 0 % to 100 %\na crashes'],
    ['a seed that is no whole number', 'seed 1.5\n     ^^^ not-whole'],
    ['a negative seed', 'seed -1\n     ^^ out-of-range'],
    ['an unknown property', 'host a { upp 5 Mbps }\n         ^^^ unknown-property: Did you mean `up`?\na crashes'],
    ['a property twice', 'host a { up 5 Mbps up 6 Mbps }\n                   ^^^^^^^^^ duplicate-property\na crashes'],
    ['a mistyped statement', 'hst alice\n^^^ unknown-statement: Did you mean `host`?\nscenario "x"'],
    ['a mistyped verb', 'host a\na crashs\n  ^^^^^^ expected: Did you mean `crashes`?'],
    ['a line that ends too early', 'host\n    | expected: a host name'],
    ['a comma without a name', 'host a,\n       | expected\na crashes'],
    ['too much on a line', 'host a crashes\n       ^^^^^^^ expected: the end of the line\na crashes'],
    ['an unknown host', 'host alice-pc\nalise-pc resolves example.org\n^^^^^^^^ unknown-host: Did you mean `alice-pc`?\nalice-pc crashes'],
    ['an unknown host is told once', 'bob crashes\n^^^ unknown-host\nbob crashes'],
    [
      'no follow-up of a broken declaration',
      'host bob {\n  up 5 bananas\n       ^^^^^^^ unknown-unit\n}\nhost ann ann\n         ^^^ expected\nbob crashes\nann crashes',
    ],
    ['no follow-up of a broken range', 'host peer[1..m]\n             ^ unknown-parameter\npeer[1] crashes'],
    ['a host twice', 'host a\nhost A\n     ^ duplicate-declaration\na crashes'],
    ['the title twice', 'scenario "a"\nscenario "b"\n^^^^^^^^^^^^ duplicate-setting'],
    ['a host that cannot be', 'host a@b\n     ^^^ malformed-name: mail address\nhost a..b\n      ^^ expected'],
    ['a host with an underscore label too long', `host ${'x'.repeat(64)}\n     ${'^'.repeat(64)} malformed-name: longer than 63`],
    ['a mail address without domain', `${mail}pc sends mail from ann@ to bob@example.org\n                   ^^^^ malformed-mail-address`],
    ['a host where an address is needed', 'host a { address 10.0.0.256 }\n                 ^^^^^^^^^^ malformed-address\na crashes'],
    [
      'an address twice',
      'host a { address 10.0.0.7 }\nhost b { address 10.0.0.7 }\n                 ^^^^^^^^ duplicate-address: `a` has already\na crashes\nb crashes',
    ],
    ['an unclosed block', 'host a {\n       ^ unclosed-block\n  up 5 Mbps\nhost b\na crashes\nb crashes'],
    ['an unclosed zone', 'zone example.org on ns {\n                       ^ unclosed-block\n  www A 192.0.2.1\nhost b\nb crashes'],
    [
      'an unclosed block of statements before a declaration',
      'host a\ntogether {\n         ^ unclosed-block\n  a crashes\nhost b\nb crashes\nhost c { up 5 Mbps }\nc crashes',
    ],
    [
      'a sweep without indentation',
      'host a, b\nlet n = 2\na transfers n * 1 MB to b\nsweep n over 1, 2 {\nplot goodput of a to b against n\n}',
    ],
    [
      'alternatives without indentation',
      'host a, c\na transfers 1 MB to c\nalternative x {\nhost b\nb crashes\nzone x.org on ns.x.org { ; a "brace {\nb A 10.0.0.9\n}\n}\nalternative y {\nhost b {\nup 5 Mbps\n}\na crashes\nb crashes\n}\ncompare x, y {\nplot goodput of a to c\n}',
    ],
    ['steps without indentation', 'host a, b\ntogether {\na crashes\nlink a <-> b fails\npartition a from b\n}\nlink a <-> b'],
    ['properties without indentation', 'host a\nresolver r {\ndnssec on\nserves a\n}\na resolves x.org'],
    [
      'a broken sweep without indentation',
      'host a, b\nlet n = 2\na transfers n * 1 MB to b\nsweep n ovr 1, 2 {\n        ^^^ expected\nplot goodput of a to b against n\n}\na crashes',
    ],
    ['an unclosed text', 'scenario "Alice\n         ^^^^^^ unclosed-text\nhost a\na crashes'],
    ['an unclosed comment', 'host a /* here\n       ^^ unclosed-comment\na crashes'],
    ['a stray brace', 'host a\n}\n^ stray-brace\na crashes'],
    ['an unknown escape', 'scenario "a\\qb"\n           ^^ unknown-escape'],
    ['a parameter of itself', 'let a = b\nlet b = a\n        ^ circular-parameter\nseed a'],
    [
      'an unknown parameter',
      'let count = 3\nseed cuont\n     ^^^^^ unknown-parameter: Did you mean `count`?\nhost a[1..count]\na[1] crashes',
    ],
    ['an unused parameter', 'let n = 3\n    ^ unused-parameter'],
    ['an unused host', 'host a\n     ^ unused-host'],
    ['a size and a time', 'let x = 4 s + 3 MB\n        ^^^^^^^^^^ wrong-dimension\nhost a\nat x a crashes'],
    ['division by zero', 'let x = 4 s / 0\n              ^ division-by-zero\nhost a\nat x a crashes'],
    ['an unclosed parenthesis', 'let x = (4 + 3\n        ^ unclosed-parenthesis\nhost a\na[x] crashes'],
    ['a range downwards', 'host a[3..1]\n      ^^^^^^ range-descends: from 3 down to 1'],
    ['a huge range', 'host a[1..1000000]\n      ^^^^^^^^^^^^ range-too-large'],
    ['a range where one is needed', 'host a[1..3]\nlink a[1..2] <-> a[3]\n     ^^^^^^^ one-name'],
    ['a link to itself', 'host a\nlink a <-> a\n           ^ self-link'],
    ['a link that is not declared', 'host a, b\nlink a <-> b fails\n     ^^^^^^^ unknown-link: No link joins `a` and `b`.'],
    ['a link whose declaration is broken', 'host a, b\nlink a <-> b rate 5 Mbps\n             ^^^^^^^^^^^ expected\nlink b <-> a fails'],
    ['a transfer to itself', 'host a, b\na transfers 1 MB to a\n                    ^ self-transfer'],
    ['a host on both sides', 'host a, b, c\npartition a, b from b, c\n                    ^ both-sides'],
    ['a record of an unknown type', 'zone example.org on ns.example.org {\n  www AX 192.0.2.1\n      ^^ malformed-record\n}'],
    ['a record with a bad address', 'zone example.org on ns.example.org {\n  www A 192.0.2.256\n        ^^^^^^^^^^^ malformed-record\n}'],
    [
      'a record outside its zone',
      'zone example.org on ns.example.org {\n  www.example.com. A 192.0.2.1\n  ^^^^^^^^^^^^^^^^ malformed-record: does not lie in zone\n}',
    ],
    [
      'a relative name of several labels',
      'zone example.org on ns.example.org {\n  @ MX 10 mail.example.com\n          ^^^^^^^^^^^^^^^^ relative-name: means `mail.example.com.example.org.`\n}',
    ],
    [
      'an address that differs',
      'host www.example.org { address 10.0.0.7 }\n                               ^^^^^^^^ address-differs\nzone example.org on ns.example.org { www A 192.0.2.1 }\nwww.example.org crashes',
    ],
    ['a missing file', 'import "none.netscenario"\n       ^^^^^^^^^^^^^^^^^^ missing-file: there is no such file\nunknown crashes'],
    ['an import with errors', 'import "broken.netscenario"\n       ^^^^^^^^^^^^^^^^^^^^ import-has-errors\nshared crashes'],
    [
      'an import with errors of meaning',
      'import "unsound.netscenario"\n       ^^^^^^^^^^^^^^^^^^^^^ import-has-errors: `unsound.netscenario` has an error; what\nshared crashes',
    ],
    [
      'an import of an import with errors',
      'import "importing.netscenario"\n       ^^^^^^^^^^^^^^^^^^^^^^^ import-has-errors: `importing.netscenario` imports what has errors\nshared crashes',
    ],
    ['an import with warnings', 'import "warned.netscenario"\nshared crashes'],
    ['a host that a zone’s record mentions', 'host m.x.org\nzone x.org on ns.x.org { @ MX 10 m.x.org }'],
    ['a host that a zone’s record owns', 'host www.x.org\nzone x.org on ns.x.org { www 300 A 192.0.2.1 }'],
    ['a host that a master file mentions', 'host www.example.org\nzone example.org on ns.example.org { from "good.zone" }'],
    ['a host that no record mentions', 'host www.x.org\n     ^^^^^^^^^ unused-host\nzone x.org on ns.x.org { w A 192.0.2.1 }'],
    ['a binary import', 'import "binary.netscenario"\n       ^^^^^^^^^^^^^^^^^^^^ malformed-file: NUL'],
    [
      'a truncated zone file',
      'zone example.org on ns.example.org { from "truncated.zone" }\n                                          ^^^^^^^^^^^^^^^^ malformed-file: truncated.zone, line 2, column 50\n                                          ^^^^^^^^^^^^^^^^ malformed-file: line 3',
    ],
    [
      'a zone file whose records exclude each other',
      'zone example.org on ns.example.org { from "alias.zone" }\n                                          ^^^^^^^^^^^^ malformed-file: alias.zone, line 3, column 1: `www.example.org.` has A data\n                                          ^^^^^^^^^^^^ malformed-file: alias.zone, line 4, column 9: `192.0.2.9` is an address',
    ],
    ['a class below its owner', 'zone x.org on ns.x.org {\n  www IN A 192.0.2.1\n      IN A 192.0.2.2\n  @ IN MX 10 www\n}'],
    [
      'a zone on a server in no zone',
      'host pc\nzone b.com on ns.c.net { www A 192.0.2.1 }\n              ^^^^^^^^ zone-without-address: declare zone `c.net`\npc resolves www.b.com',
    ],
    [
      'a zone on a server without a domain',
      'host pc\nzone b.com on ns { www A 192.0.2.1 }\n              ^^ zone-without-address: such as `ns.b.com`\npc resolves www.b.com',
    ],
    ['a top-level domain on a server without a domain', 'host pc\nzone com on tld\nzone b.com on ns.b.com\npc resolves b.com'],
    ...DNS.map(([name, line]): [string, string] => [name, `${dns}${line}`]),
    [
      'names without a dot, of a host and of a zone',
      'zone org on a.org\nhost www\nzone x.org on ns.x.org {\n  www A 192.0.2.1\n  org A 192.0.2.2\n}\nwww resolves x.org',
    ],
    ['a signed alias', 'zone x.org on ns.x.org {\n  www CNAME web\n  www NSEC x.org. CNAME NSEC\n}'],
    [
      'numbers that name hosts where addresses are looked up',
      'zone in-addr.arpa on ns.x.org { 9.2.0.192 CNAME 1.2.0.192 }\n                                                ^^^^^^^^^ relative-name\nzone x.org on ns.x.org',
    ],
    [
      'a binary zone file',
      'zone example.org on ns.example.org { from "binary.zone" }\n                                          ^^^^^^^^^^^^^ malformed-file: NUL',
    ],
    [
      'a binary message',
      `${mail}pc sends mail from ann@example.org to bob@example.org { from "binary.eml" }\n                                                             ^^^^^^^^^^^^ malformed-file: NUL\n                                                             ^^^^^^^^^^^^ malformed-file: header`,
    ],
    [
      'a message of two kinds',
      `${mail}pc sends mail from ann@example.org to bob@example.org { from "good.eml" subject "x" }\n                                                        ^^^^^^^^^^^^^^^ no-message`,
    ],
    ['no mail server', 'host pc\npc sends mail from ann@example.org to bob@example.org\n                   ^^^^^^^^^^^^^^^ no-mail-server'],
    [
      'no mail server there',
      `${mail}pc sends mail from ann@example.org to bob@example.org via pc\n                                                          ^^ not-a-mail-server`,
    ],
    [
      'an unknown mailbox',
      `${mail}pc crashes\nexpect mailbox bop@example.org has 1 message\n               ^^^^^^^^^^^^^^^ unknown-mailbox: Did you mean \`bob@example.org\`?`,
    ],
    [
      'a mail server nobody finds',
      'mailbox ann@example.org on mail.example.org\n                           ^^^^^^^^^^^^^^^^ zone-without-address',
    ],
    [
      'an unknown protocol',
      'host a\nshow sequence of a where protocol is smpt\n                                     ^^^^ unknown-protocol',
    ],
    [
      'a metric with the wrong subject',
      'host a\nexpect delivery time of a to b < 1 s\n                        ^ malformed-mail-address\n                             ^ malformed-mail-address\na crashes',
    ],
    [
      'a metric without unit',
      'host a\nexpect lookup time of a for example.org < 5\n                                          ^ missing-unit',
    ],
    ['an unknown metric', 'expect delivry time of a\n       ^^^^^^^ expected: Did you mean `delivery`?'],
    ['a declaration among steps', 'host a\ntogether {\n  a crashes\n  host b\n  ^^^^^^ wrong-block\n}'],
    ['an every without until', 'host a\nevery 10 s a crashes for 1 s\n                            | expected: `until`'],
    ['a block where none goes', 'seed 7 { }\n       ^ no-block'],
    ['a network without block', 'network\n       | expected'],
  ])('%s', (_name, annotated) => {
    const wanted = readAnnotated(annotated);
    const diagnostics = compileText(wanted.text, files).diagnostics.filter((d) => d.uri === 'file:///w/test.netscenario');
    expect(
      diagnostics.map((d) => markOf(wanted.text, d)),
      diagnostics.map((d) => d.message).join('\n'),
    ).toEqual(wanted.marks);
    wanted.messages.forEach((part, i) => {
      if (part !== null) expect(diagnostics[i]!.message).toContain(part);
    });
    for (const diagnostic of diagnostics) {
      expect(Object.keys(codes)).toContain(diagnostic.code);
      expect(diagnostic.message).toMatch(/[.?]$/);
    }
  });
});

describe('quick fixes', () => {
  test.each<[string, string, string]>([
    ['adds the likely unit', 'host a { up 5 }\na crashes', 'host a { up 5 Mbps }\na crashes'],
    ['corrects a word', 'hst a\nscenario "x"', 'host a\nscenario "x"'],
    ['declares a host behind the last one', 'host a\na crashes\nbob crashes', 'host a\nhost bob\na crashes\nbob crashes'],
    ['declares the first host', 'scenario "x"\nbob crashes', 'scenario "x"\nhost bob\nbob crashes'],
    ['closes a text', 'scenario "Alice', 'scenario "Alice"'],
    ['closes an index', 'host a[1..3', 'host a[1..3]'],
    ['adds the dot', 'zone a.org on ns.a.org { @ MX 10 m.b.org }', 'zone a.org on ns.a.org { @ MX 10 m.b.org. }'],
    [
      'declares a zone',
      'mailbox ann@example.org on mail.example.org',
      'zone example.org on ns.example.org { @ MX 10 mail.example.org }\nmailbox ann@example.org on mail.example.org',
    ],
    ['takes an unused parameter away', 'let n = 3', ''],
  ])('%s', (_name, before, after) => {
    const { diagnostics } = compileText(before, files);
    expect(applyFix(before, diagnostics[0]!)).toBe(after);
  });
});

describe('the vocabulary', () => {
  test.each(vocabulary.map((entry) => [entry.id, entry] as const))('%s: the example is clean and uses it', (_id, entry) => {
    const { diagnostics, scenario } = compileText(entry.example, files);
    expect(diagnostics, entry.example).toEqual([]);
    expect(scenario.format).toBe(1);
    expect(form(entry).split(' ').length).toBeGreaterThan(0);
    for (const property of Object.values(entry.properties ?? {})) expect(property.example, property.pattern).not.toBeNull();
  });

  test('every property’s example holds in its block', () => {
    const heads: Record<string, string> = {
      host: 'host a',
      network: 'network',
      link: 'host a, b\nlink a <-> b',
      nat: '',
      firewall: 'host a\nzone crepes.fr on mail.crepes.fr\nfirewall a',
      mailbox: 'zone x.org on ns.x.org\nmailbox u@x.org on m.x.org',
      zone: '',
      mailserver: 'host office-pc, mail.provider.net\nzone x.org on ns.x.org\nmailserver m.x.org',
      resolver: 'host engineering.nyu.edu\nresolver r',
      nameserver: 'host admin\nnameserver n',
      register: 'host registrar, dns1.networkutopia.com\nzone x.com on ns.x.com\nregistrar registers networkutopia.com',
      dnssec: 'zone x.org on ns.x.org\ndnssec x.org',
      poison: 'host a\nresolver r\nzone x.org on n.x.org\na poisons r with x.org A 10.0.0.1',
      anycast: 'host a\nanycast n on a',
      root: 'root',
      send: '',
      bitmessage: 'host a, b\nbitmessage a',
      'send bitmessage': 'host a, b\nbitmessage a, b\na sends bitmessage "x" to b',
      'read mail': 'zone x.org on ns.x.org\nmailbox u@x.org on m.x.org\nhost a\na reads mail of u@x.org using pop3',
      'guess password': 'zone x.org on ns.x.org\nmailbox u@x.org on m.x.org\nhost a\na guesses password of u@x.org among "b"',
      'pop3 session': 'zone x.org on ns.x.org\nmailbox u@x.org on m.x.org\nhost a\na opens pop3 session for u@x.org',
      'imap session': 'zone x.org on ns.x.org\nmailbox u@x.org on m.x.org\nhost a\na opens imap session for u@x.org',
      ftp: 'host office-router\nftp f',
      sendercheck: 'mailbox a@b.c on m\nsendercheck m',
      dkim: 'zone b.c on n.b.c\nmailbox a@b.c on m\ndkim b.c on m',
      mailfilter: 'mailbox a@b.c on m\nmailfilter m',
      'send stream': 'host a\nmailbox a@b.c on m\na sends 2 spam mails from x@y.z to a@b.c',
      webmail: 'mailbox a@b.c on m\nwebmail w on m',
      'read webmail': 'host a\nmailbox a@b.c on m\nwebmail w on m\na reads webmail of a@b.c',
      'send webmail': 'host a\nmailbox a@b.c on m\nwebmail w on m\na sends webmail from a@b.c to a@b.c',
      'delete webmail': 'host a\nmailbox a@b.c on m\nwebmail w on m\na deletes webmail 1 of a@b.c',
      get: 'host a\nftp f\na gets "x" from f',
      put: 'host a\nftp f\na puts "x" to f',
      append: 'host a\nftp f\na appends "x" to f',
      'list files': 'host a\nftp f\na lists files on f',
      'rename file': 'host a\nftp f\na renames "x" to "y" on f',
      'delete file': 'host a\nftp f\na deletes "x" on f',
      'make directory': 'host a\nftp f\na makes directory "x" on f',
      'remove directory': 'host a\nftp f\na removes directory "x" on f',
      'ftp session': 'host a\nftp f\na opens ftp session with f',
      website: 'website w',
      webcache: 'host alice-pc, bob-pc\nwebcache c',
      webbrowser: 'webbrowser b',
      torrent: 'host origin, tracker.example.org\ntorrent t',
      download: 'host a, b\ntorrent t { seeds b }\na downloads t',
      clip: 'clip bounce',
      encode: 'host a\nclip bounce\na encodes bounce both',
      stream: 'host a, b\nclip bounce\na streams bounce to b',
      video: 'video v on w.org',
      play: 'host a\nvideo v on w.org\na plays v',
      rehearse: 'host a\nvideo v\na rehearses v over "3g.json"',
      browse: 'host a\nwebsite w\na browses w',
      request: 'host a\nwebsite w\na requests "/" from w',
      isp: 'host viewer[1..5], dns.isp.net\nisp comcast',
      cdn: 'video madmen { duration 8 s }\nhost viewer, comcast\nzone netcinema.com on ns.netcinema.com { }\nisp comcast { inside viewer }\ncdn kingcdn',
      'keep requesting': 'host a\ncdn kingcdn { catalogue 1000 objects of 1 MB }\na keeps requesting from kingcdn at 1 per s for 10 s',
      crowd: 'cdn kingcdn { catalogue 1000 objects of 1 MB }\ncrowd of 10 uses kingcdn at 1 per s for 10 s',
      'watching crowd': 'video v { duration 2 min }\ncdn kingcdn { content v }\ncrowd of 10 watches films of kingcdn for 5 min',
    };
    for (const entry of vocabulary) {
      for (const property of Object.values(entry.properties ?? {})) {
        const head = heads[entry.id];
        expect(head, entry.id).toBeDefined();
        if (head === '') continue;
        const { diagnostics } = compileText(`${head} { ${property.example} }`, files);
        expect(
          diagnostics.filter((d) => d.severity === 'error'),
          `${entry.id} ${property.example}`,
        ).toEqual([]);
      }
    }
  });

  test('ids are unique', () => {
    expect(new Set(vocabulary.map((entry) => entry.id)).size).toBe(vocabulary.length);
  });
});

describe('imports and documents', () => {
  const cell = (uri: string, text: string) => ({ uri, text });

  test('declares what the file declares, in its place', () => {
    const { scenario, diagnostics } = compileText('import "common.netscenario"\nhost peer[1..n]\npeer[1] crashes\nshared crashes', files);
    expect(diagnostics).toEqual([]);
    expect(scenario.hosts.map((host) => host.name)).toEqual(['shared', 'peer1', 'peer2', 'peer3']);
    expect(scenario.sources).toEqual(['file:///w/test.netscenario', 'file:///w/common.netscenario']);
    expect(scenario.hosts[0]!.at).toEqual({ source: 1, start: 5, end: 11 });
  });

  test('asks for files that the table lacks, and says nothing about them', () => {
    const { missing, diagnostics } = compileText(
      'import "sub/x.netscenario"\nzone a.org on ns.a.org { from "../a.zone" }\nunknown crashes',
    );
    expect(missing).toEqual(['file:///w/sub/x.netscenario', 'file:///a.zone']);
    expect(diagnostics).toEqual([]);
  });

  test('gives the texts of all documents, so that diagnostics can be located', () => {
    const binary = cell('file:///w/binary', 'host a\0');
    const main = cell('file:///w/test.netscenario', 'import "importing.netscenario"\nimport "common.netscenario"\nshared crashes');
    const { sources, scenario } = compile([binary, main], files);
    expect(sources.map(({ uri }) => uri)).toEqual([
      'file:///w/binary',
      'file:///w/test.netscenario',
      'file:///w/importing.netscenario',
      'file:///w/unsound.netscenario',
      'file:///w/common.netscenario',
    ]);
    expect(sources.map(({ uri }) => uri)).toEqual(scenario.sources);
    expect(sources[0]).toBe(binary);
    expect(sources[1]).toBe(main);
    expect(sources[4]!.text).toBe('host shared\nlet n = 3\n');
  });

  test('reports a cycle where it closes', () => {
    const { diagnostics } = compileText('import "loop.netscenario"\nhost a\na crashes', files);
    expect(diagnostics.map((d) => [d.uri, d.code])).toEqual([
      ['file:///w/test.netscenario', 'import-has-errors'],
      ['file:///w/loop.netscenario', 'import-cycle'],
    ]);
  });

  test('cells make one program, and none may use what only a later one declares', () => {
    const uri = 'vscode-notebook-cell:/w/n.netscenario.md#';
    const first = cell(`${uri}1`, 'host a\na crashes\nb crashes');
    const second = cell(`${uri}2`, 'host b\na crashes');
    const { diagnostics, scenario } = compile([first, second], new Map());
    expect(diagnostics.map((d) => [d.uri, d.code, d.start])).toEqual([[first.uri, 'declared-below', 17]]);
    expect(scenario.steps).toHaveLength(3);
    expect(compile([first], new Map()).diagnostics.map((d) => d.code)).toEqual(['unknown-host']);
  });

  const people = 'zone x.org on ns.x.org { @ MX 10 m.x.org }\nmailbox ann@x.org, bob@x.org on m.x.org';
  test.each<[string, readonly string[], string, string]>([
    ['a host', ['a crashes', 'host a'], 'a', 'error'],
    ['a host that two cells make known', ['zone x.org on a', 'a crashes', 'host a'], '', ''],
    ['a server of a zone', ['ns.x.org crashes', people], 'ns.x.org', 'error'],
    ['a parameter', ['host a\nat pause a crashes', 'let pause = 4 s'], 'pause', 'error'],
    ['a parameter within a parameter', ['let b = n', 'let n = 3\nhost a[1..b]\na[1] crashes'], 'n', 'error'],
    ['a mailbox', ['expect mailbox ann@x.org has 1 message', people], 'ann@x.org', 'error'],
    ['a sender', ['host pc\npc sends mail from ann@x.org to b@y.org', people], 'ann@x.org', 'warning'],
    ['a recipient', [`${people}\nhost pc`, 'pc sends mail from ann@x.org to b@x.org', 'mailbox b@x.org on m.x.org'], 'b@x.org', 'warning'],
    [
      'a mail server',
      [`${people}\nhost pc, r.x.org\npc sends mail from ann@x.org to b@y.org via r.x.org`, 'mailserver r.x.org'],
      'r.x.org',
      'error',
    ],
    ['a measured mailbox', ['expect delivery time of ann@x.org to c@y.org < 1 s', people], 'ann@x.org', 'warning'],
    ['a zone', ['host pc\npc resolves www.x.org', people], 'www.x.org', 'warning'],
    ['a zone in an expectation', ['host pc\nexpect answer of pc for x.org MX is NODATA', people], 'x.org', 'warning'],
    ['what cells above declare', [people, 'host pc', 'pc sends mail from ann@x.org to bob@x.org\npc resolves x.org MX'], '', ''],
  ])('a cell that uses what only a later one declares: %s', (_name, texts, where, severity) => {
    const cells = texts.map((text, i) => cell(`nb:/n.netscenario.md#${i}`, text));
    const found = compile(cells, new Map()).diagnostics.filter(({ code }) => code === 'declared-below');
    const shown = found.map((d) => [d.severity, cells.find(({ uri }) => uri === d.uri)!.text.slice(d.start, d.end)]);
    expect(shown[0] ?? ['', '']).toEqual([severity, where]);
  });

  test.each([
    ['with a lookup', 'host pc\npc resolves www.x.org\nexpect queries at a.root-servers.net = 1'],
    ['before it', 'host pc\na.root-servers.net crashes\npc resolves www.x.org'],
    ['without any', 'host pc\nshow transcript of pc with a.root-servers.net'],
    ['of a top-level domain', 'host pc\nzone x.fr on ns.x.fr\nexpect queries at a.nic.fr = 0\nshow sequence of pc, local-dns'],
  ])('servers that DNS brings with it can be named: %s', (_name, text) => {
    expect(compileText(text).diagnostics.map(({ message }) => message)).toEqual([]);
    expect(compileText(text).scenario.hosts.map(({ name }) => name)).toContain('a.root-servers.net');
  });

  test('refuses huge and binary documents with one error, and goes on with the others', () => {
    const huge = cell('file:///huge', 'x'.repeat(17 * 1024 * 1024));
    const binary = cell('file:///binary', 'host a\0');
    const good = cell('file:///good', 'host a\na crashes');
    const { diagnostics, scenario } = compile([huge, binary, good], new Map());
    expect(diagnostics.map((d) => [d.uri, d.code])).toEqual([
      ['file:///huge', 'text-too-large'],
      ['file:///binary', 'binary-text'],
    ]);
    expect(scenario.steps).toHaveLength(1);
  });
});

describe('any text compiles', () => {
  const fragments = fc.constantFrom(
    ...vocabulary.flatMap((entry) => entry.example.split(/(\s+|[{}[\],])/)).filter((word) => word !== ''),
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '..',
    '"',
    '"""',
    '/*',
    '*/',
    '//',
    '\n',
    '\n\n',
    '  ',
    ',',
    '<->',
    '\\',
    '\0',
    '\ud800',
    '💥',
    '1e9',
    '99999999999999999999',
    '-',
    '@',
    'peer[1..n]',
    ';',
    'host',
    'let',
    'zone',
  );
  const soup = fc.array(fragments, { maxLength: 120 }).map((parts) => parts.join(' '));

  test.each([
    ['arbitrary characters', fc.string({ unit: 'binary', maxLength: 400 })],
    ['pieces of the language', soup],
  ] as const)('%s', (_name, texts) => {
    fc.assert(
      fc.property(texts as fc.Arbitrary<string>, (text) => {
        const { diagnostics } = compileText(text, files);
        for (const { start, end, uri } of diagnostics) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          if (uri === 'file:///w/test.netscenario') expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['braces', '{'.repeat(100_000)],
    ['blocks', 'together {'.repeat(100_000)],
    ['parentheses', `let x = ${'('.repeat(100_000)}`],
    ['minus signs', `let x = ${'-'.repeat(100_000)}1`],
    ['terms', `let x = 1${' + 1'.repeat(100_000)}`],
    ['indices', `host a${'[1]'.repeat(100_000)}`],
    ['indices in indices', `host ${'a['.repeat(100_000)}`],
    ['closing braces', '}'.repeat(20_000)],
    ['comments', '/*'.repeat(200_000)],
    ['quotes', '"'.repeat(200_000)],
    ['plus signs', 'a+'.repeat(200_000)],
    ['wide expansion', 'host a[1..1000][1..1000][1..1000]'],
    ['unclosed zones', 'zone a.b on c {\n'.repeat(20_000)],
    ['unknown hosts', Array.from({ length: 20_000 }, (_, i) => `h${i} crashes`).join('\n')],
    ['unknown links', `host a, b\n${'link a <-> b fails\n'.repeat(20_000)}`],
    ['partitions', `host a[1..1000], b\n${'partition a[1..1000] from b\n'.repeat(200)}`],
    ['parameters in a row', Array.from({ length: 20_000 }, (_, i) => `let p${i} = p${i + 1}`).join('\n')],
    ['a long line', `host ${Array.from({ length: 50_000 }, (_, i) => `h${i}`).join(', ')}`],
  ])('without going under: %s', (_name, text) => {
    const { diagnostics } = compileText(text);
    expect(diagnostics.length).toBeLessThanOrEqual(1_001);
    for (const { start, end } of diagnostics) expect([0 <= start, start <= end, end <= text.length]).toEqual([true, true, true]);
  });
});
