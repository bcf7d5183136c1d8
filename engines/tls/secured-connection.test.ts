/** TLS over the simulated network: a small protocol of lines, and what a run tells of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../content.ts';
import { dissect } from '../dissect.ts';
import type { Process } from '../kernel/process.ts';
import { contentOf, innerContentOf, innerOf } from '../message-content.ts';
import { writePcapng } from '../network/capture/pcapng.ts';
import { type Connection, failed, type Host } from '../network/host.ts';
import { connected, endings as endingsOf, networkForTests, serve } from '../network/network-for-tests.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { transcript, transcriptText } from '../network/transcript.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import type { HostDeclaration } from '../scenario.ts';
import { issue } from './certificate/authority.ts';
import { HANDSHAKE_LIMIT, type SecuredConnection, secureAsClient, secureAsServer, type TlsFailure } from './secured-connection.ts';
import { authorityForTests, credentialsForTests, NAME } from './session-for-tests.ts';

const PORT = 25;
const text = (string: string): Uint8Array => new TextEncoder().encode(string);
const line = (string: string, kind: 'command' | 'reply') => [text(`${string}\r\n`), { protocol: 'smtp', kind, label: string }] as const;

type Outcome = SecuredConnection | TlsFailure;

/** A client and a server that secure a connection and then do what the test says. */
function run(
  asClient: (connection: SecuredConnection, host: Host) => Process,
  asServer: (connection: SecuredConnection, host: Host) => Process,
  {
    fidelity = 'packets',
    client = {},
    settings = {},
    serving = {},
  }: {
    fidelity?: 'packets' | 'flows';
    client?: Partial<HostDeclaration>;
    settings?: Partial<Parameters<typeof secureAsClient>[2]>;
    serving?: Partial<Parameters<typeof secureAsServer>[2]>;
  } = {},
) {
  const net = networkForTests(scenarioForTests({ 'alice-pc': client, 'mail.example': {} }, { fidelity, title: 'secured' }));
  const outcomes: { client?: Outcome; server?: Outcome; at?: number } = {};
  net.network.boot(
    'mail.example',
    'server',
    serve(PORT, function* (connection, host) {
      const secured = yield* secureAsServer(host, connection, { credentials: credentialsForTests(), ...serving });
      outcomes.server = secured;
      if (!failed(secured)) yield* asServer(secured, host);
    }),
  );
  net.network.boot('alice-pc', 'client', function* (host) {
    const connection = yield* connected(host, '10.0.0.2', PORT);
    const trust = [authorityForTests().certificate];
    const secured = yield* secureAsClient(host, connection, { serverName: NAME, trust, ...settings });
    outcomes.client = secured;
    outcomes.at = host.now();
    if (!failed(secured)) yield* asClient(secured, host);
  });
  net.finish();
  const tables = net.tables();
  const labels = Array.from(tables.messages.label, (label) => tables.strings[label]!);
  const inside = labels.map((_, row) => innerOf(tables, row)?.label ?? '');
  const notes = Array.from(tables.states.note, (note) => tables.strings[note] ?? '').filter((note) => note !== '');
  return { tables, outcomes, labels, inside, notes };
}

function* readAll(connection: Connection, into: Content[]): Process {
  for (let content = yield* connection.read(); content; content = yield* connection.read()) into.push(content);
}

/** What a mail session begins with, both ways, until both close. */
function dialogue(options: Parameters<typeof run>[2] = {}) {
  const heard: Content[] = [];
  const made = run(
    function* (connection) {
      yield* connection.write(...line('EHLO alice-pc', 'command'));
      yield* connection.read();
      yield* connection.write(...line('QUIT', 'command'));
      connection.close();
      yield* readAll(connection, heard);
    },
    function* (connection) {
      yield* connection.read();
      yield* connection.write(...line('250 mail.example', 'reply'));
      yield* connection.read();
      yield* connection.write(...line('221 bye', 'reply'));
      yield* readAll(connection, heard);
      connection.close();
    },
    options,
  );
  return { ...made, heard: heard.map((content) => new TextDecoder().decode(bytesOf(content))) };
}

