/**
 * A viewer of a stream: asks for the film by RTSP, puts its pictures together from RTP, and shows them when their time has come.
 *
 * Theory of operation. One process reads the connection, over UDP two more read the sockets; what they bring goes to the assembly and
 * moves the end of the playout buffer. Another one sends what the viewer does (pause, jump, speed) as requests, one after the other. The
 * main one sleeps until the playout buffer changes, a picture is due, or a lost packet is to be asked for again. A picture that is not
 * whole when it is due is missed; the film goes on without it as long as something behind it has come, and stalls when nothing has.
 */

import { count, formatDuration, formatValue } from '../../format.ts';
import { type Fields, fieldValue } from '../../http/wire/header-field.ts';
import { Channel, type Process, race } from '../../kernel/process.ts';
import { type Connection, type DatagramSocket, failed, type Host } from '../../network/host.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import type { StepOutcome } from '../../protocol.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { PlaybackControls } from '../playback-controls.ts';
import type { PlaybackTelling } from '../playback-telling.ts';
import { Playout } from '../playout.ts';
import { Assembly, frameOf, type Mapping, SequenceSpace } from './assembly.ts';
import { timeOf } from './film.ts';
import { LostPackets } from './lost-packets.ts';
import { RtspReader } from './rtsp-reader.ts';
import type { StreamAction } from './scenario.ts';
import type { Screen } from './screen.ts';
import { bindPair } from './server.ts';
import { decodeFragment, decodeRetransmission, PAYLOAD_TYPES } from './wire/payload.ts';
import { decodeRtcp, encodeRtcp } from './wire/rtcp.ts';
import { decodeRtp, type RtpPacket } from './wire/rtp.ts';
import {
  decodeRange,
  decodeResponse,
  decodeRtpInfo,
  decodeScale,
  decodeTransport,
  encodeRange,
  encodeRequest,
  encodeTransport,
  type Method,
  RTSP_PORT,
  type RtspResponse,
  type Transport,
} from './wire/rtsp.ts';
import { decodeDescription, type FilmDescription, lengthOf } from './wire/session-description.ts';

export interface ViewerSurroundings {
  readonly host: Host;
  /** Of the server. */
  readonly address: string;
  /** `rtsp://server/film`. */
  readonly url: string;
  readonly telling: PlaybackTelling;
  /** null where nothing is to be seen. */
  readonly screen: Screen | null;
  /** The connection is there: from now on, what the server sends over it is for this viewer. */
  readonly connected: (connection: Connection) => void;
  /** The film can be paused and so on from now on. */
  readonly begun: (controls: PlaybackControls) => void;
}

/** Where clients' ports for packets begin. */
const FIRST_PORT = 5004;
/** Without any packet for so long while it waits for some, a viewer gives up. */
const PATIENCE: Nanoseconds = 30 * SECOND;
/** A lost packet is asked for again after twice a round trip, at least. */
const SHORTEST_WAIT: Nanoseconds = 20 * MILLISECOND;
/** Packets of a PLAY that come before its response. */
const MOST_EARLY = 1_000;

/** Counted for each film anew. */
const COUNTED = ['video sent', 'video received', 'video played', 'missed frames', 'late frames'] as const;

type Answer = RtspResponse & { readonly content: string };

/** Done when the film has ended, or it is given up. */
export function* watch(surroundings: ViewerSurroundings, action: StreamAction): Process<StepOutcome> {
  const { host, address, connected } = surroundings;
  const startedAt = host.now();
  const connection = yield* host.connect({ address, port: RTSP_PORT });
  if (failed(connection)) return { outcome: `no connection: ${connection.failure}`, succeeded: false };
  connected(connection);
  const viewer = new Viewer(surroundings, action, connection, startedAt);
  try {
    return yield* viewer.run();
  } finally {
    viewer.close();
  }
}

