/** The client's side: connections kept, shared and given up, and what becomes of requests when they break. */
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../content.ts';
import { atOnce, type Process } from '../kernel/process.ts';
import type { Connection, Host } from '../network/host.ts';
import { FAST, message, networkForTests, SERVER, serve } from '../network/network-for-tests.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import { type ClientOptions, type ClientRequest, HttpClient } from './client.ts';
import { requestFailed } from './connection.ts';
import { bytesOfAll } from './contents.ts';
import type { Body } from './message-writer.ts';
import { type Handler, type ServerOptions, serveHttp } from './server.ts';

/** Answers with the path, after as many milliseconds as it says: `/30`. */
const slow = (host: Host): Handler =>
  function* ({ url }) {
    yield* host.sleep(Number(/\d+/.exec(url?.path ?? '')?.[0] ?? 0) * MILLISECOND);
    return { status: 200, fields: [], body: [bytesOfOctets(url?.path ?? '')] };
  };

interface World {
  readonly client: HttpClient;
  readonly host: Host;
  /** Asks, reads the body and notes `PATH at MILLISECONDS`, or the failure. */
  ask(path: string, more?: Partial<ClientRequest>): Process;
}

/** Runs what a client does; gives what it noted, and the connections opened. */
function run(
  act: (world: World) => Process,
  options: ClientOptions = {},
  server: (host: Host) => Process = function* (host) {
    yield* serveHttp(host, slow(host));
  },
): { notes: string[]; told: string[]; connections: number; endings: string[] } {
  const made = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
  made.network.boot('server', 'server', server);
  const host = made.network.host('client');
  const client = new HttpClient(host, { hosts: new Map([['www', SERVER]]), ...options });
  const notes: string[] = [];
  const ask = function* (path: string, more: Partial<ClientRequest> = {}): Process {
    const response = yield* client.request({ method: 'GET', url: { scheme: 'http', host: 'www', port: 80, path }, fields: [], ...more });
    if (requestFailed(response)) {
      notes.push(`${path}: ${response.failure}`);
      return;
    }
    const contents = yield* response.body.readAll();
    const text = contents ? octetsOf(bytesOfAll(contents)) : response.body.problem;
    notes.push(`${response.status} ${text} at ${Math.round(host.now() / MILLISECOND)}`);
  };
  host.spawn('client', act({ client, host, ask }));
  made.finish();
  const { connections, states, strings } = made.tables();
  const told = Array.from(states.note).flatMap((note) => (note < 0 ? [] : [strings[note] as string]));
  return { notes, told, connections: connections.rows, endings: Array.from(connections.ending, (ending) => strings[ending] as string) };
}

const sideBySide = (...paths: string[]) =>
  // biome-ignore lint/correctness/useYield: nothing to wait for.
  function* ({ host, ask }: World): Process {
    for (const path of paths) host.spawn(path, ask(path));
  };

describe('connections', () => {
  test('are kept: one handshake, then a round trip a request', () => {
    const made = run(function* ({ ask }) {
      yield* ask('/0a');
      yield* ask('/0b');
      yield* ask('/0c');
    });
    expect(made.notes).toEqual(['200 /0a at 80', '200 /0b at 120', '200 /0c at 160']);
    expect(made.connections).toBe(1);
  });

  test('are closed after each response where they are not to be kept', () => {
    const made = run(
      function* ({ ask }) {
        yield* ask('/0a');
        yield* ask('/0b');
      },
      { persistent: false },
    );
    expect(made.notes).toEqual(['200 /0a at 80', '200 /0b at 160']);
    expect(made.endings).toEqual(['closed', 'closed']);
  });

  test('are as many at once as allowed, and then requests wait for their turn', () => {
    expect(run(sideBySide('/0a', '/0b', '/0c'), { connections: 2 })).toMatchObject({
      notes: ['200 /0a at 80', '200 /0b at 80', '200 /0c at 120'],
      connections: 2,
    });
    expect(run(sideBySide('/0a', '/0b', '/0c')).connections).toBe(3);
  });

  test('that the server closed while they were idle are not used', () => {
    const idle = (more: ServerOptions) =>
      function* (host: Host): Process {
        yield* serveHttp(host, slow(host), more);
      };
    const made = run(
      function* ({ host, ask }) {
        yield* ask('/0a');
        yield* host.sleep(10 * SECOND);
        yield* ask('/0b', { method: 'POST', body: [bytesOfOctets('x')] });
      },
      {},
      idle({ idle: 5 * SECOND }),
    );
    expect(made.notes).toEqual(['200 /0a at 80', '200 /0b at 10160']);
    expect(made.connections).toBe(2);
  });

  test('go to the proxy, with whole URIs', () => {
    let target = '';
    run(
      function* ({ ask }) {
        yield* ask('/x');
      },
      { proxy: { address: SERVER, port: 8080 } },
      function* (host) {
        yield* serveHttp(
          host,
          // biome-ignore lint/correctness/useYield: nothing to wait for.
          function* (request) {
            target = request.target.form === 'absolute' ? request.target.url.host + request.target.url.path : '';
            return { status: 200, fields: [] };
          },
          { port: 8080 },
        );
      },
    );
    expect(target).toBe('www/x');
  });
});