describe.each(['packets', 'flows'] as const)('a secured connection at fidelity %s', (fidelity) => {
  test('is one round trip away from the connection that it secures, and ends with close_notify', () => {
    const { outcomes, labels, inside, heard, tables } = dialogue({ fidelity });
    // 20 ms each way: SYN and its answer, ClientHello and the server's flight.
    expect(outcomes.at! / MILLISECOND).toBeGreaterThanOrEqual(80);
    expect(outcomes.at! / MILLISECOND).toBeLessThan(82);
    expect(labels.slice(0, 2)).toEqual(['TLS ClientHello', 'TLS ServerHello']);
    expect(labels.slice(2).every((label) => /^TLS Application Data, \d+ B$/.test(label))).toBe(true);
    expect(inside.slice(2)).toEqual([
      'EncryptedExtensions, Certificate, CertificateVerify, Finished',
      'Finished',
      'EHLO alice-pc',
      '250 mail.example',
      'QUIT',
      'Alert close_notify',
      '221 bye',
      'Alert close_notify',
    ]);
    expect(heard).toEqual(['221 bye\r\n']);
    expect(tables.strings[tables.connections.ending[0]!]).toBe('closed');
    expect(outcomes.client).toMatchObject({ ending: 'closed', session: { suite: 'TLS_CHACHA20_POLY1305_SHA256', serverName: NAME } });
  });

  test('has the inner message in the run, opened with the secret that it holds', () => {
    const { tables, inside } = dialogue({ fidelity });
    const row = inside.indexOf('EHLO alice-pc');
    expect(new TextDecoder().decode(bytesOf(innerContentOf(tables, row)!))).toBe('EHLO alice-pc\r\n');
    expect(innerOf(tables, row)).toMatchObject({ protocol: 'smtp', kind: 'command' });
    expect(bytesOf(contentOf(tables, row)).length).toBe(15 + 22);
    // Nothing of it can be read in what travels.
    expect(Buffer.from(tables.bytes).includes('alice-pc')).toBe(false);
    // In clear: the name that the client asks for.
    expect(Buffer.from(tables.bytes).includes(NAME)).toBe(true);
    expect(innerContentOf(tables, 0)).toBe(null);
    const secrets = Array.from(tables.secrets.label, (label) => tables.strings[label]);
    expect(secrets).toEqual([
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET_0',
      'SERVER_TRAFFIC_SECRET_0',
    ]);
  });

  test('is told as a dialogue, with a lock where it was protected', () => {
    const { tables } = dialogue({ fidelity });
    const lines = transcriptText(transcript(tables, 0)).split('\n');
    expect(lines.slice(0, 2)).toEqual(['C: TLS ClientHello', 'S: TLS ServerHello']);
    expect(lines).toEqual(expect.arrayContaining(['C: 🔒 EHLO alice-pc', 'S: 🔒 250 mail.example', 'C: 🔒 QUIT', 'S: 🔒 221 bye']));
  });
});

test.each([
  ['flows', 700_000_000, 'TLS Application Data, 701 MB'],
  ['packets', 2_000_000, 'TLS Application Data, 2 MB'],
] as const)('bulk content at %s is carried without making its bytes', (fidelity, length, label) => {
  const bulk = { seed: 11, offset: 0, length };
  let got = 0;
  let literal = 0;
  const started = performance.now();
  const { outcomes, tables, labels } = run(
    function* (connection) {
      for (let content = yield* connection.read(); content; content = yield* connection.read()) {
        if (content instanceof Uint8Array) literal += content.length;
        got += content.length;
      }
      connection.close();
    },
    function* (connection) {
      yield* connection.write(bulk, { protocol: 'http', kind: 'content', label: 'a film' });
      connection.close();
    },
    { fidelity },
  );
  expect([got, literal]).toEqual([bulk.length, 0]);
  // Sealing 700 MB takes longer by far.
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(outcomes.client).toMatchObject({ ending: 'closed' });
  const row = labels.findIndex((label) => label.endsWith('MB'));
  expect(labels[row]).toBe(label);
  expect(innerContentOf(tables, row)).toEqual(bulk);
  const content = contentOf(tables, row);
  if (content instanceof Uint8Array) throw new Error('it is not literal');
  expect(content.length).toBe(bulk.length + Math.ceil(bulk.length / 16_384) * 22);
  // The last record, made now.
  expect(bytesOf({ ...content, offset: content.length - 1_000, length: 1_000 }).length).toBe(1_000);
});

