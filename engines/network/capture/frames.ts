/**
 * The frames of a run's packets: rebuilt from the run's columns, byte for byte, whenever someone asks.
 *
 * What a run does not hold is made up the same way each time. Hosts' MAC addresses are 02:00:00 and their index, and
 * frames go from one host's interface to the other's, as if all were on one Ethernet; the time to live is 64; the
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

/** Indexes of the hosts that the packet goes from and to, and their ports. */
export function endpointsOf(run: StreamTables, packet: number): { from: number; fromPort: number; to: number; toPort: number } {
  const { connections, packets } = run;
  const connection = packets.connection[packet] as number;
  const client = connections.client[connection] as number;
  const clientPort = connections.clientPort[connection] as number;
  const server = connections.server[connection] as number;
  const serverPort = connections.serverPort[connection] as number;
  return packets.fromServer[packet]
    ? { from: server, fromPort: serverPort, to: client, toPort: clientPort }
    : { from: client, fromPort: clientPort, to: server, toPort: serverPort };
}

/** The addresses in the packet's IP header: the hosts' own, but for a source that is a lie. */
export function addressesOf(run: FrameTables, packet: number): { source: string; destination: string } {
  const { from, to } = endpointsOf(run, packet);
  const forged = run.packets.fromServer[packet] ? -1 : (run.connections.forgedSource[run.packets.connection[packet] as number] as number);
  const own = run.hosts[from]?.address ?? '0.0.0.0';
  return { source: forged < 0 ? own : (run.strings[forged] as string), destination: run.hosts[to]?.address ?? '0.0.0.0' };
}

/** The whole frame: Ethernet, IPv4, TCP or UDP, payload. A datagram longer than the MTU comes in one piece; see `framesOf`. */
export function frameOf(run: FrameTables, packet: number): Uint8Array {
  return frame(run, packet, transportBytes(run, packet), 0, false);
}

/** The frames as they cross an Ethernet: more than one where IPv4 has to cut a datagram into fragments (RFC 791 §3.2). */
export function framesOf(run: FrameTables, packet: number): Uint8Array[] {
  const bytes = transportBytes(run, packet);
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += FRAGMENT) {
    const end = Math.min(offset + FRAGMENT, bytes.length);
    frames.push(frame(run, packet, bytes.subarray(offset, end), offset, end < bytes.length));
  }
  return frames;
}

function frame(run: FrameTables, packet: number, payload: Uint8Array, fragmentOffset: number, moreFragments: boolean): Uint8Array {
  const { from, to } = endpointsOf(run, packet);
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
      ...addressesOf(run, packet),
      options: new Uint8Array(0),
      payload,
    }),
  });
}

function transportBytes(run: FrameTables, packet: number): Uint8Array {
  const { fromPort, toPort } = endpointsOf(run, packet);
  const addresses = addressesOf(run, packet);
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