describe('pipelining (RFC 9112 §9.3.2)', () => {
  test('sends all at once, and gets responses in that order though the first takes longest', () => {
    const made = run(sideBySide('/50', '/0b', '/10'), { pipelining: true });
    expect(made.notes).toEqual(['200 /50 at 130', '200 /0b at 130', '200 /10 at 140']);
    expect(made.connections).toBe(1);
  });

  test('is not for requests that must not be repeated', () => {
    const made = run(
      // biome-ignore lint/correctness/useYield: nothing to wait for.
      function* ({ host, ask }) {
        host.spawn('a', ask('/50'));
        host.spawn('b', ask('/0', { method: 'POST', body: [bytesOfOctets('x')] }));
      },
      { pipelining: true },
    );
    expect(made.connections).toBe(2);
    expect(made.notes[0]).toBe('200 /0 at 80');
  });
});

/** Serves by hand: each connection is given to `session` with its number from 0. */
const byHand = (session: (connection: Connection, number: number, host: Host) => Process) => {
  let count = 0;
  return serve(80, (connection, host) => session(connection, count++, host));
};
const say = (connection: Connection, octets: string) => connection.write(bytesOfOctets(octets), message);
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('what goes wrong', () => {
  test('on a kept connection is tried once more on a new one, for what may be repeated (RFC 9112 §9.3.1)', () => {
    const server = byHand(function* (connection, number) {
      yield* connection.read();
      yield* say(connection, OK);
      yield* connection.read();
      if (number === 0) connection.close();
      else yield* say(connection, OK);
    });
    const twice = (method: string) =>
      run(
        function* ({ ask }) {
          yield* ask('/a');
          yield* ask('/b', { method });
        },
        {},
        server,
      ).notes;
    expect(twice('GET')).toEqual(['200 ok at 80', '200 ok at 200']);
    expect(twice('POST').length).toBe(2);
  });

  test('and is not repeated where it may have been done already', () => {
    const server = byHand(function* (connection) {
      yield* connection.read();
      yield* say(connection, OK);
      yield* connection.read();
      connection.close();
    });
    const made = run(
      function* ({ ask }) {
        yield* ask('/a');
        yield* ask('/b', { method: 'POST' });
      },
      {},
      server,
    );
    expect(made.notes).toEqual(['200 ok at 80', '/b: connection closed']);
  });

  const answers: [answer: string, note: RegExp][] = [
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', /it broke off/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', /it broke off/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', /a chunk’s size that is none/],
    ['HTTP/1.1 200 OK\r\n\r\nuntil the end', /^200 until the end/],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nab', /malformed: Content-Length more than once/],
    ['220 mail.crepes.fr\r\n\r\n', /malformed: no status line/],
    ['HTTP/1.1 200 OK\r\nX', /connection closed/],
    ['', /connection closed/],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', /^200 {2}at/],
  ];
  test.each(answers)('is a value: %j', (answer, note) => {
    const made = run(
      function* ({ ask }) {
        yield* ask('/a');
      },
      {},
      byHand(function* (connection) {
        yield* connection.read();
        if (answer !== '') yield* say(connection, answer);
        connection.close();
      }),
    );
    expect(made.notes).toHaveLength(1);
    expect(made.notes[0]).toMatch(note);
  });

  test('is told when nobody is there, or nobody answers', () => {
    const ask = function* ({ ask: one }: World): Process {
      yield* one('/a');
    };
    expect(run(ask, {}, function* () {}).notes).toEqual(['/a: connection refused']);
    const silent = byHand(function* (connection) {
      while ((yield* connection.read()) !== null);
    });
    expect(run(ask, {}, silent).notes).toEqual(['/a: no answer in time']);
  });

  test('what was not asked for ends an idle connection (RFC 9112 §9.5)', () => {
    const made = run(
      function* ({ host, ask }) {
        yield* ask('/a');
        yield* host.sleep(SECOND);
        yield* ask('/b');
      },
      {},
      byHand(function* (connection, _, host) {
        yield* connection.read();
        yield* say(connection, OK);
        yield* host.sleep(SECOND / 2);
        yield* say(connection, OK);
      }),
    );
    expect(made.connections).toBe(2);
  });
});

