/**
 * The frames of a run's packets: rebuilt from the run's columns, byte for byte, whenever someone asks.
 *
 * What a run does not hold is made up the same way each time. Hosts' MAC addresses are 02:00:00 and their index, and
 * frames go from the interface of the host with the one address to that of the other, as if all were on one Ethernet; the time to live is 64; the
 * identification counts packets. Checksums are right.
 */
import type { Run } from '../../run.ts';
import { encode as encodeEthernet, IPV4 } from '../wire/ethernet.ts';
import { encode as encodeIpv4, TCP, UDP } from '../wire/ipv4.ts';
import { encode as encodeTcp } from '../wire/tcp.ts';
import { encode as encodeUdp } from '../wire/udp.ts';
import { type StreamTables, streamIndex } from './streams.ts';

export type FrameTables = StreamTables & Pick<Run, 'hosts'>;

/** Payload of an IPv4 packet on an Ethernet: 1,500 bytes less the header, a multiple of 8. */
const FRAGMENT = 1_480;

/** Locally administered; the last three bytes are the host's index. */
export function macOf(host: number): string {
  const index = host.toString(16).padStart(6, '0');
  return `02:00:00:${index.slice(0, 2)}:${index.slice(2, 4)}:${index.slice(4, 6)}`;
}

/** Where on its way a packet is looked at: NATs change its endpoints. `between`: behind the sender's NAT and before the receiver's. */
export type Place = 'sent' | 'between' | 'received';

/** Indexes of the hosts by whose addresses the packet goes there, and ports. */
export function endpointsOf(
  run: StreamTables,
  packet: number,
  place: Place = 'sent',
): { from: number; fromPort: number; to: number; toPort: number } {
  const c = run.connections;
  const connection = run.packets.connection[packet] as number;
  const fromServer = run.packets.fromServer[packet] === 1;
  // Near its own end a side goes by its own endpoint, elsewhere by the one that others know.
  const nearClient = place !== 'between' && fromServer === (place === 'received');
  const nearServer = place !== 'between' && !nearClient;
  const client = (nearClient ? c.client : c.clientSeen)[connection] as number;
  const clientPort = (nearClient ? c.clientPort : c.clientSeenPort)[connection] as number;
  const server = (nearServer ? c.server : c.serverSeen)[connection] as number;
  const serverPort = (nearServer ? c.serverPort : c.serverSeenPort)[connection] as number;
  return fromServer
    ? { from: server, fromPort: serverPort, to: client, toPort: clientPort }
    : { from: client, fromPort: clientPort, to: server, toPort: serverPort };
}

/** The hosts that the packet goes from and to, whatever addresses it names. */
export function hostsOf(run: StreamTables, packet: number): { from: number; to: number } {
  const connection = run.packets.connection[packet] as number;
  const [client, server] = [run.connections.client[connection] as number, run.connections.server[connection] as number];
  return run.packets.fromServer[packet] ? { from: server, to: client } : { from: client, to: server };
}

/**
 * The addresses in the packet's IP header there: those of the hosts at its endpoints, but for a source that is a lie. A NAT that
 * translates that one puts its own address in its place.
 */
export function addressesOf(run: FrameTables, packet: number, place: Place = 'sent'): { source: string; destination: string } {
  const { connections, hosts, packets } = run;
  const { from, to } = endpointsOf(run, packet, place);
  const connection = packets.connection[packet] as number;
  const forged =
    packets.fromServer[packet] || from !== connections.client[connection] ? -1 : (connections.forgedSource[connection] as number);
  const own = hosts[from]?.address ?? '0.0.0.0';
  return { source: forged < 0 ? own : (run.strings[forged] as string), destination: hosts[to]?.address ?? '0.0.0.0' };
}

/**
 * The whole frame as it was sent: Ethernet, IPv4, TCP or UDP, payload. A datagram longer than the MTU comes in one piece; see
 * `framesOf`.
 */
export function frameOf(run: FrameTables, packet: number): Uint8Array {
  return frame(run, packet, 'sent', transportBytes(run, packet, 'sent'), 0, false);
}

/** The frames as they cross an Ethernet there: more than one where IPv4 has to cut a datagram into fragments (RFC 791 §3.2). */
export function framesOf(run: FrameTables, packet: number, place: Place = 'sent'): Uint8Array[] {
  const bytes = transportBytes(run, packet, place);
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += FRAGMENT) {
    const end = Math.min(offset + FRAGMENT, bytes.length);
    frames.push(frame(run, packet, place, bytes.subarray(offset, end), offset, end < bytes.length));
  }
  return frames;
}

function frame(
  run: FrameTables,
  packet: number,
  place: Place,
  payload: Uint8Array,
  fragmentOffset: number,
  moreFragments: boolean,
): Uint8Array {
  const { from, to } = endpointsOf(run, packet, place);
  const tcp = isTcp(run, packet);
  return encodeEthernet({
    destination: macOf(to),
    source: macOf(from),
    type: IPV4,
    payload: encodeIpv4({
      trafficClass: 0,
      identification: (packet + 1) & 0xffff,
      // Path MTU discovery (RFC 1191) is what stacks do for TCP; a long datagram must be allowed its fragments.
      dontFragment: tcp,
      moreFragments,
      fragmentOffset,
      timeToLive: 64,
      protocol: tcp ? TCP : UDP,
      ...addressesOf(run, packet, place),
      options: new Uint8Array(0),
      payload,
    }),
  });
}

function transportBytes(run: FrameTables, packet: number, place: Place): Uint8Array {
  const { fromPort, toPort } = endpointsOf(run, packet, place);
  const addresses = addressesOf(run, packet, place);
  const payload = streamIndex(run).payloadOf(packet);
  if (!isTcp(run, packet)) return encodeUdp({ sourcePort: fromPort, destinationPort: toPort, payload }, addresses);
  const { packets } = run;
  const optionsStart = packets.optionsStart[packet] as number;
  return encodeTcp(
    {
      sourcePort: fromPort,
      destinationPort: toPort,
      sequence: packets.sequence[packet] as number,
      acknowledgment: packets.acknowledgment[packet] as number,
      flags: packets.flags[packet] as number,
      window: packets.window[packet] as number,
      urgentPointer: 0,
      options: run.bytes.subarray(optionsStart, optionsStart + (packets.optionsLength[packet] as number)),
      payload,
    },
    addresses,
  );
}

/** True for a TCP segment, false for a UDP datagram. */
export function isTcp(run: StreamTables, packet: number): boolean {
  return run.strings[run.connections.transport[run.packets.connection[packet] as number] as number] === 'tcp';
}
