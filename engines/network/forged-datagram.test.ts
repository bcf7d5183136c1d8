import { describe, expect, test } from 'vitest';
import type { Process } from '../kernel/process.ts';
import { capturedPackets } from './capture/captured.ts';
import { dissectFrame } from './capture/dissect-frame.ts';
import { failed, type Host } from './host.ts';
import { message, networkForTests } from './network-for-tests.ts';
import { scenarioForTests } from './scenario-for-tests.ts';

const FAST = { up: 1e12, down: 1e12 };
const [ATTACKER, VICTIM, CLAIMED] = [0, 1, 2];

/** `attacker` sends `victim` two datagrams in the name of `claimed`; the victim answers what it gets, and `claimed` listens. */
function forgery() {
  const net = networkForTests(scenarioForTests({ attacker: FAST, victim: FAST, claimed: FAST }));
  const received: string[] = [];
  const answering = (answers: boolean) =>
    function* (host: Host): Process {
      const socket = yield* host.bind(53);
      if (failed(socket)) throw new Error(socket.failure);
      for (;;) {
        const datagram = yield* socket.receive();
        if (!datagram) return;
        received.push(`${host.name} from ${datagram.from.address}:${datagram.from.port}: ${datagram.bytes.join(' ')}`);
        if (answers) socket.send(Uint8Array.of(9), datagram.from, message);
      }
    };
  net.network.boot('victim', 'answers', answering(true));
  net.network.boot('claimed', 'listens', answering(false));
  net.network.boot('attacker', 'forges', function* (host) {
    for (const byte of [1, 2]) {
      expect(host.forge(Uint8Array.of(byte), { address: '10.0.0.3', port: 53 }, { address: '10.0.0.2', port: 53 }, message)).toBe(true);
    }
    yield* host.sleep(0);
  });
  net.finish();
  return { run: net.tables(), received };
}

describe('a datagram with a forged source', () => {
  test('arrives as from the host it names, which gets the replies, and nothing else of it', () => {
    expect(forgery().received).toEqual([
      'victim from 10.0.0.3:53: 1',
      'victim from 10.0.0.3:53: 2',
      'claimed from 10.0.0.2:53: 9',
      'claimed from 10.0.0.2:53: 9',
    ]);
  });

  test('is told with its true sender; the connection has the lie', () => {
    const { messages, connections, strings } = forgery().run;
    expect([...messages.from]).toEqual([ATTACKER, ATTACKER, VICTIM, VICTIM]);
    expect([...messages.to]).toEqual([VICTIM, VICTIM, CLAIMED, CLAIMED]);
    expect([...connections.client]).toEqual([ATTACKER, VICTIM]);
    expect([...connections.forgedSource].map((text) => strings[text] ?? null)).toEqual(['10.0.0.3', null]);
  });

  test.each([
    ['the network', -1, [0, 1, 2, 3]],
    ['the attacker', ATTACKER, [0, 1]],
    ['the victim', VICTIM, [0, 2, 1, 3]],
    ['the claimed host', CLAIMED, [2, 3]],
  ])('is in the capture of %s as it should', (_, host, packets) => {
    const { run } = forgery();
    expect(capturedPackets(run, host).map(({ packet }) => packet)).toEqual(packets);
  });

  test('has the forged address in its IP header, right checksums, and the true sender’s hardware address', () => {
    const { run } = forgery();
    const { fields } = dissectFrame(run, 0);
    const [ethernet, ip, udp] = fields;
    expect(ip?.value).toBe('10.0.0.3 → 10.0.0.2');
    expect(ip?.children?.find(({ name }) => name === 'Source Address')?.value).toBe('10.0.0.3');
    expect(ip?.children?.find(({ name }) => /checksum/i.test(name))?.value).toMatch(/right/);
    expect(udp?.children?.find(({ name }) => /checksum/i.test(name))?.value).toMatch(/right/);
    expect(JSON.stringify(ethernet)).toContain('02:00:00:00:00:00');
  });

  test('to a closed port has arrived, and nobody hears of it', () => {
    const net = networkForTests(scenarioForTests({ attacker: FAST, victim: FAST }));
    net.network.boot('attacker', 'forges', function* (host) {
      host.forge(Uint8Array.of(1), { address: '10.0.0.3', port: 53 }, { address: '10.0.0.2', port: 9 }, message);
      yield* host.sleep(0);
    });
    net.finish();
    const { messages, packets } = net.tables();
    expect(messages.rows).toBe(1);
    expect(messages.receivedAt[0]).toBe(packets.receivedAt[0]);
    expect(messages.receivedAt[0]).toBeGreaterThan(0);
  });

  test('to nobody is lost without a word', () => {
    const net = networkForTests(scenarioForTests({ attacker: FAST }));
    net.network.boot('attacker', 'forges', function* (host) {
      host.forge(Uint8Array.of(1), { address: '10.0.0.3', port: 53 }, { address: '192.0.2.1', port: 53 }, message);
      yield* host.sleep(0);
    });
    net.finish();
    expect(net.tables().messages.rows).toBe(0);
  });
});
