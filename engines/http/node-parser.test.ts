/** Node’s own HTTP (llhttp) reads what our client and our server write, and writes what ours read. No socket: streams in memory. */
import { createServer, type IncomingMessage, request as nodeRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Content } from '../content.ts';
import { bytesOfAll } from '../contents.ts';
import { type Process, start } from '../kernel/process.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { simulate } from '../simulation.ts';
import { MessageReader } from './message-reader.ts';
import { browse, octetsSent, request, resource, webScenario, website } from './scenario-for-tests.ts';

const site = website(
  'www',
  [
    resource('/', 3_000, { embeds: ['/a.png', '/b.png'] }),
    resource('/a.png', 10_000),
    resource('/b.png', 500),
    resource('/dynamic', 20_000, { dynamic: true }),
  ],
  { redirects: [{ path: '/old', to: '/', status: 302 }], accepts: [{ method: 'PUT', path: '/put' }] },
);
const run = simulate(
  webScenario(
    [site],
    [
      browse('/'),
      request('/a.png', { fields: [['Range', 'bytes=0-99, -100']] }),
      request('/b.png', { ifChanged: true }),
      request('/b.png', { ifChanged: true }),
      request('/old'),
      request('/gone', { method: 'HEAD' }),
      request('/put', { method: 'PUT', content: { kind: 'text', text: 'hello' } }),
      request('/put', { method: 'PUT', content: { kind: 'generated', size: 200 } }),
    ],
  ),
);

/** A connection on which these octets come, and then the end unless it stays open; what is written to it is kept. */
function wire(octets: string, ends = true): Duplex & { written(): string } {
  const parts: Buffer[] = [];
  const duplex = new Duplex({
    read() {
      if (octets !== '') this.push(Buffer.from(bytesOfOctets(octets)));
      octets = '';
      if (ends) this.push(null);
    },
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  return Object.assign(duplex, { written: () => Buffer.concat(parts).toString('latin1') });
}

async function whole(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

/** Node’s reading of a response to a request with that method. */
function nodeReads(octets: string, method = 'GET'): Promise<{ status: number; headers: IncomingMessage['headers']; content: string }> {
  return new Promise((resolve, reject) => {
    const asked = nodeRequest({ createConnection: () => wire(octets), method, host: 'www' }, async (response) => {
      resolve({ status: response.statusCode!, headers: response.headers, content: await whole(response) });
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('Node reads', () => {
  test('all requests of a run, one after the other on a connection', async () => {
    const requests = octetsSent(run, 'request');
    const seen: string[] = [];
    const server = createServer(async (incoming, response) => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${(await whole(incoming)).length}`);
      response.end();
    });
    server.on('clientError', (error) => seen.push(String(error)));
    const connection = wire(requests.join(''), false);
    server.emit('connection', connection);
    await expect.poll(() => seen.length).toBe(requests.length);
    expect(seen).toEqual(
      requests.map((octets) => {
        const [method, target] = octets.split(' ');
        return `${method} ${target} www ${octets.length - octets.indexOf('\r\n\r\n') - 4}`;
      }),
    );
    expect(seen.at(-1)).toBe('PUT /put www 200');
    connection.destroy();
  });

  test('all responses of a run as they were meant', async () => {
    const requests = octetsSent(run, 'request');
    const responses = octetsSent(run, 'response');
    expect(responses.length).toBe(requests.length);
    for (const [i, octets] of responses.entries()) {
      const read = await nodeReads(octets, requests[i]!.split(' ')[0]);
      expect(read.status).toBe(Number(octets.slice(9, 12)));
      expect(read.content).toBe(octets.slice(octets.indexOf('\r\n\r\n') + 4));
    }
    const parts = await nodeReads(responses.find((octets) => octets.includes('206 Partial'))!);
    expect(parts.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/);
  });

  test('a response in chunks', async () => {
    const dynamic = simulate(webScenario([site], [request('/dynamic')]));
    const octets = octetsSent(dynamic, 'response').join('') + octetsSent(dynamic, 'content').join('');
    const read = await nodeReads(octets);
    expect(read.headers['transfer-encoding']).toBe('chunked');
    expect(read.content.length).toBe(20_000);
  });
});

/** Our reading of octets: the message and its content. */
function weRead(octets: string, side: 'request' | 'response') {
  const pieces: Content[] = [bytesOfOctets(octets)];
  const reader = new MessageReader({
    // biome-ignore lint/correctness/useYield: these bytes are here already.
    *read(): Process<Content | null> {
      return pieces.shift() ?? null;
    },
  });
  return start(
    'reading',
    (function* () {
      const read = yield* side === 'request' ? reader.readRequest() : reader.readResponse('GET');
      if (read.kind !== 'message') return null;
      const contents = yield* read.body.readAll();
      return { head: read.head, content: contents && octetsOf(bytesOfAll(contents)), trailers: read.body.trailers };
    })(),
  ).result;
}

describe('we read', () => {
  test('what Node’s client writes', async () => {
    const connection = wire('HTTP/1.1 204 No Content\r\n\r\n');
    await new Promise<void>((resolve) => {
      const asked = nodeRequest({ createConnection: () => connection, method: 'POST', host: 'www', path: '/form' }, () => resolve());
      asked.write('abc');
      asked.write('defg');
      asked.end();
    });
    const read = weRead(connection.written(), 'request');
    expect(read?.head).toMatchObject({ method: 'POST', target: { form: 'origin', path: '/form' } });
    expect(read?.content).toBe('abcdefg');
  });

  test('what Node’s server writes, chunks and trailers included', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' });
      response.write('abc');
      response.addTrailers({ 'X-Sum': '6' });
      response.end('def');
    });
    const connection = wire('GET / HTTP/1.1\r\nHost: www\r\nConnection: close\r\n\r\n');
    server.emit('connection', connection);
    await expect.poll(() => connection.written()).toContain('X-Sum: 6\r\n\r\n');
    const read = weRead(connection.written(), 'response');
    expect([read?.content, read?.trailers]).toEqual(['abcdef', [{ name: 'X-Sum', value: '6' }]]);
  });
});
