/**
 * A flood of queries (bandwidth and work of a server spent on nobody). Each asks for another random name, so that no cache between
 * the attacker and its victim has the answer; with forged sources no limit per client applies either, and the answers go to
 * strangers.
 */
import { count } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import { type DatagramSocket, type Endpoint, failed, type Host } from '../../network/host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { SECOND } from '../../quantities.ts';
import { ROOT } from '../domain-name.ts';
import { ALL_IDS, ALL_SOURCE_PORTS, FIRST_SOURCE_PORT } from '../resolver/query-source.ts';
import { DNS_PORT } from '../resolver/reply.ts';
import { describe } from '../wire/describe.ts';
import { encode } from '../wire/encode.ts';
import { query } from '../wire/message.ts';
import { randomName } from './random-name.ts';
import type { FloodAction } from './scenario.ts';

export function* flood(world: World, { host: name, server, below, forged, rate, duration }: FloodAction): Process<StepOutcome> {
  const host = world.host(name);
  const victim = { address: world.host(server).address, port: DNS_PORT };
  const socket = yield* host.bind(0);
  if (failed(socket)) return { outcome: `cannot send: ${socket.failure}`, succeeded: false };
  const seen = { answers: 0 };
  const reading = host.spawn('answers to a flood', readAnswers(socket, seen));
  // Several hosts that begin together do not send in step.
  yield* host.sleep(Math.floor((host.random('dns flood').float() * SECOND) / rate));
  const began = host.now();
  const total = Math.max(1, Math.floor((rate * duration) / SECOND));
  // All come from one port: two with the same ID would be a query and its retransmission.
  const firstId = host.random('dns flood').below(ALL_IDS);
  for (let sent = 0; sent < total; sent++) {
    const question = { name: randomName(host, below ?? ROOT), type: 'A' };
    const message = query((firstId + sent) % ALL_IDS, question, true);
    const info = { protocol: 'dns', kind: 'query', label: describe(message) };
    if (forged) host.forge(encode(message), forgedSource(host), victim, info);
    else socket.send(encode(message), victim, info);
    yield* host.sleep(began + Math.round(((sent + 1) * SECOND) / rate) - host.now());
  }
  reading.stop();
  socket.close();
  const answered = forged ? '' : `, ${seen.answers} answered by then`;
  return { outcome: `${count(total, 'query', 'queries')}${answered}`, succeeded: true };
}

function* readAnswers(socket: DatagramSocket, seen: { answers: number }): Process {
  while ((yield* socket.receive()) !== null) seen.answers++;
}

/** An address of 198.18.0.0/15, which no host on the Internet has (RFC 2544 §12, RFC 6890 §2.2.2). */
function forgedSource(host: Host): Endpoint {
  const stream = host.random('dns forged sources');
  const number = stream.below(2 ** 17);
  const address = `198.${18 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}`;
  return { address, port: FIRST_SOURCE_PORT + stream.below(ALL_SOURCE_PORTS) };
}
