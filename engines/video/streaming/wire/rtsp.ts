/**
 * RTSP 1.0 messages (RFC 2326): what a client asks of a server that streams, as HTTP asks for pages; and the RTP and RTCP packets that
 * travel between them on the same connection (§10.12).
 *
 * Limits: those of HTTP's lines and header section (http/wire/head.ts); contents of 16 KiB. Total.
 */
import { decodeHeaderSection } from '../../../http/wire/head.ts';
import { encodeFields, type Fields, fieldValue, isToken, separated } from '../../../http/wire/header-field.ts';

export const RTSP_PORT = 554;
export const CONTENT_LIMIT = 16 * 1024;
/** In front of each packet between the messages: this, its channel, and its length in two bytes (§10.12). */
export const INTERLEAVED_MARK = '$';
export const LARGEST_INTERLEAVED = 0xffff;

export const METHODS = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN'] as const;
export type Method = (typeof METHODS)[number];

export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  readonly fields: Fields;
}

export interface RtspResponse {
  /** 100 to 599. */
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
}

export interface RtspError {
  readonly status: 400 | 505;
  readonly error: string;
}

const VERSION = 'RTSP/1.0';

/** Lines without their CRLFs, from the request line to the last field. */
export function decodeRequest(lines: readonly string[]): RtspRequest | RtspError {
  const [method = '', url = '', version = '', ...more] = (lines[0] ?? '').split(' ');
  if (!isToken(method) || !/^(rtspu?:\/\/[!-~]+|\*)$/.test(url) || more.length > 0) {
    return { status: 400, error: 'no request line: a method, an rtsp URL, a version' };
  }
  if (version !== VERSION) return { status: /^RTSP\/\d\.\d$/.test(version) ? 505 : 400, error: `not ${VERSION}` };
  const fields = decodeHeaderSection(lines.slice(1));
  return 'error' in fields ? { status: 400, error: fields.error } : { method, url, fields };
}

export function decodeResponse(lines: readonly string[]): RtspResponse | RtspError {
  const parts = /^RTSP\/1\.0 ([1-5]\d\d)(?: ([\t -~]*))?$/.exec(lines[0] ?? '');
  if (!parts) return { status: 400, error: 'no status line: a version, a code of three digits, a reason' };
  const fields = decodeHeaderSection(lines.slice(1));
  return 'error' in fields ? { status: 400, error: fields.error } : { status: Number(parts[1]), reason: parts[2] ?? '', fields };
}

/** With the empty line. */
export function encodeRequest({ method, url, fields }: RtspRequest): string {
  return `${method} ${url} ${VERSION}\r\n${encodeFields(fields)}\r\n`;
}

/** With the empty line. */
export function encodeResponse({ status, reason, fields }: RtspResponse): string {
  return `${VERSION} ${status} ${reason}\r\n${encodeFields(fields)}\r\n`;
}

/** Bytes of the content behind the head; null where that is no number or too many. */
export function contentLength(fields: Fields): number | null {
  const value = fieldValue(fields, 'Content-Length');
  if (value === null) return 0;
  return /^\d{1,6}$/.test(value) && Number(value) <= CONTENT_LIMIT ? Number(value) : null;
}

/** How the packets travel (§12.39): in datagrams between ports, or between the messages on channels. Of each the second is RTCP's. */
export type Transport =
  | { readonly kind: 'udp'; readonly clientPort: number; readonly serverPort: number | null; readonly source: number | null }
  | { readonly kind: 'tcp'; readonly channel: number; readonly source: number | null };

/** The first of the alternatives that is spoken here; null where none is. */
export function decodeTransport(value: string): Transport | null {
  for (const alternative of separated(value, ',')) {
    const [profile = '', ...parameters] = separated(alternative, ';');
    const number = (name: string, pattern: RegExp, base = 10): number | null => {
      const found = parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
      const digits = found === undefined ? null : pattern.exec(found);
      return digits ? Number.parseInt(digits[1] as string, base) : null;
    };
    const source = number('ssrc', /^([0-9A-Fa-f]{8})$/, 16);
    if (parameters.includes('multicast')) continue;
    if (profile === 'RTP/AVP/TCP') {
      const channel = number('interleaved', /^(\d{1,3})(?:-\d{1,3})?$/);
      if (channel !== null && channel <= 254) return { kind: 'tcp', channel, source };
    } else if (profile === 'RTP/AVP' || profile === 'RTP/AVP/UDP') {
      const clientPort = number('client_port', /^(\d{1,5})(?:-\d{1,5})?$/);
      if (clientPort === null || clientPort < 1 || clientPort > 65_534) continue;
      const serverPort = number('server_port', /^(\d{1,5})(?:-\d{1,5})?$/);
      return { kind: 'udp', clientPort, serverPort, source };
    }
  }
  return null;
}

export function encodeTransport(transport: Transport): string {
  const source = transport.source === null ? '' : `;ssrc=${transport.source.toString(16).padStart(8, '0').toUpperCase()}`;
  if (transport.kind === 'tcp') return `RTP/AVP/TCP;unicast;interleaved=${transport.channel}-${transport.channel + 1}${source}`;
  const pair = (port: number): string => `${port}-${port + 1}`;
  const server = transport.serverPort === null ? '' : `;server_port=${pair(transport.serverPort)}`;
  return `RTP/AVP;unicast;client_port=${pair(transport.clientPort)}${server}${source}`;
}

/** From where the film is to be played, `npt=SECONDS-` (§3.6, §12.29), in nanoseconds; null for anything else. */
export function decodeRange(value: string): number | null {
  const seconds = /^npt=(\d{1,7})(?:\.(\d{1,9}))?-/.exec(value);
  return seconds ? Number(seconds[1]) * 1e9 + Number((seconds[2] ?? '').padEnd(9, '0')) : null;
}

/** Up to the end; in nanoseconds. */
export function encodeRange(position: number, end: number): string {
  return `npt=${seconds(position)}-${seconds(end)}`;
}

/** With as many places as it needs. */
function seconds(time: number): string {
  const whole = Math.floor(time / 1e9);
  const fraction = String(time - whole * 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}

/** A speed of the film (§12.34), above 0 to 100; null for anything else. */
export function decodeScale(value: string): number | null {
  const scale = /^\d{1,3}(?:\.\d{1,6})?$/.test(value) ? Number(value) : 0;
  return scale > 0 && scale <= 100 ? scale : null;
}

/** Of the first packet that answers a PLAY: sequence number and timestamp (§12.33). */
export interface RtpInfo {
  readonly sequence: number;
  readonly timestamp: number;
}

export function decodeRtpInfo(value: string): RtpInfo | null {
  const parameters = separated(value, ';');
  const number = (name: string): number => {
    const digits = parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
    return /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN;
  };
  const [sequence, timestamp] = [number('seq'), number('rtptime')];
  return sequence <= 0xffff && timestamp <= 0xffff_ffff ? { sequence, timestamp } : null;
}

export function encodeRtpInfo(url: string, { sequence, timestamp }: RtpInfo): string {
  return `url=${url};seq=${sequence};rtptime=${timestamp}`;
}