describe('a handshake that fails', () => {
  const nothing = function* (): Process {};

  test.each<[string, Parameters<typeof run>[2], object, object]>([
    ['for want of trust', { settings: { trust: [] } }, { alert: 'unknown_ca', by: 'us' }, { alert: 'unknown_ca', by: 'them' }],
    [
      'for another name',
      { settings: { serverName: 'other.example' } },
      { alert: 'bad_certificate', by: 'us' },
      { alert: 'bad_certificate', by: 'them' },
    ],
    [
      'for a certificate of yesterday',
      {
        serving: {
          credentials: issue(authorityForTests(), { names: [NAME], validity: { notBefore: 1_767_000_000, notAfter: 1_767_225_599 } }),
        },
      },
      { alert: 'certificate_expired', failure: 'the certificate of “server.example” expired at 2025-12-31 23:59:59 UTC' },
      { alert: 'certificate_expired' },
    ],
    [
      'for want of a protocol',
      { settings: { protocols: ['h2'] }, serving: { protocols: ['imap'] } },
      { alert: 'no_application_protocol', by: 'them' },
      { by: 'us' },
    ],
  ])('%s is told to both sides, noted, and closes the connection', (_, options, client, server) => {
    const { outcomes, notes, tables } = run(nothing, nothing, options);
    expect([outcomes.client, outcomes.server]).toMatchObject([client, server]);
    expect(notes.filter((note) => note.startsWith('TLS with')).length).toBe(2);
    expect(tables.strings[tables.connections.ending[0]!]).toBe('closed');
  });

  test('because the other side does not speak TLS', () => {
    const net = networkForTests(scenarioForTests({ client: {}, server: {} }));
    net.network.boot(
      'server',
      'server',
      serve(PORT, function* (connection) {
        yield* connection.read();
        yield* connection.write(text('500 what?\r\n'), { protocol: 'smtp', kind: 'reply', label: '500' });
        connection.close();
      }),
    );
    let outcome: Outcome | undefined;
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.2', PORT);
      outcome = yield* secureAsClient(host, connection, { serverName: NAME, trust: [] });
    });
    net.finish();
    expect(outcome).toEqual({ failure: 'this is no TLS record', alert: 'unexpected_message', by: 'us' });
  });

  test('because the other side says nothing', () => {
    const net = networkForTests(scenarioForTests({ client: {}, server: {} }));
    net.network.boot(
      'server',
      'server',
      serve(PORT, function* (connection) {
        while ((yield* connection.read()) !== null);
      }),
    );
    const outcomes: (Outcome | number | boolean)[] = [];
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.2', PORT);
      const began = host.now();
      outcomes.push(yield* secureAsClient(host, connection, { serverName: NAME, trust: [] }), host.now() - began);
      outcomes.push(yield* connection.write(text('x'), { protocol: 'smtp', kind: 'command', label: 'x' }));
    });
    net.finish();
    expect(outcomes).toEqual([{ failure: 'it took too long', alert: null, by: 'us' }, HANDSHAKE_LIMIT, false]);
  });

  test('because the connection breaks', () => {
    const net = networkForTests(scenarioForTests({ client: {}, server: {} }));
    net.network.boot(
      'server',
      'server',
      serve(PORT, function* (connection) {
        yield* connection.read();
        connection.abort();
      }),
    );
    let outcome: Outcome | undefined;
    net.network.boot('client', 'client', function* (host) {
      outcome = yield* secureAsClient(host, yield* connected(host, '10.0.0.2', PORT), { serverName: NAME, trust: [] });
    });
    net.finish();
    expect(outcome).toEqual({ failure: 'the connection was reset during the handshake', alert: null, by: 'nobody' });
  });
});

