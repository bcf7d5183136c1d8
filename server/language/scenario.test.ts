/** Text in, parts of the Scenario out. */
import { describe, expect, test } from 'vitest';
import { presentation } from '../../engines/dns/presentation.ts';
import type { DnsService, ResolverService, ZoneService } from '../../engines/dns/scenario.ts';
import type { SendAction } from '../../engines/mail/scenario.ts';
import { DAY, HOUR, MILLISECOND, MINUTE, SECOND } from '../../engines/quantities.ts';
import type { Action } from '../../engines/scenario.ts';
import { compileText } from './annotated-source-for-tests.ts';
import type { FileTable } from './compilation.ts';

/** The scenario of a text that has no error. */
function scenarioOf(text: string, files?: FileTable) {
  const { scenario, diagnostics } = compileText(text, files);
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return scenario;
}

const hostNamed = (text: string, name: string) => scenarioOf(text).hosts.find((host) => host.name === name);
const zone = (services: readonly unknown[], origin: string) =>
  (services as DnsService[]).find((one): one is ZoneService => one.kind === 'dns.zone' && one.origin === origin)!;
const recordsOf = (text: string, origin: string, files?: FileTable) =>
  zone(scenarioOf(text, files).services, origin).records.map(({ name, ttl, data }) => `${name} ${ttl} ${data.type} ${presentation(data)}`);

describe('values', () => {
  test.each<[string, number]>([
    ['250 ms', 250 * MILLISECOND],
    ['4s', 4 * SECOND],
    ['1.5 min', 90 * SECOND],
    ['0', 0],
    ['2 * 4 s', 8 * SECOND],
    ['(1 + 2) * 4 s - 2 s', 10 * SECOND],
    ['10 s / 4', 2.5 * SECOND],
    ['n * 1 s', 30 * SECOND],
    ['n * pause', 60 * SECOND],
    ['1 MB / 8 Mbps', SECOND],
    ['50 % * 4 s', 2 * SECOND],
    ['10 MB / (10 MB / 2) * 1 s', 2 * SECOND],
  ])('at %s', (written, time) => {
    const { steps } = scenarioOf(`host a\nat ${written} a crashes for pause\nlet n = 30\nlet pause = 2 s`);
    expect(steps[0]!.timing).toEqual({ kind: 'at', time });
  });

  test.each<[string, object]>([
    ['up 5 Mbps', { up: 5e6, down: 100e6 }],
    ['rate 56 kbps', { up: 56e3, down: 56e3 }],
    ['rate 1.1 Gbps down 20 Mbps', { up: 1.1e9, down: 20e6 }],
    ['loss 0.1 %', { loss: 0.001 }],
    ['loss 0.8', { loss: 0.8 }],
    ['queue 256 KiB', { queue: 262144 }],
    ['queue 256 kB', { queue: 256000 }],
    ['queue 10 Mbps * 100 ms', { queue: 125000 }],
    ['latency 1 us jitter 2 µs', { latency: 1000, jitter: 2000 }],
    ['duplicates 2 % jitter 5 ms reordering on', { duplicates: 0.02, jitter: 5 * MILLISECOND, reordering: true }],
    ['reordering off', { duplicates: 0, reordering: false, trace: null }],
    ['congestion cubic', { tcp: { congestionControl: 'cubic', selectiveAcknowledgments: true, nagle: false, receiveBuffer: 524288 } }],
    [
      'sack off nagle on receive-buffer 64 KiB',
      { tcp: { congestionControl: 'newreno', selectiveAcknowledgments: false, nagle: true, receiveBuffer: 65536 } },
    ],
    ['address 192.0.2.7', { address: '192.0.2.7' }],
  ])('host { %s }', (written, wanted) => {
    expect(hostNamed(`host a { ${written} }`, 'a')).toMatchObject(wanted);
  });

  test.each<[string, string]>([
    ['"one line"', 'one line'],
    ['"a\\tb\\n\\"c\\" \\\\"', 'a\tb\n"c" \\'],
    ['"""plain"""', 'plain'],
    ['"""\n    Dear Bob,\n      how are you?\n\n    Alice\n    """', 'Dear Bob,\n  how are you?\n\nAlice\n'],
    ['greeting + ", Bob"', 'Hello, Bob'],
  ])('body %s', (written, body) => {
    const text = `let greeting = "Hello"\nhost pc\nmailserver m { domain x.org }\npc sends mail from a@x.org to b@x.org {\n  subject greeting\n  body ${written}\n}`;
    const { steps } = scenarioOf(text) as unknown as { steps: { action: SendAction }[] };
    expect(steps[0]!.action.message).toMatchObject({ kind: 'parts', body });
  });
});

