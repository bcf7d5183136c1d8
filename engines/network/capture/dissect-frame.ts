/** A packet of a run, whole, with the fields of every layer. */
import { dissect as dissectMessage } from '../../dissect.ts';
import type { Field } from '../../field.ts';
import { dissect as dissectEthernet, HEADER_LENGTH } from '../wire/ethernet.ts';
import { dissect as dissectIpv4 } from '../wire/ipv4.ts';
import { dissect as dissectTcp } from '../wire/tcp.ts';
import { dissect as dissectUdp } from '../wire/udp.ts';
import { addressesOf, type FrameTables, frameOf, isTcp } from './frames.ts';
import { streamIndex } from './streams.ts';

/**
 * The frame and one field a layer, whose children are the layer's fields; all ranges count from the start of the frame.
 * A message that the packet carries whole is dissected, too; of others it is said which part is here.
 */
export function dissectFrame(run: FrameTables, packet: number): { readonly frame: Uint8Array; readonly fields: readonly Field[] } {
  const frame = frameOf(run, packet);
  const addresses = addressesOf(run, packet);
  const tcp = isTcp(run, packet);
  const ip = HEADER_LENGTH;
  const transport = ip + 20;
  const payload = frame.length - (run.packets.length[packet] as number);
  const transportBytes = frame.subarray(transport);
  const fields: Field[] = [
    { name: 'Ethernet II', value: '', start: 0, end: ip, standard: 'IEEE 802.3', children: dissectEthernet(frame) },
    {
      name: 'Internet Protocol Version 4',
      value: `${addresses.source} → ${addresses.destination}`,
      start: ip,
      end: transport,
      standard: 'RFC 791',
      children: moved(dissectIpv4(frame.subarray(ip)), ip),
    },
    {
      name: tcp ? 'Transmission Control Protocol' : 'User Datagram Protocol',
      value: '',
      start: transport,
      end: payload,
      standard: tcp ? 'RFC 9293' : 'RFC 768',
      children: moved((tcp ? dissectTcp : dissectUdp)(transportBytes, addresses), transport),
    },
  ];
  return { frame, fields: [...fields, ...payloadFields(run, packet, frame, payload)] };
}

function payloadFields(run: FrameTables, packet: number, frame: Uint8Array, payload: number): Field[] {
  const { messages, packets, strings } = run;
  const length = packets.length[packet] as number;
  const from = (packets.message[packet] as number) >= 0 ? 0 : (packets.streamStart[packet] as number);
  return streamIndex(run)
    .messagesOf(packet)
    .map((message): Field => {
      const messageStart = (packets.message[packet] as number) >= 0 ? 0 : (messages.streamStart[message] as number);
      const messageLength = messages.length[message] as number;
      const start = payload + Math.max(messageStart - from, 0);
      const end = payload + Math.min(messageStart + messageLength - from, length);
      const name = (strings[messages.protocol[message] as number] ?? '').toUpperCase();
      const label = strings[messages.label[message] as number] ?? '';
      if (end - start < messageLength) {
        const first = Math.max(from - messageStart, 0) + 1;
        return { name, value: `${label} (bytes ${first} to ${first + end - start - 1} of ${messageLength})`, start, end };
      }
      if (messages.bulk[message]) return { name, value: label, start, end };
      const protocol = strings[messages.protocol[message] as number] ?? '';
      const kind = strings[messages.kind[message] as number] ?? '';
      return { name, value: label, start, end, children: moved(dissectMessage(protocol, kind, frame.subarray(start, end)), start) };
    });
}

/** The same fields, `by` bytes further on. */
function moved(fields: readonly Field[], by: number): Field[] {
  return fields.map((field) => ({
    ...field,
    start: field.start + by,
    end: field.end + by,
    ...(field.children ? { children: moved(field.children, by) } : {}),
  }));
}