describe('a session that ends before its connection', () => {
  test('leaves it in clear, from the first byte behind both close_notify', () => {
    const heard: string[] = [];
    const tell = (name: string, content: Content | null) => heard.push(`${name}: ${content && new TextDecoder().decode(bytesOf(content))}`);
    const { inside, labels } = run(
      function* (connection) {
        // Said before it knows that the session ends: dropped.
        yield* connection.write(...line('too late', 'command'));
        const clear = (yield* connection.clear())!;
        yield* clear.write(...line('in clear', 'command'));
        tell('client', yield* clear.read());
        clear.close();
        expect(yield* connection.write(...line('no more', 'command'))).toBe(false);
        expect(yield* connection.clear()).toBeNull();
      },
      function* (connection) {
        const clear = (yield* connection.clear())!;
        tell('server', yield* clear.read());
        yield* clear.write(...line('in clear as well', 'reply'));
        tell('server', yield* clear.read());
        clear.close();
      },
    );
    expect(heard).toEqual(['server: in clear\r\n', 'client: in clear as well\r\n', 'server: null']);
    expect(inside.filter((label) => label === 'Alert close_notify')).toHaveLength(2);
    expect(labels.slice(-2)).toEqual(['in clear', 'in clear as well']);
  });

  test('is over where the connection ends instead', () => {
    let cleared: Connection | null | undefined;
    run(
      // biome-ignore lint/correctness/useYield: it waits for nothing.
      function* (connection) {
        connection.abort();
      },
      function* (connection) {
        cleared = yield* connection.clear();
      },
    );
    expect(cleared).toBeNull();
  });
});

describe('a session that ends otherwise', () => {
  test('without close_notify, may lack something', () => {
    let ending: Connection['ending'] | undefined;
    const net = networkForTests(scenarioForTests({ client: {}, server: {} }));
    net.network.boot(
      'server',
      'server',
      serve(PORT, function* (connection, host) {
        const secured = yield* secureAsServer(host, connection, { credentials: credentialsForTests() });
        if (failed(secured)) throw new Error(secured.failure);
        yield* secured.write(...line('250 there is more', 'reply'));
        // Whoever sits in the middle can send a FIN.
        connection.close();
      }),
    );
    const heard: Content[] = [];
    net.network.boot('client', 'client', function* (host) {
      const secured = yield* secureAsClient(host, yield* connected(host, '10.0.0.2', PORT), {
        serverName: NAME,
        trust: [authorityForTests().certificate],
      });
      if (failed(secured)) throw new Error(secured.failure);
      yield* readAll(secured, heard);
      ending = secured.ending;
      secured.close();
    });
    net.finish();
    expect([heard.length, ending]).toEqual([1, 'reset']);
  });

  test('with an altered record, is over for both', () => {
    const endings: unknown[] = [];
    const net = networkForTests(scenarioForTests({ client: {}, server: {} }));
    net.network.boot(
      'server',
      'server',
      serve(PORT, function* (connection, host) {
        const secured = yield* secureAsServer(host, connection, { credentials: credentialsForTests() });
        if (failed(secured)) throw new Error(secured.failure);
        yield* connection.write(Uint8Array.of(23, 3, 3, 0, 20, ...new Array(20).fill(1)), {
          protocol: 'tls',
          kind: 'record',
          label: 'forged',
        });
        yield* readAll(secured, []);
        endings.push(secured.ending, yield* secured.write(...line('250 hello?', 'reply')));
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const secured = yield* secureAsClient(host, yield* connected(host, '10.0.0.2', PORT), {
        serverName: NAME,
        trust: [authorityForTests().certificate],
      });
      if (failed(secured)) throw new Error(secured.failure);
      yield* readAll(secured, []);
      endings.push(secured.ending, yield* secured.write(...line('QUIT', 'command')));
    });
    net.finish();
    expect(endings).toEqual(['reset', false, 'reset', false]);
    // Nobody closed it: both let go of it by themselves.
    expect(endingsOf(net)).toEqual(['closed']);
    const notes = net.tables().states.note;
    expect(Array.from(notes, (note) => net.tables().strings[note])).toEqual([
      'TLS: a record was altered on the way, or protected with other keys',
      'TLS: the other side says bad_record_mac',
    ]);
  });

  test('is aborted with the connection, and writes nothing more', () => {
    let written: boolean | undefined;
    const { tables } = run(
      function* (connection) {
        connection.abort();
        written = yield* connection.write(...line('QUIT', 'command'));
      },
      function* (connection) {
        yield* readAll(connection, []);
      },
    );
    expect(written).toBe(false);
    expect(tables.strings[tables.connections.ending[0]!]).toBe('reset');
  });
});

describe('a host that passes on what it gets', () => {
  /** The client connects to the relay, which passes each content on to the server, and back. */
  function relayed(pass: (content: Content) => Content) {
    const net = networkForTests(scenarioForTests({ client: {}, server: {}, relay: {} }));
    const bulk = { seed: 11, offset: 0, length: 200_000 };
    net.network.boot(
      'server',
      'server',
      serve(PORT, function* (connection, host) {
        const secured = yield* secureAsServer(host, connection, { credentials: credentialsForTests() });
        if (failed(secured)) return;
        yield* secured.write(bulk, { protocol: 'http', kind: 'content', label: 'a film' });
        secured.close();
      }),
    );
    function* forward(from: Connection, to: Connection, change: (content: Content) => Content): Process {
      for (let content = yield* from.read(); content; content = yield* from.read()) {
        yield* to.write(change(content), { protocol: 'relay', kind: 'content', label: 'passed on' });
      }
      to.close();
    }
    net.network.boot(
      'relay',
      'relay',
      serve(PORT, function* (connection, host) {
        const onwards = yield* connected(host, '10.0.0.2', PORT);
        host.spawn('back', forward(onwards, connection, pass));
        yield* forward(connection, onwards, (content) => content);
      }),
    );
    const got: Content[] = [];
    let ending: unknown;
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.3', PORT);
      const secured = yield* secureAsClient(host, connection, { serverName: NAME, trust: [authorityForTests().certificate] });
      if (failed(secured)) throw new Error(secured.failure);
      yield* readAll(secured, got);
      ending = secured.ending;
      secured.close();
    });
    net.finish();
    return { bulk, got, ending, tables: net.tables() };
  }

  test('changes nothing, and sees nothing', () => {
    const { bulk, got, ending, tables } = relayed((content) => content);
    expect(ending).toBe('closed');
    expect(Buffer.compare(Buffer.concat(got.map(bytesOf)), bytesOf(bulk))).toBe(0);
    // Both legs carried the same bytes, whoever of the two sealed them.
    const leg = (from: number, to: number): Buffer =>
      Buffer.concat(
        Array.from({ length: tables.messages.rows }, (_, row) => row)
          .filter((row) => tables.messages.from[row] === from && tables.messages.to[row] === to)
          .map((row) => bytesOf(contentOf(tables, row))),
      );
    expect(leg(1, 2).length).toBeGreaterThan(bulk.length);
    expect(Buffer.compare(leg(1, 2), leg(2, 0))).toBe(0);
  });

  test('and alters one byte of bulk content is found out', () => {
    const { ending, got } = relayed((content) => {
      if (content instanceof Uint8Array) return content;
      const bytes = bytesOf(content);
      bytes[0] = bytes[0]! ^ 1;
      return bytes;
    });
    expect([ending, got.filter((content) => content.length > 0)]).toEqual(['reset', []]);
  });
});

