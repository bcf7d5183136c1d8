/**
 * Our TLS against OpenSSL's and Node's, over real sockets: the endpoints are the simulation's own, and the socket carries what they say.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { certificateAuthority, intermediate, issue } from './certificate/authority.ts';
import { privateKeyInfo } from './certificate/encoding.ts';
import { publicKeyOf } from './certificate/signature.ts';
import type { ClientSettings } from './client.ts';
import type { TlsEndpoint, TlsEvent } from './endpoint.ts';
import type { ServerSettings } from './server.ts';
import {
  authorityForTests,
  clientForTests,
  credentialsForTests,
  inner,
  NAME,
  randomForTests,
  serverForTests,
} from './session-for-tests.ts';
import { CIPHER_SUITES, type CipherSuite } from './wire/registries.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`;

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function files(order: Parameters<typeof credentialsForTests>[0] = {}) {
  const { certificates, key } = credentialsForTests(order);
  return {
    root: file('root.pem', pem('CERTIFICATE', authorityForTests().certificate)),
    certificate: file('leaf.pem', certificates.map((one) => pem('CERTIFICATE', one)).join('')),
    key: file('key.pem', pem('PRIVATE KEY', privateKeyInfo(key, publicKeyOf(key)))),
  };
}

const open: (Socket | Server | ChildProcess)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ('kill' in one) one.kill();
    else if ('destroy' in one) one.destroy();
    else one.close();
  }
});

/** Carries an endpoint's content over a socket; everything that happened, and who waits for what. */
function pump(endpoint: TlsEndpoint, socket: Socket, react: (event: TlsEvent) => TlsEvent[] = () => []) {
  open.push(socket);
  const events: TlsEvent[] = [];
  const waiting: { kind: TlsEvent['kind']; resume: () => void }[] = [];
  const handle = (list: readonly TlsEvent[]): void => {
    for (const event of list) {
      events.push(event);
      if (event.kind === 'send') socket.write(bytesOf(event.content));
      else handle(react(event));
    }
    for (const one of waiting.filter(({ kind }) => events.some((event) => event.kind === kind))) one.resume();
  };
  socket.on('data', (bytes) => handle(endpoint.receive(bytes)));
  socket.on('error', () => {});
  handle(endpoint.start());
  return {
    events,
    handle,
    text: () => events.map((event) => (event.kind === 'data' ? Buffer.from(bytesOf(event.content)).toString() : '')).join(''),
    until: (kind: TlsEvent['kind']): Promise<void> =>
      new Promise((resolve) => {
        if (events.some((event) => event.kind === kind)) resolve();
        else waiting.push({ kind, resume: resolve });
      }),
  };
}

/** Our server on a port of its own, and the pump of its first connection. */
async function listen(settings: Partial<ServerSettings> = {}, recordsPerKey?: number) {
  let told: (one: ReturnType<typeof pump>) => void;
  const first = new Promise<ReturnType<typeof pump>>((resolve) => {
    told = resolve;
  });
  const server = createServer((socket) => {
    const endpoint = serverForTests(settings, recordsPerKey);
    told(
      pump(endpoint, socket, (event) => {
        if (event.kind === 'data') return endpoint.send(event.content, inner);
        if (event.kind === 'closed') {
          const events = endpoint.close();
          setTimeout(() => socket.end(), 0);
          return events;
        }
        return [];
      }),
    );
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, first };
}

/** Waits until a program has said something. */
function said(program: ChildProcess, what: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    const look = (bytes: Buffer) => {
      all += bytes.toString();
      if (what.test(all)) resolve(all);
    };
    program.stdout?.on('data', look);
    program.stderr?.on('data', look);
    program.on('exit', (code) => reject(new Error(`it ended (${code}) after saying: ${all}`)));
  });
}

function openssl(...args: string[]): ChildProcess {
  const program = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  open.push(program);
  return program;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    console.warn('openssl is not installed: nothing is checked against it');
    return false;
  }
})();

const SUITES = Object.keys(CIPHER_SUITES) as CipherSuite[];
const SCHEMES = ['ecdsa_secp256r1_sha256', 'ed25519'] as const;

