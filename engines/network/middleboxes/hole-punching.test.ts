/** Two hosts behind NATs that send to each other at about the same time: RFC 5128 §3.3 and §3.4. */
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { SECOND } from '../../quantities.ts';
import { failed, type Host } from '../host.ts';
import { drain, message } from '../network-for-tests.ts';
import { connectionsSeen, homeNetwork, natForTests, ROUTER, WEB } from './network-with-nat-for-tests.ts';

const text = (words: string) => new TextEncoder().encode(words);
/** Alice behind `router`, and `other` behind a NAT on `web`; both filter by address and port. */
const twoHomes = (fidelity: 'packets' | 'flows') =>
  homeNetwork(fidelity, [natForTests({ inside: ['alice'] }), natForTests({ host: 'web', inside: ['other'] })], {
    other: { address: '192.168.0.2', latency: 1_000_000 },
  });

test('datagrams make a way for those that come back', () => {
  const home = twoHomes('packets');
  const heard: string[] = [];
  const talk = (name: string, to: string) =>
    home.network.boot(name, 'role', function* (host: Host): Process {
      const socket = yield* host.bind(4000);
      if (failed(socket)) throw new Error(socket.failure);
      host.spawn(
        'ears',
        (function* (): Process {
          for (let datagram = yield* socket.receive(); datagram; datagram = yield* socket.receive()) {
            heard.push(`${name} hears ${new TextDecoder().decode(datagram.bytes)} from ${datagram.from.address}:${datagram.from.port}`);
          }
        })(),
      );
      for (const word of ['first', 'second']) {
        socket.send(text(word), { address: to, port: 4000 }, message);
        yield* host.sleep(name === 'alice' ? SECOND : 2 * SECOND);
      }
    });
  talk('alice', WEB);
  home.kernel.schedule(SECOND / 2, () => talk('other', ROUTER));
  home.finish();
  // What comes before the other side has sent anything is lost; from then on both hear everything.
  expect(heard).toEqual([
    `alice hears first from ${WEB}:4000`,
    `other hears second from ${ROUTER}:4000`,
    `alice hears second from ${WEB}:4000`,
  ]);
  expect(home.recorder.lastValue('packets dropped', ['web'])?.value).toBe(1);
});

describe.each(['packets', 'flows'] as const)('TCP at %s', (fidelity) => {
  test('opens from both sides, where the first SYN is dropped without a word', () => {
    const home = twoHomes(fidelity);
    const heard: unknown[] = [];
    const call = (name: string, to: string, wait: number) =>
      home.network.boot(name, 'role', function* (host: Host): Process {
        yield* host.sleep(wait);
        const connection = yield* host.connect({ address: to, port: 4000 }, { localPort: 4000 });
        if (failed(connection)) {
          heard.push([name, connection.failure]);
          return;
        }
        yield* connection.write(text(name), message);
        connection.close();
        heard.push([name, `${connection.remote.address}:${connection.remote.port}`, yield* drain(connection)]);
      });
    call('alice', WEB, 0);
    call('other', ROUTER, SECOND / 2);
    home.finish();
    expect(heard.sort()).toEqual([
      ['alice', `${WEB}:4000`, 5],
      ['other', `${ROUTER}:4000`, 5],
    ]);
    expect(connectionsSeen(home)[0]).toBe(`TCP 192.168.0.2:4000 > ${WEB}:4000 | ${ROUTER}:4000 > 192.168.0.2:4000`);
  });
});