describe('hosts', () => {
  test('addresses count up in order, skip those taken, and come from zones', () => {
    const text = 'host a\nhost b { address 10.0.0.1 }\nhost www.x.org\nhost c\nzone x.org on ns.x.org { www A 192.0.2.80 }';
    expect(
      scenarioOf(text)
        .hosts.filter((host) => !host.implicit)
        .map((host) => [host.name, host.address]),
    ).toEqual([
      ['a', '10.0.0.2'],
      ['b', '10.0.0.1'],
      ['www.x.org', '192.0.2.80'],
      ['c', '10.0.0.3'],
      ['ns.x.org', '10.0.0.4'],
    ]);
  });

  test('an address record that no host can have leaves the host to the next free address', () => {
    const { hosts } = scenarioOf('host a\nhost www.x.org\nzone x.org on ns.x.org { www A 127.0.0.1 }');
    expect(hosts.find(({ name }) => name === 'www.x.org')!.address).toBe('10.0.0.2');
  });

  test('a host added at the end changes no other address', () => {
    const text = 'host a[1..300]\nzone x.org on ns.x.org\n';
    const before = scenarioOf(text).hosts;
    const after = scenarioOf(`${text}host last`).hosts;
    for (const host of before) expect(after.find((one) => one.name === host.name)!.address).toBe(host.address);
    expect(before[254]!.address).toBe('10.0.1.1');
  });

  test('the network’s defaults hold for all, and for what is filled in', () => {
    const { hosts } = scenarioOf('network { latency 20 ms rate 1 Gbps }\nhost a\nhost b { up 1 Mbps }\na resolves x.org\nb crashes');
    expect(hosts.map((host) => [host.name, host.up, host.latency])).toEqual([
      ['a', 1e9, 20 * MILLISECOND],
      ['b', 1e6, 20 * MILLISECOND],
      ['a.root-servers.net', 1e9, 20 * MILLISECOND],
      ['local-dns', 1e9, 2 * MILLISECOND],
    ]);
  });

  test('so do those of its TCP', () => {
    const { hosts } = scenarioOf('network { congestion cubic receive-buffer 1 MiB }\nhost a\nhost b { congestion newreno }\na crashes');
    expect(hosts.map(({ tcp }) => [tcp.congestionControl, tcp.receiveBuffer])).toEqual([
      ['cubic', 1048576],
      ['newreno', 1048576],
    ]);
  });

  test('the fidelity is that of the whole scenario', () => {
    expect(scenarioOf('host a\na crashes').fidelity).toBe('packets');
    expect(scenarioOf('network { fidelity flows }\nhost a\na crashes').fidelity).toBe('flows');
  });

  test('a trace changes what a line offers over time', () => {
    const files: FileTable = new Map([
      [
        'file:///w/train.csv',
        { kind: 'bytes', bytes: new TextEncoder().encode('duration_ms,bandwidth_kbps,latency_ms\n1000,5000,50\n500,0,\n') },
      ],
    ]);
    const { hosts, links } = scenarioOf(
      'host a { trace "train.csv" }\nhost b\nlink a <-> b { trace "train.csv" loss 1 % }\na crashes',
      files,
    );
    const trace = [
      { duration: SECOND, rate: 5e6, latency: 50 * MILLISECOND },
      { duration: SECOND / 2, rate: 0, latency: null },
    ];
    expect(hosts.map((host) => host.trace)).toEqual([trace, null]);
    expect(links).toMatchObject([{ a: 'a', b: 'b', trace, loss: 0.01, rate: 100e6 }]);
  });

  test('without anything that asks DNS, nothing is filled in', () => {
    expect(scenarioOf('host a, b\nlink a <-> b { rate 1 Mbps }\na crashes')).toMatchObject({
      hosts: [{ name: 'a', nameservers: [] }, { name: 'b' }],
      links: [{ a: 'a', b: 'b', rate: 1e6, latency: 5 * MILLISECOND, loss: 0 }],
      services: [],
    });
  });
});

