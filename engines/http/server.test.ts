/** The server's side of a connection: what goes in as octets, and what comes out. */
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { bytesOfAll } from '../contents.ts';
import type { Process } from '../kernel/process.ts';
import { connected, FAST, message, networkForTests, SERVER } from '../network/network-for-tests.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import { type Handler, plainResponse, type ServerOptions, serveHttp } from './server.ts';

/** Says what it was asked for. */
const echo: Handler = function* ({ method, url, body }) {
  const contents = yield* body.readAll();
  const text = `${method} ${url ? `${url.host}:${url.port}${url.path}` : '*'} [${contents ? octetsOf(bytesOfAll(contents)) : body.problem}]`;
  return { status: 200, fields: [{ name: 'Content-Type', value: 'text/plain' }], body: [bytesOfOctets(text)] };
};

/** Does not look at content. */
// biome-ignore lint/correctness/useYield: nothing to wait for.
const heedless: Handler = function* ({ method }) {
  return { status: 200, fields: [], body: [bytesOfOctets(method)] };
};

interface Talk {
  /** All that the server sent. */
  readonly answer: string;
  /** When it closed; NaN for never. */
  readonly closedAt: Nanoseconds;
}

/** A client writes these octets, pausing a second between two of them, and reads until the server closes, at most two minutes. */
function talk(octets: string | readonly string[], handler: Handler = echo, options: ServerOptions = {}): Talk {
  const made = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
  made.network.boot('server', 'server', function* (host): Process {
    yield* serveHttp(host, handler, options);
  });
  let answer = '';
  let closedAt = Number.NaN;
  const client = made.network.host('client');
  client.spawn(
    'client',
    (function* (): Process {
      const connection = yield* connected(client, SERVER, 80);
      for (const [i, part] of [octets].flat().entries()) {
        if (i > 0) yield* client.sleep(SECOND);
        yield* connection.write(bytesOfOctets(part), message);
      }
      client.spawn(
        'reader',
        (function* (): Process {
          for (;;) {
            const content = yield* connection.read();
            if (content === null) break;
            answer += octetsOf(bytesOf(content));
          }
          closedAt = client.now();
          connection.close();
        })(),
      );
      yield* client.sleep(2 * MINUTE);
    })(),
  );
  made.finish();
  return { answer: answer.replace(/Date: [^\r]*\r\n/g, ''), closedAt };
}

const open = ({ closedAt }: Talk) => Number.isNaN(closedAt) || closedAt > MINUTE;
const statuses = ({ answer }: Talk) => [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code));
const GET = 'GET /a HTTP/1.1\r\nHost: www\r\n\r\n';

