/**
 * What the author of a scenario reads: typical mistakes, each with the place that is marked, the message, and the line as the
 * offered fix makes it (null where no fix is obvious).
 */
import { expect, test } from 'vitest';
import { applyFix, compileText } from './annotated-source-for-tests.ts';
import type { FileTable } from './compilation.ts';
import { compile } from './compile.ts';

const files: FileTable = new Map([['file:///w/comon.netscenario', { kind: 'unreadable', reason: 'there is no such file' }]]);

/** What stands above each line, without mistakes. */
const above = `zone x.org on ns.x.org { @ MX 10 m.x.org }
mailbox ann@x.org, bob@x.org on m.x.org
host pc, tv
pc resolves x.org
tv resolves x.org
`;

test.each<[line: string, marked: string, message: string, mended: string | null]>([
  ['hots pc2', 'hots', '`hots` begins no statement. Did you mean `host`?', 'host pc2'],
  ['Host pc2', 'Host', '`Host` begins no statement. Did you mean `host`?', 'host pc2'],
  ['pc resolve x.org', 'resolve', '`resolve` does not fit here. Did you mean `resolves`?', 'pc resolves x.org'],
  ['pc resolves', '', 'Expected a domain name here: `HOST resolves NAME [TYPE] [iteratively | recursively]`.', null],
  [
    'pc sends mail from ann@x.org bob@x.org',
    'bob@x.org',
    '`to` is missing before `bob@x.org`: `HOST sends mail from FROM to TO, … [via SERVER] [{ … }]`.',
    'pc sends mail from ann@x.org to bob@x.org',
  ],
  [
    'pc sends mail ann@x.org to bob@x.org',
    'ann@x.org',
    '`from` is missing before `ann@x.org`: `HOST sends mail from FROM to TO, … [via SERVER] [{ … }]`.',
    'pc sends mail from ann@x.org to bob@x.org',
  ],
  [
    'pc sends mail to bob@x.org from ann@x.org',
    'to',
    '`to` does not fit here. Expected `from`: `HOST sends mail from FROM to TO, … [via SERVER] [{ … }]`.',
    null,
  ],
  [
    'pc send mail from ann@x.org to bob@x.org',
    'send',
    '`send` does not fit here. Did you mean `sends`?',
    'pc sends mail from ann@x.org to bob@x.org',
  ],
  ['pc sends mail from ann to bob@x.org', 'ann', '`ann` is no mail address: it has no @; one reads ann@example.org.', null],
  [
    'pc sends mail from ann@x.org to bob.x.org',
    'bob.x.org',
    '`bob.x.org` is no mail address: it has no @; one reads ann@example.org.',
    null,
  ],
  [
    'pc sends mail from ann@x.org to bob@x.org { subjet "Hi" }',
    'subjet',
    'This block has no property `subjet`. Did you mean `subject`?',
    'pc sends mail from ann@x.org to bob@x.org { subject "Hi" }',
  ],
  [
    'pc sends mail from ann@x.org to bob@x.org { subject Hi }',
    'Hi',
    'Expected a text in quotes: write `"Hi"`. (There is no parameter `Hi`.)',
    'pc sends mail from ann@x.org to bob@x.org { subject "Hi" }',
  ],
  ['pc sends mail from ann@x.org to bob@x.org { subject "Hi }', '{', 'This block is never closed: write `}` at its end.', null],
  [
    'host pc2 { latency 20 }',
    '20',
    'Expected a duration, such as 250 ms: 20 has no unit. Did you mean 20 ms?',
    'host pc2 { latency 20 ms }',
  ],
  [
    'host pc2 { latency 20 kbps }',
    '20 kbps',
    'Expected a duration, such as 250 ms; this is a rate. Its units are ns, µs, ms, s, min, h and d.',
    null,
  ],
  [
    'host pc2 { latency = 20 ms }',
    '=',
    'The value stands right behind `latency`, without `=`: `latency LATENCY`.',
    'host pc2 { latency  20 ms }',
  ],
  [
    'host pc2 { latency: 20 ms }',
    ':',
    'The value stands right behind `latency`, without `:`: `latency LATENCY`.',
    'host pc2 { latency 20 ms }',
  ],
  [
    'host pc2 { up 5 mbps }',
    'mbps',
    '`mbps` is no unit. Did you mean `Mbps`? Units that fit here are bps, kbps, Mbps, Gbps and Tbps.',
    'host pc2 { up 5 Mbps }',
  ],
  [
    'host pc2 { up 5 Mb/s }',
    'Mb',
    '`Mb` is no unit. Did you mean `Mbps`? Units that fit here are bps, kbps, Mbps, Gbps and Tbps.',
    'host pc2 { up 5 Mbps/s }',
  ],
  ['host pc2 { loss 5 }', '5', '5 is out of range: from 0 % to 100 % is possible here.', 'host pc2 { loss 5 % }'],
  [
    'host pc2 { up 5 Mbps;  down 2 Mbps }',
    ';',
    'Properties stand side by side, without `;` between them.',
    'host pc2 { up 5 Mbps  down 2 Mbps }',
  ],
  [
    'host pc2 { up 5 Mbps, down 2 Mbps }',
    ',',
    'Properties stand side by side, without `,` between them.',
    'host pc2 { up 5 Mbps down 2 Mbps }',
  ],
  ['host pc2 latency 20 ms', 'latency 20 ms', 'Properties stand in braces: `{ latency 20 ms }`.', 'host pc2 { latency 20 ms }'],
  ['host "pc2"', '"pc2"', 'A name stands without quotes: `host NAME, … [{ … }]`.', 'host pc2'],
  ['host', '', 'Expected a host name here: `host NAME, … [{ … }]`.', null],
  ['host pc 2', '2', '`2` does not fit here. Expected { or the end of the line: `host NAME, … [{ … }]`.', null],
  ['pd resolves x.org', 'pd', 'There is no host `pd`. Did you mean `pc`?', 'pc resolves x.org'],
  ['resolves x.org', 'resolves', 'Who does it? The host stands in front of the verb: `HOST resolves …`.', null],
  ['pc resolves x.org MXX', 'MXX', '`MXX` does not fit here. Did you mean `MX`?', 'pc resolves x.org MX'],
  [
    'pc resolves x.org A iterative',
    'iterative',
    '`iterative` does not fit here. Did you mean `iteratively`?',
    'pc resolves x.org A iteratively',
  ],
  ['pc resolves A x.org', 'A x.org', 'The type stands behind the name: `x.org A`.', 'pc resolves x.org A'],
  ['pc resolves ann@x.org', 'ann@x.org', '`ann@x.org` is a mail address; a domain name has no @.', 'pc resolves x.org'],
  ['zone y.org on ns.y.org { www A 192.0.2 }', '192.0.2', '“192.0.2” is no IPv4 address such as 192.0.2.1.', null],
  ['zone y.org on ns.y.org { www A }', 'A', 'A needs ADDRESS; ADDRESS (IPv4 address of the host) is missing.', null],
  [
    'zone y.org on ns.y.org { @ MX mail }',
    'mail',
    'An MX record has a preference before the host: `MX 10 mail`. The lowest is tried first.',
    'zone y.org on ns.y.org { @ MX 10 mail }',
  ],
  [
    'zone y.org on ns.y.org { @ MX 10 }',
    'MX 10',
    'MX needs PREFERENCE EXCHANGE; EXCHANGE (host that takes mail for the owner’s domain) is missing.',
    null,
  ],
  [
    'zone y.org on ns.y.org { www AB 192.0.2.1 }',
    'AB',
    '“AB” is no record type that is known here; write an unknown one as TYPEn with \\# data (RFC 3597 §5). Did you mean `A`?',
    'zone y.org on ns.y.org { www A 192.0.2.1 }',
  ],
  [
    'zone y.org on ns.y.org { www CNAME }',
    'CNAME',
    'CNAME needs CNAME; CNAME (the canonical name; the owner is an alias of it) is missing.',
    null,
  ],
  [
    'zone y.org on ns.y.org { www 192.0.2.1 }',
    '192.0.2.1',
    'The type is missing: `A 192.0.2.1` says that this is its address.',
    'zone y.org on ns.y.org { www A 192.0.2.1 }',
  ],
  ['zone y.org on ns.y.org { www A mail.y.org }', 'mail.y.org', '“mail.y.org” is no IPv4 address such as 192.0.2.1.', null],
  ['zone y.org { www A 192.0.2.1 }', '{', '`{` does not fit here. Expected `on`: `zone NAME on HOST, … [{ … }]`.', null],
  ['zone y.org ns.y.org', 'ns.y.org', '`on` is missing before `ns.y.org`: `zone NAME on HOST, … [{ … }]`.', 'zone y.org on ns.y.org'],
  ['zone on ns.y.org', 'on', 'Something is missing before `on`: `zone NAME on HOST, … [{ … }]`.', null],
  ['mailbox ann2@x.org', '', 'Expected `on` here: `mailbox ADDRESS, … on HOST [{ … }]`.', null],
  ['mailbox ann2 on m.x.org', 'ann2', '`ann2` is no mail address: it has no @; one reads ann@example.org.', null],
  ['mailbox on m.x.org', 'on', 'Something is missing before `on`: `mailbox ADDRESS, … on HOST [{ … }]`.', null],
  ['mailbox ann@x.org on m.x.org', 'ann@x.org', 'Mailbox `ann@x.org` is declared twice.', null],
  ['mailserver', '', 'Expected a host here: `mailserver HOST [{ … }]`.', null],
  ['import common', 'common', 'Expected the file’s name in quotes: `import "common.netscenario"`.', 'import "common"'],
  ['import "comon.netscenario"', '"comon.netscenario"', 'Cannot read `comon.netscenario`: there is no such file.', null],
  ['pc crashes for', '', 'Expected a duration, such as 250 ms here: `HOST crashes [for T]`.', null],
  ['pc crashes for 5', '5', 'Expected a duration, such as 250 ms: 5 has no unit. Did you mean 5 s?', 'pc crashes for 5 s'],
  ['pc crashes for ten s', 'ten s', 'A unit stands behind a number in digits: `5 s`. A parameter brings its own unit.', null],
  ['pc crash for 5 s', 'crash', '`crash` does not fit here. Did you mean `crashes`?', 'pc crashes for 5 s'],
  ['pc crashes 5 s', '5', '`5` does not fit here. Expected `for` or the end of the line: `HOST crashes [for T]`.', null],
  ['at pc crashes', 'pc', 'A time is missing behind `at`: write `at 5 s pc crashes`.', 'at 5 s pc crashes'],
  ['at 5 pc crashes', '5', 'Expected a duration, such as 250 ms: 5 has no unit. Did you mean 5 s?', 'at 5 s pc crashes'],
  [
    '5 s pc crashes',
    '5',
    'No statement begins with a number. The time of a step is written `at 5 s`, a wait `after 5 s`.',
    'at 5 s pc crashes',
  ],
  [
    'at 5 seconds pc crashes',
    'seconds',
    '`seconds` is no unit. Did you mean `s`? Units that fit here are ns, µs, ms, s, min, h and d.',
    'at 5 s pc crashes',
  ],
  ['after pc crashes', 'pc', 'A time is missing behind `after`: write `after 5 s pc crashes`.', 'after 5 s pc crashes'],
  ['every 5 s pc crashes', '', 'Expected `for` or `until` here: `every INTERVAL HOST crashes [for T] until END`.', null],
  [
    'every 5 s pc crashes for 1 s until',
    '',
    'Expected a duration, such as 250 ms here: `every INTERVAL HOST crashes [for T] until END`.',
    null,
  ],
  ['together pc crashes', '', 'Expected { here: `together { … }`.', null],
  ['expect', '', 'Expected `mailbox`, `answer`, `lookup`, `queries`, `cache`, `delivery`, `queue`, `retries` or `bounces` here.', null],
  [
    'expect answer of pc for x.org is',
    '',
    'Expected record data or a response code here: `expect answer of HOST for NAME [TYPE] is VALUE`.',
    null,
  ],
  ['expect answer of pc for x.org', '', 'Expected `is` or a record type here: `expect answer of HOST for NAME [TYPE] is VALUE`.', null],
  [
    'expect answer of pc is 1.2.3.4',
    'is',
    '`is` does not fit here. Expected `for`: `expect answer of HOST for NAME [TYPE] is VALUE`.',
    null,
  ],
  [
    'expect answer of pc for x.org = 1.2.3.4',
    '=',
    'Here stands `is` instead of `=`: `expect answer of HOST for NAME [TYPE] is VALUE`.',
    'expect answer of pc for x.org is 1.2.3.4',
  ],
  [
    'expect lookup time of pc for x.org < 5',
    '5',
    'Expected a duration, such as 250 ms: 5 has no unit. Did you mean 5 ms?',
    'expect lookup time of pc for x.org < 5 ms',
  ],
  [
    'expect lookup time of pc for x.org < 5 KiB',
    '5 KiB',
    'Expected a duration, such as 250 ms; this is a size. Its units are ns, µs, ms, s, min, h and d.',
    null,
  ],
  [
    'expect lookup time of pc for x.org is 5 ms',
    'is',
    'Here stands `=` instead of `is`: `expect lookup time of HOST for NAME (< | <= | = | >= | > | !=) VALUE`.',
    'expect lookup time of pc for x.org = 5 ms',
  ],
  ['expect lookup time of pc for x.org == 5 ms', '=', 'One `=` is enough.', 'expect lookup time of pc for x.org = 5 ms'],
  [
    'expect lookup time of pc < 5 ms',
    '<',
    '`<` does not fit here. Expected `for`: `expect lookup time of HOST for NAME (< | <= | = | >= | > | !=) VALUE`.',
    null,
  ],
  [
    'expect lookup of pc for x.org < 5 ms',
    'of',
    '`of` does not fit here. Expected `time`: `expect lookup time of HOST for NAME (< | <= | = | >= | > | !=) VALUE`.',
    null,
  ],
  [
    'expect mailbox bob@x.org has one message',
    'one',
    'Numbers are written in digits: 1. (There is no parameter `one`.)',
    'expect mailbox bob@x.org has 1 message',
  ],
  [
    'expect mailbox bob@x.org has 1',
    '',
    'Expected `messages` or `message` here: `expect mailbox ADDRESS has [at least | at most | more than | fewer than] N (messages | message)`.',
    null,
  ],
  [
    'expect mailbox bob@x.org = 1 message',
    '=',
    'Here stands `has` instead of `=`: `expect mailbox ADDRESS has [at least | at most | more than | fewer than] N (messages | message)`.',
    'expect mailbox bob@x.org has 1 message',
  ],
  ['expect mailbox bob has 1 message', 'bob', '`bob` is no mail address: it has no @; one reads ann@example.org.', null],
  ['expect queries at pc < 5 ms', '5 ms', 'Expected a number; this is a duration.', null],
  ['expect delivery time of pc to tv < 1 s', 'pc', '`pc` is no mail address: it has no @; one reads ann@example.org.', null],
  [
    'show',
    '',
    'Expected `sequence` or `transcript` here: `show sequence [of HOST, …] [where protocol is PROTOCOL, …]` or `show transcript of A with B`.',
    null,
  ],
  [
    'show sequence pc',
    'pc',
    '`pc` does not fit here. Expected `of`, `where` or the end of the line: `show sequence [of HOST, …] [where protocol is PROTOCOL, …]`.',
    null,
  ],
  ['show sequence of pc and tv', 'and', 'In a list stands a comma instead of `and`.', 'show sequence of pc, tv'],
  ['show transcript of pc', '', 'Expected `with` here: `show transcript of A with B`.', null],
  ['show transcript of pc, tv', ',', '`,` does not fit here. Expected `with`: `show transcript of A with B`.', null],
  ['show sequence where protocol is http', 'http', 'No engine speaks `http`. Known are dns and smtp.', null],
  ['seed', '', 'Expected a whole number here: `seed SEED`.', null],
  ['seed seven', 'seven', 'Numbers are written in digits: 7. (There is no parameter `seven`.)', 'seed 7'],
  ['seed = 7', '=', 'The value stands right behind `seed`, without `=`: `seed SEED`.', 'seed  7'],
  ['scenario My title', 'My title', 'A text stands in quotes: `"My title"`.', 'scenario "My title"'],
  ['let n', '', 'Expected `=` here: `let NAME = VALUE`.', null],
  ['let n 3', '3', '`=` is missing before `3`: `let NAME = VALUE`.', 'let n = 3'],
  ['let 3 = n', '3', '`3` does not fit here. Expected a name: `let NAME = VALUE`.', null],
  ['n = 3', 'n', 'A parameter is declared by `let`: `let n = …`.', 'let n = 3'],
  ['let n = 3 s + 4 KiB', '3 s + 4 KiB', 'There is no `+` of a duration and a size.', null],
  ['link pc tv', 'tv', '`<->` is missing before `tv`: `link A <-> B [{ … }]`.', 'link pc <-> tv'],
  ['link pc - tv', '-', 'Here stands `<->`: `link A <-> B [{ … }]`.', 'link pc <-> tv'],
  ['link pc <-> ', '', 'Expected a host here: `link A <-> B [{ … }]`.', null],
  ['network', '', 'Expected { here: `network { … }`.', null],
  ['network latency 5 ms', 'latency 5 ms', 'Properties stand in braces: `{ latency 5 ms }`.', 'network { latency 5 ms }'],
  ['resolver', '', 'Expected a host here: `resolver HOST [{ … }]`.', null],
  ['resolver r { serves }', '', 'Expected a host here: `serves HOST, …`.', null],
  [
    'resolver r { cache many }',
    'many',
    'Expected a whole number; there is no parameter `many`. To use one, declare it: `let many = …`.',
    null,
  ],
  ['resolver r { cache 5 KiB }', '5 KiB', 'Expected a whole number; this is a size.', null],
  ['host a[1..3', '', 'Expected ] behind the index, as in `peer[7]` or `peer[1..50]`.', 'host a[1..3]'],
  ['host a[1..n]', 'n', 'There is no parameter `n`. To use one, declare it: `let n = …`.', null],
  ['host a[1-3]', '1-3', 'A range is written with two dots: `1..3`.', 'host a[1..3]'],
  ['host a[3..1]', '[3..1]', 'The range goes from 3 down to 1; write the smaller index first.', 'host a[1..3]'],
  [
    'let pause = 2\nat pause pc crashes',
    'pause',
    'Expected a duration, such as 250 ms: `pause` is 2, which has no unit. Did you mean 2 s?',
    'let pause = 2 s\nat pause pc crashes',
  ],
  ['let pause = 1 + 1\nat pause pc crashes', 'pause', 'Expected a duration, such as 250 ms: `pause` is 2, which has no unit.', null],
  ['every 5', '5', 'Expected a duration, such as 250 ms: 5 has no unit. Did you mean 5 s?', 'every 5 s'],
  ['at 0', '', 'Expected `together` or a host here.', null],
  ['host pc2[1.]', '1.', 'A range is written with two dots, such as `1..3`.', null],
  ['seed 1.', '1.', 'Expected a whole number: `1.` is neither a value nor the name of a parameter.', null],
  [
    'pc crashes for 5 mi',
    'mi',
    '`mi` is no unit. Did you mean `min`? Units that fit here are ns, µs, ms, s, min, h and d.',
    'pc crashes for 5 min',
  ],
  ['pc sends mail f', 'f', '`f` does not fit here. Expected `from`: `HOST sends mail from FROM to TO, … [via SERVER] [{ … }]`.', null],
  ['pc sends mail fro', 'fro', '`fro` does not fit here. Did you mean `from`?', 'pc sends mail from'],
  [
    'pc sends mail form ann@x.org to bob@x.org',
    'form',
    '`form` does not fit here. Did you mean `from`?',
    'pc sends mail from ann@x.org to bob@x.org',
  ],
  ['zone y.org o', 'o', '`o` does not fit here. Did you mean `on`?', 'zone y.org on'],
  ['host pc2 { latency -5 ms }', '-5 ms', '-5 ms is out of range: from 0 s to 1 h is possible here.', null],
  ['host pc2 { latency  -  5ms }', '-  5ms', '- 5ms is out of range: from 0 s to 1 h is possible here.', null],
  ['host pc2 { loss 120% }', '120%', '120% is out of range: from 0 % to 100 % is possible here.', null],
  ['let far = 3 h\nhost pc2 { latency far }', 'far', '`far` is 3 h, which is out of range: from 0 s to 1 h is possible here.', null],
  [
    'host pc2 { latency 30 min * 3 }',
    '30 min * 3',
    '`30 min * 3` is 90 min, which is out of range: from 0 s to 1 h is possible here.',
    null,
  ],
  ['at 101 d pc crashes', '101 d', '101 d is out of range: from 0 s to 100 d is possible here.', null],
  ['at 1 h + 100 d pc crashes', '1 h + 100 d', '`1 h + 100 d` is 2401 h, which is out of range: from 0 s to 100 d is possible here.', null],
  ['after 1000 d pc crashes', '1000 d', '1000 d is out of range: from 0 s to 100 d is possible here.', null],
  ['every 200 d pc crashes for 1 s until 50 d', '200 d', '200 d is out of range: from 1 ms to 100 d is possible here.', null],
  ['every 0 s pc crashes for 1 s until 50 d', '0 s', '0 s is out of range: from 1 ms to 100 d is possible here.', null],
  ['every 1 d pc crashes for 1 s until 101 d', '101 d', '101 d is out of range: from 0 s to 100 d is possible here.', null],
  [
    'pc crashes for 99999999999999999999 d',
    '99999999999999999999 d',
    '99999999999999999999 d is out of range: from 1 µs to 100 d is possible here.',
    null,
  ],
  [
    'every 5 s together until 1 min { pc crashes for 1 s  }',
    'every 5 s together until 1 min',
    'A `together` runs once; write `every` on the steps inside it.',
    'together { every 5 s pc crashes for 1 s until 1 min  }',
  ],
  [
    'every 5 s together until 1 min {\n  pc crashes for 1 s\n  tv resolves x.org\n}',
    'every 5 s together until 1 min',
    'A `together` runs once; write `every` on the steps inside it.',
    'together {\n  every 5 s pc crashes for 1 s until 1 min\n  every 5 s tv resolves x.org until 1 min\n}',
  ],
  [
    'every 5 s together until 1 min {\n  at 3 s pc crashes for 1 s\n}',
    'every 5 s together until 1 min',
    'A `together` runs once; write `every` on the steps inside it.',
    null,
  ],
  [
    'host pc2 { address 255.255.255.255 }',
    '255.255.255.255',
    '`255.255.255.255` is the broadcast address; a host has an address of its own.',
    null,
  ],
  [
    'host pc2 { address 0.0.0.0 }',
    '0.0.0.0',
    '`0.0.0.0` lies in 0.0.0.0/8, which stands for “this network”; a host has an address of its own.',
    null,
  ],
  ['host pc2 { address 224.0.0.1 }', '224.0.0.1', '`224.0.0.1` is a multicast address; a host has an address of its own.', null],
  [
    'host pc2 { address 127.0.0.1 }',
    '127.0.0.1',
    '`127.0.0.1` is a loopback address, which each host has for itself; give the host one that others reach.',
    null,
  ],
  [
    'host pc2 { address 250.1.2.3 }',
    '250.1.2.3',
    '`250.1.2.3` lies in 240.0.0.0/4, which is reserved; a host has an address of its own.',
    null,
  ],
  [
    'import "https://x.org/a.netscenario"',
    '"https://x.org/a.netscenario"',
    'Only files beside this document can be named, by their path; this name begins with `https:`.',
    null,
  ],
  [
    'import "//evil/x"',
    '"//evil/x"',
    'Only files beside this document can be named, by their path; this name names another machine.',
    null,
  ],
  ['import ""', '""', 'The file’s name is empty: write it between the quotes.', null],
  ['zone y.org on ns.y.org { from "" }', '""', 'The file’s name is empty: write it between the quotes.', null],
  [
    'zone y.org on ns.y.org { from "file:///y.zone" }',
    '"file:///y.zone"',
    'Only files beside this document can be named, by their path; this name begins with `file:`.',
    null,
  ],
  ['pc gets "x" from tv', 'gets', 'Host `pc` has no verb `gets`. Expected `crashes`, `resolves` or `sends`.', null],
  ['tv plays madmen', 'plays', 'Host `tv` has no verb `plays`. Expected `crashes`, `resolves` or `sends`.', null],
  ['pc reads mail of bob@x.org using imap', 'reads', 'Host `pc` has no verb `reads`. Expected `crashes`, `resolves` or `sends`.', null],
  ['host a\na requests http://x', 'requests', 'Host `a` has no verb `requests`. Expected `crashes`, `resolves` or `sends`.', null],
  ['a reads mail\nhost a', 'reads', 'Host `a` has no verb `reads`. Expected `crashes`, `resolves` or `sends`.', null],
  ['host a\na -> b', '-', '`-` does not fit here. Expected `crashes`, `resolves` or `sends`.', null],
  ['host a\nA', '', 'Expected `crashes`, `resolves` or `sends` here.', null],
  ['host a\ntogether { a reads mail }', 'reads', 'Host `a` has no verb `reads`. Expected `crashes`, `resolves` or `sends`.', null],
  ['m.x.org reads mail', 'reads', 'Host `m.x.org` has no verb `reads`. Expected `crashes`, `resolves` or `sends`.', null],
  ['host p[1..3]\np[1] gets x', 'gets', '`gets` does not fit here. Expected `crashes`, `resolves` or `sends`.', null],
  ['ping a b', 'ping', '`ping` is neither a statement nor a declared host.', null],
  ['client pc', 'client', '`client` is neither a statement nor a declared host.', null],
  ['ping', 'ping', '`ping` is neither a statement nor a declared host.', null],
  ['pd gets "x"', 'pd', '`pd` is neither a statement nor a declared host. Did you mean `pc`?', 'pc gets "x"'],
  [
    'server mail.x.org',
    'server',
    '`server` is neither a statement nor a declared host. Did you mean `nameserver` or `mailserver`?',
    'nameserver mail.x.org',
  ],
  ['latency 5 ms', 'latency', '`latency` stands in the block of `network`, `host` or `link`.', null],
  ['subject "Hi"', 'subject', '`subject` stands in the block of `sends`.', null],
  ['import "comon.netscenario"\nping a b', '"comon.netscenario"', 'Cannot read `comon.netscenario`: there is no such file.', null],
  ['host pc2 { address 10.0.0 }', '10.0.0', '`10.0.0` is no IPv4 address: write four numbers from 0 to 255, such as 10.0.0.7.', null],
  ['# comment', '#', 'A comment begins with `//`, not with `#`.', '// comment'],
  ['-- comment', '--', 'A comment begins with `//`, not with `--`.', '// comment'],
  [
    'host ünïcode',
    'ünïcode',
    '`ünïcode` cannot name a host: it has other characters than letters, digits, hyphens and dots (write an international name in its xn-- form).',
    null,
  ],
  ['nameserver ns.x.org { recursion yes }', 'yes', '`yes` does not fit here. Expected `on` or `off`: `recursion (on | off)`.', null],
])('%s', (line, marked, message, mended) => {
  const text = above + line;
  const found = compileText(text, files).diagnostics.filter(({ severity }) => severity !== 'hint');
  const [first] = found;
  expect(first).toBeDefined();
  expect([text.slice(first!.start, first!.end), first!.message]).toEqual([marked, message]);
  expect(first!.fixes.length > 0 ? applyFix(text, first!) : null).toBe(mended === null ? null : above + mended);
  if (mended === null) return;
  const left = compileText(above + mended, files).diagnostics.map((one) => one.message);
  expect(left).not.toContain(message);
});

test('a first word that a missing import, a broken declaration or a later cell may declare is taken for a host', () => {
  const asHost = '`a` does not fit here. Expected `crashes`, `resolves` or `sends`.';
  const messages = (...texts: string[]) =>
    compile(
      texts.map((text, cell) => ({ uri: `file:///w/${cell}.netscenario`, text })),
      files,
    ).diagnostics.map(({ message }) => message);
  expect(messages('import "comon.netscenario"\nping a b')).toContain(asHost);
  expect(messages('host ping 2\nping a b')).toContain(asHost);
  expect(messages('ping a b', 'host ping')).toContain(asHost);
  expect(messages('host ping', 'ping a b')).toContain('Host `ping` has no verb `a`. Expected `crashes`, `resolves` or `sends`.');
});
