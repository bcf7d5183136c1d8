/**
 * A server that streams stored films: RTSP for what the client asks (RFC 2326), RTP for the film (RFC 3550).
 *
 * Theory of operation. A connection is a session. DESCRIBE tells what the film is, SETUP where its packets go, PLAY from where in the
 * film and how fast; PAUSE stops it, and PLAY goes on. While it plays, packets go out at a constant rate, however many bytes each
 * picture has: at scale 2, at twice that rate. What was sent last is remembered, and sent again to whoever lists it as lost (RFC 4585,
 * 4588). At the end a report and a farewell follow. Over TCP the packets travel between the messages; when the connection takes no more,
 * the sender waits for it.
 */

import { Turns } from '../../http/turns.ts';
import { type Fields, fieldValue } from '../../http/wire/header-field.ts';
import type { Process } from '../../kernel/process.ts';
import {
  type Connection,
  type DatagramSocket,
  type Endpoint,
  failed,
  type Host,
  type ListenFailure,
  type MessageInfo,
} from '../../network/host.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { type BitsPerSecond, EPOCH, type Nanoseconds, SECOND } from '../../quantities.ts';
import { type Film, frameAt, timeOf } from './film.ts';
import { RtspReader } from './rtsp-reader.ts';
import { CLOCK_RATE, encodeFragment, encodeRetransmission, LARGEST_FRAGMENT, PAYLOAD_TYPES } from './wire/payload.ts';
import { decodeRtcp, encodeRtcp } from './wire/rtcp.ts';
import { encodeRtp, packetOf } from './wire/rtp.ts';
import {
  decodeRange,
  decodeRequest,
  decodeScale,
  decodeTransport,
  encodeRange,
  encodeResponse,
  encodeRtpInfo,
  encodeTransport,
  METHODS,
  RTSP_PORT,
  type RtspRequest,
  type Transport,
} from './wire/rtsp.ts';
import { encodeDescription } from './wire/session-description.ts';

/** What a server has under a name. */
export interface Offer {
  readonly film: Film;
  /** How fast it is sent, without headers. */
  readonly rate: BitsPerSecond;
}

/** Sees what a server sends; changes nothing of what it does. */
export interface SendingObserver {
  /** A picture's last packet has been sent for the first time, to the client of that connection. */
  sent(connection: Connection): void;
}

export interface StreamServerSettings {
  /** By the path of the URL, without the slash. */
  readonly offers: ReadonlyMap<string, Offer>;
  readonly observer: SendingObserver;
}

/** Where servers' ports for packets begin; the first pair that is free. */
const FIRST_PORT = 6970;
/** Pairs of ports that are tried. */
const PORT_PAIRS = 100;
/** Packets that can be sent again: half of all sequence numbers. */
const REMEMBERED = 0x8000;
/** Seconds from 1900, where NTP begins, to 1970. */
const NTP_EPOCH = 2_208_988_800;
const SERVER = 'netscenario';

/** Serves until the listener is closed. A failure to listen is the result. */
export function* serveStreams(host: Host, settings: StreamServerSettings): Process<ListenFailure | null> {
  const listener = yield* host.listen(RTSP_PORT);
  if (failed(listener)) return listener as ListenFailure;
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return null;
    host.spawn('rtsp session', new Session(host, connection, settings).run());
  }
}

/** Two sockets with neighbouring ports, the even one first (RFC 3550 §11); null where none is free. */
export function* bindPair(host: Host, first: number): Process<readonly [DatagramSocket, DatagramSocket] | null> {
  for (let port = first; port < first + 2 * PORT_PAIRS; port += 2) {
    const even = yield* host.bind(port);
    if (failed(even)) continue;
    const odd = yield* host.bind(port + 1);
    if (!failed(odd)) return [even, odd];
    even.close();
  }
  return null;
}

/** Where a packet's bytes are. */
interface SentPacket {
  readonly sequence: number;
  readonly frame: number;
  readonly offset: number;
  readonly timestamp: number;
}

