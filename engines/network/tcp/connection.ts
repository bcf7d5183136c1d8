/**
 * One end of a TCP connection: the state machine of RFC 9293 §3.3.2 and §3.10, between the application above and the
 * host's table of connections below. LISTEN and CLOSED are not here: a listener is a table entry, a closed end is gone.
 */
import type { Content } from '../../content.ts';
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { type Process, wait } from '../../kernel/process.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { ConnectionEnding, Recorder } from '../../recorder.ts';
import type { TcpSettings } from '../../scenario.ts';
import type { ConnectFailure, Connection, Endpoint, MessageInfo } from '../host.ts';
import { findSack, readUint32 } from '../wire/tcp-options.ts';
import { Agreement } from './agreement.ts';
import type { Conversation, Stream } from './conversation.ts';
import { MAXIMUM_SEGMENT_LIFETIME, SEND_BUFFER } from './parameters.ts';
import { Receiver } from './receiver.ts';
import { ACK, FIN, PSH, RST, type Segment, SYN, sequenceLength } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Sender } from './sender.ts';

export type TcpState =
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'
  | 'CLOSED';

/** What a connection needs of its host. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  /** Index of the host. */
  readonly hostIndex: number;
  readonly settings: TcpSettings;
  /** Sends a segment to a host. */
  transmit(segment: Segment, to: number): void;
  /** It came to be, on the passive side. */
  established(connection: TcpConnection): void;
  /** Forgets it: nothing more arrives here. */
  forget(connection: TcpConnection): void;
  /** The sender's congestion window and smoothed round-trip time (NaN: none yet), about once a round trip and at each loss. */
  observe(connection: TcpConnection, window: Bytes, roundTrip: Nanoseconds): void;
}