describe('a session', () => {
  test('answers, and leaves the connection open', () => {
    const made = talk(GET);
    expect(made.answer).toBe('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\nGET www:80/a []');
    expect(open(made)).toBe(true);
  });

  test('answers pipelined requests in their order (RFC 9112 §9.3.2)', () => {
    const made = talk(`${GET}POST /b HTTP/1.1\r\nHost: www\r\nContent-Length: 2\r\n\r\nhi${GET.replace('/a', '/c')}`);
    expect([...made.answer.matchAll(/\w+ www:80\/\w \[\w*\]/g)].map(([text]) => text)).toEqual([
      'GET www:80/a []',
      'POST www:80/b [hi]',
      'GET www:80/c []',
    ]);
    expect(open(made)).toBe(true);
  });

  test('takes a request in pieces, an octet each', () => {
    const request = 'POST /b HTTP/1.1\r\nHost: www\r\nContent-Length: 2\r\n\r\nhi';
    expect(talk([...request], echo, { idle: 10 * SECOND }).answer).toContain('POST www:80/b [hi]');
  });

  test('does not wait for the end of what is too large already', () => {
    const made = talk(`GET / HTTP/1.1\r\nHost: www\r\n${`X: ${'y'.repeat(7_000)}\r\n`.repeat(11)}`);
    expect([statuses(made), made.closedAt < SECOND]).toEqual([[431], true]);
  });

  test('reads over empty lines before a request (RFC 9112 §2.2)', () => {
    expect(statuses(talk(`\r\n\r\n${GET}`))).toEqual([200]);
  });

  test.each([
    ['Connection: close', `GET / HTTP/1.1\r\nHost: www\r\nConnection: Close\r\n\r\n${GET}`, {}],
    ['HTTP/1.0', `GET / HTTP/1.0\r\n\r\n${GET}`, {}],
    ['its own choice', GET + GET, { persistent: false }],
  ])('ends with %s (RFC 9112 §9.6)', (_, octets, options) => {
    const made = talk(octets, echo, options);
    expect(statuses(made)).toEqual([200]);
    expect(made.answer).toContain('Connection: close\r\n');
    expect(open(made)).toBe(false);
  });

  test('without Host, HTTP/1.0 asks for the address (RFC 9112 §3.3)', () => {
    expect(talk('GET / HTTP/1.0\r\n\r\n').answer).toContain(`GET ${SERVER}:80/ []`);
  });

  test('believes a whole URI more than Host (RFC 9112 §3.2.2)', () => {
    expect(talk('GET http://Other:8080/x HTTP/1.1\r\nHost: www\r\n\r\n').answer).toContain('GET other:8080/x []');
  });

  test('leaves the content out for HEAD, and says how long it would be (RFC 9110 §9.3.2)', () => {
    const made = talk(`HEAD /a HTTP/1.1\r\nHost: www\r\n\r\n${GET}`);
    expect(made.answer).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 16\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test('closes an idle connection without a word, and a request that does not go on with 408', () => {
    const idle = talk(GET, echo, { idle: 5 * SECOND });
    expect(statuses(idle)).toEqual([200]);
    expect(idle.closedAt / SECOND).toBeCloseTo(5, 0);
    expect(statuses(talk('GET / HTTP/1.1\r\nHos', echo, { idle: 5 * SECOND }))).toEqual([408]);
  });
});

describe('content', () => {
  const POST = 'POST / HTTP/1.1\r\nHost: www\r\n';

  test('comes in chunks, with extensions and trailers (RFC 9112 §7.1)', () => {
    const chunks = '3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n';
    expect(talk(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}${GET}`).answer).toContain('POST www:80/ [abcde]');
    expect(statuses(talk(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}${GET}`))).toEqual([200, 200]);
  });

  test.each(['3\nabc\r\n0\r\n\r\n', '3\r\nabcd\r\n0\r\n\r\n', 'x\r\n\r\n', '3\r\nabc\r\n0\r\nno field\r\n\r\n', '-1\r\n\r\n'])(
    'in chunks that are none (%j) is answered with 400, whatever the handler says',
    (chunks) => {
      for (const handler of [echo, heedless]) {
        const made = talk(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}${GET}`, handler);
        expect(statuses(made)).toEqual([400]);
        expect(open(made)).toBe(false);
      }
    },
  );

  test('that the handler does not want is read away, or costs the connection when it is much', () => {
    const small = talk(`${POST}Content-Length: 5\r\n\r\nhello${GET}`, heedless);
    expect(statuses(small)).toEqual([200, 200]);
    const large = talk(`${POST}Content-Length: 100000\r\n\r\n${'x'.repeat(100_000)}${GET}`, heedless);
    expect(statuses(large)).toEqual([200]);
    expect(large.answer).toContain('Connection: close');
  });

  test('is asked for by 100 when the handler reads it, and only then (RFC 9110 §10.1.1)', () => {
    const head = `${POST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`;
    const wanted = talk([head, 'hi']);
    expect(statuses(wanted)).toEqual([100, 200]);
    expect(open(wanted)).toBe(true);
    const unwanted = talk([head, 'hi'], heedless);
    expect(statuses(unwanted)).toEqual([200]);
    expect(open(unwanted)).toBe(false);
    expect(statuses(talk(`${POST}Content-Length: 2\r\nExpect: 200-ok\r\n\r\nhi`))).toEqual([417]);
  });
});

describe('a response', () => {
  const answered = (body: Awaited<unknown>, more: object, request = GET) =>
    // biome-ignore lint/correctness/useYield: nothing to wait for.
    talk(request + GET, function* () {
      return { status: 200, fields: [], body: body as never, ...more };
    });
  const source =
    (parts: string[], problem: string | null = null) =>
    () => ({
      length: null,
      problem,
      // biome-ignore lint/correctness/useYield: nothing to wait for.
      *read(): Process<Uint8Array | null> {
        const part = parts.shift();
        return part === undefined ? null : bytesOfOctets(part);
      },
    });

  test('of unknown length goes in chunks, to HTTP/1.0 until the connection closes (RFC 9112 §6.3)', () => {
    const one = answered(source(['abc', 'de'])(), {}, '');
    expect(one.answer).toBe('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n');
    const old = answered(source(['abc'])(), {}, 'GET / HTTP/1.0\r\n\r\n');
    expect(old.answer).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc');
  });

  test('that breaks off is not ended: the connection is reset', () => {
    const made = answered(source(['abc'], 'gone')(), {}, '');
    expect(made.answer).not.toContain('0\r\n\r\n');
    expect(statuses(made).length).toBeLessThan(2);
    const counted = answered({ ...source(['abc'], 'gone')(), length: 100 }, {}, '');
    expect(counted.closedAt).toBeLessThan(SECOND);
  });

  test('with 204 or 304 has neither content nor length (RFC 9112 §6.1)', () => {
    for (const code of [204, 304]) {
      const made = answered([bytesOfOctets('x')], { status: code });
      expect(made.answer).toMatch(new RegExp(`^HTTP/1.1 ${code} [\\w ]+\r\n\r\nHTTP/1.1 ${code}`));
    }
  });

  test('leaves out a length that a handler gave for 204 (RFC 9110 §8.6)', () => {
    const made = answered(undefined, { status: 204, fields: [{ name: 'Content-Length', value: '5' }] }, '');
    expect(made.answer).toBe('HTTP/1.1 204 No Content\r\n\r\n');
  });

  test('says what is wrong in a line', () => {
    const made = answered(undefined, plainResponse(404, 'there is no /a'), '');
    expect(made.answer).toContain('404 Not Found: there is no /a\n');
  });
});

describe('what is refused closes the connection (RFC 9112 §11.2)', () => {
  const HOST = 'Host: www\r\n';
  test.each([
    [
      'Content-Length beside Transfer-Encoding',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['Content-Length twice', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0\r\nContent-Length: 4\r\n\r\nabcd`, 400],
    ['folding', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400],
    ['a bare LF', `GET / HTTP/1.1\r\n${HOST}X: a\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['a bare CR', `GET / HTTP/1.1\r\n${HOST}X: a\rY: b\r\n\r\n`, 400],
    ['white space before a colon', `GET / HTTP/1.1\r\n${HOST}X : a\r\n\r\n`, 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
    ['an unknown coding', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
    ['another version', `GET / HTTP/2.0\r\n${HOST}\r\n`, 505],
    ['a long target', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\n${HOST}\r\n`, 414],
    ['a long field', `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(9_000)}\r\n\r\n`, 431],
    ['many fields', `GET / HTTP/1.1\r\n${HOST}${'X: y\r\n'.repeat(200)}\r\n`, 431],
    ['no HTTP at all', 'EHLO crepes.fr\r\n\r\n', 400],
  ])('%s', (_, octets, code) => {
    const made = talk(octets + GET);
    expect(statuses(made)).toEqual([code]);
    expect(made.answer).toContain('Connection: close\r\n');
    expect(open(made)).toBe(false);
  });
});
