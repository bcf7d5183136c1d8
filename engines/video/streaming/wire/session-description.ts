/**
 * Session descriptions (SDP, RFC 8866) of a film: how long it is, how many pictures a second, what its packets carry. Lines of others'
 * that are not needed are read over. Total; at most 100 lines.
 */
import { SECOND } from '../../../quantities.ts';
import { CLOCK_RATE, PAYLOAD_TYPES } from './payload.ts';

export interface FilmDescription {
  readonly name: string;
  readonly server: string;
  readonly payloadType: number;
  /** Pictures a second. */
  readonly frameRate: number;
  /** Number of pictures. */
  readonly frames: number;
  /** What is sent in a second, without headers; in bit/s. */
  readonly rate: number;
  /** Lost packets are sent again on request. */
  readonly retransmission: boolean;
}

const LINES_LIMIT = 100;

export function encodeDescription(film: FilmDescription): string {
  const { payloadType, retransmission } = film;
  const types = retransmission ? `${payloadType} ${PAYLOAD_TYPES.retransmission}` : String(payloadType);
  const lines = [
    'v=0',
    `o=- 0 0 IN IP4 ${film.server}`,
    `s=${film.name}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    `a=range:npt=0-${Math.round((film.frames * 1000) / film.frameRate) / 1000}`,
    `m=video 0 RTP/AVPF ${types}`,
    // TIAS is without headers (RFC 3890).
    `b=TIAS:${Math.round(film.rate)}`,
    `a=rtpmap:${payloadType} X-NETSCENARIO/${CLOCK_RATE}`,
    `a=fmtp:${payloadType} frames=${film.frames}`,
    `a=framerate:${film.frameRate}`,
    ...(retransmission
      ? [
          `a=rtcp-fb:${payloadType} nack`,
          'a=rtcp-rsize',
          `a=rtpmap:${PAYLOAD_TYPES.retransmission} rtx/${CLOCK_RATE}`,
          `a=fmtp:${PAYLOAD_TYPES.retransmission} apt=${payloadType}`,
        ]
      : []),
    'a=control:*',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** null for what describes no film that could be played here. */
export function decodeDescription(text: string): FilmDescription | null {
  const lines = text.split('\r\n', LINES_LIMIT);
  const after = (start: string): string => lines.find((line) => line.startsWith(start))?.slice(start.length) ?? '';
  const payloadType = Number(/^\d{1,5} RTP\/AVPF? (\d{1,3})(?: |$)/.exec(after('m=video '))?.[1] ?? Number.NaN);
  const frames = Number(/^frames=(\d{1,9})$/.exec(after(`a=fmtp:${payloadType} `))?.[1] ?? Number.NaN);
  const frameRate = Number(/^\d{1,3}(?:\.\d{1,3})?$/.exec(after('a=framerate:'))?.[0] ?? Number.NaN);
  const rate = Number(/^\d{1,12}$/.exec(after('b=TIAS:'))?.[0] ?? Number.NaN);
  if (!lines.includes('v=0') || !(payloadType <= 127 && frames > 0 && frameRate > 0 && rate >= 0)) return null;
  return {
    name: after('s='),
    server: /^.* (\S+)$/.exec(after('o='))?.[1] ?? '',
    payloadType,
    frameRate,
    frames,
    rate,
    retransmission: lines.includes(`a=rtcp-fb:${payloadType} nack`),
  };
}

/** In nanoseconds. */
export function lengthOf({ frames, frameRate }: Pick<FilmDescription, 'frames' | 'frameRate'>): number {
  return Math.round((frames * SECOND) / frameRate);
}