class Session {
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #settings: StreamServerSettings;
  readonly #id: string;
  readonly #source: number;
  readonly #retransmissionSource: number;
  /** The messages and the packets between them go out one at a time. */
  readonly #writing: Turns;
  readonly #sent: (SentPacket | undefined)[] = [];
  #offer: Offer | null = null;
  #transport: Transport | null = null;
  #sockets: readonly [DatagramSocket, DatagramSocket] | null = null;
  #sequence: number;
  #retransmissionSequence: number;
  /** Of the next PLAY's first picture. */
  #timestamp: number;
  #packets = 0;
  #bytes = 0;
  /** The next picture that is to be sent. */
  #frame = 0;
  #scale = 1;
  /** Grows with each PLAY and PAUSE: whoever sends for an older one stops. */
  #generation = 0;

  constructor(host: Host, connection: Connection, settings: StreamServerSettings) {
    this.#host = host;
    this.#connection = connection;
    this.#settings = settings;
    this.#writing = new Turns(host, 1);
    const random = host.random('rtp');
    // RFC 3550 §5.1, §8: all of these are random.
    this.#source = random.uint32();
    this.#retransmissionSource = random.uint32();
    this.#sequence = random.below(0x10000);
    this.#retransmissionSequence = random.below(0x10000);
    this.#timestamp = random.uint32();
    this.#id = random.uint32().toString(16).padStart(8, '0');
  }

