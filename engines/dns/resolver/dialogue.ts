/**
 * How one server is brought to answer one question: over UDP, with EDNS where that is on; without it when the server turns out
 * not to know it (RFC 6891 §6.2.2, remembered for a while); over TCP when the reply did not fit (RFC 7766 §5), or when too many replies did not
 * match (RFC 5452 §9.3): there, a forger off the path would have to guess sequence numbers as well.
 */
import type { Process } from '../../kernel/process.ts';
import type { Address } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { type Message, type QueryOptions, type Question, query } from '../wire/message.ts';
import { ask, askOverTcp, TCP_PATIENCE } from './exchange.ts';
import type { Reply } from './reply.ts';
import type { ResolverState } from './resolution.ts';

/** How long a server is taken not to know EDNS, as is the custom of resolvers: it may be replaced by one that does. */
const WITHOUT_EDNS: Nanoseconds = 900 * SECOND;

export interface DialogueOptions {
  readonly recursionDesired: boolean;
  /** For each query over UDP. */
  readonly timeout: Nanoseconds;
  /** No query is sent after it. */
  readonly deadline: Nanoseconds;
  /** Takes one query out of the budget; false when none is left. The first one is paid for. */
  readonly spend: () => boolean;
}

/** The reply in the end; it may be truncated still, or an error, where no further query is to be had. */
export function* askServer(state: ResolverState, server: Address, question: Question, options: DialogueOptions): Process<Reply> {
  const { host, withoutEdns } = state;
  const { recursionDesired, timeout, deadline, spend } = options;
  const left = (): Nanoseconds => deadline - host.now();
  const { edns, dnssecOk, ...plain } = state.query;
  const withEdns = (edns !== undefined || dnssecOk === true) && !((withoutEdns.get(server) ?? 0) > host.now());
  let said: QueryOptions = withEdns ? state.query : plain;
  let reply = yield* ask(host, server, question, { ...said, recursionDesired, timeout });
  if (withEdns && reply.kind === 'response' && knowsNoEdns(reply.message) && left() > 0 && spend()) {
    host.narrator.note(`gets ${reply.message.responseCode}: the server does not know EDNS; asks again without it, for 15 min`);
    withoutEdns.set(server, host.now() + WITHOUT_EDNS);
    said = plain;
    reply = yield* ask(host, server, question, { ...said, recursionDesired, timeout: Math.min(left(), timeout) });
  }
  if (reply.kind === 'suspect' && left() > 0 && spend()) {
    host.narrator.note('asks again over TCP: somebody may be forging replies');
    const again = query(0, question, recursionDesired, said);
    return yield* state.streams.ask(server, again, Math.min(left(), TCP_PATIENCE));
  }
  if (reply.kind === 'response' && reply.message.truncated && left() > 0 && spend()) {
    // On TCP the query gets an ID of its own.
    const again = query(0, question, recursionDesired, said);
    reply = yield* askOverTcp(host, state.streams, server, again, Math.min(left(), TCP_PATIENCE));
  }
  return reply;
}

/** RFC 6891 §7: who does not know OPT says FORMERR, old ones NOTIMP, and never adds an OPT record. */
function knowsNoEdns(message: Message): boolean {
  return !message.edns && (message.responseCode === 'FORMERR' || message.responseCode === 'NOTIMP');
}