describe('DNS', () => {
  const textbook =
    'host engineering.nyu.edu\nresolver dns.nyu.edu { serves engineering.nyu.edu }\nzone umass.edu on dns.umass.edu { gaia.cs A 128.119.245.12 }\n';

  test('a zone gets SOA, NS and the addresses of its hosts', () => {
    expect(
      recordsOf('host pc.x.org\nzone x.org on ns.x.org, ns.y.org {\n  @ MX 10 mail ; comment }\n  mail 60 A 192.0.2.25\n}', 'x.org.'),
    ).toEqual([
      'x.org. 86400 SOA ns.x.org. hostmaster.x.org. 1 7200 900 1209600 3600',
      'x.org. 86400 MX 10 mail.x.org.',
      'mail.x.org. 60 A 192.0.2.25',
      'x.org. 86400 NS ns.x.org.',
      'x.org. 86400 NS ns.y.org.',
      'pc.x.org. 3600 A 10.0.0.1',
      'ns.x.org. 3600 A 10.0.0.2',
    ]);
  });

  test('the root and the top-level domain lead to it, with glue', () => {
    expect(recordsOf(textbook, '.')).toEqual([
      '. 86400 SOA a.root-servers.net. hostmaster. 1 7200 900 1209600 3600',
      '. 86400 NS a.root-servers.net.',
      'a.root-servers.net. 86400 A 198.41.0.4',
      'edu. 86400 NS a.edu-servers.net.',
      'a.edu-servers.net. 86400 A 10.53.0.1',
    ]);
    expect(recordsOf(textbook, 'edu.').slice(2)).toEqual(['umass.edu. 86400 NS dns.umass.edu.', 'dns.umass.edu. 86400 A 10.0.0.3']);
  });

  test('a zone within a zone is delegated by the nearest one, unless it says so itself', () => {
    const text =
      'zone umass.edu on dns.umass.edu\nzone cs.umass.edu on dns.cs.umass.edu\nzone ee.umass.edu on dns.ee.umass.edu { www A 192.0.2.1 }';
    expect(recordsOf(text, 'umass.edu.')).toContain('cs.umass.edu. 86400 NS dns.cs.umass.edu.');
    expect(recordsOf(text, 'edu.').join()).not.toContain('cs.umass.edu');
    const own = text.replace('zone umass.edu on dns.umass.edu', 'zone umass.edu on dns.umass.edu { cs NS other.example. }');
    expect(recordsOf(own, 'umass.edu.').filter((line) => line.startsWith('cs.umass.edu. '))).toEqual([
      'cs.umass.edu. 86400 NS other.example.',
    ]);
  });

  test('declared parents stay as they are declared', () => {
    const { hosts, services } = scenarioOf('zone . on root\nzone org on tld\nzone x.org on ns.x.org\nhost pc');
    expect(hosts.filter((host) => host.implicit).map((host) => host.name)).toEqual(['local-dns']);
    expect(zone(services, '.').implicit).toBe(false);
    expect((services as ResolverService[]).find((one) => one.kind === 'dns.resolver')!.hints).toEqual([
      { name: 'root.', address: '10.0.0.1' },
    ]);
  });

  test('DNSSEC signs what it is told to, and what is filled in above it', () => {
    const text =
      'zone bank.com on ns.bank.com\nzone shop.com on ns.shop.com\ndnssec bank.com { algorithm ed25519 validity 7 d resign off ds wrong }\n';
    const signings = scenarioOf(text).services.filter((one) => one.kind === 'dns.signing');
    const defaults = { algorithm: 13, validity: 14 * DAY, resign: true, ds: 'right', implicit: true };
    expect(signings).toMatchObject([
      { zone: 'bank.com.', algorithm: 15, validity: 7 * DAY, resign: false, ds: 'wrong', implicit: false },
      { zone: '.', ...defaults },
      { zone: 'com.', ...defaults },
    ]);
    const without = scenarioOf('host a\nzone x.org on ns.x.org\na resolves x.org').services;
    expect(without.filter((one) => one.kind === 'dns.signing')).toEqual([]);
    expect(without.filter((one) => one.kind === 'dns.resolver')).toMatchObject([{ dnssec: false }]);
    // In the world as it is, the root and the top-level domains are signed for everybody.
    const validating = scenarioOf('zone x.org on ns.x.org\nresolver r { dnssec on }').services;
    expect(validating.flatMap((one) => (one.kind === 'dns.signing' ? [one.zone] : []))).toEqual(['.', 'org.']);
  });

  test('a zone that comes signed from a file is not added to', () => {
    const bytes = new TextEncoder().encode(
      '$TTL 300\n@ SOA ns hostmaster 5 7200 900 1209600 3600\n@ NS ns\nns A 192.0.2.53\n@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n',
    );
    const files: FileTable = new Map([['file:///w/x.zone', { kind: 'bytes', bytes }]]);
    const text = 'host pc.x.org\nzone x.org on ns.x.org { from "x.zone" }';
    expect(recordsOf(text, 'x.org.', files)).toHaveLength(4);
    expect(scenarioOf(text, files).services.flatMap((one) => (one.kind === 'dns.signing' ? [one.zone] : []))).toEqual(['.', 'org.']);
  });

  test('servers that were filled in can be named, and declared for their access links', () => {
    const text = `${textbook}host a.root-servers.net { latency 80 ms }\na.edu-servers.net crashes for 1 s\nexpect queries at a.edu-servers.net = 1\nshow transcript of dns.nyu.edu with a.root-servers.net`;
    const { hosts, expectations, views, steps } = scenarioOf(text);
    expect([expectations.length, views.length, steps.length]).toEqual([1, 1, 1]);
    expect(hosts.find((host) => host.name === 'a.root-servers.net')).toMatchObject({
      address: '198.41.0.4',
      latency: 80 * MILLISECOND,
      implicit: false,
    });
    expect(scenarioOf('host a\na resolves x.org\nexpect queries at local-dns = 1').expectations).toHaveLength(1);
  });

  test('a master file is taken as it is, and completed', () => {
    const bytes = new TextEncoder().encode(
      '$TTL 300\n@ SOA ns hostmaster 5 7200 900 1209600 3600\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.80\n',
    );
    const files: FileTable = new Map([['file:///w/x.zone', { kind: 'bytes', bytes }]]);
    const text = 'host www.x.org\nhost pc.x.org\nzone x.org on ns.x.org { from "x.zone" }';
    expect(recordsOf(text, 'x.org.', files)).toEqual([
      'x.org. 300 SOA ns.x.org. hostmaster.x.org. 5 7200 900 1209600 3600',
      'x.org. 300 NS ns.x.org.',
      'ns.x.org. 300 A 192.0.2.53',
      'www.x.org. 300 A 192.0.2.80',
      'pc.x.org. 3600 A 10.0.0.1',
    ]);
    expect(
      scenarioOf(text, files)
        .hosts.slice(0, 3)
        .map((host) => host.address),
    ).toEqual(['192.0.2.80', '10.0.0.1', '192.0.2.53']);
  });

  test.each<[string, string, string]>([
    ['serves it', 'resolver r.other.org { serves pc.x.org }\nresolver r.x.org', 'r.other.org'],
    ['in its domain', 'resolver r\nresolver dns.x.org', 'dns.x.org'],
    ['the general one', 'resolver s { serves other }\nresolver r\nhost other', 'r'],
    ['filled in', 'resolver s { serves other }\nhost other', 'local-dns'],
  ])('the local server of a host: %s', (_name, text, wanted) => {
    const { hosts } = scenarioOf(`host pc.x.org\n${text}\npc.x.org resolves a.org`);
    const local = hosts.find((host) => host.name === 'pc.x.org')!.nameservers[0];
    expect(hosts.find((host) => host.address === local)!.name).toBe(wanted);
  });

  test('a resolver in the place of the one that is filled in stays as it is declared', () => {
    const { hosts, services } = scenarioOf('host a, b\nresolver local-dns { serves a  dnssec on }\nb resolves www.x.org');
    const own = (services as ResolverService[]).filter(({ kind }) => kind === 'dns.resolver');
    expect(own).toMatchObject([{ host: 'local-dns', dnssec: true, implicit: false }]);
    expect(new Set(hosts.slice(0, 2).map(({ nameservers }) => nameservers[0]))).toEqual(
      new Set([hosts.find(({ name }) => name === 'local-dns')!.address]),
    );
  });

  test.each<[string, string, boolean]>([
    ['would serve a name server alone', '', false],
    ['serves a name server, which looks something up', 'dns.umass.edu resolves dns.nyu.edu', true],
    ['serves a host without a resolver', 'host other', true],
    ['is referred to', 'show sequence of dns.nyu.edu, local-dns', true],
  ])('whether there is a local server that %s', (_name, text, there) => {
    const { hosts, services } = scenarioOf(`${textbook}${text}`);
    expect(hosts.some(({ name }) => name === 'local-dns')).toBe(there);
    expect((services as ResolverService[]).filter((one) => one.kind === 'dns.resolver').length).toBe(there ? 2 : 1);
  });

  test('a recursive walk makes the servers offer recursion, except where it is off', () => {
    const services = scenarioOf(
      `${textbook}nameserver dns.umass.edu { recursion off }\nengineering.nyu.edu resolves gaia.cs.umass.edu recursively`,
    ).services as DnsService[];
    const offers = services.flatMap((one) =>
      one.kind === 'dns.server' ? [[one.host, one.recursion, one.implicit, one.hints.length]] : [],
    );
    expect(offers).toEqual([
      ['dns.umass.edu', false, false, 1],
      ['a.root-servers.net', true, true, 1],
      ['a.edu-servers.net', true, true, 1],
    ]);
    expect((scenarioOf(textbook).services as DnsService[]).some((one) => one.kind === 'dns.server')).toBe(false);
  });

  test('a server whose block says nothing about recursion offers it where something walks recursively', () => {
    const offers = (more: string) =>
      (scenarioOf(`${textbook}nameserver dns.umass.edu { order fixed }\n${more}`).services as DnsService[]).flatMap((one) =>
        one.kind === 'dns.server' && one.host === 'dns.umass.edu' ? [[one.recursion, one.order, one.implicit]] : [],
      );
    expect(offers('')).toEqual([[false, 'fixed', false]]);
    expect(offers('engineering.nyu.edu resolves gaia.cs.umass.edu recursively')).toEqual([[true, 'fixed', false]]);
  });

  test('an address asked for with PTR stands for its name in in-addr.arpa (RFC 1035 §3.5)', () => {
    const { steps, expectations } = scenarioOf(
      'host pc\npc resolves 192.0.2.10 PTR\npc resolves 192.0.2.10\nexpect answer of pc for 192.0.2.10 is NXDOMAIN\nexpect answer of pc for 192.0.2.10 A is NXDOMAIN',
    );
    const names = [...steps.map(({ action }) => action), ...expectations.map(({ expected }) => expected)].map(
      (one) => 'name' in one && one.name,
    );
    expect(names).toEqual(['10.2.0.192.in-addr.arpa.', '192.0.2.10.', '10.2.0.192.in-addr.arpa.', '192.0.2.10.']);
  });
});