const hasTshark = (() => {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('tshark is not installed: captures of secured connections are not checked');
    return false;
  }
})();

describe.skipIf(!hasTshark)('tshark', { timeout: 60_000 }, () => {
  /** What tshark says, line by line. */
  function said(capture: Uint8Array, ...args: string[]): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'capture-'));
    try {
      const file = join(folder, 'capture.pcapng');
      writeFileSync(file, capture);
      const output = execFileSync('tshark', ['-n', '-r', file, '-d', 'tcp.port==25,tls', '-d', 'tls.port==25,smtp', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 1 << 28,
      });
      return output.split('\n').filter((one) => one !== '');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** One line a frame that passes the filter. */
  const tshark = (capture: Uint8Array, fields: readonly string[], filter: string): string[] =>
    said(capture, '-2', '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field]));

  const BROKEN = '_ws.malformed or _ws.expert.severity == error';

  test.each(['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'] as const)(
    'opens a capture with %s by its secrets alone',
    (suite) => {
      const { tables } = dialogue({ settings: { suites: [suite] } });
      const capture = writePcapng(tables);
      expect(tshark(capture, ['smtp.req.command', 'smtp.req.parameter'], 'smtp.req')).toEqual(['EHLO\talice-pc', 'QUIT\t']);
      expect(tshark(capture, ['smtp.response.code'], 'smtp.rsp')).toEqual(['250', '221']);
      expect(tshark(capture, ['x509sat.uTF8String'], 'tls.handshake.certificate')).toEqual(['Simulation Root CA,server.example']);
      expect(tshark(capture, ['frame.number'], BROKEN)).toEqual([]);
    },
  );

  test('sees records and nothing else without them', () => {
    const { tables } = dialogue();
    const capture = writePcapng(tables, { withoutSecrets: true });
    expect(tshark(capture, ['smtp.req.command'], 'smtp')).toEqual([]);
    expect(tshark(capture, ['tls.handshake.extensions_server_name'], 'tls.handshake.type == 1')).toEqual([NAME]);
    expect(tshark(capture, ['frame.number'], 'tls.app_data').length).toBeGreaterThan(5);
    expect(Buffer.from(capture).includes('TRAFFIC_SECRET')).toBe(false);
    expect(Buffer.from(writePcapng(tables)).includes('SERVER_TRAFFIC_SECRET_0')).toBe(true);
  });

  test.each(['packets', 'flows'] as const)('opens bulk content that is sealed for the capture, at %s', (fidelity) => {
    const bulk = { seed: 11, offset: 0, length: 100_000 };
    const { tables } = run(
      function* (connection) {
        yield* readAll(connection, []);
        connection.close();
      },
      function* (connection) {
        yield* connection.write(bulk, { protocol: 'smtp', kind: 'content', label: 'bulk' });
        connection.close();
      },
      { fidelity },
    );
    const told = { ...tables, fidelity };
    const capture = writePcapng(told);
    expect(tshark(capture, ['frame.number'], '_ws.malformed')).toEqual([]);
    const opened = (one: Uint8Array): Buffer => {
      const lines = said(one, '-q', '-z', 'follow,tls,raw,0').map((line) => line.trim());
      return Buffer.from(lines.filter((line) => /^[0-9a-f]+$/.test(line)).join(''), 'hex');
    };
    expect(Buffer.compare(opened(capture), bytesOf(bulk))).toBe(0);
    expect(opened(writePcapng(told, { withoutSecrets: true })).length).toBe(0);
  });
});