describe.skipIf(!hasOpenssl)('our server and openssl s_client', () => {
  const client = (port: number, ...more: string[]) =>
    openssl(
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-servername',
      NAME,
      '-verify_hostname',
      NAME,
      '-verify_return_error',
      '-CAfile',
      files().root,
      ...more,
    );

  test.each(SUITES.flatMap((suite) => SCHEMES.map((scheme) => [suite, scheme] as const)))('agree on %s with %s', async (suite, scheme) => {
    const { port, first } = await listen({ credentials: credentialsForTests({ scheme }) });
    const program = client(port, '-ciphersuites', suite);
    const greeting = await said(program, /Verify return code: 0 \(ok\)[\s\S]*---/);
    expect(greeting).toContain(`New, TLSv1.3, Cipher is ${suite}`);
    expect(greeting).toContain('Server Temp Key: X25519');
    program.stdin?.write('Do you like ketchup?\n');
    await said(program, /ketchup/);
    program.stdin?.end('Q\n');
    await (await first).until('closed');
    expect((await first).text()).toBe('Do you like ketchup?\n');
    expect((await first).events.find((event) => event.kind === 'established')).toMatchObject({ session: { suite, serverName: NAME } });
  });

  test('a client that comes with another key is asked for the one that the server wants', async () => {
    const { port, first } = await listen();
    await said(client(port, '-groups', 'P-256:X25519'), /Verify return code: 0 \(ok\)/);
    const sent = (await first).events.flatMap((event) => (event.kind === 'send' ? [event.message.label] : []));
    // s_client wants to see a change_cipher_spec, once.
    expect(sent?.slice(0, 3)).toEqual(['TLS HelloRetryRequest', 'TLS ChangeCipherSpec', 'TLS ServerHello']);
  });

  test('change keys when either wants to', async () => {
    const { port, first } = await listen({}, 3);
    const program = client(port);
    await said(program, /Verify return code: 0 \(ok\)/);
    for (const text of ['one\n', 'K\n', 'two\n', 'three\n', 'four\n', 'five\n']) {
      program.stdin?.write(text);
      await (text === 'K\n' ? said(program, /KEYUPDATE/) : said(program, new RegExp(text)));
    }
    expect((await first).text()).toBe('one\ntwo\nthree\nfour\nfive\n');
    const updates = (await first).events.filter((event) => event.kind === 'send' && event.message.inner?.label === 'KeyUpdate');
    // One in answer to K, one because three records are enough for a key here.
    expect(updates?.length).toBeGreaterThanOrEqual(2);
  });

  test('agree on an application protocol', async () => {
    const { port } = await listen({ protocols: ['imap', 'http/1.1'] });
    expect(await said(client(port, '-alpn', 'h2,http/1.1'), /Verify return code/)).toContain('ALPN protocol: http/1.1');
  });

  test.each([
    ['speaks TLS 1.2 only', ['-tls1_2'], 'protocol_version', /alert protocol version/],
    ['has no group in common', ['-groups', 'P-256'], 'handshake_failure', /alert handshake failure/],
    ['has no suite in common', ['-ciphersuites', 'TLS_AES_256_GCM_SHA384'], 'handshake_failure', /alert handshake failure/],
    ['has no signature in common', ['-sigalgs', 'RSA-PSS+SHA256'], 'handshake_failure', /alert handshake failure/],
    ['has no protocol in common', ['-alpn', 'h2'], 'no_application_protocol', /alert no application protocol/],
  ])('a client that %s is refused', async (_, options, alert, words) => {
    const { port, first } = await listen({ protocols: ['imap'] });
    const program = client(port, ...options);
    await said(program, words);
    await (await first).until('failed');
    expect((await first).events.at(-1)).toMatchObject({ failure: { alert, by: 'us' } });
  });

  test('a client that does not trust the authority says so', async () => {
    const { port, first } = await listen();
    const other = file('other.pem', pem('CERTIFICATE', certificateAuthority(randomForTests, 'Another CA').certificate));
    client(port, '-CAfile', other, '-no-CApath', '-no-CAstore');
    await (await first).until('failed');
    expect((await first).events.at(-1)).toMatchObject({ failure: { alert: 'unknown_ca', by: 'them' } });
  });
});

