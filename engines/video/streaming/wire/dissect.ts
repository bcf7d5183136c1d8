/** Fields of what streams send: RTP and RTCP packets, RTSP messages, and packets between those. Total. */
import type { Dissector, Field } from '../../../field.ts';
import { moved } from '../../../field.ts';
import { decodeField } from '../../../http/wire/header-field.ts';
import { octetsOf } from '../../../network/octets.ts';
import { dissectRtcp } from './rtcp.ts';
import { dissectRtp } from './rtp.ts';
import { decodeRequest, decodeResponse } from './rtsp.ts';

export const dissectStream: Readonly<Record<'rtp' | 'rtcp' | 'rtsp', Dissector>> = {
  rtp: dissectRtp,
  rtcp: dissectRtcp,
  rtsp: (bytes, kind) => (kind === 'packet' ? dissectInterleaved(bytes) : dissectMessage(octetsOf(bytes), kind === 'request')),
};

/** RFC 2326 §10.12; the channels are those that this client asks for: 0 RTP's, 1 RTCP's. */
function dissectInterleaved(bytes: Uint8Array): readonly Field[] {
  const standard = 'RFC 2326 §10.12';
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (bytes[0] !== 0x24 || length !== bytes.length - 4) {
    return [{ name: 'interleaved packet', value: 'no mark, or another length', start: 0, end: bytes.length, malformed: true, standard }];
  }
  const packet = bytes.subarray(4);
  return [
    { name: 'mark', value: '$', start: 0, end: 1, meaning: 'no message but a packet', standard },
    { name: 'channel', value: String(bytes[1]), start: 1, end: 2, standard },
    { name: 'length', value: String(length), start: 2, end: 4, standard },
    ...moved(bytes[1] === 1 ? dissectRtcp(packet) : dissectRtp(packet), 4),
  ];
}

const MEANINGS: Readonly<Record<string, readonly [meaning: string, standard: string]>> = {
  cseq: ['number of the request; the response has the same', 'RFC 2326 §12.17'],
  session: ['which session it is of', 'RFC 2326 §12.37'],
  transport: ['how the film’s packets travel', 'RFC 2326 §12.39'],
  range: ['from where to where in the film', 'RFC 2326 §12.29'],
  scale: ['seconds of film in a second', 'RFC 2326 §12.34'],
  'rtp-info': ['sequence number and timestamp of the first packet', 'RFC 2326 §12.33'],
  public: ['the methods that the server knows', 'RFC 2326 §12.28'],
  accept: ['what the description may be', 'RFC 2326 §12.1'],
  'content-base': ['what URLs in the description are relative to', 'RFC 2326 §12.11'],
  'content-type': ['the media type of the content', 'RFC 2326 §12.16'],
  'content-length': ['bytes of the content', 'RFC 2326 §12.14'],
  server: ['the server’s software', 'RFC 2326 §12.36'],
};

function dissectMessage(octets: string, request: boolean): readonly Field[] {
  const headEnd = octets.indexOf('\r\n\r\n');
  const end = headEnd < 0 ? octets.length : headEnd;
  const lines = octets.slice(0, end).split('\r\n');
  const decoded = request ? decodeRequest(lines) : decodeResponse(lines);
  const fields: Field[] = [];
  let at = 0;
  for (const [i, line] of lines.entries()) {
    const place = { start: at, end: at + line.length };
    at = place.end + 2;
    if (i === 0) {
      const standard = request ? 'RFC 2326 §6.1' : 'RFC 2326 §7.1';
      const wrong = 'error' in decoded ? { malformed: true, value: decoded.error } : {};
      fields.push({ name: request ? 'request line' : 'status line', value: line.slice(0, 200), ...place, standard, ...wrong });
      continue;
    }
    const field = decodeField(line);
    if ('error' in field) fields.push({ name: 'line', value: field.error, ...place, malformed: true });
    else {
      const [meaning, standard] = MEANINGS[field.name.toLowerCase()] ?? [];
      fields.push({ ...field, ...place, ...(meaning === undefined ? {} : { meaning }), ...(standard === undefined ? {} : { standard }) });
    }
  }
  if (headEnd < 0) return [...fields, { name: 'empty line', value: 'missing', start: octets.length, end: octets.length, malformed: true }];
  fields.push({ name: 'empty line', value: '', start: end + 2, end: end + 4, meaning: 'ends the header section' });
  let line = end + 4;
  while (line < octets.length) {
    const next = octets.indexOf('\r\n', line);
    const stop = next < 0 ? octets.length : next + 2;
    fields.push({ name: 'content', value: octets.slice(line, stop).trimEnd(), start: line, end: stop, standard: 'RFC 8866' });
    line = stop;
  }
  return fields;
}
