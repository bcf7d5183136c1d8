/**
 * A flood of forged answers to one question, no two of them with the same guess.
 *
 * Theory of operation. What has to be guessed (ID, port, server: odds.ts) is numbered through, and the guesses are taken in that
 * order from a random place on, so that each attempt covers as much as it can. The message is encoded once; only its ID changes.
 */
import type { Process } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { FIRST_SOURCE_PORT } from '../resolver/query-source.ts';
import { DNS_PORT } from '../resolver/reply.ts';
import { describe } from '../wire/describe.ts';
import { encode } from '../wire/encode.ts';
import type { Message } from '../wire/message.ts';
import { combinations, type Unknowns } from './odds.ts';

export interface ForgedAnswers {
  readonly resolver: Address;
  /** Whom the answers claim to come from. */
  readonly servers: readonly Address[];
  /** The port that the resolver's query comes from, where that is known; −1: one of `unknowns.ports` from 49152 on. */
  readonly port: number;
  readonly unknowns: Unknowns;
  /** The first guess; the others follow it. 0 to `combinations(unknowns)` − 1. */
  readonly first: number;
  /** The first guess is no guess: ID, port and server are known. */
  readonly known: boolean;
  /** Forged answers a second. */
  readonly rate: number;
  readonly message: Message;
}

/** Forges until it is stopped, or has guessed everything. `forged` is called for each. */
export function* forgeAnswers(host: Host, forgery: ForgedAnswers, forged: () => void): Process {
  const { resolver, servers, unknowns, first, rate, message } = forgery;
  const bytes = encode({ ...message, id: 0 });
  const all = combinations(unknowns);
  const began: Nanoseconds = host.now();
  const labels = servers.map((server) => `forged, as if from ${server}: ${describe(message)}`);
  for (let sent = 0; sent < all; sent++) {
    // The question takes the first turn, so that a window holds rate × window answers and not one more.
    yield* host.sleep(began + Math.round(((sent + 1) * SECOND) / rate) - host.now());
    const guess = (first + sent) % all;
    const id = guess % unknowns.ids;
    const place = Math.floor(guess / unknowns.ids);
    const port = forgery.port < 0 ? FIRST_SOURCE_PORT + (place % unknowns.ports) : forgery.port;
    const server = Math.floor(place / unknowns.ports);
    bytes[0] = id >> 8;
    bytes[1] = id & 0xff;
    const info = { protocol: 'dns', kind: 'response', label: labels[server] as string };
    host.forge(bytes, { address: servers[server] as Address, port: DNS_PORT }, { address: resolver, port }, info);
    forged();
  }
}
