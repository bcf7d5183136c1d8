/** Against peers that are not ours, or not well-behaved: raw clients and raw servers on connections. */
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../content.ts';
import { Kernel } from '../kernel/kernel.ts';
import { type Process, race } from '../kernel/process.ts';
import { metrics } from '../metrics.ts';
import { type Connection, failed, type Host } from '../network/host.ts';
import { LineReader } from '../network/line-reader.ts';
import { message } from '../network/network-for-tests.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { SessionStates } from '../network/session-states.ts';
import { SimulatedNetwork } from '../network/simulated-network.ts';
import { MINUTE, SECOND } from '../quantities.ts';
import { Recorder } from '../recorder.ts';
import { type SecuredConnection, secureAsClient, secureAsServer, type TlsFailure } from '../tls/secured-connection.ts';
import type { Securing } from '../tls/securing.ts';
import { authorityForTests, credentialsForTests, NAME } from '../tls/session-for-tests.ts';
import { openSession } from './client.ts';
import { literal } from './file-source.ts';
import { FileSystem } from './file-system.ts';
import { ArrivalObserver } from './observer.ts';
import type { DataMode, FtpServerService } from './scenario.ts';
import { serviceForTests } from './scenario-for-tests.ts';
import { serve } from './server.ts';
import { Traffic } from './traffic.ts';

/** Three hosts: a client (10.0.0.1), a server (10.0.0.2) and a stranger (10.0.0.3). */
function network() {
  const scenario = scenarioForTests({ client: {}, server: {}, stranger: {} });
  const kernel = new Kernel(1);
  const made = new SimulatedNetwork(kernel, scenario, new Recorder(metrics));
  return {
    kernel,
    host: (name: string) => made.host(name),
    finish(): void {
      if (kernel.run(1_000_000)) throw new Error('the run does not end');
    },
  };
}

function* ourServer(
  host: Host,
  secure: Securing | null = null,
  idle = 5 * MINUTE,
  rest: Partial<FtpServerService> = {},
  passiveAddress: string | null = null,
): Process {
  const files = new FileSystem(host.disk);
  files.write('/readme.txt', literal('Hello\nworld\n'), 'ftp', 0);
  const service = { ...serviceForTests, idle, tls: secure ? ('offered' as const) : ('off' as const), ...rest };
  const told = { observer: new ArrivalObserver(), traffic: new Traffic(host), states: new SessionStates() };
  yield* serve({ host, service, ...told, passiveAddress, secure });
}

/** A client that writes what it is told and gathers the lines that come. */
function* raw(host: Host, script: readonly (string | number)[], said: string[], port = 21): Process {
  const connection = (yield* host.connect({ address: '10.0.0.2', port })) as Connection;
  host.spawn('reader', gather(connection, said));
  for (const part of script) {
    if (typeof part === 'number') yield* host.sleep(part);
    else yield* connection.write(bytesOfOctets(part), message);
  }
}

function* gather(connection: Connection, said: string[]): Process {
  const reader = new LineReader(connection);
  for (;;) {
    const result = yield* reader.readLine(5000);
    if (result.kind !== 'line') break;
    said.push(result.line);
  }
  said.push(`[${connection.ending}]`);
}

