/** What a scenario can say about streams of stored video, and about whoever watches. */
import type { BitsPerSecond, Nanoseconds } from '../../quantities.ts';
import type { Clip, Encoding } from '../coding/scenario.ts';

/** What becomes of a picture that is not there when its time comes. */
export const LOSS_HANDLINGS = ['skip', 'interpolate', 'retransmit'] as const;
export type LossHandling = (typeof LOSS_HANDLINGS)[number];

/** What is streamed: a clip with its coded pictures, or a film of a constant rate whose bytes mean nothing. */
export type FilmSource =
  | { readonly kind: 'clip'; readonly clip: Clip; readonly encoding: Encoding }
  | { readonly kind: 'film'; readonly name: string; readonly duration: Nanoseconds; readonly rate: BitsPerSecond };

/** The client asks by RTSP, the server sends by RTP; done when the film has ended at the client, or the stream has failed. */
export interface StreamAction {
  readonly kind: 'video.stream';
  /** Host names. */
  readonly server: string;
  readonly client: string;
  readonly film: FilmSource;
  readonly transport: 'udp' | 'tcp';
  /** How fast the server sends, without headers; null: as fast as the film is on average. */
  readonly sendingRate: BitsPerSecond | null;
  readonly playoutDelay: Nanoseconds;
  /** How much of the film has to be there before it goes on after a stall or a jump. */
  readonly resumeAfter: Nanoseconds;
  readonly loss: LossHandling;
}

/** By the viewer, to whatever the host plays. Done at once; a pause of a given time when that is over. */
export type ViewerAction =
  | { readonly kind: 'video.pause'; readonly host: string; readonly time: Nanoseconds | null }
  | { readonly kind: 'video.resume'; readonly host: string }
  | { readonly kind: 'video.seek'; readonly host: string; readonly position: Nanoseconds }
  /** Seconds of film in a second, 0.1 to 16. */
  | { readonly kind: 'video.speed'; readonly host: string; readonly speed: number };
