/** Questions over TCP (RFC 7766), the client's side, with servers that misbehave. */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { all, type Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { decode } from '../wire/decode.ts';
import { encode } from '../wire/encode.ts';
import { framed, MessageReader } from '../wire/framing.ts';
import { type Message, query, response } from '../wire/message.ts';
import type { Reply } from './reply.ts';
import { ServerStreams } from './streams.ts';

const SERVER = '10.0.0.2';
const INFO = { protocol: 'dns', kind: 'response over TCP', label: 'raw' };
const asking = (name: string): Message => query(0, { name, type: 'A' }, true);

/** What a server does with its connections, from the first one on. */
type Server = (connection: Connection, number: number, host: Host) => Process;

/** Runs `ask` on a client of a server that listens on port 53 and does as `serve` says. */
function against<T>(serve: Server | null, ask: (streams: ServerStreams, client: Host) => Process<T>) {
  const scenario = scenarioForTests({ client: {}, server: {} });
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(new Kernel(1), scenario, recorder);
  let connections = 0;
  if (serve) {
    network.boot('server', 'server', function* (host): Process {
      const listener = yield* host.listen(53);
      if (failed(listener)) return;
      for (;;) {
        const connection = yield* listener.accept();
        if (connection === null) return;
        host.spawn('connection', serve(connection, ++connections, host));
      }
    });
  }
  const client = network.host('client');
  const task = client.spawn('test', ask(new ServerStreams(client), client));
  while (network.kernel.run(1000));
  const { states, strings } = recorder.tables();
  const notes = [...states.note].flatMap((note) => (note >= 0 ? [strings[note] as string] : []));
  return { result: task.result, connections, notes };
}

/** Reads queries, and writes what `make` gives for each. */
const answering = (make: (message: Message) => Uint8Array | null): Server =>
  function* (connection) {
    const reader = new MessageReader(connection);
    for (let bytes = yield* reader.next(); bytes !== null; bytes = yield* reader.next()) {
      const decoded = decode(bytes);
      const reply = decoded.ok ? make(decoded.message) : null;
      if (reply) yield* connection.write(reply, INFO);
    }
    connection.close();
  };
const denial = (message: Message): Uint8Array => framed(encode(response(message, 'NXDOMAIN')));
const told = (reply: Reply): string =>
  reply.kind === 'response' ? `${reply.message.responseCode} ${reply.message.questions[0]?.name}` : reply.kind;

describe('a question over TCP', () => {
  test('several at once share one connection, each gets its own answer', () => {
    const names = ['a.t.', 'b.t.', 'c.t.'];
    const { result, connections } = against(answering(denial), (streams) =>
      all(names.map((name) => streams.ask(SERVER, asking(name), SECOND))),
    );
    expect(result?.map(told)).toEqual(['NXDOMAIN a.t.', 'NXDOMAIN b.t.', 'NXDOMAIN c.t.']);
    expect(connections).toBe(1);
  });

  test('replies out of order', () => {
    const held: Message[] = [];
    const backwards = answering((message) => {
      held.push(message);
      return held.length < 3 ? null : Uint8Array.from(held.reverse().flatMap((one) => [...denial(one)]));
    });
    const { result } = against(backwards, (streams) =>
      all(['a.t.', 'b.t.', 'c.t.'].map((name) => streams.ask(SERVER, asking(name), SECOND))),
    );
    expect(result?.map(told)).toEqual(['NXDOMAIN a.t.', 'NXDOMAIN b.t.', 'NXDOMAIN c.t.']);
  });

  test('a connection that the server closes as the next question is sent costs a second one (§6.2.4)', () => {
    const closing: Server = function* (connection, number, host) {
      const reader = new MessageReader(connection);
      const first = decode((yield* reader.next()) as Uint8Array);
      if (first.ok) yield* connection.write(denial(first.message), INFO);
      if (number > 1) return;
      // The next question and this end cross each other.
      yield* host.sleep(SECOND);
      connection.close();
    };
    const { result, connections } = against(closing, function* (streams, client) {
      const first = yield* streams.ask(SERVER, asking('a.t.'), SECOND);
      yield* client.sleep(0.98 * SECOND);
      return [first, yield* streams.ask(SERVER, asking('b.t.'), SECOND)];
    });
    expect(result?.map(told)).toEqual(['NXDOMAIN a.t.', 'NXDOMAIN b.t.']);
    expect(connections).toBe(2);
  });

  test.each<[string, Server | null, string, RegExp | null]>([
    ['no server', null, 'failure', /cannot ask over TCP: refused/],
    ['a server that says nothing', answering(() => null), 'timeout', null],
    [
      'a server that closes at once',
      function* (connection) {
        connection.close();
        yield* connection.read();
      },
      'failure',
      /gets no reply over TCP: the connection was closed/,
    ],
    ['noise', answering(() => framed(Uint8Array.of(1, 2, 3))), 'failure', /gets a malformed reply over TCP and closes the connection/],
    ['another ID', answering((m) => denial({ ...m, id: m.id ^ 1 })), 'timeout', /ignores a reply whose ID is not the query’s/],
    [
      'another question',
      answering((m) => denial({ ...m, questions: [{ name: 'z.t.', type: 'A' }] })),
      'timeout',
      /ignores a reply to another question/,
    ],
    [
      'a wrong reply before the right one',
      answering((m) => Uint8Array.of(...denial({ ...m, id: m.id ^ 1 }), ...denial(m))),
      'NXDOMAIN a.t.',
      /ignores a reply whose ID/,
    ],
  ])('%s: %s', (_, serve, expected, note) => {
    const { result, notes } = against(serve, (streams) => streams.ask(SERVER, asking('a.t.'), 5 * SECOND));
    expect(told(result as Reply)).toBe(expected);
    if (note) expect(notes.join('\n')).toMatch(note);
  });

  test('closing ends what is under way', () => {
    const { result } = against(
      answering(() => null),
      function* (streams, client) {
        const task = client.spawn('ask', streams.ask(SERVER, asking('a.t.'), 60 * SECOND));
        yield* client.sleep(SECOND);
        streams.close();
        return { ended: task.done, reply: task.result };
      },
    );
    expect(result).toEqual({ ended: true, reply: { kind: 'failure' } });
  });
});