describe('our server', () => {
  const hello = ['USER ann\r\nPASS secret\r\n', SECOND];
  function talk(script: readonly (string | number)[], options: { secure?: Securing | null; idle?: number } = {}): string[] {
    const { host, finish } = network();
    const said: string[] = [];
    host('server').spawn('ftp', ourServer(host('server'), options.secure ?? null, options.idle));
    host('client').spawn('raw', raw(host('client'), script, said));
    finish();
    return said;
  }

  test('takes commands in pieces, and several at once', () => {
    expect(talk(['US', SECOND, 'ER ann\r', SECOND, '\nPASS secret\r\nPWD\r\nQUIT\r\n'])).toEqual([
      '220 server FTP server ready',
      '331 Password required for ann',
      '230 User ann logged in',
      '257 "/" is the working directory',
      '221 Goodbye',
      '[closed]',
    ]);
  });

  test('connects to the port of the control connection where nothing else was agreed on (RFC 959 §3.2), and tells where nobody listens', () => {
    expect(talk([...hello, 'RETR readme.txt\r\nQUIT\r\n']).slice(3)).toEqual([
      '150 Opening ASCII mode data connection for readme.txt (14 bytes)',
      '425 Cannot open data connection: refused',
      '221 Goodbye',
      '[closed]',
    ]);
    expect(talk([...hello, 'EPSV ALL\r\nRETR readme.txt\r\nQUIT\r\n'])).toContain('425 EPSV ALL was said: use EPSV first');
    const { host, finish } = network();
    const client = host('client');
    let got = '';
    host('server').spawn('ftp', ourServer(host('server')));
    client.spawn(
      'raw',
      (function* (): Process {
        const control = (yield* client.connect({ address: '10.0.0.2', port: 21 }, { localPort: 5000 })) as Connection;
        const listener = yield* client.listen(5000);
        if (failed(listener)) throw new Error(listener.failure);
        yield* control.write(bytesOfOctets('USER ann\r\nPASS secret\r\nRETR readme.txt\r\n'), message);
        const data = (yield* listener.accept()) as Connection;
        got = `from ${data.remote.port}: ${octetsOf(bytesOf((yield* data.read()) as Content))}`;
        data.close();
        control.close();
      })(),
    );
    finish();
    expect(got).toBe('from 20: Hello\r\nworld\r\n');
  });

  test('tells where nobody listens for its active open', () => {
    expect(talk([...hello, 'PORT 10,0,0,1,192,5\r\nRETR readme.txt\r\n', SECOND, 'QUIT\r\n']).slice(3)).toEqual([
      '200 PORT command successful',
      '150 Opening ASCII mode data connection for readme.txt (14 bytes)',
      '425 Cannot open data connection: refused',
      '221 Goodbye',
      '[closed]',
    ]);
  });

  test('waits a minute for a client that does not connect', () => {
    expect(talk([...hello, 'EPSV\r\nRETR readme.txt\r\n', 2 * MINUTE, 'QUIT\r\n']).slice(4)).toEqual([
      '150 Opening ASCII mode data connection for readme.txt (14 bytes)',
      '425 Cannot open data connection: nobody connected',
      '221 Goodbye',
      '[closed]',
    ]);
  });

  test('tells of a transfer under way, and obeys what came meanwhile when it is over', () => {
    expect(talk([...hello, 'EPSV\r\nRETR readme.txt\r\n', SECOND, 'STAT\r\nNOOP\r\nPWD\r\n', 2 * MINUTE, 'QUIT\r\n']).slice(5)).toEqual([
      '211-FTP server status:',
      ' Transfer of readme.txt: 0 bytes so far',
      '211 End of status',
      '425 Cannot open data connection: nobody connected',
      '200 OK',
      '257 "/" is the working directory',
      '221 Goodbye',
      '[closed]',
    ]);
  });

  test('breaks off at ABOR what waits for its connection, and says what there is to abort', () => {
    expect(talk([...hello, 'EPSV\r\nRETR readme.txt\r\n', SECOND, '\xff\xf4\xff\xf2ABOR\r\nABOR\r\nQUIT\r\n']).slice(5)).toEqual([
      '426 Transfer broken off: ABOR',
      '226 ABOR command successful',
      '226 No transfer to abort',
      '221 Goodbye',
      '[closed]',
    ]);
  });

  test('breaks off at ABOR, and tells at STAT, whatever else waits for the transfer to end', () => {
    expect(talk([...hello, 'EPSV\r\nRETR readme.txt\r\n', SECOND, 'NOOP\r\n', SECOND, 'STAT\r\nABOR\r\nPWD\r\nQUIT\r\n']).slice(5)).toEqual(
      [
        '211-FTP server status:',
        ' Transfer of readme.txt: 0 bytes so far',
        '211 End of status',
        '426 Transfer broken off: ABOR',
        '200 OK',
        '226 ABOR command successful',
        '257 "/" is the working directory',
        '221 Goodbye',
        '[closed]',
      ],
    );
    expect(talk([...hello, 'EPSV\r\nRETR readme.txt\r\nRETR readme.txt\r\nABOR\r\nQUIT\r\n', SECOND]).slice(5)).toEqual([
      '426 Transfer broken off: ABOR',
      '426 Transfer broken off: ABOR',
      '226 ABOR command successful',
      '221 Goodbye',
      '[closed]',
    ]);
  });

  test('completes a transfer before it obeys QUIT, but not where the client is simply gone (RFC 959 §4.1.1)', () => {
    const fetch = (last: string): string[] => {
      const { host, finish } = network();
      const client = host('client');
      const said: string[] = [];
      host('server').spawn('ftp', ourServer(host('server')));
      client.spawn(
        'raw',
        (function* (): Process {
          const control = (yield* client.connect({ address: '10.0.0.2', port: 21 })) as Connection;
          client.spawn('reader', gather(control, said));
          yield* control.write(bytesOfOctets('USER ann\r\nPASS secret\r\nEPSV\r\n'), message);
          yield* client.sleep(SECOND);
          const port = Number(/\|(\d+)\|/.exec(said.at(-1) as string)?.[1]);
          yield* control.write(bytesOfOctets(`RETR readme.txt\r\n${last}`), message);
          control.close();
          yield* client.sleep(SECOND);
          const data = yield* client.connect({ address: '10.0.0.2', port });
          if (failed(data)) said.push(`[${data.failure}]`);
          else {
            said.push(octetsOf(bytesOf((yield* data.read()) as Content)));
            data.close();
          }
        })(),
      );
      finish();
      return said.slice(4);
    };
    const begun = '150 Opening ASCII mode data connection for readme.txt (14 bytes)';
    expect(fetch('QUIT\r\n')).toEqual([begun, 'Hello\r\nworld\r\n', '226 Transfer complete', '221 Goodbye', '[closed]']);
    expect(fetch('')).toEqual([begun, '[closed]', '[refused]']);
  });

  test('lets uploads side by side take the room once', () => {
    const { host, finish } = network();
    const client = host('client');
    const said: string[][] = [[], []];
    host('server').spawn('ftp', ourServer(host('server'), null, 5 * MINUTE, { space: 100_012 }));
    said.forEach((lines, i) => {
      client.spawn(
        `upload ${i}`,
        (function* (): Process {
          const session = yield* openSession(client, { address: '10.0.0.2', port: 21 }, 'passive');
          if ('reason' in session) throw new Error(session.reason);
          yield* session.logIn('ann', 'secret');
          yield* session.setType('binary');
          const content = [{ seed: 7, offset: 0, length: 60_000 }];
          const moved = yield* session.store({ verb: 'STOR', argument: `up${i}` }, 0, content, 'up');
          lines.push('reason' in moved ? moved.reason : String(moved.reply.code));
          yield* session.quit();
        })(),
      );
    });
    finish();
    const files = new FileSystem(host('server').disk);
    expect(files.used).toBeLessThanOrEqual(100_012);
    expect(files.used).toBe(['/readme.txt', '/up0', '/up1'].reduce((sum, path) => sum + files.look(path)!.size, 0));
    // Neither had all the room that it needed, as each took its part of it as it came.
    expect(said.flat().sort().at(-1)).toBe('552 Broken off, no room: this server keeps 100 kB');
  });

  test('goes through anything that is no FTP, and hangs up on what has no lines', () => {
    expect(talk(['GET / HTTP/1.1\r\n\r\n', 'x'.repeat(5000), '\r\n', 'QUIT\r\n'])).toEqual([
      '220 server FTP server ready',
      '500 Command not understood: GET',
      '500 Command not understood: ',
      '500 Line too long',
      '221 Goodbye',
      '[closed]',
    ]);
    expect(talk(['x'.repeat(1_200_000)]).at(-1)).toBe('[reset]');
  });

  test('leaves a silent client, but not while it transfers', () => {
    expect(talk([2 * SECOND], { idle: SECOND })).toEqual([
      '220 server FTP server ready',
      '421 Idle for too long, closing control connection',
      '[closed]',
    ]);
    expect(talk([...hello, 'EPSV\r\nRETR readme.txt\r\n', 30 * SECOND, 'PWD\r\n', 45 * SECOND], { idle: 10 * SECOND }).slice(4)).toEqual([
      '150 Opening ASCII mode data connection for readme.txt (14 bytes)',
      '425 Cannot open data connection: nobody connected',
      '257 "/" is the working directory',
      '421 Idle for too long, closing control connection',
      '[closed]',
    ]);
  });

  test('gives a stranger nothing on the port that its client was told (RFC 2577 §4)', () => {
    const { host, finish } = network();
    const said: string[] = [];
    const stolen: string[] = [];
    host('server').spawn('ftp', ourServer(host('server')));
    host('client').spawn(
      'raw',
      (function* (): Process {
        const connection = (yield* host('client').connect({ address: '10.0.0.2', port: 21 })) as Connection;
        host('client').spawn('reader', gather(connection, said));
        yield* connection.write(bytesOfOctets('USER ann\r\nPASS secret\r\nEPSV\r\n'), message);
        yield* host('client').sleep(SECOND);
        const port = Number(/\|(\d+)\|/.exec(said.at(-1) as string)?.[1]);
        const thief = yield* host('stranger').connect({ address: '10.0.0.2', port });
        if (!failed(thief)) host('stranger').spawn('thief', gather(thief, stolen));
        yield* connection.write(bytesOfOctets('RETR readme.txt\r\n'), message);
        yield* host('client').sleep(SECOND);
        const data = (yield* host('client').connect({ address: '10.0.0.2', port })) as Connection;
        const arrived = yield* data.read();
        said.push(octetsOf(bytesOf(arrived as Content)));
        data.close();
      })(),
    );
    finish();
    expect(stolen).toEqual(['[reset]']);
    expect(said).toContain('Hello\r\nworld\r\n');
  });

  /** Every octet turned over: enough to tell what was secured. */
  const turning: Securing = function* (connection) {
    const turned = (content: Content) => bytesOf(content).map((byte) => byte ^ 0xff);
    return {
      number: connection.number,
      local: connection.local,
      remote: connection.remote,
      get ending() {
        return connection.ending;
      },
      *read() {
        const content = yield* connection.read();
        return content && turned(content);
      },
      *write(content, info) {
        return yield* connection.write(turned(content), info);
      },
      // biome-ignore lint/correctness/useYield: nothing is to be waited for.
      *clear() {
        return connection;
      },
      allAcknowledged: () => connection.allAcknowledged(),
      close: () => connection.close(),
      abort: () => connection.abort(),
    };
  };

  test('secures what a client asks it to secure (RFC 4217), and nothing that came in the clear counts then', () => {
    expect(talk(['AUTH TLS\r\nUSER ann\r\n'], { secure: turning })).toEqual([
      '220 server FTP server ready',
      '234 Begin TLS negotiation',
      '[reset]',
    ]);
    // biome-ignore lint/correctness/useYield: it fails at once.
    const refusing: Securing = function* () {
      return { failure: 'no' };
    };
    expect(talk(['AUTH TLS\r\n'], { secure: refusing })).toEqual(['220 server FTP server ready', '234 Begin TLS negotiation', '[reset]']);
    const { host, finish } = network();
    host('server').spawn('ftp', ourServer(host('server'), turning));
    const got: string[] = [];
    host('client').spawn(
      'client',
      (function* (): Process {
        const session = yield* openSession(host('client'), { address: '10.0.0.2', port: 21 }, 'passive');
        if ('reason' in session) throw new Error(session.reason);
        expect(yield* session.secure(turning)).toBeNull();
        expect(yield* session.logIn('ann', 'secret')).toBeNull();
        const moved = yield* session.retrieve({ verb: 'RETR', argument: 'readme.txt' }, 0, (content) =>
          got.push(octetsOf(bytesOf(content))),
        );
        expect(moved).toMatchObject({ reply: { code: 226 } });
        yield* session.quit();
      })(),
    );
    finish();
    expect(got.join('')).toBe('Hello\r\nworld\r\n');
  });

  test('goes back to clear at REIN, whose reply is the last that is protected (RFC 4217 §13)', () => {
    const { host, finish } = network();
    const service = { tls: 'required' as const };
    const credentials = credentialsForTests();
    host('server').spawn(
      'ftp',
      ourServer(host('server'), (connection) => secureAsServer(host('server'), connection, { credentials }), 5 * MINUTE, service),
    );
    const said: string[] = [];
    const client = host('client');
    client.spawn(
      'raw',
      (function* (): Process {
        let control = (yield* client.connect({ address: '10.0.0.2', port: 21 })) as Connection;
        const ask = function* (connection: Connection, line: string): Process {
          yield* connection.write(bytesOfOctets(`${line}\r\n`), message);
          said.push(octetsOf(bytesOf((yield* connection.read()) as Content)).trimEnd());
        };
        yield* control.read();
        for (let round = 0; round < 2; round++) {
          yield* ask(control, 'AUTH TLS');
          const settings = { serverName: NAME, trust: [authorityForTests().certificate] };
          const secured: SecuredConnection | TlsFailure = yield* secureAsClient(client, control, settings);
          if (failed(secured)) throw new Error(secured.failure);
          for (const line of ['PBSZ 0', 'PROT P', 'USER ann', 'PASS secret', 'REIN']) yield* ask(secured, line);
          control = (yield* secured.clear()) as Connection;
          yield* ask(control, 'USER ann');
        }
        yield* ask(control, 'QUIT');
      })(),
    );
    finish();
    const round = [
      '234 Begin TLS negotiation',
      '200 PBSZ=0',
      '200 Protection level set to P',
      '331 Password required for ann',
      '230 User ann logged in',
      '220 server FTP server ready',
      '530 Secure the connection with AUTH TLS first',
    ];
    expect(said).toEqual([...round, ...round, '221 Goodbye']);
  });

  test('listens for data on the ports that it is told, and tells the address that it is told', () => {
    const { host, finish } = network();
    const rest = { passivePorts: { first: 50_000, last: 50_001 } };
    host('server').spawn('ftp', ourServer(host('server'), null, 5 * MINUTE, rest, '198.51.100.7'));
    const said: string[][] = [[], [], []];
    said.forEach((lines, i) => {
      const script = [i * SECOND, 'USER ann\r\nPASS secret\r\n', i === 1 ? 'EPSV\r\n' : 'PASV\r\n', 10 * SECOND, 'QUIT\r\n'];
      host('client').spawn(`raw ${i}`, raw(host('client'), script, lines));
    });
    finish();
    const told = said.map((lines) => lines[3]!);
    expect(told[0]).toMatch(/^227 Entering Passive Mode \(198,51,100,7,195,8[01]\)$/);
    expect(told[1]).toMatch(/^229 Entering Extended Passive Mode \(\|\|\|5000[01]\|\)$/);
    expect(told[0]!.slice(-2, -1)).not.toBe(told[1]!.slice(-3, -2));
    expect(told[2]).toBe('425 Cannot open data connection: address in use');
  });

  test('and our client go on after a data connection that could not be secured', () => {
    const { host, finish } = network();
    /** Fails on the second connection, which is the first one for data. */
    const failing = (): Securing => {
      let connections = 0;
      return function* (connection) {
        if (++connections !== 2) return yield* turning(connection);
        connection.close();
        return { failure: 'a reason' };
      };
    };
    host('server').spawn('ftp', ourServer(host('server'), failing()));
    const told: string[] = [];
    host('client').spawn(
      'client',
      (function* (): Process {
        const session = yield* openSession(host('client'), { address: '10.0.0.2', port: 21 }, 'passive');
        if ('reason' in session) throw new Error(session.reason);
        yield* session.secure(failing());
        yield* session.logIn('ann', 'secret');
        for (let i = 0; i < 2; i++) {
          const moved = yield* session.retrieve({ verb: 'RETR', argument: 'readme.txt' }, 0, () => {});
          told.push('reason' in moved ? `${moved.reason}, ${moved.reply?.code} ${moved.reply?.lines}` : String(moved.reply.code));
        }
        yield* session.quit();
      })(),
    );
    finish();
    expect(told).toEqual(['TLS failed on the data connection: a reason, 522 TLS failed on the data connection: a reason', '226']);
  });
});