test('a run of a secured connection is the same again, and takes its time from the network', () => {
  const [a, b] = [dialogue(), dialogue()];
  expect(Buffer.compare(a.tables.bytes, b.tables.bytes)).toBe(0);
  expect(a.tables.strings).toEqual(b.tables.strings);
  const slow = dialogue({ client: { latency: SECOND } });
  expect(slow.outcomes.at! / SECOND).toBeCloseTo(4 * 1.01, 1);
});

test('records are dissected, and what they protect is', () => {
  const { tables, inside } = dialogue();
  const names = (protocol: string, kind: string, bytes: Uint8Array): string[] => {
    const all: string[] = [];
    const walk = (fields: ReturnType<typeof dissect>): void => {
      for (const { name, value, malformed, children = [] } of fields) {
        expect(malformed).toBeUndefined();
        all.push(`${name}: ${value}`);
        walk(children);
      }
    };
    walk(dissect(protocol, kind, bytes));
    return all;
  };
  expect(names('tls', 'record', bytesOf(contentOf(tables, 0)))).toEqual(
    expect.arrayContaining([
      'TLS record: handshake',
      'CipherSuite: TLS_AES_128_GCM_SHA256 (0x1301)',
      'HostName: server.example',
      'group: x25519 (0x001d)',
    ]),
  );
  const flight = inside.findIndex((label) => label.startsWith('EncryptedExtensions'));
  expect(names('tls', 'record', bytesOf(contentOf(tables, flight))).map((one) => one.split(':')[0])).toEqual([
    'TLS record',
    'type',
    'legacy_record_version',
    'length',
    'encrypted_record',
  ]);
  expect(names('tls', 'handshake', bytesOf(innerContentOf(tables, flight)!))).toEqual(
    expect.arrayContaining(['algorithm: ecdsa_secp256r1_sha256 (0x0403)', 'Certificate: server.example', 'dNSName: server.example']),
  );
  const alert = inside.indexOf('Alert close_notify');
  expect(names('tls', 'alert', bytesOf(innerContentOf(tables, alert)!))).toEqual(['level: warning (1)', 'description: close_notify (0)']);
});
