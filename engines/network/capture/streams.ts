/**
 * Which messages a packet carries, and which packets carry a message: looked up by binary search in an index that is built
 * once a run. Built over the run's tables alone, so viewers use it as well as captures.
 */
import { bytesOf, type Content, slice } from '../../content.ts';
import { contentOf, type MessageTables } from '../../message-content.ts';
import type { Run } from '../../run.ts';

export type StreamTables = MessageTables & Pick<Run, 'connections' | 'packets'>;

export interface StreamIndex {
  /** Rows of the messages of which the packet carries at least one byte, in the order of the stream. */
  messagesOf(packet: number): number[];
  /** Rows of the packets that carry bytes of the message, retransmissions included, in the order in which they were sent. */
  packetsOf(message: number): number[];
  /** The bytes that the packet carries. */
  payloadOf(packet: number): Uint8Array;
  /** The content of a message; generates nothing for bulk content. */
  contentOf(message: number): Content;
}

const indexes = new WeakMap<StreamTables['packets'], StreamIndex>();

/** The index of a run; building it costs one pass over messages and packets and is done once. */
export function streamIndex(run: StreamTables): StreamIndex {
  let index = indexes.get(run.packets);
  if (!index) {
    index = build(run);
    indexes.set(run.packets, index);
  }
  return index;
}

