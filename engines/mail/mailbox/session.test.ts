/** Servers and clients of POP3 and IMAP against peers that do not behave: each is given the other side's words as they are. */
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../content.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { Securing } from '../../tls/securing.ts';
import { openSession as openImap } from '../imap/client.ts';
import { IMAP_PORT, imapServer } from '../imap/server.ts';
import { openSession as openPop3 } from '../pop3/client.ts';
import { POP3_PORT, pop3Server } from '../pop3/server.ts';
import type { AccessProblem } from './access-client.ts';
import { AccessTraffic } from './access-traffic.ts';
import { Logins } from './logins.ts';
import type { AccessProtocol, AccessService } from './scenario.ts';
import { LIMITS, SERVICE } from './session-for-tests.ts';

const RAW = { protocol: 'raw', kind: 'raw', label: 'raw' };
const PORTS: Readonly<Record<AccessProtocol, number>> = { pop3: POP3_PORT, imap: IMAP_PORT };
/** Lets go of the connection; `asked` counts how often it was come to. */
const counting = (asked: { count: number }): Securing =>
  // biome-ignore lint/correctness/useYield: it fails at once.
  function* (connection) {
    asked.count++;
    connection.abort();
    return { failure: 'no good' };
  };

function network() {
  const kernel = new Kernel(1);
  const net = new SimulatedNetwork(kernel, scenarioForTests({ client: {}, server: {} }), new Recorder(metrics));
  return { client: net.host('client'), server: net.host('server'), run: () => kernel.run(1_000_000) };
}

/** What a server answers to octets that come at once behind its greeting, how the connection ended, and how often TLS was begun. */
function say(protocol: AccessProtocol, octets: string) {
  const { client, server, run } = network();
  const asked = { count: 0 };
  const service: AccessService = {
    ...SERVICE,
    kind: 'mail.access',
    host: 'server',
    protocols: [protocol],
    certificate: { names: ['server'], flaw: null },
    at: null,
  };
  const surroundings = {
    host: server,
    service,
    logins: new Logins(server, LIMITS, []),
    traffic: new AccessTraffic(server),
    maximumSize: 10_000,
    secure: counting(asked),
  };
  server.spawn('server', protocol === 'pop3' ? pop3Server(surroundings) : imapServer(surroundings));
  let heard = '';
  let ending: string | null = null;
  client.spawn(
    'client',
    (function* (): Process {
      yield* client.sleep(1 * SECOND);
      const connection = yield* client.connect({ address: server.address, port: PORTS[protocol] });
      if (failed(connection)) throw new Error('not connected');
      yield* connection.write(bytesOfOctets(octets), RAW);
      for (let content = yield* connection.read(); content !== null; content = yield* connection.read())
        heard += octetsOf(bytesOf(content));
      ending = connection.ending;
      connection.close();
    })(),
  );
  expect(run()).toBe(false);
  return { responses: heard.split('\r\n').slice(1, -1), ending: ending as string | null, secured: asked.count };
}

describe('an IMAP server', () => {
  test.each([
    ['a line', `t ${'x'.repeat(9000)}{13+}\r\nt LOGIN a b\r\n`, '* BAD'],
    ['a line behind a literal', `t LOGIN {1+}\r\nx ${'x'.repeat(9000)}{13+}\r\nt LOGIN a b\r\n`, 't BAD'],
  ])('hangs up at %s that is too long: a literal behind it is not to be taken for a command', (_what, octets, bad) => {
    const { responses, ending } = say('imap', `${octets}t NOOP\r\n`);
    expect(responses).toEqual(['* BYE The command is too long', `${bad} The command is too long`]);
    expect(ending).not.toBeNull();
  });
});

describe('what comes in clear behind the command that begins TLS, anybody could have put there', () => {
  test.each([
    ['pop3', 'STLS\r\n', 'USER bob\r\nPASS pickles\r\n', '+OK'],
    ['imap', 't STARTTLS\r\n', 't LOGIN bob pickles\r\n', 't OK'],
  ] as const)('a server of %s hangs up', (protocol, begin, injected, ok) => {
    const dropped = say(protocol, begin + injected);
    expect(dropped.responses).toEqual([expect.stringMatching(new RegExp(`^${ok.replace('+', '\\+')}.* TLS`))]);
    expect([dropped.ending, dropped.secured]).toEqual(['reset', 0]);
    expect(say(protocol, begin).secured).toBe(1);
  });

  test.each([
    ['pop3', ['+OK hi\r\n', '+OK go\r\n'], '+OK evil\r\n'],
    ['imap', ['* OK hi\r\n', 'a1 OK go\r\n'], '* CAPABILITY IMAP4rev1\r\n'],
  ] as const)('a client of %s hangs up', (protocol, [greeting, go], injected) => {
    expect(begin(protocol, [greeting, go + injected])).toEqual(['more than a reply came in clear before TLS', 0]);
    expect(begin(protocol, [greeting, go])).toEqual(['TLS failed: no good', 1]);
  });
});

/** Why a client that wants TLS of a server that follows the script, a piece for each line, has got none; and how often TLS was begun. */
function begin(protocol: AccessProtocol, script: readonly string[]) {
  const { client, server, run } = network();
  const asked = { count: 0 };
  server.spawn('script', scripted(server, PORTS[protocol], script));
  const way = { server: server.address, security: 'starttls', secure: counting(asked) } as const;
  const task = client.spawn<unknown>('client', protocol === 'pop3' ? openPop3(client, way) : openImap(client, way));
  expect(run()).toBe(false);
  return [(task.result as AccessProblem).reason, asked.count];
}

function* scripted(host: Host, port: number, script: readonly string[]): Process {
  const listener = yield* host.listen(port);
  if (failed(listener)) throw new Error(`port ${port} is taken`);
  const connection = (yield* listener.accept()) as Connection;
  for (const piece of script) {
    yield* connection.write(bytesOfOctets(piece), RAW);
    if ((yield* connection.read()) === null) break;
  }
  connection.close();
}
