/** A mail server by itself: what it leaves in a mailbox, and what it leaves behind when a session is over. */
import { expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SessionStates } from '../../network/session-states.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { MailboxStore } from '../mailbox/mailbox-store.ts';
import type { MailboxService, MailServerService } from '../scenario.ts';
import { CREPES, mailScenario } from '../scenario-for-tests.ts';
import { SenderPolicy } from '../sender-authentication/sender-policy.ts';
import { ClientSession, openSession } from '../smtp/client.ts';
import { plainEnvelope } from '../smtp/envelope.ts';
import { ServerAccount } from '../smtp/server-account.ts';
import { DeliveryTracker } from './delivery-tracker.ts';
import { mailServer } from './mail-server.ts';

const { services } = mailScenario({ dialect: 'classic', offices: [CREPES], steps: [] });
const service = services.find((one): one is MailServerService => one.kind === 'mail.server') as MailServerService;
const mailboxes = services.filter((one): one is MailboxService => one.kind === 'mail.mailbox');

/** Alice's server, a client, and a session between them in which each content is sent to Alice, ended as `end` says. */
function sending(contents: readonly string[], end: (session: ClientSession, network: SimulatedNetwork) => Process<unknown>) {
  const network = new SimulatedNetwork(new Kernel(1), scenarioForTests({ client: {}, server: {} }), new Recorder(metrics));
  const tracker = new DeliveryTracker();
  network.boot('server', 'mail server', (host) =>
    mailServer({
      host,
      service,
      mailboxes,
      limits: { delay: 0, perConnection: 3, lockOut: null },
      tracker,
      filter: null,
      senderPolicy: new SenderPolicy(host, null, []),
      account: new ServerAccount(host),
      states: new SessionStates(),
      secure: null,
      protection: () => null,
      addressOf: (name) => network.host(name).address,
    }),
  );
  const client = network.host('client');
  const travelling: number[] = [];
  client.spawn(
    'client',
    (function* (): Process {
      const session = yield* openSession(client, { address: '10.0.0.2', port: 25 }, { helo: 'client', dialect: 'classic' });
      if (!(session instanceof ClientSession)) throw new Error(session.reason);
      for (const content of contents) {
        tracker.handOver(session.connection, tracker.begin('eve@x.org', ['alice@crepes.fr'], client.now()));
        yield* session.send({ ...plainEnvelope('eve@x.org', ['alice@crepes.fr']), content });
        travelling.push(tracker.travelling);
      }
      yield* end(session, network);
    })(),
  );
  while (network.kernel.run(1000));
  const store = new MailboxStore(network.host('server').disk);
  return { mail: store.messages('alice@crepes.fr').map(({ octets }) => octets), travelling: [...travelling, tracker.travelling] };
}

const quit = (session: ClientSession) => session.quit();

test.each([
  ['none', 'Subject: x\r\n\r\nhi\r\n', 'Subject: x\r\n\r\nhi\r\n'],
  ['one of another delivery', 'Return-Path: <old@x.org>\r\nSubject: x\r\n\r\nhi\r\n', 'Subject: x\r\n\r\nhi\r\n'],
  [
    'two, one of them folded and in capitals',
    'Subject: x\r\nRETURN-PATH:\r\n <a@x.org>\r\nTo: y\r\nReturn-path: <b@x.org>\r\n\r\nReturn-Path: kept\r\n',
    'Subject: x\r\nTo: y\r\n\r\nReturn-Path: kept\r\n',
  ],
])('a message with %s is stored with one Return-Path, that of its delivery (RFC 5321 §4.4)', (_, sent, rest) => {
  expect(sending([sent], quit).mail).toEqual([`Return-Path: <eve@x.org>\r\n${rest}`]);
});

test('nothing is kept of a connection whose session is over', () => {
  const crash = function* (session: ClientSession, network: SimulatedNetwork): Process {
    yield* network.host('client').sleep(SECOND);
    network.crash('server');
    session.connection.close();
  };
  expect(sending(['one\r\n', 'two\r\n'], quit).travelling).toEqual([1, 1, 0]);
  expect(sending(['one\r\n'], crash).travelling).toEqual([1, 0]);
});