class Viewer implements PlaybackControls {
  readonly #surroundings: ViewerSurroundings;
  readonly #host: Host;
  readonly #action: StreamAction;
  readonly #connection: Connection;
  readonly #startedAt: Nanoseconds;
  readonly #answers = new Channel<Answer>();
  readonly #wishes = new Channel<() => Process>();
  /** Something has happened that the main process must look at. */
  readonly #news = new Channel<null>();
  readonly #lost = new LostPackets();
  readonly #numbers = new SequenceSpace();
  #sockets: readonly [DatagramSocket, DatagramSocket] | null = null;
  #transport: Transport | null = null;
  #film: FilmDescription = { name: '', server: '', payloadType: 0, frameRate: 1, frames: 1, rate: 0, retransmission: false };
  #assembly = new Assembly(0);
  #playout: Playout;
  #session: string | null = null;
  #requests = 0;
  /** Between a request and its response, at best. */
  #roundTrip: Nanoseconds = Number.POSITIVE_INFINITY;
  /** Of the film that is being sent, and of what was sent before and may still be under way. */
  #mappings: readonly Mapping[] = [];
  /** Of all that the server has sent in this session. */
  #firstSequence: number | null = null;
  /** As the server has it. */
  #scale = 1;
  /** Requests to play that are not answered yet: packets wait until it is known what they mean. */
  #playsUnderWay = 0;
  readonly #early: RtpPacket[] = [];
  #mediaSource: number | null = null;
  #lastPacketAt: Nanoseconds;
  /** What the server has said about the end, or the connection. */
  #problem: string | null = null;
  #received = 0;
  #played = 0;
  #missed = 0;
  #late = 0;
  /** The next picture to be shown. */
  #next = 0;
  readonly #missing = new Set<number>();

  constructor(surroundings: ViewerSurroundings, action: StreamAction, connection: Connection, startedAt: Nanoseconds) {
    this.#surroundings = surroundings;
    this.#host = surroundings.host;
    this.#action = action;
    this.#connection = connection;
    this.#startedAt = startedAt;
    this.#lastPacketAt = this.#host.now();
    for (const metric of COUNTED) this.#measure(metric, 0);
    this.#playout = new Playout({ length: 1, startDelay: 0, startThreshold: 0, resumeThreshold: 0 }, startedAt);
  }

