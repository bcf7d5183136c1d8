/**
 * The side that asks for a change of a zone (RFC 2136 §4): one message to the zone's primary server, sent again while no
 * response comes, over TCP where it is longer than a datagram may be.
 */
import type { Process } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { typeNumber } from '../record-format.ts';
import { type ResourceRecord, recordSets } from '../records.ts';
import { openMessage } from '../resolver/exchange.ts';
import type { Reply } from '../resolver/reply.ts';
import { ServerStreams } from '../resolver/streams.ts';
import type { DomainName } from '../scenario.ts';
import { encode, UDP_LIMIT } from '../wire/encode.ts';
import { ANY, type Message, NONE, query, type ResponseCode, type WireRecord } from '../wire/message.ts';

const ATTEMPTS = 3;
const PATIENCE: Nanoseconds = 3 * SECOND;

/** What becomes of an update: the server's code, or silence. */
export type UpdateOutcome = ResponseCode | 'TIMEOUT';

/** An update of a zone, its ID 0: prerequisites and changes in order. */
export function updateMessage(zone: DomainName, prerequisites: readonly WireRecord[], changes: readonly WireRecord[]): Message {
  return { ...query(0, { name: zone, type: 'SOA' }, false), opcode: 'UPDATE', answers: prerequisites, authorities: changes };
}

/** Records in the place of whatever sets of their names and types there are (RFC 2136 §2.5.2, §2.5.1). */
export function replacing(records: readonly ResourceRecord[]): WireRecord[] {
  return recordSets(records).flatMap((set) => {
    const { name, data } = set[0] as ResourceRecord;
    return [removing(name, data.type), ...set];
  });
}

/** Deletes the set of that type; with null, all sets of the name (RFC 2136 §2.5.2, §2.5.3). */
export function removing(name: DomainName, type: string | null): WireRecord {
  return withoutData(name, type ?? 'ANY', ANY);
}

/** Holds where the name has no record of that type (RFC 2136 §2.4.3). */
export function absent(name: DomainName, type: string): WireRecord {
  return withoutData(name, type, NONE);
}

function withoutData(name: DomainName, type: string, klass: number): WireRecord {
  return { name, ttl: 0, class: klass, data: { type: `TYPE${typeNumber(type) ?? 0}`, hex: '' } };
}

/** Sends an update and waits for what becomes of it. */
export function* sendUpdate(host: Host, server: Address, update: Message): Process<UpdateOutcome> {
  const message = { ...update, id: host.random('dns id').below(0x10000) };
  if (encode(message).length > UDP_LIMIT) {
    const streams = new ServerStreams(host);
    try {
      return codeOf(yield* streams.ask(server, message, ATTEMPTS * PATIENCE));
    } finally {
      streams.close();
    }
  }
  const outstanding = yield* openMessage(host, message);
  if (!outstanding) return 'TIMEOUT';
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      outstanding.send(server);
      const reply = yield* outstanding.reply(PATIENCE);
      if (reply.kind === 'response') return codeOf(reply);
    }
    return 'TIMEOUT';
  } finally {
    outstanding.close();
  }
}

function codeOf(reply: Reply): UpdateOutcome {
  return reply.kind === 'response' ? reply.message.responseCode : 'TIMEOUT';
}
