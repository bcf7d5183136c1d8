/** A web cache between a client and an origin server, both by hand: what goes in and out of it, octet by octet. */
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { Process } from '../kernel/process.ts';
import { metrics } from '../metrics.ts';
import type { Connection } from '../network/host.ts';
import { connected, message, serve } from '../network/network-for-tests.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../network/simulated-network.ts';
import { SECOND } from '../quantities.ts';
import { Recorder } from '../recorder.ts';
import { WebCache } from './proxy.ts';
import { serveHttp } from './server.ts';

const say = (connection: Connection, octets: string) => connection.write(bytesOfOctets(octets), message);

/** What the client got for each of its requests (a second apart, over one connection), and what the origin was asked, piece by piece. */
function through(requests: readonly string[], answers: readonly (string | null)[]): { got: string[]; asked: string[] } {
  const scenario = scenarioForTests({ client: {}, proxy: {}, origin: {} });
  const kernel = new Kernel(1);
  const network = new SimulatedNetwork(kernel, scenario, new Recorder(metrics));
  const asked: string[] = [];
  const left = [...answers];
  network.boot(
    'origin',
    'origin',
    serve(80, function* (connection): Process {
      for (;;) {
        const content = yield* connection.read();
        if (content === null) break;
        asked.push(octetsOf(bytesOf(content)));
        // From null on it is out of order.
        if (left[0] === null) return connection.abort();
        yield* say(connection, left.shift() ?? '');
      }
      connection.close();
    }),
  );
  const hosts = new Map([['www', network.host('origin').address]]);
  network.boot('proxy', 'proxy', function* (host): Process {
    const service = { kind: 'http.cache', host: 'proxy', serves: ['client'], size: 1e6, connections: 8, at: null } as const;
    yield* serveHttp(host, new WebCache(host, service, { hosts }).handler, { port: 8080 });
  });
  const got = requests.map(() => '');
  const client = network.host('client');
  client.spawn(
    'client',
    (function* (): Process {
      const connection = yield* connected(client, network.host('proxy').address, 8080);
      let at = 0;
      client.spawn(
        'reader',
        (function* (): Process {
          for (;;) {
            const content = yield* connection.read();
            if (content === null) return;
            got[at] += octetsOf(bytesOf(content));
          }
        })(),
      );
      for (; at < requests.length; at++) {
        yield* say(connection, requests[at] as string);
        yield* client.sleep(SECOND);
      }
    })(),
  );
  kernel.run(1_000_000);
  return { got, asked };
}

const asks = (method: string, path: string, more = '') => `${method} http://www${path} HTTP/1.1\r\nHost: www\r\n${more}\r\n`;
const contentOf = (octets: string | undefined) => octets?.slice(octets.indexOf('\r\n\r\n') + 4);
const lengthsOf = (octets: string | undefined) =>
  [...(octets ?? '').matchAll(/^(Content-Length|Transfer-Encoding): .*$/gm)].map(([line]) => line);

test('what follows a response is not stored as the next one (RFC 9112 §9.2, response poisoning)', () => {
  const OK = (text: string) => `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\n${text}`;
  const { got, asked } = through(
    [asks('GET', '/a'), asks('GET', '/b'), asks('GET', '/b')],
    [OK('first') + OK('forge'), OK('right'), OK('wrong')],
  );
  expect(got.map(contentOf)).toEqual(['first', 'right', 'right']);
  expect(asked.map((octets) => octets.split(' ')[1])).toEqual(['/a', '/b']);
});