/** Rows grouped by direction of a connection (2 × connection + 1 where the server sends). */
interface Groups {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

function build(run: StreamTables): StreamIndex {
  const { connections, messages, packets } = run;
  const udp = run.strings.indexOf('udp');
  const isUdp = (connection: number): boolean => connections.transport[connection] === udp;
  const packetDirection = (row: number): number => (packets.connection[row] as number) * 2 + (packets.fromServer[row] as number);

  let longest = 0;
  for (let row = 0; row < packets.rows; row++) {
    if (!isUdp(packets.connection[row] as number)) longest = Math.max(longest, packets.length[row] as number);
  }
  const carriers = group(connections.rows * 2, packets.rows, (row) => ((packets.length[row] as number) > 0 ? packetDirection(row) : -1));
  for (let direction = 0; direction < connections.rows * 2; direction++) {
    if (isUdp(direction >> 1)) continue;
    carriers.rows
      .subarray(carriers.starts[direction], carriers.starts[direction + 1])
      .sort((a, b) => (packets.streamStart[a] as number) - (packets.streamStart[b] as number) || a - b);
  }
  const directions = messageDirections(run, carriers);
  const streams = group(connections.rows * 2, messages.rows, (row) =>
    isUdp(messages.connection[row] as number) ? -1 : (directions[row] as number),
  );
  const datagrams = new Map<number, number[]>();
  for (let row = 0; row < packets.rows; row++) {
    const message = packets.message[row] as number;
    if (message < 0) continue;
    const rows = datagrams.get(message);
    if (rows) rows.push(row);
    else datagrams.set(message, [row]);
  }

  const messagesOf = (packet: number): number[] => {
    const carried = packets.message[packet] as number;
    if (carried >= 0) return [carried];
    const length = packets.length[packet] as number;
    if (length === 0) return [];
    const from = packets.streamStart[packet] as number;
    const direction = packetDirection(packet);
    const end = streams.starts[direction + 1] as number;
    const found: number[] = [];
    let at = firstWhere(streams.starts[direction] as number, end, (i) => {
      const row = streams.rows[i] as number;
      return (messages.streamStart[row] as number) + (messages.length[row] as number) > from;
    });
    for (; at < end; at++) {
      const row = streams.rows[at] as number;
      if ((messages.streamStart[row] as number) >= from + length) break;
      found.push(row);
    }
    return found;
  };

  return {
    messagesOf,
    contentOf: (message) => contentOf(run, message),
    packetsOf(message) {
      const known = datagrams.get(message);
      if (known) return [...known];
      const connection = messages.connection[message] as number;
      const length = messages.length[message] as number;
      if (connection < 0 || isUdp(connection) || length === 0) return [];
      const from = messages.streamStart[message] as number;
      const direction = directions[message] as number;
      const end = carriers.starts[direction + 1] as number;
      const found: number[] = [];
      let at = firstWhere(
        carriers.starts[direction] as number,
        end,
        (i) => (packets.streamStart[carriers.rows[i] as number] as number) > from - longest,
      );
      for (; at < end; at++) {
        const row = carriers.rows[at] as number;
        const start = packets.streamStart[row] as number;
        if (start >= from + length) break;
        if (start + (packets.length[row] as number) > from) found.push(row);
      }
      return found.sort((a, b) => a - b);
    },
    payloadOf(packet) {
      const length = packets.length[packet] as number;
      const payload = new Uint8Array(length);
      const from = (packets.message[packet] as number) >= 0 ? 0 : (packets.streamStart[packet] as number);
      for (const message of messagesOf(packet)) {
        const start = (packets.message[packet] as number) >= 0 ? 0 : (messages.streamStart[message] as number);
        const begin = Math.max(from, start);
        const end = Math.min(from + length, start + (messages.length[message] as number));
        payload.set(bytesOf(slice(contentOf(run, message), begin - start, end - start)), begin - from);
      }
      return payload;
    },
  };
}

/** The direction that each TCP message belongs to. */
function messageDirections(run: StreamTables, carriers: Groups): Int32Array {
  const { connections, messages, packets } = run;
  const directions = new Int32Array(messages.rows);
  const written = new Float64Array(connections.rows * 2);
  for (let row = 0; row < messages.rows; row++) {
    const connection = messages.connection[row] as number;
    const client = connections.client[connection];
    const server = connections.server[connection];
    let direction = connection * 2 + (messages.from[row] === client ? 0 : 1);
    // A host that talks to itself: the stream that has come to this offset, and of two such, the one that sends it first.
    if (client === server) {
      const start = messages.streamStart[row] as number;
      const sent = [0, 1].map((fromServer) =>
        written[connection * 2 + fromServer] === start
          ? firstSent(packets, carriers, connection * 2 + fromServer, start, messages.sentAt[row] as number)
          : Number.POSITIVE_INFINITY,
      ) as [number, number];
      direction = connection * 2 + (sent[1] < sent[0] || written[connection * 2] !== start ? 1 : 0);
    }
    directions[row] = direction;
    written[direction] = (messages.streamStart[row] as number) + (messages.length[row] as number);
  }
  return directions;
}

/** When the byte at `offset` of a direction was sent first, not before `since`; infinity for never. */
function firstSent(packets: Run['packets'], carriers: Groups, direction: number, offset: number, since: number): number {
  const end = carriers.starts[direction + 1] as number;
  let at = firstWhere(
    carriers.starts[direction] as number,
    end,
    (i) => (packets.streamStart[carriers.rows[i] as number] as number) + (packets.length[carriers.rows[i] as number] as number) > offset,
  );
  for (; at < end; at++) {
    const row = carriers.rows[at] as number;
    if ((packets.streamStart[row] as number) > offset) break;
    if ((packets.sentAt[row] as number) >= since) return packets.sentAt[row] as number;
  }
  return Number.POSITIVE_INFINITY;
}

/** Rows by group in their own order; those of group −1 are left out. */
function group(groups: number, rows: number, groupOf: (row: number) => number): Groups {
  const starts = new Int32Array(groups + 1);
  for (let row = 0; row < rows; row++) {
    const g = groupOf(row);
    if (g >= 0) starts[g + 1] = (starts[g + 1] as number) + 1;
  }
  for (let g = 0; g < groups; g++) starts[g + 1] = (starts[g + 1] as number) + (starts[g] as number);
  const next = starts.slice();
  const grouped = new Int32Array(starts[groups] as number);
  for (let row = 0; row < rows; row++) {
    const g = groupOf(row);
    if (g < 0) continue;
    grouped[next[g] as number] = row;
    next[g] = (next[g] as number) + 1;
  }
  return { starts, rows: grouped };
}

/** The first index from `low` to `high` for which a condition that stays true once it is holds. */
function firstWhere(low: number, high: number, condition: (index: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (condition(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