describe('what comes while nothing is asked is the response to nothing (RFC 9112 §9.2)', () => {
  const FORGED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged';
  /** Says `first` to the first request of the first connection, and answers all others. */
  const forging = (...first: readonly string[]) =>
    byHand(function* (connection, number, host) {
      for (let i = 0; (yield* connection.read()) !== null; i++) {
        if (number > 0 || i > 0) yield* say(connection, OK);
        else
          for (const part of first) {
            yield* say(connection, part);
            yield* host.sleep(10 * MILLISECOND);
          }
      }
    });
  const cases: [what: string, first: string[]][] = [
    ['behind a response, in one piece with it', [OK + FORGED]],
    ['behind a response without content', ['HTTP/1.1 204 No Content\r\n\r\nforged']],
    ['behind the last chunk', [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${FORGED}`]],
    ['an interim response behind the final one', [`${OK}HTTP/1.1 100 Continue\r\n\r\n`]],
    ['a moment after', [OK, FORGED]],
    ['part of a response', [OK, FORGED.slice(0, 8)]],
  ];
  test.each(cases.flatMap(([what, first]) => [false, true].map((pipelining) => [what, pipelining, first] as const)))(
    '%s (pipelining: %s)',
    (_, pipelining, first) => {
      const made = run(
        function* ({ ask, host }) {
          yield* ask('/a');
          yield* host.sleep(SECOND);
          yield* ask('/b', { method: 'DELETE' });
        },
        { pipelining },
        forging(...first),
      );
      expect(made.notes.map((note) => note.replace(/ at .*/, ''))).toEqual([expect.stringMatching(/^20[04] (ok)?$/), '200 ok']);
      expect(made.endings).toEqual(['reset', 'open']);
      expect(made.told).toEqual([`gives up its connection to ${SERVER}: what came was not asked for`]);
    },
  );
  test('while another response is due, it cannot be told from that', () => {
    const made = run(sideBySide('/a', '/b'), { pipelining: true }, forging(OK + FORGED));
    expect(made.notes.map((note) => note.replace(/ at .*/, '')).sort()).toEqual(['200 forged', '200 ok']);
  });
});

test('a client that is done closes what is idle', () => {
  for (const pipelining of [false, true]) {
    const made = run(
      function* ({ client, ask }) {
        yield* ask('/0');
        client.close();
      },
      { pipelining },
    );
    expect(made.endings).toEqual(['closed']);
  }
});

test('a request that is stopped costs its connection, and those that wait on it another attempt', () => {
  for (const pipelining of [false, true]) {
    const made = run(
      function* ({ host, ask }) {
        const given = host.spawn('given up', ask('/5000'));
        host.spawn('waits', ask('/0'));
        yield* host.sleep(SECOND);
        given.stop();
      },
      { connections: 1, pipelining },
    );
    expect(made.notes).toEqual([expect.stringMatching(/^200 \/0 at 10\d\d$/)]);
    expect(made.endings).toEqual(['reset', 'open']);
  }
});

test('a body that is given up costs its connection, and nobody else anything', () => {
  const made = run(
    function* ({ client, ask }) {
      const response = yield* client.request({ method: 'GET', url: { scheme: 'http', host: 'www', port: 80, path: '/big' }, fields: [] });
      if (requestFailed(response)) throw new Error(response.failure);
      yield* response.body.read();
      response.body.abandon('enough');
      yield* ask('/0');
    },
    { connections: 1 },
    function* (host) {
      // biome-ignore lint/correctness/useYield: nothing to wait for.
      yield* serveHttp(host, function* ({ url }) {
        return { status: 200, fields: [], body: url?.path === '/big' ? [{ seed: 3, offset: 0, length: 50_000_000 }] : [] };
      });
    },
  );
  expect(made.notes).toHaveLength(1);
  expect(made.notes[0]).toMatch(/^200 {2}at \d+$/);
  expect(made.endings).toEqual(['reset', 'open']);
});

describe('a response that comes before the request is all sent (RFC 9112 §9.5)', () => {
  const UPLOAD: Content = { seed: 5, offset: 0, length: 50_000_000 };
  const stream = () => {
    let left = 50;
    return { length: null, problem: null, read: () => atOnce(() => (left-- > 0 ? { seed: left, offset: 0, length: 1_000_000 } : null)) };
  };
  const REFUSAL = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno';
  test.each([
    ['content of known length', (): Body => [UPLOAD], {}],
    ['a stream in chunks', stream, {}],
    ['content that was asked about first', (): Body => [UPLOAD], { fields: [{ name: 'Expect', value: '100-continue' }] }],
  ] as [string, () => Body, Partial<ClientRequest>][])('ends the sending of %s, and the connection', (_, body, more) => {
    let received = 0;
    const made = run(
      function* ({ ask }) {
        yield* ask('/x', { method: 'PUT', body: body(), ...more });
        yield* ask('/y');
      },
      {},
      byHand(function* (connection, number) {
        for (let refused = false; ; ) {
          const content = yield* connection.read();
          if (content === null) return;
          received += content.length;
          if (number === 0 && received < 100_000) continue;
          if (!refused) yield* say(connection, number === 0 ? REFUSAL : OK);
          refused = true;
        }
      }),
    );
    expect(made.notes).toEqual([expect.stringMatching(/^413 no/), expect.stringMatching(/^200 ok/)]);
    expect(received).toBeLessThan(5_000_000);
    expect(made.endings).toEqual(['reset', 'open']);
    expect(made.told).toEqual(['sends no more of its request: the response is there']);
  });
  test('costs requests that wait on the connection another attempt', () => {
    const made = run(
      function* ({ host, ask }) {
        yield* ask('/a');
        host.spawn('put', ask('/x', { method: 'PUT', body: [UPLOAD] }));
        host.spawn('get', ask('/b'));
      },
      { pipelining: true },
      byHand(function* (connection, number) {
        yield* connection.read();
        yield* say(connection, OK);
        yield* connection.read();
        yield* say(connection, number === 0 ? REFUSAL : OK);
        while ((yield* connection.read()) !== null);
      }),
    );
    expect(made.notes.map((note) => note.replace(/ at .*/, ''))).toEqual(['200 ok', '413 no', '200 ok']);
    expect(made.endings).toEqual(['reset', 'open']);
  });
  test.each(['close', 'abort'] as const)('is not told of where the server leaves in the middle of it (%s)', (leave) => {
    let received = 0;
    const made = run(
      function* ({ ask }) {
        yield* ask('/x', { method: 'POST', body: [UPLOAD] });
      },
      {},
      byHand(function* (connection) {
        while (received < 100_000) received += (yield* connection.read())!.length;
        connection[leave]();
        for (;;) {
          const content = yield* connection.read();
          if (content === null) return;
          received += content.length;
        }
      }),
    );
    expect(made.notes).toEqual([leave === 'close' ? '/x: connection closed' : '/x: connection reset']);
    expect([made.told, made.endings]).toEqual([[], ['reset']]);
    expect(received).toBeLessThan(5_000_000);
  });
  test('has its time from when all is sent: a long upload is none too long', () => {
    const made = run(
      function* ({ ask }) {
        yield* ask('/x', { method: 'PUT', body: [UPLOAD] });
      },
      {},
      byHand(function* (connection, _, host) {
        for (let received = 0; received < 50_000_000; received += (yield* connection.read())!.length) yield* host.sleep(2 * SECOND);
        yield* say(connection, OK);
        yield* connection.read();
      }),
    );
    expect(made.notes).toEqual([expect.stringMatching(/^200 ok at \d{6,}$/)]);
  });
});

describe('content that is asked for first (RFC 9110 §10.1.1)', () => {
  const body: readonly Content[] = [{ seed: 5, offset: 0, length: 50_000 }];
  const put = (server: (host: Host) => Process) =>
    run(
      function* ({ ask }) {
        yield* ask('/x', { method: 'PUT', body, fields: [{ name: 'Expect', value: '100-continue' }] });
      },
      {},
      server,
    );
  test('goes out when the server wants it', () => {
    let received = 0;
    const made = put(function* (host) {
      yield* serveHttp(host, function* (request) {
        const contents = yield* request.body.readAll();
        received = contents ? bytesOfAll(contents).length : -1;
        return { status: 204, fields: [] };
      });
    });
    expect([made.notes, received]).toEqual([['204  at 200'], 50_000]);
  });
  test('stays where it is when the server does not', () => {
    const made = put(function* (host) {
      // biome-ignore lint/correctness/useYield: nothing to wait for.
      yield* serveHttp(host, function* () {
        return { status: 413, fields: [] };
      });
    });
    expect(made.notes).toEqual(['413  at 80']);
  });
  test('goes out anyway when a server of old says nothing', () => {
    const made = put(
      byHand(function* (connection) {
        let octets = '';
        while (octets.length < 50_000) octets += octetsOf(bytesOf((yield* connection.read())!));
        yield* say(connection, OK);
        yield* connection.read();
      }),
    );
    expect(made.notes[0]).toMatch(/^200 ok at 1\d\d\d$/);
  });
});