describe('our client', () => {
  /** A server that says its lines whatever comes, a reply a line that arrives; the first at once. */
  function* puppet(host: Host, replies: readonly string[], heard: string[]): Process {
    const listener = yield* host.listen(21);
    if (failed(listener)) throw new Error(listener.failure);
    const connection = (yield* listener.accept()) as Connection;
    const reader = new LineReader(connection);
    for (const reply of replies) {
      yield* connection.write(bytesOfOctets(reply), message);
      const result = yield* reader.readLine(5000);
      if (result.kind !== 'line') break;
      heard.push(result.line.replace(/,\d+,\d+$|\|\d+\|$/, '…'));
    }
    connection.close();
  }

  function against(replies: readonly string[], mode: DataMode = 'passive'): { heard: string[]; result: string } {
    const { host, finish } = network();
    const heard: string[] = [];
    let result = '';
    host('server').spawn('puppet', puppet(host('server'), replies, heard));
    host('client').spawn(
      'client',
      (function* (): Process {
        const session = yield* openSession(host('client'), { address: '10.0.0.2', port: 21 }, mode);
        if ('reason' in session) {
          result = session.reason;
          return;
        }
        const refused = yield* session.logIn('ann', 'secret');
        const moved = refused ?? (yield* session.retrieve({ verb: 'RETR', argument: 'x' }, 0, () => {}));
        result = 'reason' in moved ? moved.reason : 'moved';
        yield* session.quit();
      })(),
    );
    finish();
    return { heard, result };
  }

  const hello = ['220 hi\r\n', '331 password\r\n', '230 in\r\n'];

  test('goes on with PASV and PORT where a server is older than RFC 2428', () => {
    expect(against([...hello, '500 EPSV?\r\n', '502 no\r\n'], 'extended passive').heard).toEqual([
      'USER ann',
      'PASS secret',
      'EPSV',
      'PASV',
      'QUIT',
    ]);
    expect(against([...hello, '500 EPRT?\r\n', '502 no\r\n'], 'extended active').heard).toEqual([
      'USER ann',
      'PASS secret',
      'EPRT |1|10.0.0.1…',
      'PORT 10,0,0,1…',
      'QUIT',
    ]);
  });

  test.each<[string, string[], string]>([
    ['a server that lets nobody in', ['421 full\r\n'], '421 full'],
    ['a server that is nearly ready', ['120 soon\r\n220 now\r\n', '530 no\r\n'], '530 no'],
    ['what is no reply', ['hello\r\n'], 'a reply that is none: no reply: a code of three digits, then a space or hyphen, then text'],
    ['a line without end', [`220-${'x'.repeat(10_000)}\r\n`], 'a reply that is too long'],
    ['a password that is not needed', ['220 hi\r\n', '230 in\r\n', '502 no PASV\r\n'], '502 no PASV'],
    ['an account that is', ['220 hi\r\n', '331 password\r\n', '332 account\r\n'], '332 account'],
    ['a 227 without an address', [...hello, '227 somewhere\r\n'], '227 somewhere'],
    ['a port where nobody listens', [...hello, '227 (10,0,0,2,0,9)\r\n'], 'data connection to port 9 refused'],
    ['a server that hangs up', [...hello], 'connection closed'],
  ])('%s', (_what, replies, result) => {
    const found = against(replies).result;
    expect(found).toContain(result);
  });

  test('waits two minutes for a reply', () => {
    const { host, finish, kernel } = network();
    host('server').spawn(
      'silent',
      (function* (): Process {
        const listener = yield* host('server').listen(21);
        if (!failed(listener)) yield* race(listener.accept(), host('server').sleep(10 * MINUTE, { background: true }));
      })(),
    );
    let result = '';
    host('client').spawn(
      'client',
      (function* (): Process {
        const session = yield* openSession(host('client'), { address: '10.0.0.2', port: 21 }, 'passive');
        result = 'reason' in session ? session.reason : 'open';
      })(),
    );
    finish();
    expect(result).toBe('the server did not reply in time');
    expect(kernel.now).toBeGreaterThan(2 * MINUTE);
  });
});
