/** Peers, and what becomes of messages among them: also when hosts go down, the network parts, or a stranger breaks the rules. */
import { concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { metrics } from '../metrics.ts';
import { type Connection, failed, type Host } from '../network/host.ts';
import { connected, networkForTests } from '../network/network-for-tests.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { DAY, EPOCH, HOUR, MINUTE, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, Step, Timing } from '../scenario.ts';
import { simulate } from '../simulation.ts';
import { FloodLedger } from './flood-ledger.ts';
import { generateIdentity } from './identity.ts';
import { BITMESSAGE_PORT, Peer } from './peer.ts';
import { findNonce } from './proof-of-work.ts';
import type { BitmessageAction, BitmessagePeerService } from './scenario.ts';
import { decodeMessage, encodeMessage, encodeObjectHeader, OBJECT_TYPES, type SentMessage } from './wire/messages.ts';
import { encodePacket } from './wire/packet.ts';

const AT = { source: 0, start: 0, end: 0 };
const step = (action: Action, timing: Timing = { kind: 'then' }): Step => ({ parent: -1, timing, action, text: '', at: AT });
const write = (from: string, to: string, text = 'Do you like ketchup?', lifetime = HOUR): BitmessageAction => ({
  kind: 'bitmessage.send',
  from,
  to,
  text,
  lifetime,
});

/** `alice`, `bob` and four more, which connect to two others each. */
const NAMES = ['alice', 'p1', 'p2', 'p3', 'p4', 'bob'];

function run(
  steps: readonly Step[],
  { seed = 1, service = {} as Partial<BitmessagePeerService>, fidelity = 'packets' as 'packets' | 'flows' } = {},
): Run {
  const services = NAMES.map(
    (host): BitmessagePeerService => ({
      kind: 'bitmessage.peer',
      host,
      work: 1,
      speed: 1000,
      connections: 2,
      at: null,
      ...service,
    }),
  );
  return simulate(scenarioForTests(Object.fromEntries(NAMES.map((name) => [name, {}])), { seed, services, steps: [...steps], fidelity }));
}

const outcomes = ({ steps }: Run) => steps.map(({ outcome, succeeded }) => [outcome, succeeded]);
const last = (made: Run, metric: string, ...subjects: string[]) =>
  made.series.find((one) => one.metric === metric && subjects.every((name, i) => one.subjects[i] === name))?.values.at(-1);
const stored = ({ states, hosts, strings }: Run, store: string) => {
  const holders = new Set<string>();
  for (let i = 0; i < states.rows; i++) if (strings[states.store[i]!] === store) holders.add(hosts[states.host[i]!]!.name);
  return [...holders].sort();
};

describe('a message', () => {
  test.each([1, 2, 3, 4, 5, 6])('reaches everybody, and opens for its recipient alone (seed %i)', (seed) => {
    const made = run([step(write('alice', 'bob'))], { seed });
    expect(outcomes(made)).toEqual([[expect.stringMatching(/^opened by bob in .*, after [\d,]+ trials?$/), true]]);
    expect(stored(made, 'objects')).toEqual([...NAMES].sort());
    expect(stored(made, 'messages')).toEqual(['bob']);
    for (const name of ['p1', 'p2', 'p3', 'p4']) {
      expect([last(made, 'trial decryptions', name), last(made, 'correspondents learned', name)]).toEqual([1, 0]);
    }
    expect(last(made, 'correspondents learned', 'bob')).toBe(2);
    // Five at least have it sent to them; it has some 380 bytes.
    expect(last(made, 'flood bytes', 'alice')).toBeGreaterThan(5 * 380);
    expect(last(made, 'bitmessage time', 'alice', 'bob')).toBeGreaterThan(0);
  });

  test('is the same in every run of a seed, and goes at both fidelities', () => {
    const steps = [step(write('alice', 'bob'))];
    const [once, again] = [run(steps), run(steps)];
    expect(again.bytes).toEqual(once.bytes);
    expect(run(steps, { seed: 2 }).bytes).not.toEqual(once.bytes);
    expect(outcomes(run(steps, { fidelity: 'flows' }))[0]![1]).toBe(true);
  });

  test('takes time for its work, as much as the speed makes it', () => {
    const slow = run([step(write('alice', 'bob'))], { service: { speed: 10 } });
    const trials = last(slow, 'proof of work', 'alice')!;
    expect(last(slow, 'bitmessage time', 'alice', 'bob')! / SECOND).toBeCloseTo(trials / 10, 0);
  });
});

describe('a message in trouble', () => {
  test('waits for a recipient that is away, with everybody', () => {
    const made = run([
      step({ kind: 'network.crash', host: 'bob', downFor: 20 * MINUTE }, { kind: 'at', time: SECOND }),
      step(write('alice', 'bob'), { kind: 'at', time: 2 * SECOND }),
    ]);
    expect(outcomes(made)[1]).toEqual([expect.stringContaining('opened by bob'), true]);
    expect(last(made, 'bitmessage time', 'alice', 'bob')).toBeGreaterThan(19 * MINUTE);
  });

  test('expires where its recipient stays away', () => {
    const made = run([
      step({ kind: 'network.crash', host: 'bob', downFor: null }, { kind: 'at', time: SECOND }),
      step(write('alice', 'bob'), { kind: 'at', time: 2 * SECOND }),
    ]);
    expect(outcomes(made)[1]).toEqual([expect.stringContaining('expired before bob got it'), false]);
    expect(made.steps[1]!.endedAt).toBeGreaterThanOrEqual(HOUR);
  });

  test('is dropped by everybody when it has expired', () => {
    const made = run([step(write('alice', 'bob')), step(write('bob', 'alice'), { kind: 'at', time: 2 * HOUR })]);
    const held = new Map<string, number>(NAMES.map((name) => [name, 0]));
    const { states, hosts, strings } = made;
    for (let i = 0; i < states.rows; i++) {
      if (strings[states.store[i]!] !== 'objects') continue;
      const name = hosts[states.host[i]!]!.name;
      held.set(name, held.get(name)! + (states.value[i]! < 0 ? -1 : 1));
    }
    expect([...held.values()]).toEqual(NAMES.map(() => 1));
  });

  test('outlives its sender’s crash once it is out', () => {
    const made = run([
      step(write('alice', 'bob', 'first', DAY)),
      step({ kind: 'network.crash', host: 'alice', downFor: MINUTE }),
      step(write('bob', 'alice', 'second', DAY)),
    ]);
    expect(outcomes(made).filter(([, succeeded]) => succeeded)).toHaveLength(3);
  });

  test('is not sent by a host that is down, or goes down at work', () => {
    const down = run([step({ kind: 'network.crash', host: 'alice', downFor: null }, { kind: 'at', time: 0 }), step(write('alice', 'bob'))]);
    expect(outcomes(down)[1]).toEqual(['alice is down', false]);
    const later = run(
      [
        step(write('alice', 'bob'), { kind: 'at', time: SECOND }),
        step({ kind: 'network.crash', host: 'alice', downFor: null }, { kind: 'at', time: 2 * SECOND }),
      ],
      { service: { speed: 1 } },
    );
    expect(outcomes(later)[0]).toEqual(['alice went down', false]);
  });
});

/** A peer alone, and a stranger who says `packets` to it: what it says until it closes. */
function answers(packets: (SentMessage | Uint8Array)[], work = 1): { heard: string[]; notes: string[] } {
  const heard: string[] = [];
  const { network, finish, tables } = networkForTests(scenarioForTests({ peer: {}, stranger: {} }), metrics);
  const peer = new Peer(network.host('peer'), { work, neighbours: [] }, generateIdentity(randomStream(1, 'peer')), new FloodLedger());
  network.host('peer').spawn('peer', peer.run());
  network.host('stranger').spawn('stranger', stranger(network.host('stranger'), network.host('peer').address, packets, heard));
  finish();
  const { states, strings } = tables();
  const notes: string[] = [];
  for (let i = 0; i < states.rows; i++) if (states.note[i]! >= 0) notes.push(strings[states.note[i]!]!);
  return { heard, notes };
}

function* stranger(host: Host, address: string, packets: (SentMessage | Uint8Array)[], heard: string[]) {
  const connection: Connection = yield* connected(host, address, BITMESSAGE_PORT);
  if (failed(connection)) throw new Error('no connection');
  for (const packet of packets) {
    const bytes = packet instanceof Uint8Array ? packet : encodeMessage(packet);
    yield* connection.write(bytes, { protocol: 'bitmessage', kind: 'any', label: '' });
    yield* host.sleep(SECOND);
  }
  connection.close();
  for (;;) {
    const content = yield* connection.read();
    if (content === null) break;
    const message = decodeMessage(content as Uint8Array);
    heard.push('error' in message ? message.error : message.command);
  }
}

describe('a peer', () => {
  const hello: SentMessage = {
    command: 'version',
    version: 3,
    time: EPOCH,
    receiver: { address: '10.0.0.1', port: BITMESSAGE_PORT },
    sender: { address: '10.0.0.2', port: BITMESSAGE_PORT },
    nonce: new Uint8Array(8),
    userAgent: '/stranger/',
    streams: [1],
  };
  const verack: SentMessage = { command: 'verack' };
  const object = (lifetime: number, work: number): SentMessage => {
    const payload = concatBytes(
      encodeObjectHeader({ expires: EPOCH + lifetime, type: OBJECT_TYPES.msg, version: 1, stream: 1 }),
      new Uint8Array(200),
    );
    return { command: 'object', bytes: concatBytes(work > 0 ? findNonce(payload, lifetime, work).nonce : new Uint8Array(8), payload) };
  };

  test.each<[string, (SentMessage | Uint8Array)[], string]>([
    ['speaks no Bitmessage', [new TextEncoder().encode('GET / HTTP/1.1\r\nHost: peer\r\n\r\n')], 'no packet begins here'],
    ['does not greet', [verack, { command: 'inv', hashes: [] }], 'inv before version and verack'],
    ['is too old', [{ ...hello, version: 2 }], 'protocol version 2'],
    ['greets twice', [hello, hello], 'a second version'],
    ['has done no work', [hello, verack, object(3600, 0)], 'an object without enough proof of work'],
    ['sends what never ends', [hello, verack, object(40 * 86_400, 1)], 'an object that would live too long'],
    ['sends a bad checksum', [hello, encodePacket('inv', new Uint8Array(1)).fill(9, 20, 24)], 'the checksum does not fit'],
  ])('closes the connection to who %s', (_, packets, problem) => {
    expect(answers(packets).notes).toEqual([`closes the connection: ${problem}`]);
  });

  test('answers a greeting, asks for what it lacks, and reads over what it does not know', () => {
    const inv: SentMessage = { command: 'inv', hashes: [new Uint8Array(32).fill(7), new Uint8Array(32).fill(7)] };
    const { heard, notes } = answers([
      hello,
      verack,
      encodePacket('portcheck', new Uint8Array(0)),
      inv,
      { command: 'getdata', hashes: [new Uint8Array(32)] },
    ]);
    expect([heard, notes]).toEqual([['version', 'verack', 'getdata'], []]);
  });

  test('keeps what is worth it', () => {
    expect(answers([hello, verack, object(3600, 1)]).notes).toEqual([]);
    expect(answers([hello, verack, object(3600, 1)], 50).notes).toEqual(['closes the connection: an object without enough proof of work']);
  });
});