describe('the length that HEAD is told is the origin’s (RFC 9110 §9.3.2)', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n';
  test('passed on from there', () => {
    const { got, asked } = through([asks('HEAD', '/a')], [`${HEAD}Content-Length: 5000\r\n\r\n`]);
    expect(lengthsOf(got[0])).toEqual(['Content-Length: 5000']);
    expect(asked).toHaveLength(1);
  });
  test('or none, where the origin tells none (RFC 9110 §8.6)', () => {
    expect(lengthsOf(through([asks('HEAD', '/a')], [`${HEAD}\r\n`]).got[0])).toEqual([]);
    expect(lengthsOf(through([asks('HEAD', '/a')], [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`]).got[0])).toEqual([]);
  });
  test('or that of what is stored', () => {
    const { got, asked } = through(
      [asks('GET', '/a'), asks('HEAD', '/a')],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
    );
    expect(lengthsOf(got[1])).toEqual(['Content-Length: 3']);
    expect(contentOf(got[1])).toBe('');
    expect(asked).toHaveLength(1);
  });
});

test('an early refusal from the origin reaches a client that sends in chunks, wherever those are cut (RFC 9112 §9.5)', () => {
  const REFUSAL = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno';
  const CHUNKS = '3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\nY: z\r\n\r\n';
  // As much as is passed on before the end.
  const first = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  for (let cut = 0; cut < CHUNKS.length; cut++) {
    const head = asks('PUT', '/a', 'Transfer-Encoding: chunked\r\n');
    const { got } = through([head + first + CHUNKS.slice(0, cut), CHUNKS.slice(cut) + asks('GET', '/b')], [REFUSAL]);
    expect(got.join('').match(/HTTP\/1\.1 \d{3}/g)?.[0], String(cut)).toBe('HTTP/1.1 413');
  }
});

test('what is about one connection is not passed on (RFC 9110 §7.6.1)', () => {
  const fields = 'Connection: close, X-Own\r\nX-Own: 1\r\nTE: trailers\r\nTrailer: X\r\nUpgrade: x\r\nKeep-Alive: 5\r\nX-Other: 2\r\n';
  const { asked } = through([asks('GET', '/a', fields)], ['HTTP/1.1 204 No Content\r\n\r\n']);
  expect(asked[0]).toBe('GET /a HTTP/1.1\r\nHost: www\r\nX-Other: 2\r\nVia: 1.1 proxy\r\n\r\n');
});

test('Max-Forwards: 0 makes it the last one, which does not trace (RFC 9110 §7.6.2, §9.3.8)', () => {
  const { got, asked } = through([asks('TRACE', '/a', 'Max-Forwards: 0\r\n'), asks('OPTIONS', '/a', 'Max-Forwards: 0\r\n')], []);
  expect(got.map((octets) => octets.slice(9, 12))).toEqual(['405', '204']);
  expect(asked).toEqual([]);
});

test('Via tells in which version a message came, each way, also of what was stored (RFC 9110 §7.6.3)', () => {
  const old = 'HTTP/1.0 200 OK\r\nCache-Control: max-age=60\r\nVia: 1.1 before\r\nContent-Length: 2\r\n\r\nok';
  const { got, asked } = through([asks('GET', '/a'), asks('GET', '/a').replace('HTTP/1.1', 'HTTP/1.0')], [old]);
  expect(got.map((octets) => /^Via: (.*)\r$/m.exec(octets)?.[1])).toEqual(['1.1 before, 1.0 proxy', '1.1 before, 1.0 proxy']);
  expect(asked).toHaveLength(1);
  const { asked: passed } = through([asks('GET', '/a').replace('HTTP/1.1', 'HTTP/1.0')], [old]);
  expect(passed[0]).toContain('Via: 1.0 proxy');
});

test('who must validate what is stored, and finds nobody to ask, says 504 (RFC 9111 §5.2.2.2)', () => {
  const stored = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=0, must-revalidate\r\nETag: "v"\r\nContent-Length: 2\r\n\r\nok';
  const twice = [asks('GET', '/a'), asks('GET', '/a')];
  const statuses = (answers: (string | null)[]) => through(twice, answers).got.map((octets) => octets.slice(9, 12));
  expect(statuses([stored, null])).toEqual(['200', '504']);
  // Who has nothing stored, or an answer that is none, has a bad gateway behind him.
  expect(statuses([null])).toEqual(['502', '502']);
  expect(statuses([stored, 'no HTTP\r\n\r\n'])).toEqual(['200', '502']);
});