export class TcpConnection implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly remoteHost: number;
  state: TcpState;
  ending: null | 'closed' | 'reset' | 'timed out' = null;
  conversation: Conversation;
  /** True at the end that the run calls the connection's server. */
  isServer: boolean;
  readonly initialSequence: number;
  readonly #agreement: Agreement;
  readonly #segments: SegmentWriter;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly #surroundings: Surroundings;
  readonly #sendBuffer: Bytes;
  #timeWait: Timer | null = null;
  readonly #readers: ((content: Content | null) => void)[] = [];
  /** Each waits until so much of the stream is acknowledged, and sent. */
  readonly #writers: { readonly acknowledged: Bytes; readonly sent: Bytes; readonly resume: (buffered: boolean) => void }[] = [];
  #opened: ((failure: ConnectFailure | null) => void) | null = null;

  constructor(
    surroundings: Surroundings,
    conversation: Conversation,
    isServer: boolean,
    local: Endpoint,
    remote: Endpoint,
    remoteHost: number,
    initialSequence: number,
  ) {
    const { kernel, settings } = surroundings;
    this.#surroundings = surroundings;
    this.conversation = conversation;
    this.isServer = isServer;
    this.local = local;
    this.remote = remote;
    this.remoteHost = remoteHost;
    this.initialSequence = initialSequence;
    this.state = isServer ? 'SYN-RECEIVED' : 'SYN-SENT';
    this.#agreement = new Agreement(settings, initialSequence);
    this.#sendBuffer = Math.max(SEND_BUFFER, settings.receiveBuffer);
    this.receiver = new Receiver(kernel, settings.receiveBuffer, () => this.#sendAck());
    this.#segments = new SegmentWriter(this, surroundings.hostIndex, this.#agreement, this.receiver, (segment, to) =>
      surroundings.transmit(segment, to),
    );
    this.sender = new Sender(
      kernel,
      {
        emit: (position, length, fin, retransmission) => this.#emitData(position, length, fin, retransmission),
        emitSyn: () => this.#emitSyn(true),
        timedOut: () => this.#end('timed out'),
        observe: (window, roundTrip) => surroundings.observe(this, window, roundTrip),
      },
      settings,
    );
  }

  // The application's side.

  /** Active open; `opened` is told once how it went. */
  open(opened: (failure: ConnectFailure | null) => void): void {
    this.#opened = opened;
    this.#emitSyn(false);
    this.sender.synSent();
  }

  /** Gives an attempt to connect up: nobody waits for it any longer. */
  abandon(ending: 'closed' | 'timed out'): void {
    if (this.state !== 'SYN-SENT' && this.state !== 'SYN-RECEIVED') return;
    this.#opened = null;
    this.#end(ending);
  }

  read(): Process<Content | null> {
    return wait<Content | null>((resume) => {
      const content = this.#take();
      if (content || this.ending !== null) {
        resume(content);
        return () => {};
      }
      this.#readers.push(resume);
      return () => {
        const i = this.#readers.indexOf(resume);
        if (i >= 0) this.#readers.splice(i, 1);
      };
    });
  }

  *write(content: Content, message: MessageInfo, unsent: Bytes = Number.POSITIVE_INFINITY): Process<boolean> {
    if (this.state !== 'ESTABLISHED' && this.state !== 'CLOSE-WAIT') return false;
    if (content.length === 0) return true;
    const { kernel, recorder, hostIndex } = this.#surroundings;
    const start = this.sender.streamEnd;
    const end = start + content.length;
    const step = kernel.cause;
    const receiver = recorder.otherEnd(this.number, this.isServer);
    const index = recorder.sendMessage(kernel.now, hostIndex, receiver, this.number, content, message, step, start);
    // The stream keeps bytes of its own, so that the caller may use its buffer again.
    this.#outgoing.write(content instanceof Uint8Array ? content.slice() : content, index, step);
    this.sender.streamEnd = end;
    this.sender.output();
    return yield* this.#until({ acknowledged: end - this.#sendBuffer, sent: end - unsent });
  }

  *allAcknowledged(): Process<boolean> {
    if (this.state === 'CLOSED') return false;
    return yield* this.#until({ acknowledged: this.sender.streamEnd, sent: 0 });
  }

  *#until(needs: { readonly acknowledged: Bytes; readonly sent: Bytes }): Process<boolean> {
    if (this.#hasRoom(needs)) return true;
    return yield* wait<boolean>((resume) => {
      const writer = { ...needs, resume };
      this.#writers.push(writer);
      return () => {
        const i = this.#writers.indexOf(writer);
        if (i >= 0) this.#writers.splice(i, 1);
      };
    });
  }

  close(): void {
    if (this.state === 'SYN-SENT') {
      this.abandon('closed');
      return;
    }
    if (this.state === 'ESTABLISHED' || this.state === 'SYN-RECEIVED') this.state = 'FIN-WAIT-1';
    else if (this.state === 'CLOSE-WAIT') this.state = 'LAST-ACK';
    else return;
    this.sender.finQueued = true;
    this.sender.output();
  }

  abort(): void {
    const { state, sender } = this;
    if (state === 'CLOSED') return;
    // RFC 9293 §3.10.5: no word where both sides have closed. Elsewhere SEQ=SND.NXT, beyond all that was ever sent, even where
    // some of it is being sent again.
    const over = state === 'TIME-WAIT' || ((state === 'CLOSING' || state === 'LAST-ACK') && sender.finSent);
    if (!over && state !== 'SYN-SENT') this.#segments.write(RST | ACK, sender.max, 0, false, null);
    this.#end(over ? 'closed' : 'reset');
  }

  /** The host lost power: gone without a word on the wire. */
  vanish(): void {
    if (this.state === 'CLOSED') return;
    this.#end(null);
  }

  // The network's side.

  get number(): number {
    return this.conversation.connection;
  }

  /** The SYN that a listener took. */
  acceptSyn(segment: Segment): void {
    this.#synchronise(segment);
    this.#emitSyn(false);
    this.sender.synSent();
  }

  /** RFC 9293 §3.6.1: in TIME-WAIT, a SYN beyond all that was received opens a new connection. */
  mayReopen(segment: Segment): boolean {
    const position = this.#agreement.theirPosition(segment.sequence, this.receiver.next);
    return this.state === 'TIME-WAIT' && position > this.receiver.next;
  }

  arrive(segment: Segment): void {
    if (this.state === 'CLOSED') return;
    if (this.state === 'SYN-SENT') this.#arriveInSynSent(segment);
    else this.#arriveSynchronised(segment);
  }

  /** RFC 9293 §3.10.7.3. */
  #arriveInSynSent(segment: Segment): void {
    const acknowledgment = this.#agreement.ourPosition(segment.acknowledgment, 1);
    const hasAck = (segment.flags & ACK) !== 0;
    if (hasAck && acknowledgment !== 1) {
      if (!(segment.flags & RST)) this.#segments.writeReset(segment);
      return;
    }
    if (segment.flags & RST) {
      if (hasAck) this.#end('refused');
      return;
    }
    if (!(segment.flags & SYN)) return;
    // Both sides opened at once (RFC 9293 §3.5, figure 7).
    if (segment.conversation.connection < this.conversation.connection) this.#join(segment.conversation);
    this.#synchronise(segment);
    if (hasAck) {
      this.sender.synAcknowledged();
      this.#establish(segment);
      this.#sendAck();
      this.#told(null);
      this.sender.output();
      return;
    }
    this.state = 'SYN-RECEIVED';
    this.#emitSyn(true);
  }

  /** The other side's conversation was recorded first: the run keeps that one. */
  #join(conversation: Conversation): void {
    this.#recordEnding('closed');
    this.conversation = conversation;
    this.isServer = true;
    this.#surroundings.recorder.setServerIsn(conversation.connection, this.initialSequence);
  }

  /** RFC 9293 §3.10.7.4, step by step. */
  #arriveSynchronised(segment: Segment): void {
    const { sender, receiver } = this;
    let { flags } = segment;
    let length = sequenceLength(segment);
    let position = this.#agreement.theirPosition(segment.sequence, receiver.next);
    if (this.state === 'SYN-RECEIVED' && flags & SYN && position === 0) {
      if (!(flags & ACK)) {
        this.#emitSyn(true);
        return;
      }
      // The other side's SYN was seen before; the rest acknowledges ours (RFC 9293 §3.5, figure 7).
      flags &= ~SYN;
      length--;
      position = 1;
    }
    if (!this.#acceptable(position, length, segment.length)) {
      if (flags & RST) return;
      if (this.state === 'TIME-WAIT' && flags & FIN) this.#enterTimeWait();
      receiver.acknowledgeNow();
      // A full window refuses data, never news.
      if (!(position === receiver.next && flags & ACK)) return;
    }
    if (flags & RST) {
      // RFC 5961 §3.2: only the exact sequence number resets; others in the window are asked about.
      if (position === receiver.next) this.#reset();
      else receiver.acknowledgeNow();
      return;
    }
    if (flags & SYN) {
      // RFC 5961 §4.2.
      receiver.acknowledgeNow();
      return;
    }
    if (!(flags & ACK)) return;
    const acknowledgment = this.#agreement.ourPosition(segment.acknowledgment, sender.una);
    if (sender.una === 0) {
      if (acknowledgment < 1 || acknowledgment > sender.max) {
        this.#segments.writeReset(segment);
        return;
      }
      sender.synAcknowledged();
      const active = this.#opened !== null;
      if (this.state === 'SYN-RECEIVED') this.#establish(segment);
      if (active) this.#told(null);
      else this.#surroundings.established(this);
      if ((this.state as TcpState) === 'CLOSED') return;
    }
    // RFC 5961 §5.2: neither what was never sent, nor what is older than any window.
    if (acknowledgment > sender.limit || acknowledgment < sender.una - sender.largestWindow) {
      receiver.acknowledgeNow();
      return;
    }
    this.#takeAcknowledgment(segment, position, acknowledgment);
    if ((this.state as TcpState) === 'CLOSED') return;
    if (segment.length > 0 || flags & FIN) this.#takeData(segment, position);
    if ((this.state as TcpState) === 'CLOSED') return;
    sender.output();
    if (this.#writers.length > 0) this.#resumeWriters();
  }

  /** RFC 9293 §3.10.7.4, table 6; a FIN without data takes no room in the buffer, so that it may come when that is full. */
  #acceptable(position: number, length: number, data: Bytes): boolean {
    const { next, window } = this.receiver;
    if (window === 0) return data === 0 && position === next;
    const edge = next + window;
    const last = position + length - 1;
    return (position >= next && position < edge) || (length > 0 && last >= next && last < edge);
  }

  #reset(): void {
    const { state } = this;
    if (state === 'SYN-RECEIVED') this.#end(this.isServer ? 'reset' : 'refused');
    // RFC 9293 §3.10.7.4: where both sides have closed, and only the last acknowledgment is out, an RST changes nothing.
    else
      this.#end(state === 'TIME-WAIT' || ((state === 'CLOSING' || state === 'LAST-ACK') && this.sender.awaitsOnlyFin) ? 'closed' : 'reset');
  }

  #hasRoom({ acknowledged, sent }: { readonly acknowledged: Bytes; readonly sent: Bytes }): boolean {
    return acknowledged <= Math.max(0, this.sender.una - 1) && sent <= Math.max(0, this.sender.max - 1);
  }

  /** In the order in which they came. */
  #resumeWriters(): void {
    for (const writer of this.#writers.filter((one) => this.#hasRoom(one))) {
      const i = this.#writers.indexOf(writer);
      if (i < 0) continue;
      this.#writers.splice(i, 1);
      writer.resume(true);
    }
  }

  #takeAcknowledgment(segment: Segment, position: number, acknowledgment: number): void {
    const { sender } = this;
    const window = this.#agreement.windowOf(segment);
    if (this.#agreement.selective && segment.options !== null) this.#takeBlocks(segment.options);
    if (acknowledgment > sender.una) {
      sender.acknowledged(acknowledgment, false);
      sender.updateWindow(position, acknowledgment, window);
    } else if (acknowledgment === sender.una) {
      const repeats =
        sender.max > sender.una && segment.length === 0 && !(segment.flags & (SYN | FIN)) && sender.window === window && window > 0;
      sender.acknowledged(acknowledgment, repeats);
      sender.updateWindow(position, acknowledgment, window);
    }
    if (!sender.finished) return;
    if (this.state === 'FIN-WAIT-1') this.state = 'FIN-WAIT-2';
    else if (this.state === 'CLOSING') {
      this.#enterTimeWait();
      this.#recordEnding('closed');
    } else if (this.state === 'LAST-ACK') this.#end('closed');
  }

  #takeBlocks(options: Uint8Array): void {
    const { sender } = this;
    const found = findSack(options);
    for (let at = found >> 3, left = found & 7; left > 0; at += 8, left--) {
      const start = this.#agreement.ourPosition(readUint32(options, at), sender.una);
      const end = this.#agreement.ourPosition(readUint32(options, at + 4), sender.una);
      if (end > start) sender.selectivelyAcknowledged(start, end);
    }
  }

  #takeData(segment: Segment, position: number): void {
    const { receiver } = this;
    const { kernel, recorder } = this.#surroundings;
    const fin = (segment.flags & FIN) !== 0;
    const hadFinished = receiver.finished;
    receiver.accept(position, segment.length, fin);
    const incoming = this.#incoming;
    for (let row = incoming.nextDelivered(receiver.streamEnd); row >= 0; row = incoming.nextDelivered(receiver.streamEnd)) {
      recorder.receiveMessage(row, kernel.now);
    }
    if (receiver.finished && !hadFinished) {
      this.ending = 'closed';
      if (this.state === 'ESTABLISHED' || this.state === 'SYN-RECEIVED') this.state = 'CLOSE-WAIT';
      else if (this.state === 'FIN-WAIT-1') this.state = 'CLOSING';
      else if (this.state === 'FIN-WAIT-2') this.#enterTimeWait();
    } else if (fin && this.state === 'TIME-WAIT') this.#enterTimeWait();
    this.#serveReaders();
  }

  #serveReaders(): void {
    while (this.#readers.length > 0) {
      const content = this.#take();
      if (!content && this.ending === null) return;
      this.#readers.shift()?.(content);
    }
  }

  /** The next content for the application, which then acts for the step that sent it. */
  #take(): Content | null {
    const { receiver } = this;
    const offset = receiver.readOffset;
    if (offset >= receiver.streamEnd) return null;
    const incoming = this.#incoming;
    const content = incoming.content.take(receiver.streamEnd);
    if (content) {
      receiver.read(offset + content.length);
      this.#surroundings.kernel.cause = incoming.stepAt(offset);
    }
    return content;
  }

  /** Takes in the other side's SYN. */
  #synchronise(segment: Segment): void {
    const maximumSegmentSize = this.#agreement.take(segment);
    this.receiver.synchronised();
    this.sender.negotiated(maximumSegmentSize, this.#agreement.selective);
    this.sender.updateWindow(0, 0, segment.window);
  }

  #establish(segment: Segment): void {
    this.state = 'ESTABLISHED';
    this.sender.updateWindow(this.#agreement.theirPosition(segment.sequence, this.receiver.next), 1, this.#agreement.windowOf(segment));
    if (!this.isServer) {
      const { kernel, recorder } = this.#surroundings;
      recorder.establishConnection(this.conversation.connection, kernel.now);
    }
  }

  #enterTimeWait(): void {
    this.state = 'TIME-WAIT';
    this.sender.stop();
    const { kernel } = this.#surroundings;
    if (this.#timeWait !== null) kernel.cancel(this.#timeWait);
    this.#timeWait = kernel.schedule(2 * MAXIMUM_SEGMENT_LIFETIME, () => this.#end('closed'), { background: true });
  }

  /** The end of this end: whoever waits is told. `ending` null: without a record of it. */
  #end(ending: ConnectionEnding | null): void {
    const before = this.state;
    this.state = 'CLOSED';
    this.sender.stop();
    this.receiver.stop();
    if (this.#timeWait !== null) this.#surroundings.kernel.cancel(this.#timeWait);
    if (ending) this.#recordEnding(ending);
    if (ending !== 'closed') {
      // What the application has not read is gone.
      const { receiver } = this;
      receiver.readOffset = receiver.streamEnd;
      this.#incoming.content.dropBefore(receiver.streamEnd);
      this.ending = ending === 'timed out' ? 'timed out' : 'reset';
    } else this.ending ??= 'closed';
    this.#surroundings.forget(this);
    if (before === 'SYN-SENT' || before === 'SYN-RECEIVED') {
      this.#told({ failure: ending === 'refused' || ending === 'timed out' || ending === 'reset' ? ending : 'unreachable' });
    }
    for (const reader of this.#readers.splice(0)) reader(this.#take());
    for (const writer of this.#writers.splice(0)) writer.resume(false);
  }

  #told(failure: ConnectFailure | null): void {
    const opened = this.#opened;
    this.#opened = null;
    opened?.(failure);
  }

  #recordEnding(ending: ConnectionEnding): void {
    this.#surroundings.recorder.closeConnection(this.conversation.connection, this.#surroundings.kernel.now, ending);
  }

  get #outgoing(): Stream {
    return this.isServer ? this.conversation.fromServer : this.conversation.fromClient;
  }

  get #incoming(): Stream {
    return this.isServer ? this.conversation.fromClient : this.conversation.fromServer;
  }

  #emitSyn(retransmission: boolean): void {
    this.#segments.write(this.state === 'SYN-SENT' ? SYN : SYN | ACK, 0, 0, retransmission, this.#agreement.offer());
  }

  #sendAck(): void {
    this.#segments.write(ACK, this.sender.max, 0, false, null);
  }

  #emitData(position: number, length: Bytes, fin: boolean, retransmission: boolean): void {
    const { kernel } = this.#surroundings;
    const { cause } = kernel;
    let flags = fin ? FIN | ACK : ACK;
    if (length > 0) {
      const outgoing = this.#outgoing;
      if (outgoing.endsWithin(position - 1, position - 1 + length)) flags |= PSH;
      // A segment goes out for the step of its first byte, whoever's acknowledgment or timer lets it go.
      kernel.cause = outgoing.stepAt(position - 1);
    }
    this.#segments.write(flags, position, length, retransmission, null);
    kernel.cause = cause;
  }
}