describe('mail', () => {
  const two = 'zone x.org on ns.x.org { @ MX 10 mail.x.org }\nmailbox ann@x.org, bob[1..2]@x.org on mail.x.org { quota 1 MiB }\nhost pc\n';

  test('a server takes the domains of its mailboxes and is named by the first', () => {
    const { services } = scenarioOf(`${two}mailserver mail.x.org { dialect classic retry 1 min, 5 min expire 2 d }`);
    expect(services.filter((one) => one.kind.startsWith('mail.'))).toMatchObject([
      {
        host: 'mail.x.org',
        domains: ['x.org'],
        greeting: 'x.org',
        helo: 'x.org',
        dialect: 'classic',
        maximumSize: 10 * 2 ** 20,
        retry: [MINUTE, 5 * MINUTE],
        expiry: 2 * DAY,
      },
      { address: 'ann@x.org', host: 'mail.x.org', quota: 2 ** 20 },
      { address: 'bob1@x.org' },
      { address: 'bob2@x.org' },
      { host: 'mail.x.org', protocols: ['pop3', 'imap'], tls: 'off' },
    ]);
  });

  test('a host with mailboxes becomes a mail server', () => {
    expect(scenarioOf(two).services.find((one) => one.kind === 'mail.server')).toMatchObject({
      host: 'mail.x.org',
      dialect: 'extended',
      retry: [15 * MINUTE, 30 * MINUTE, HOUR],
      expiry: 4 * DAY,
    });
  });

  test.each<[string, string, object]>([
    [
      'parts',
      'pc sends mail from ann@x.org to bob1@x.org, c@y.org { subject "S" body "B" header X-A "1" header X-B "2" }',
      {
        host: 'pc',
        from: 'ann@x.org',
        to: ['bob1@x.org', 'c@y.org'],
        server: 'mail.x.org',
        message: {
          kind: 'parts',
          subject: 'S',
          body: 'B',
          headers: [
            ['X-A', '1'],
            ['X-B', '2'],
          ],
        },
      },
    ],
    [
      'no block at all',
      'pc sends mail from ann@x.org to nobody@x.org',
      { message: { kind: 'parts', subject: null, body: '', headers: [] } },
    ],
    ['another address of its domain', 'pc sends mail from new@x.org to ann@x.org', { server: 'mail.x.org' }],
    [
      'a named server',
      'mailserver relay.x.org { domain y.org }\npc sends mail from a@b.org to ann@x.org via relay.x.org',
      { server: 'relay.x.org' },
    ],
  ])('%s', (_name, step, wanted) => {
    expect(scenarioOf(two + step).steps[0]!.action).toMatchObject({ kind: 'mail.send', ...wanted });
  });

  test('a message file is sent as its octets', () => {
    const bytes = new TextEncoder().encode('From: ann@x.org\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nHello\n');
    const { steps } = scenarioOf(
      `${two}pc sends mail from ann@x.org to ann@x.org { from "m.eml" }`,
      new Map([['file:///w/m.eml', { kind: 'bytes', bytes }]]),
    );
    expect(steps[0]!.action).toMatchObject({
      message: { kind: 'octets', octets: 'From: ann@x.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nHello\r\n' },
    });
  });
});