describe.skipIf(!hasOpenssl)('our client and openssl s_server', () => {
  async function serve(
    options: readonly string[],
    settings: Partial<ClientSettings> = {},
    order: Parameters<typeof credentialsForTests>[0] = {},
  ) {
    const port = await freePort();
    const { certificate, key } = files(order);
    const program = openssl('s_server', '-accept', `127.0.0.1:${port}`, '-cert', certificate, '-key', key, '-rev', ...options);
    await said(program, /ACCEPT/);
    const endpoint = clientForTests(settings);
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    return { endpoint, program, ...pump(endpoint, socket) };
  }

  test.each(SUITES.flatMap((suite) => SCHEMES.map((scheme) => [suite, scheme] as const)))('agree on %s with %s', async (suite, scheme) => {
    const { endpoint, handle, until, text, events } = await serve(['-ciphersuites', suite], {}, { scheme });
    await until('established');
    handle(endpoint.send(new TextEncoder().encode('pickles\n'), inner));
    await until('data');
    expect(text()).toBe('selkcip\n');
    expect(events.find((event) => event.kind === 'established')).toMatchObject({ session: { suite } });
  });

  test('a certificate is asked for, and there is none', async () => {
    const { until } = await serve(['-verify', '1']);
    await until('established');
  });

  test('keys change on our side, while theirs stay', async () => {
    const { endpoint, handle, until, text } = await serve([]);
    await until('established');
    handle(endpoint.updateKeys(false));
    handle(endpoint.send(new TextEncoder().encode('abc\n'), inner));
    await until('data');
    expect(text()).toBe('cba\n');
  });

  test.each([
    ['does not speak TLS 1.3', ['-tls1_2'], {}, {}, 'protocol_version', 'them'],
    ['has no suite in common', ['-ciphersuites', 'TLS_AES_256_GCM_SHA384'], {}, {}, 'handshake_failure', 'them'],
    ['has another name', [], { serverName: 'other.example' }, {}, 'bad_certificate', 'us'],
    [
      'shows a certificate that has expired',
      [],
      {},
      { validity: { notBefore: 1_600_000_000, notAfter: 1_700_000_000 } },
      'certificate_expired',
      'us',
    ],
    ['is vouched for by nobody that is trusted', [], { trust: [] }, {}, 'unknown_ca', 'us'],
  ] as const)('a server that %s is refused', async (_, options, settings, order, alert, by) => {
    const { until, events } = await serve(options, settings, order);
    await until('failed');
    expect(events.at(-1)).toMatchObject({ failure: { alert, by } });
  });
});

describe('Node', () => {
  test('is a client of our server, and gets bulk content whole', async () => {
    const bulk = { seed: 5, offset: 0, length: 1_000_000 };
    const { port, first } = await listen({ protocols: ['http/1.1'] });
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      servername: NAME,
      ca: pem('CERTIFICATE', authorityForTests().certificate),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.3',
    });
    open.push(socket);
    const parts: Buffer[] = [];
    let agreed: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('end', resolve);
      socket.on('data', (part) => {
        parts.push(part);
        if (parts.reduce((sum, { length }) => sum + length, 0) === bulk.length) socket.end();
      });
      socket.on('secureConnect', () => {
        agreed = [socket.authorized, socket.alpnProtocol, socket.getCipher().name];
        // Echoed.
        socket.write(bytesOf(bulk));
      });
    });
    expect(agreed).toEqual([true, 'http/1.1', 'TLS_CHACHA20_POLY1305_SHA256']);
    expect(Buffer.compare(Buffer.concat(parts), bytesOf(bulk))).toBe(0);
    await (await first).until('closed');
  });

  test('is a server to our client, with a chain of three', async () => {
    const below = intermediate(authorityForTests(), 'Simulation CA 2');
    const { certificates, key } = issue(below, { names: [NAME, '*.mail.example', '10.0.0.7'] });
    const chain = [...certificates, below.certificate];
    const server = tls.createServer(
      {
        cert: chain.map((one) => pem('CERTIFICATE', one)).join(''),
        key: pem('PRIVATE KEY', privateKeyInfo(key, publicKeyOf(key))),
        ALPNProtocols: ['smtp'],
      },
      (socket) => socket.pipe(socket),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(server as unknown as Server);
    for (const serverName of [NAME, 'a.mail.example', '10.0.0.7']) {
      const endpoint = clientForTests({ serverName, protocols: ['smtp'] });
      const { until, handle, text, events } = pump(endpoint, connect((server.address() as AddressInfo).port, '127.0.0.1'));
      await until('established');
      handle(endpoint.send({ seed: 9, offset: 0, length: 40_000 }, inner));
      handle(endpoint.close());
      await until('closed');
      expect(text().length).toBeGreaterThan(0);
      expect(Buffer.concat(events.flatMap((event) => (event.kind === 'data' ? [bytesOf(event.content)] : [])))).toEqual(
        Buffer.from(bytesOf({ seed: 9, offset: 0, length: 40_000 })),
      );
      expect(events.find((event) => event.kind === 'established')).toMatchObject({ session: { protocol: 'smtp' } });
    }
  });
});
