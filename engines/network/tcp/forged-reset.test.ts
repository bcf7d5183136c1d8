import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import { connected, FAST, message, networkForTests, SERVER, serve, trace } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';
import type { SimulatedHost } from '../simulated-host.ts';
import type { TcpConnection } from './connection.ts';
import { RST, type Segment, toWire } from './segment.ts';

describe('a forged RST', () => {
  // RFC 5961 §3.2, against resets by somebody who guesses.
  test.each([
    ['with the very sequence number that is expected resets', 0, ['reset']],
    ['within the window is asked about, and changes nothing', 1, ['1000 server ACK 0', 'read 5']],
    ['at the window’s last byte, too', 65_534, ['1000 server ACK 0', 'read 5']],
    ['outside of the window is dropped', -1, ['read 5']],
  ])('%s', (_, offset, outcome) => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    let connection: TcpConnection | undefined;
    const log: string[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (accepted) {
        const content = yield* accepted.read();
        log.push(content ? `read ${content.length}` : `${accepted.ending}`);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      connection = (yield* connected(host, SERVER, 80)) as TcpConnection;
      yield* host.sleep(2 * SECOND);
      yield* connection.write(new Uint8Array(5), message);
    });
    net.kernel.schedule(SECOND, () => {
      const { local, remote, conversation, initialSequence } = connection as TcpConnection;
      const forged: Segment = {
        kind: 'tcp',
        from: 0,
        fromPort: local.port,
        toPort: remote.port,
        conversation,
        connection: conversation.connection,
        fromServer: false,
        flags: RST,
        sequence: toWire(initialSequence, 1 + offset),
        acknowledgment: 0,
        window: 0,
        streamStart: 0,
        length: 0,
        message: -1,
        retransmission: false,
        options: null,
      };
      (net.network.host('server') as SimulatedHost).arrive(forged);
    });
    net.finish();
    const answers = trace(net).filter((line) => Number.parseInt(line, 10) === 1000);
    expect([...answers, ...log]).toEqual(outcome);
  });
});
