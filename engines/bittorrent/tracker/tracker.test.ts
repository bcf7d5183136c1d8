/** A tracker over UDP, asked by a peer who says what it likes. */
import { expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { type Process, race } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import type { DatagramSocket, Endpoint, Host } from '../../network/host.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { TRACKER_PORT } from '../torrent.ts';
import { decodeUdpResponse, encodeUdpRequest, type UdpTrackerRequest } from '../wire/udp-tracker.ts';
import { Tracker } from './tracker.ts';

const INFO_HASH = new Uint8Array(20).fill(1);
const TOLD = { protocol: 'udp-tracker', kind: 'request', label: 'request' };

const announceWith = (connection: Uint8Array): UdpTrackerRequest => ({
  kind: 'announce',
  transaction: 7,
  connection,
  announce: {
    infoHash: INFO_HASH,
    peerId: new Uint8Array(20).fill(2),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'started',
    numwant: null,
    key: null,
    address: null,
  },
});

/** What answers each request says, one after the other; `nothing` after five seconds of silence. */
function answers(requests: (ask: (request: UdpTrackerRequest, from?: Host) => Process<string>, other: Host, host: Host) => Process): void {
  const network = new SimulatedNetwork(new Kernel(1), scenarioForTests({ tracker: {}, peer: {}, other: {} }), new Recorder(metrics));
  network.boot('tracker', 'tracker', (host) => new Tracker(host, [{ name: 't', infoHash: INFO_HASH, interval: MINUTE }]).serveUdp());
  const remote: Endpoint = { address: '10.0.0.1', port: TRACKER_PORT };
  let done = false;
  network.boot('peer', 'peer', function* (host): Process {
    const ask = function* (request: UdpTrackerRequest, from: Host = host): Process<string> {
      const socket = (yield* from.bind(0)) as DatagramSocket;
      socket.send(encodeUdpRequest(request), remote, TOLD);
      const heard = yield* race(socket.receive(), from.sleep(5 * SECOND));
      if (heard.winner === 'second' || heard.value === null) return 'nothing';
      const response = decodeUdpResponse(heard.value.bytes);
      if ('error' in response) return response.error;
      if (response.kind === 'connect') connection = response.connection;
      return response.kind;
    };
    yield* requests(ask, network.host('other'), host);
    done = true;
  });
  while (network.kernel.run(1000));
  expect(done).toBe(true);
}

let connection: Uint8Array = new Uint8Array();

test.each<[Nanoseconds, string]>([
  [0, 'announce'],
  [MINUTE, 'announce'],
  [2 * MINUTE - SECOND, 'announce'],
  [2 * MINUTE + SECOND, 'nothing'],
])('a connection id is good for two minutes, and nothing is answered to who has none that is', (wait, answer) => {
  answers(function* (ask, _other, host) {
    expect(yield* ask({ kind: 'connect', transaction: 1 })).toBe('connect');
    yield* host.sleep(wait);
    expect(yield* ask(announceWith(connection))).toBe(answer);
  });
});

test('nor to who uses what was given to somebody else', () => {
  answers(function* (ask, other) {
    expect(yield* ask({ kind: 'connect', transaction: 1 })).toBe('connect');
    expect(yield* ask(announceWith(connection), other)).toBe('nothing');
    expect(yield* ask(announceWith(new Uint8Array(8)))).toBe('nothing');
    expect(yield* ask(announceWith(connection))).toBe('announce');
  });
});
