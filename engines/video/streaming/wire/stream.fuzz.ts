/**
 * What streams send. Whatever the bytes: as RTP, RTCP, RTSP and a session description they give what they hold or an error; what was
 * decoded is encoded and decoded to the same; the inspector's fields lie within them.
 */
import { checkFields, type FuzzTarget } from '../../../fuzz-target.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { dissectStream } from './dissect.ts';
import { decodeFragment, decodeRetransmission, encodeFragment, encodeRetransmission } from './payload.ts';
import { decodeRtcp, encodeRtcp } from './rtcp.ts';
import { decodeRtp, encodeRtp, packetOf } from './rtp.ts';
import {
  contentLength,
  decodeRange,
  decodeRequest,
  decodeResponse,
  decodeRtpInfo,
  decodeScale,
  decodeTransport,
  encodeRequest,
  encodeResponse,
  encodeTransport,
} from './rtsp.ts';
import { decodeDescription, encodeDescription } from './session-description.ts';

const FILM = { name: 'bounce', server: '10.0.0.1', payloadType: 96, frameRate: 24, frames: 48, rate: 21_500, retransmission: true };

const target: FuzzTarget = {
  name: 'stream',
  corpus() {
    const packet = { marker: true, payloadType: 96, sequence: 7, timestamp: 3750, source: 1 };
    const fragment = encodeFragment({ offset: 0, bytes: Uint8Array.from([0x60, 1, 2, 2, 0x40]) });
    const fields = [
      { name: 'CSeq', value: '2' },
      { name: 'Transport', value: 'RTP/AVP;unicast;client_port=5004-5005, RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000000A' },
      { name: 'Range', value: 'npt=1.25-10' },
      { name: 'Scale', value: '2' },
      { name: 'RTP-Info', value: 'url=rtsp://server/bounce;seq=7;rtptime=3750' },
    ];
    return [
      encodeRtp(packetOf({ ...packet, payload: fragment })),
      encodeRtp(packetOf({ ...packet, payloadType: 98, payload: encodeRetransmission(6, fragment) })),
      encodeRtp({
        ...packetOf({ ...packet, payload: fragment }),
        contributors: [1, 2],
        extension: { profile: 3, data: new Uint8Array(4) },
        padding: 3,
      }),
      encodeRtcp([{ kind: 'nack', sender: 0, source: 1, lost: [5, 6, 30] }]),
      encodeRtcp([
        { kind: 'sender report', source: 1, seconds: 2, fraction: 3, timestamp: 4, packets: 5, bytes: 6 },
        { kind: 'description', source: 1, name: 'netscenario' },
        { kind: 'goodbye', source: 1 },
      ]),
      bytesOfOctets(encodeRequest({ method: 'SETUP', url: 'rtsp://server/bounce', fields })),
      bytesOfOctets(encodeResponse({ status: 200, reason: 'OK', fields: [...fields, { name: 'Content-Length', value: '0' }] })),
      Uint8Array.from([0x24, 0, 0, 16, ...encodeRtp(packetOf({ ...packet, payload: fragment })).subarray(0, 16)]),
      bytesOfOctets(encodeDescription(FILM)),
    ];
  },
  run(bytes) {
    for (const protocol of ['rtp', 'rtcp', 'rtsp'] as const) {
      for (const kind of ['packet', 'request', 'response']) checkFields(dissectStream[protocol](bytes, kind), bytes.length);
    }
    const octets = octetsOf(bytes);
    const summary = [asRtp(bytes), asRtcp(bytes), asRtsp(octets.split('\r\n\r\n', 1)[0]!.split('\r\n'))];
    const description = decodeDescription(octets);
    if (description && !decodeDescription(encodeDescription(description))) throw new Error('a description is encoded to none');
    return JSON.stringify([...summary, description]);
  },
};

export default target;

function same(decoded: unknown, again: unknown): void {
  if (JSON.stringify(decoded) !== JSON.stringify(again)) throw new Error('what was decoded is encoded to something else');
}

function asRtp(bytes: Uint8Array): unknown {
  const packet = decodeRtp(bytes);
  if ('error' in packet) return packet.error;
  same(packet, decodeRtp(encodeRtp(packet)));
  const again = decodeRetransmission(packet.payload);
  const fragment = decodeFragment(again ? again.payload : packet.payload);
  if (fragment) same(fragment, decodeFragment(encodeFragment(fragment)));
  return { ...packet, fragment };
}

function asRtcp(bytes: Uint8Array): unknown {
  const packets = decodeRtcp(bytes);
  if ('error' in packets) return packets.error;
  const told = packets.filter(({ kind }) => kind !== 'other');
  // A list may name a packet twice, or in another order: as often, and all of them.
  if (told.length > 0 && !told.some(({ kind }) => kind === 'nack')) same(told, decodeRtcp(encodeRtcp(told)));
  return packets;
}

function asRtsp(lines: readonly string[]): unknown {
  const request = decodeRequest(lines);
  if (!('error' in request)) same(request, decodeRequest(encodeRequest(request).slice(0, -4).split('\r\n')));
  const response = decodeResponse(lines);
  if (!('error' in response)) same(response, decodeResponse(encodeResponse(response).slice(0, -4).split('\r\n')));
  const fields = 'error' in request ? ('error' in response ? [] : response.fields) : request.fields;
  const values = fields.map(({ value }) => {
    const transport = decodeTransport(value);
    if (transport) same(transport, decodeTransport(encodeTransport(transport)));
    return [transport, decodeRange(value), decodeScale(value), decodeRtpInfo(value)];
  });
  return [request, response, contentLength(fields), values];
}