  /** From the first request to the end of the connection. */
  *run(): Process {
    const reader = new RtspReader<RtspRequest>(this.#connection, decodeRequest);
    try {
      for (;;) {
        const read = yield* reader.next();
        if (read.kind === 'end') break;
        if (read.kind === 'packet') continue;
        if (read.kind === 'malformed') {
          this.#host.narrator.note(`closes the session: ${read.error}`);
          yield* this.#respond(400, 'Bad Request', []);
          break;
        }
        if (!(yield* this.#answer(read.head))) break;
      }
    } finally {
      this.#generation++;
      for (const socket of this.#sockets ?? []) socket.close();
      this.#connection.close();
    }
  }

  /** False after TEARDOWN. */
  *#answer(request: RtspRequest): Process<boolean> {
    const sequence = fieldValue(request.fields, 'CSeq');
    if (sequence === null || !/^\d{1,9}$/.test(sequence)) return yield* this.#respond(400, 'Bad Request', []);
    const fields: Fields = [{ name: 'CSeq', value: sequence }];
    const session = fieldValue(request.fields, 'Session');
    if (session !== null && session.split(';')[0] !== this.#id) return yield* this.#respond(454, 'Session Not Found', fields);
    const offer = this.#settings.offers.get(/^rtsp:\/\/[^/]+\/([^/]+)$/.exec(request.url)?.[1] ?? '') ?? null;
    if (request.method === 'OPTIONS' && (request.url === '*' || offer)) {
      return yield* this.#respond(200, 'OK', [...fields, { name: 'Public', value: METHODS.join(', ') }]);
    }
    // Only OPTIONS may be about the server as a whole (RFC 2326 §10.1).
    if (!offer) return yield* this.#respond(404, 'Not Found', fields);
    switch (request.method) {
      case 'DESCRIBE':
        return yield* this.#describe(request, offer, fields);
      case 'SETUP':
        return yield* this.#setUp(request, offer, fields);
      case 'PLAY':
        return yield* this.#play(request, fields);
      case 'PAUSE':
        if (!this.#transport) return yield* this.#respond(455, 'Method Not Valid in This State', fields);
        this.#generation++;
        return yield* this.#respond(200, 'OK', [...fields, this.#sessionField]);
      case 'TEARDOWN':
        this.#generation++;
        yield* this.#respond(200, 'OK', [...fields, this.#sessionField]);
        return false;
      default:
        return yield* this.#respond(501, 'Not Implemented', [...fields, { name: 'Public', value: METHODS.join(', ') }]);
    }
  }

  get #sessionField() {
    return { name: 'Session', value: this.#id };
  }

  *#describe({ url }: RtspRequest, { film, rate }: Offer, fields: Fields): Process<boolean> {
    const description = encodeDescription({
      name: film.name,
      server: this.#connection.local.address,
      payloadType: payloadTypeOf(film),
      frameRate: film.frameRate,
      frames: film.frames,
      rate,
      retransmission: true,
    });
    const more = [
      { name: 'Content-Base', value: url },
      { name: 'Content-Type', value: 'application/sdp' },
      { name: 'Content-Length', value: String(description.length) },
    ];
    return yield* this.#respond(200, 'OK', [...fields, ...more], description);
  }

  *#setUp({ fields: asked }: RtspRequest, offer: Offer, fields: Fields): Process<boolean> {
    const wanted = decodeTransport(fieldValue(asked, 'Transport') ?? '');
    if (!wanted) return yield* this.#respond(461, 'Unsupported Transport', fields);
    if (this.#transport) return yield* this.#respond(455, 'Method Not Valid in This State', fields);
    if (wanted.kind === 'udp') {
      const sockets = yield* bindPair(this.#host, FIRST_PORT);
      if (!sockets) return yield* this.#respond(453, 'Not Enough Bandwidth', fields);
      this.#sockets = sockets;
      this.#transport = { ...wanted, serverPort: sockets[0].local.port, source: this.#source };
      this.#host.spawn('rtcp', this.#hear(sockets[1]));
    } else this.#transport = { ...wanted, source: this.#source };
    this.#offer = offer;
    const transport = { name: 'Transport', value: encodeTransport(this.#transport) };
    return yield* this.#respond(200, 'OK', [...fields, this.#sessionField, transport]);
  }

  *#play({ url, fields: asked }: RtspRequest, fields: Fields): Process<boolean> {
    const offer = this.#offer;
    if (!offer) return yield* this.#respond(455, 'Method Not Valid in This State', fields);
    const range = fieldValue(asked, 'Range');
    const from = range === null ? timeOf(this.#frame, offer.film) : decodeRange(range);
    if (from === null || from >= offer.film.length) return yield* this.#respond(457, 'Invalid Range', fields);
    const scale = fieldValue(asked, 'Scale');
    // §12.34: it stays as it was where it is not said.
    this.#scale = (scale === null ? null : decodeScale(scale)) ?? this.#scale;
    if (range !== null) this.#frame = offer.film.keyBefore(frameAt(from, offer.film));
    const position = timeOf(this.#frame, offer.film);
    const more: Fields = [
      this.#sessionField,
      { name: 'Range', value: encodeRange(position, offer.film.length) },
      { name: 'Scale', value: String(this.#scale) },
      { name: 'RTP-Info', value: encodeRtpInfo(url, { sequence: this.#sequence, timestamp: this.#timestamp }) },
    ];
    const generation = ++this.#generation;
    const timestamp = this.#timestamp;
    yield* this.#respond(200, 'OK', [...fields, ...more]);
    this.#host.spawn('rtp sender', this.#send(offer, generation, timestamp, position));
    return true;
  }

  /** The film from the next picture to its end, unless something else is asked for in between. */
  *#send({ film, rate }: Offer, generation: number, timestamp: number, position: Nanoseconds): Process {
    const began = this.#host.now();
    const scale = this.#scale;
    const payloadType = payloadTypeOf(film);
    const first = film.starts[this.#frame] as number;
    for (; this.#frame < film.frames; this.#frame++) {
      const frame = this.#frame;
      const picture = film.picture(frame);
      const ticks = Math.round(((timeOf(frame, film) - position) * CLOCK_RATE) / SECOND / scale);
      for (let offset = 0; offset < picture.length; offset += LARGEST_FRAGMENT) {
        const due = began + Math.round((((film.starts[frame] as number) + offset - first) * 8 * SECOND) / rate / scale);
        if (due > this.#host.now()) yield* this.#host.sleep(due - this.#host.now());
        if (generation !== this.#generation) return;
        const bytes = picture.subarray(offset, offset + LARGEST_FRAGMENT);
        const sent = { sequence: this.#sequence, frame, offset, timestamp: (timestamp + ticks) >>> 0 };
        const marker = offset + bytes.length === picture.length;
        const payload = encodeFragment({ offset, bytes });
        const packet = packetOf({ ...sent, marker, payloadType, source: this.#source, payload });
        this.#sequence = (this.#sequence + 1) & 0xffff;
        // The next PLAY begins where the next picture would stand.
        this.#timestamp = (sent.timestamp + Math.round(CLOCK_RATE / film.frameRate)) >>> 0;
        this.#sent[sent.sequence & (REMEMBERED - 1)] = sent;
        this.#packets++;
        this.#bytes += payload.length;
        yield* this.#put(encodeRtp(packet), 0, `picture ${frame}${picture.length > LARGEST_FRAGMENT ? `, from byte ${offset}` : ''}`);
        if (marker) this.#settings.observer.sent(this.#connection);
        if (generation !== this.#generation) {
          if (marker) this.#frame++;
          return;
        }
      }
    }
    yield* this.#sayGoodbye();
  }

  *#sayGoodbye(): Process {
    const now = this.#host.now();
    const seconds = Math.floor(now / SECOND);
    const bytes = encodeRtcp([
      {
        kind: 'sender report',
        source: this.#source,
        seconds: (EPOCH + NTP_EPOCH + seconds) >>> 0,
        fraction: Math.floor(((now - seconds * SECOND) * 2 ** 32) / SECOND),
        timestamp: this.#timestamp,
        packets: this.#packets >>> 0,
        bytes: this.#bytes >>> 0,
      },
      { kind: 'description', source: this.#source, name: SERVER },
      { kind: 'goodbye', source: this.#source },
    ]);
    yield* this.#put(bytes, 1, `${this.#packets} packets were sent, goodbye`);
  }

  /** A packet of RTP (`of` 0) or RTCP (1), on its way. */
  *#put(bytes: Uint8Array, of: 0 | 1, label: string): Process {
    const transport = this.#transport as Transport;
    const protocol = of === 0 ? 'rtp' : 'rtcp';
    if (transport.kind === 'udp') {
      this.#sockets?.[of].send(bytes, this.#client(of), { protocol, kind: 'packet', label });
      return;
    }
    const framed = new Uint8Array(4 + bytes.length);
    framed.set([0x24, transport.channel + of, bytes.length >> 8, bytes.length & 0xff]);
    framed.set(bytes, 4);
    yield* this.#write(framed, { protocol, kind: 'interleaved', label });
  }

  #client(of: 0 | 1): Endpoint {
    const { clientPort } = this.#transport as Transport & { readonly kind: 'udp' };
    return { address: this.#connection.remote.address, port: clientPort + of };
  }

  /** Lists of lost packets, until the socket is closed. */
  *#hear(socket: DatagramSocket): Process {
    for (;;) {
      const datagram = yield* socket.receive();
      if (datagram === null) return;
      const packets = decodeRtcp(datagram.bytes);
      if ('error' in packets || datagram.from.address !== this.#connection.remote.address) continue;
      for (const packet of packets) {
        if (packet.kind !== 'nack' || packet.source !== this.#source) continue;
        for (const sequence of packet.lost) this.#sendAgain(sequence);
      }
    }
  }

  #sendAgain(sequence: number): void {
    const sent = this.#sent[sequence & (REMEMBERED - 1)];
    const film = this.#offer?.film;
    if (!sent || sent.sequence !== sequence || !film) return;
    const picture = film.picture(sent.frame);
    const bytes = picture.subarray(sent.offset, sent.offset + LARGEST_FRAGMENT);
    const packet = packetOf({
      marker: sent.offset + bytes.length === picture.length,
      payloadType: PAYLOAD_TYPES.retransmission,
      sequence: this.#retransmissionSequence,
      timestamp: sent.timestamp,
      source: this.#retransmissionSource,
      payload: encodeRetransmission(sequence, encodeFragment({ offset: sent.offset, bytes })),
    });
    this.#retransmissionSequence = (this.#retransmissionSequence + 1) & 0xffff;
    const info = { protocol: 'rtp', kind: 'packet', label: `picture ${sent.frame} again` };
    this.#sockets?.[0].send(encodeRtp(packet), this.#client(0), info);
  }

  /** True, as the session goes on. */
  *#respond(status: number, reason: string, fields: Fields, content = ''): Process<boolean> {
    const head = encodeResponse({ status, reason, fields: [...fields, { name: 'Server', value: SERVER }] });
    const info = { protocol: 'rtsp', kind: 'response', label: `RTSP/1.0 ${status} ${reason}` };
    return yield* this.#write(bytesOfOctets(head + content), info);
  }

  *#write(bytes: Uint8Array, info: MessageInfo): Process<boolean> {
    const turn = this.#writing.ask();
    try {
      yield* turn.come();
      return yield* this.#connection.write(bytes, info);
    } finally {
      turn.end();
    }
  }
}

function payloadTypeOf(film: Film): number {
  return film.clip ? PAYLOAD_TYPES.clip : PAYLOAD_TYPES.film;
}
