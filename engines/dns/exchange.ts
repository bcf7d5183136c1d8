/**
 * One question to one server and its reply, over UDP (RFC 1035 §4.2.1).
 *
 * Each attempt goes from a port of its own, drawn at random, with a random ID; a reply counts only when address, port, ID and
 * question match (RFC 5452 §9.1). What does not match is told in the run and waited past.
 */
import { type Process, race } from '../kernel/process.ts';
import { type Address, type DatagramSocket, failed, type Host } from '../network/host.ts';
import type { Nanoseconds } from '../quantities.ts';
import { decode } from './wire/decode.ts';
import { describe } from './wire/describe.ts';
import { encode } from './wire/encode.ts';
import { type Message, type Question, query, sameQuestion } from './wire/message.ts';

export const DNS_PORT = 53;

export type Reply =
  | { readonly kind: 'response'; readonly message: Message; readonly roundTrip: Nanoseconds }
  | { readonly kind: 'timeout' }
  /** No socket could be had. */
  | { readonly kind: 'failure' };

export interface AskOptions {
  /** RD (RFC 1035 §4.1.1). */
  readonly recursionDesired: boolean;
  readonly timeout: Nanoseconds;
}

/** Sends one query and waits for its response, at most `timeout`. */
export function* ask(host: Host, server: Address, question: Question, options: AskOptions): Process<Reply> {
  const socket = yield* host.bind(0);
  if (failed(socket)) return { kind: 'failure' };
  try {
    const message = query(host.random('dns id').below(0x10000), question, options.recursionDesired);
    const sentAt = host.now();
    socket.send(encode(message), { address: server, port: DNS_PORT }, { protocol: 'dns', kind: 'query', label: describe(message) });
    const outcome = yield* race(matchingReply(host, socket, server, message), host.sleep(options.timeout));
    if (outcome.winner === 'second' || outcome.value === null) return { kind: 'timeout' };
    return { kind: 'response', message: outcome.value, roundTrip: host.now() - sentAt };
  } finally {
    socket.close();
  }
}

/** The first reply that belongs to the query; null once the socket is closed. */
function* matchingReply(host: Host, socket: DatagramSocket, server: Address, sent: Message): Process<Message | null> {
  for (;;) {
    const datagram = yield* socket.receive();
    if (datagram === null) return null;
    const { from, bytes } = datagram;
    if (from.address !== server || from.port !== DNS_PORT) {
      host.narrator.note(`ignores a reply from ${from.address}, which was not asked`);
      continue;
    }
    const reply = decode(bytes);
    if (!reply.ok) {
      // RFC 1035 §4.1.1: a server that could not read the query answers with an error and perhaps nothing else.
      host.narrator.note(`ignores a malformed reply: ${reply.error}`);
      continue;
    }
    const { message } = reply;
    if (!message.response || message.id !== sent.id) {
      host.narrator.note('ignores a reply whose ID is not the query’s');
      continue;
    }
    const question = message.questions[0];
    const asked = sent.questions[0] as Question;
    // An error may come without the question: the server may not have understood it.
    if (question ? !sameQuestion(question, asked) : message.responseCode === 'NOERROR') {
      host.narrator.note('ignores a reply to another question');
      continue;
    }
    return message;
  }
}