describe('steps, expectations, views', () => {
  test('`every` of several subjects repeats the step of each, side by side', () => {
    const text = 'host a, peer[1..2]\nevery 10 s peer[1..2] crashes for 1 s until 1 min\na crashes';
    const every = { kind: 'every', interval: 10 * SECOND, until: MINUTE };
    expect(scenarioOf(text).steps.map(({ parent, timing, action, text: shown }) => [parent, timing, action.kind, shown])).toEqual([
      [-1, { kind: 'then' }, 'together', 'every 10 s peer[1..2] crashes for 1 s until 1 min'],
      [0, every, 'network.crash', 'peer1 crashes for 1 s until 1 min'],
      [0, every, 'network.crash', 'peer2 crashes for 1 s until 1 min'],
      [-1, { kind: 'then' }, 'network.crash', 'a crashes'],
    ]);
  });

  test('a repeated `together` is left out', () => {
    const { scenario } = compileText('host a\nevery 5 s together until 1 min { a crashes for 1 s }\na crashes');
    expect(scenario.steps.map(({ text }) => text)).toEqual(['a crashes']);
  });

  test.each<[string, Action]>([
    ['a crashes for 5 s', { kind: 'network.crash', host: 'a', downFor: 5 * SECOND }],
    ['a restarts', { kind: 'network.restart', host: 'a' }],
    ['a disconnects', { kind: 'network.link-failure', a: 'a', b: null, downFor: null }],
    ['at 1 s a disconnects for 1 min', { kind: 'network.link-failure', a: 'a', b: null, downFor: MINUTE }],
    ['a reconnects', { kind: 'network.link-recovery', a: 'a', b: null }],
    ['link B <-> a fails for 10 s', { kind: 'network.link-failure', a: 'b', b: 'a', downFor: 10 * SECOND }],
    ['after 1 s link a <-> b fails', { kind: 'network.link-failure', a: 'a', b: 'b', downFor: null }],
    ['link a <-> b recovers', { kind: 'network.link-recovery', a: 'a', b: 'b' }],
    ['every 10 s link a <-> b fails for 1 s until 1 min', { kind: 'network.link-failure', a: 'a', b: 'b', downFor: SECOND }],
    ['partition a from b', { kind: 'network.partition', from: ['a'], to: ['b'], oneWay: false, healsAfter: null }],
    [
      'partition a, A, b from peer[1..2], peer[2] one-way for 1 min',
      { kind: 'network.partition', from: ['a', 'b'], to: ['peer1', 'peer2'], oneWay: true, healsAfter: MINUTE },
    ],
    ['partitions heal', { kind: 'network.healing' }],
    ['a transfers 10 MB to b', { kind: 'transfer.send', from: 'a', to: 'b', size: 10_000_000 }],
    ['a transfers n * 1 KiB to b', { kind: 'transfer.send', from: 'a', to: 'b', size: 3072 }],
  ])('%s', (line, action) => {
    const { steps } = scenarioOf(`let n = 3\nhost a, b, peer[1..2]\nlink a <-> b { latency 1 ms }\n${line}`);
    expect(steps.map((step) => [step.action, step.text])).toEqual([[action, line]]);
  });

  test('a transfer of several hosts is one of each, side by side', () => {
    const { steps } = scenarioOf('host server, peer[1..2]\npeer[1..2] transfers 1 MB to server');
    expect(steps.map(({ parent, action, text }) => [parent, action.kind, text])).toEqual([
      [-1, 'together', 'peer[1..2] transfers 1 MB to server'],
      [0, 'transfer.send', 'peer1 transfers 1 MB to server'],
      [0, 'transfer.send', 'peer2 transfers 1 MB to server'],
    ]);
  });

  test('what fails and recovers in a block is steps of that block; the line that declares the link is none', () => {
    const text = 'host a, b\nlink a <-> b { loss 1 % }\ntogether {\n  link a <-> b fails\n  at 5 s link a <-> b recovers\n  a crashes\n}';
    const { steps, links } = scenarioOf(text);
    expect(links).toHaveLength(1);
    expect(steps.map(({ parent, timing, action }) => [parent, timing.kind, action.kind])).toEqual([
      [-1, 'then', 'together'],
      [0, 'then', 'network.link-failure'],
      [0, 'at', 'network.link-recovery'],
      [0, 'then', 'network.crash'],
    ]);
  });

  test('timing and parents', () => {
    const text =
      'host a, peer[1..2]\na crashes for 1 s\nthen a crashes\nat 5 s a crashes\nafter 2 s a crashes\nevery 10 s a crashes for 1 s until 1 min\ntogether {\n  a crashes\n  at 9 s peer[1..2]   crashes\n}';
    expect(scenarioOf(text).steps.map(({ parent, timing, text: shown }) => [parent, timing.kind, shown])).toEqual([
      [-1, 'then', 'a crashes for 1 s'],
      [-1, 'then', 'then a crashes'],
      [-1, 'at', 'at 5 s a crashes'],
      [-1, 'after', 'after 2 s a crashes'],
      [-1, 'every', 'every 10 s a crashes for 1 s until 1 min'],
      [-1, 'then', 'together'],
      [5, 'then', 'a crashes'],
      [5, 'at', 'at 9 s peer[1..2] crashes'],
      [7, 'then', 'peer1 crashes'],
      [7, 'then', 'peer2 crashes'],
    ]);
  });

  test.each<[string, object]>([
    ['expect mailbox ann@x.org has 1 message', { kind: 'mail.mailbox', comparison: '=', messages: 1 }],
    ['expect mailbox ann@x.org has at least 2 messages', { comparison: '>=', messages: 2 }],
    ['expect mailbox ann@x.org has fewer than 2 messages', { comparison: '<' }],
    [
      'expect answer of pc for www.x.org is "semi;colon"',
      { kind: 'dns.answer', host: 'pc', name: 'www.x.org.', type: null, is: 'semi;colon' },
    ],
    [
      'expect answer of pc for www.x.org TXT is "one" "two words"',
      { kind: 'dns.answer', host: 'pc', name: 'www.x.org.', type: 'TXT', is: '"one" "two words"' },
    ],
    ['expect answer of pc for www.x.org is NXDOMAIN', { kind: 'dns.answer', host: 'pc', name: 'www.x.org.', type: null, is: 'NXDOMAIN' }],
    ['expect answer of pc for x.org mx is 10 mail.x.org // so', { type: 'MX', is: '10 mail.x.org' }],
    [
      'expect lookup time of pc for x.org <= 50 ms',
      { kind: 'metric', metric: 'lookup time', subjects: ['pc', 'x.org.'], comparison: '<=', value: 50e6 },
    ],
    ['expect cache hit ratio of pc > 50 %', { metric: 'cache hit ratio', value: 0.5 }],
    ['expect delivery time of ann@x.org to b@y.org < 1 s', { subjects: ['ann@x.org', 'b@y.org'] }],
    ['expect goodput of pc to m.x.org >= 8 Mbps', { metric: 'goodput', subjects: ['pc', 'm.x.org'], value: 8e6 }],
    ['expect round-trip time of pc to m.x.org < 50 ms', { metric: 'round-trip time', value: 50e6 }],
    ['expect congestion window of pc to m.x.org > 64 KiB', { metric: 'congestion window', value: 65536 }],
  ])('%s', (line, wanted) => {
    const { expectations } = scenarioOf(`host pc\nzone x.org on ns.x.org\nmailbox ann@x.org on m.x.org\n${line}`);
    expect(expectations[0]!.expected).toMatchObject(wanted);
  });

  test('views', () => {
    expect(
      scenarioOf('host a, b\nshow sequence\nshow sequence of a, b where protocol is smtp, dns\nshow transcript of a with b').views.map(
        (one) => one.view,
      ),
    ).toEqual([
      { kind: 'sequence', hosts: [], protocols: [] },
      { kind: 'sequence', hosts: ['a', 'b'], protocols: ['smtp', 'dns'] },
      { kind: 'transcript', hosts: ['a', 'b'] },
    ]);
  });

  test('a scenario is plain data that can be cloned, and compiling twice gives the same', () => {
    const text = 'seed 7\nhost pc\nzone x.org on ns.x.org\npc resolves x.org MX';
    expect(structuredClone(scenarioOf(text))).toEqual(scenarioOf(text));
    expect(scenarioOf(text)).toMatchObject({ format: 1, seed: 7, title: 'test', fidelity: 'packets' });
  });
});