  close(): void {
    for (const socket of this.#sockets ?? []) socket.close();
    this.#wishes.close();
    this.#connection.close();
    this.#surroundings.telling.end();
  }

  *run(): Process<StepOutcome> {
    this.#host.spawn('rtsp reader', this.#read());
    const refusal = yield* this.#begin();
    if (refusal !== null) return { outcome: refusal, succeeded: false };
    this.#host.spawn('viewer', this.#fulfil());
    this.#surroundings.begun(this);
    const failure = yield* this.#show();
    if (failure === null && this.#connection.ending === null) yield* this.#request('TEARDOWN', []);
    return this.#outcome(failure);
  }

  /** Why the film cannot be had; null when it is on its way. */
  *#begin(): Process<string | null> {
    const described = yield* this.#request('DESCRIBE', [{ name: 'Accept', value: 'application/sdp' }]);
    if (described?.status !== 200) return refused('DESCRIBE', described);
    const film = decodeDescription(described.content);
    if (!film) return 'the server describes no film';
    this.#film = film;
    this.#assembly = new Assembly(film.frames);
    const { telling } = this.#surroundings;
    const { playoutDelay, resumeAfter } = this.#action;
    const settings = { length: lengthOf(film), startDelay: playoutDelay, startThreshold: 0, resumeThreshold: resumeAfter };
    const playout: Playout = new Playout(settings, this.#startedAt, (change) => telling.changed(change, playout));
    this.#playout = playout;
    const transport = yield* this.#ports();
    if (!transport) return 'no ports are left';
    const setUp = yield* this.#request('SETUP', [{ name: 'Transport', value: encodeTransport(transport) }]);
    if (setUp?.status !== 200) return refused('SETUP', setUp);
    this.#session = fieldValue(setUp.fields, 'Session')?.split(';')[0] ?? null;
    this.#transport = decodeTransport(fieldValue(setUp.fields, 'Transport') ?? '');
    if (!this.#transport || this.#transport.kind !== transport.kind) return 'the server names no transport';
    return yield* this.#play(0, 1);
  }

  *#ports(): Process<Transport | null> {
    if (this.#action.transport === 'tcp') return { kind: 'tcp', channel: 0, source: null };
    const sockets = yield* bindPair(this.#host, FIRST_PORT);
    if (!sockets) return null;
    this.#sockets = sockets;
    for (const [of, socket] of sockets.entries()) this.#host.spawn('rtp receiver', this.#receiveFrom(socket, of as 0 | 1));
    return { kind: 'udp', clientPort: sockets[0].local.port, serverPort: null, source: null };
  }

  /** Why it is refused; null when it is sent from there on. `position` null: from where it was paused. */
  *#play(position: Nanoseconds | null, scale: number): Process<string | null> {
    const range = position === null ? [] : [{ name: 'Range', value: encodeRange(position, this.length) }];
    const speed = scale === this.#scale ? [] : [{ name: 'Scale', value: String(scale) }];
    this.#playsUnderWay++;
    const answer = yield* this.#request('PLAY', [...range, ...speed]);
    this.#playsUnderWay--;
    if (answer?.status !== 200) return refused('PLAY', answer);
    const from = decodeRange(fieldValue(answer.fields, 'Range') ?? '');
    const info = decodeRtpInfo(fieldValue(answer.fields, 'RTP-Info') ?? '');
    if (from === null || !info) return 'the server does not say what it plays';
    if (this.#mappings.length === 0) this.#numbers.expect(info.sequence);
    this.#firstSequence ??= info.sequence;
    const sequence = this.#numbers.extended(info.sequence);
    this.#scale = decodeScale(fieldValue(answer.fields, 'Scale') ?? '') ?? 1;
    this.#mappings = [{ ...info, sequence, position: from, scale: this.#scale }, ...this.#mappings.slice(0, 1)];
    // A film can only begin with a picture that needs no other, which may stand before the one that was asked for.
    if (position !== null && from < position && this.#playout.level === 0) this.#moveTo(from);
    this.#lastPacketAt = this.#host.now();
    for (const packet of this.#early.splice(0)) this.#receive(packet);
    return null;
  }

  // What the viewer does -----------------------------------------------------------------------------------------------

  get length(): Nanoseconds {
    return lengthOf(this.#film);
  }

  pause(): void {
    this.#playout.pause(this.#host.now());
    this.#wish(() => this.#pause());
  }

  resume(): void {
    this.#playout.resume(this.#host.now());
    this.#wish(() => this.#resume());
  }

  seek(position: Nanoseconds): void {
    const held = this.#moveTo(position);
    this.#wish(held ? null : () => this.#playFrom(this.#playout.position));
    if (held) return;
    this.#assembly.forgetAll();
    this.#lost.giveUp();
    // Whatever is under way belongs to the old place.
    this.#mappings = [];
    this.#playsUnderWay++;
  }

  setSpeed(speed: number): void {
    this.#playout.setSpeed(this.#host.now(), speed);
    this.#wish(() => this.#changeSpeed());
  }

  #moveTo(position: Nanoseconds): boolean {
    const held = this.#playout.seek(this.#host.now(), position);
    const { frameRate, frames } = this.#film;
    this.#next = Math.min(frames, Math.ceil(((this.#playout.position - 1) * frameRate) / SECOND));
    return held;
  }

  #wish(wish: (() => Process) | null): void {
    if (wish) this.#wishes.put(wish);
    this.#news.put(null);
  }

  *#fulfil(): Process {
    for (;;) {
      const wish = yield* this.#wishes.take();
      if (wish === null) return;
      yield* wish();
      this.#news.put(null);
    }
  }

  get #isComplete(): boolean {
    return this.#playout.end >= this.length;
  }

  *#pause(): Process {
    // What is here already needs nobody to stop sending it.
    if (!this.#isComplete) yield* this.#request('PAUSE', []);
  }

  *#resume(): Process {
    if (!this.#isComplete) this.#note(yield* this.#play(null, this.#playout.speed));
  }

  *#playFrom(position: Nanoseconds): Process {
    yield* this.#request('PAUSE', []);
    this.#playsUnderWay--;
    if (position < this.length) this.#note(yield* this.#play(position, this.#playout.speed));
  }

  *#changeSpeed(): Process {
    if (this.#isComplete || this.#playout.phase === 'paused') return;
    yield* this.#request('PAUSE', []);
    this.#note(yield* this.#play(null, this.#playout.speed));
  }

  #note(problem: string | null): void {
    this.#problem ??= problem;
  }

  // What comes ---------------------------------------------------------------------------------------------------------

  /** Asks, and waits for the answer; null where none comes any more. */
  *#request(method: Method, fields: Fields): Process<Answer | null> {
    const sentAt = this.#host.now();
    const session = this.#session === null ? [] : [{ name: 'Session', value: this.#session }];
    const { url } = this.#surroundings;
    const head = encodeRequest({ method, url, fields: [{ name: 'CSeq', value: String(++this.#requests) }, ...session, ...fields] });
    const info = { protocol: 'rtsp', kind: 'request', label: `${method} ${url}` };
    if (!(yield* this.#connection.write(bytesOfOctets(head), info))) return null;
    const answer = yield* this.#answers.take();
    this.#roundTrip = Math.min(this.#roundTrip, this.#host.now() - sentAt);
    return answer;
  }

  *#read(): Process {
    const reader = new RtspReader<RtspResponse>(this.#connection, decodeResponse);
    for (;;) {
      const read = yield* reader.next();
      if (read.kind === 'message') this.#answers.put({ ...read.head, content: read.content });
      else if (read.kind === 'packet') this.#receiveBytes(read.bytes, read.channel === 0 ? 0 : 1);
      else {
        const broken =
          this.#connection.ending === 'closed' ? 'the server closed the connection' : `the connection was ${this.#connection.ending}`;
        this.#note(read.kind === 'malformed' ? `the server sent what is no RTSP: ${read.error}` : broken);
        break;
      }
    }
    this.#answers.close();
    this.#news.put(null);
  }

  *#receiveFrom(socket: DatagramSocket, of: 0 | 1): Process {
    for (;;) {
      const datagram = yield* socket.receive();
      if (datagram === null) return;
      if (datagram.from.address === this.#connection.remote.address) this.#receiveBytes(datagram.bytes, of);
    }
  }

  #receiveBytes(bytes: Uint8Array, of: 0 | 1): void {
    this.#lastPacketAt = this.#host.now();
    if (of === 1) this.#receiveControl(bytes);
    else {
      const packet = decodeRtp(bytes);
      if ('error' in packet) return;
      if (this.#playsUnderWay > 0) {
        if (this.#early.length < MOST_EARLY) this.#early.push(packet);
      } else this.#receive(packet);
    }
    this.#news.put(null);
  }

  /** The server says that it has sent all: what has not come by now is lost. */
  #receiveControl(bytes: Uint8Array): void {
    const packets = decodeRtcp(bytes);
    if ('error' in packets || this.#playsUnderWay > 0 || this.#mappings.length === 0) return;
    const source = this.#transport?.source;
    if (!packets.some((packet) => packet.kind === 'goodbye' && packet.source === source)) return;
    const report = packets.find((packet) => packet.kind === 'sender report' && packet.source === source);
    if (report?.kind === 'sender report' && this.#firstSequence !== null && this.#action.loss === 'retransmit' && this.#sockets) {
      // How many packets there were tells which the last one was: nothing came behind it that would show the gap.
      const lost = this.#numbers.receive((this.#firstSequence + report.packets) & 0xffff);
      this.#lost.miss(lost, this.#film.frames - 1, this.#host.now());
      this.#mediaSource = report.source;
    }
    this.#playout.receive(this.#host.now(), this.length);
  }

  #receive(packet: RtpPacket): void {
    const again = packet.payloadType === PAYLOAD_TYPES.retransmission ? decodeRetransmission(packet.payload) : null;
    if (packet.payloadType === PAYLOAD_TYPES.retransmission && !again) return;
    if (!again && packet.payloadType !== this.#film.payloadType) return;
    const fragment = decodeFragment(again ? again.payload : packet.payload);
    const sequence = this.#numbers.extended(again ? again.sequence : packet.sequence);
    const mapping = this.#mappings.find((one) => sequence >= one.sequence);
    if (!fragment || !mapping) return;
    const frame = frameOf(packet.timestamp, mapping, this.#film.frameRate);
    if (again) this.#lost.arrive(sequence);
    else {
      this.#mediaSource = packet.source;
      const passed = this.#numbers.receive(packet.sequence);
      if (this.#action.loss === 'retransmit' && this.#sockets) this.#lost.miss(passed, frame, this.#host.now());
    }
    const whole = this.#assembly.add(frame, fragment, packet.marker);
    if (whole) this.#measure('video received', ++this.#received);
    if (whole && this.#missing.delete(frame)) this.#measure('late frames', ++this.#late);
    // What came before is there, or lost.
    this.#playout.receive(this.#host.now(), timeOf(whole ? frame + 1 : frame, this.#film));
    this.#surroundings.telling.sample(this.#host.now(), this.#playout);
  }

  // What is seen -------------------------------------------------------------------------------------------------------

  /** Until the film has ended: null, or why it is given up. */
  *#show(): Process<string | null> {
    for (;;) {
      const now = this.#host.now();
      this.#playout.advance(now);
      this.#showDue();
      if (this.#playout.phase === 'ended') return null;
      const waits = this.#playout.phase !== 'playing' && this.#playout.phase !== 'paused';
      const dry = this.#playout.phase === 'stalled' || this.#playout.phase === 'seeking' || this.#playout.level === 0;
      if (this.#problem !== null && waits && dry) return this.#problem;
      const givesUpAt = waits ? this.#lastPacketAt + PATIENCE : null;
      if (givesUpAt !== null && dry && now >= givesUpAt) return `nothing came for ${formatDuration(PATIENCE)}`;
      this.#askForLost(now);
      const next = [this.#playout.nextChange(), this.#nextPicture(now), this.#lost.nextRequest(), dry ? givesUpAt : null];
      const until = next.reduce<Nanoseconds | null>((least, time) => (time === null ? least : Math.min(least ?? time, time)), null);
      if (until === null) yield* this.#news.take();
      else if (until > now) yield* race(this.#news.take(), this.#host.sleep(until - now));
      while (this.#news.length > 0) yield* this.#news.take();
    }
  }

  /** When the next picture is due, if it plays. */
  #nextPicture(now: Nanoseconds): Nanoseconds | null {
    if (this.#playout.phase !== 'playing' || this.#next >= this.#film.frames) return null;
    return now + Math.max(1, Math.ceil((timeOf(this.#next, this.#film) - this.#playout.position) / this.#playout.speed));
  }

  #showDue(): void {
    const { position, phase } = this.#playout;
    for (; this.#next < this.#film.frames; this.#next++) {
      const time = timeOf(this.#next, this.#film);
      if (time > position || (time === position && phase !== 'playing')) return;
      this.#showPicture(this.#next);
    }
  }

  #showPicture(frame: number): void {
    const { screen } = this.#surroundings;
    const whole = this.#assembly.isWhole(frame);
    const picture = screen && whole ? this.#assembly.picture(frame) : null;
    if (!whole) {
      this.#missing.add(frame);
      this.#measure('missed frames', ++this.#missed);
    }
    screen?.show(picture, this.#action.loss === 'interpolate' ? this.#assembly.picture(frame + 1) : null);
    this.#measure('video played', ++this.#played);
    if (screen) this.#measure('picture quality', screen.quality(frame));
    // A missed one may still come whole, and is counted as late then: its pieces are kept for a second.
    this.#assembly.forgetBefore(frame - Math.ceil(this.#film.frameRate));
    this.#lost.giveUpBefore(frame);
  }

  /** Lists what is lost, where that can be of use. */
  #askForLost(now: Nanoseconds): void {
    const transport = this.#transport;
    if (!this.#sockets || transport?.kind !== 'udp' || transport.serverPort === null || this.#mediaSource === null) return;
    const lost = this.#lost.due(now, Math.max(SHORTEST_WAIT, 2 * this.#roundTrip));
    if (lost.length === 0) return;
    const packet = { kind: 'nack' as const, sender: 0, source: this.#mediaSource, lost: lost.map((number) => number & 0xffff) };
    const to = { address: this.#connection.remote.address, port: transport.serverPort + 1 };
    this.#sockets[1].send(encodeRtcp([packet]), to, { protocol: 'rtcp', kind: 'packet', label: `lost: ${count(lost.length, 'packet')}` });
  }

  #measure(metric: string, value: number): void {
    this.#host.narrator.measure(metric, [this.#host.name], value);
  }

  #outcome(failure: string | null): StepOutcome {
    const playout = this.#playout;
    const seen = `${count(this.#played, 'picture')} shown`;
    const begun = Number.isNaN(playout.startupDelay) ? 'never began' : `began after ${formatDuration(playout.startupDelay)}`;
    const stalls = playout.stalls.length;
    const told = [
      seen,
      ...(this.#missed > 0 ? [`${this.#missed} missed`] : []),
      begun,
      ...(stalls > 0 ? [`stalled ${stalls === 1 ? 'once' : `${stalls} times`} for ${formatValue(playout.spent('stalled'), 'ns')}`] : []),
    ].join(', ');
    return failure === null ? { outcome: told, succeeded: true } : { outcome: `${failure}: ${told}`, succeeded: false };
  }
}

function refused(method: Method, answer: Answer | null): string {
  return answer ? `the server refused ${method}: ${answer.status} ${answer.reason}` : `no answer to ${method}`;
}
