/**
 * One end of a TCP connection: the state machine of RFC 9293 §3.3.2 and §3.10, between the application above and the
 * host's table of connections below. LISTEN and CLOSED are not here: a listener is a table entry, a closed end is gone.
 */
import type { Content } from '../../content.ts';
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { type Process, wait } from '../../kernel/process.ts';
import type { Bytes } from '../../quantities.ts';
import type { ConnectionEnding, Recorder } from '../../recorder.ts';
import type { ConnectFailure, Connection, Endpoint, MessageInfo } from '../host.ts';
import type { Conversation, MessageStream } from './conversation.ts';
import { MAXIMUM_SEGMENT_LIFETIME, MAXIMUM_SEGMENT_SIZE, RECEIVE_BUFFER, SEND_BUFFER, WINDOW_SHIFT } from './parameters.ts';
import { Receiver } from './receiver.ts';
import { ACK, FIN, fromWire, RST, type Segment, type SegmentOptions, SYN, sequenceLength, toWire } from './segment.ts';
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
  transmit(connection: TcpConnection, segment: Segment, retransmission: boolean, streamStart: Bytes): void;
  /** It came to be, on the passive side. */
  established(connection: TcpConnection): void;
  /** Forgets it: nothing more arrives here. */
  forget(connection: TcpConnection): void;
}

const OPTIONS: SegmentOptions = { maximumSegmentSize: MAXIMUM_SEGMENT_SIZE, windowShift: WINDOW_SHIFT };

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
  #remoteInitialSequence = 0;
  #remoteShift = 0;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly #surroundings: Surroundings;
  #timeWait: Timer | null = null;
  readonly #readers: ((content: Content | null) => void)[] = [];
  readonly #writers: { readonly end: Bytes; readonly resume: (buffered: boolean) => void }[] = [];
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
    this.#surroundings = surroundings;
    this.conversation = conversation;
    this.isServer = isServer;
    this.local = local;
    this.remote = remote;
    this.remoteHost = remoteHost;
    this.initialSequence = initialSequence;
    this.state = isServer ? 'SYN-RECEIVED' : 'SYN-SENT';
    this.receiver = new Receiver(surroundings.kernel, () => this.#sendAck());
    this.sender = new Sender(
      surroundings.kernel,
      {
        emit: (position, payload, length, flags, retransmission) => this.#emitData(position, payload, length, flags, retransmission),
        emitSyn: () => this.#emitSyn(true),
        timedOut: () => this.#timedOut(),
      },
      MAXIMUM_SEGMENT_SIZE,
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

  *write(content: Content, message: MessageInfo): Process<boolean> {
    if (this.state !== 'ESTABLISHED' && this.state !== 'CLOSE-WAIT') return false;
    if (content.length === 0) return true;
    const { kernel, recorder, hostIndex } = this.#surroundings;
    const start = this.sender.streamEnd;
    // The stream keeps bytes of its own, so that the caller may use its buffer again.
    this.sender.append(content instanceof Uint8Array ? content.slice() : content);
    const end = this.sender.streamEnd;
    const step = kernel.cause;
    const index = recorder.sendMessage(kernel.now, hostIndex, this.remoteHost, this.conversation.connection, content, message, step, start);
    this.#sentMessages.add({ start, end, index, step });
    this.sender.output();
    if (this.sender.buffered <= SEND_BUFFER) return true;
    return yield* wait<boolean>((resume) => {
      const writer = { end, resume };
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
    if (this.state === 'CLOSED') return;
    // RFC 9293 §3.10.5: SEQ=SND.NXT, beyond all that was ever sent, even where a time-out has gone back to send some of it again.
    if (this.state !== 'SYN-SENT' && this.state !== 'TIME-WAIT') this.#emit(RST | ACK, this.sender.max, [], 0, false);
    this.#end(this.state === 'TIME-WAIT' ? 'closed' : 'reset');
  }

  /** The host lost power: gone without a word on the wire. */
  vanish(): void {
    if (this.state === 'CLOSED') return;
    this.#end(null);
  }

  // The network's side.

  /** The SYN that a listener took. */
  acceptSyn(segment: Segment): void {
    this.#synchronise(segment);
    this.#emitSyn(false);
    this.sender.synSent();
  }

  /** RFC 9293 §3.6.1: in TIME-WAIT, a SYN beyond all that was received opens a new connection. */
  mayReopen(segment: Segment): boolean {
    const position = fromWire(this.#remoteInitialSequence, segment.sequence, this.receiver.next);
    return this.state === 'TIME-WAIT' && position > this.receiver.next;
  }

  arrive(segment: Segment): void {
    if (this.state === 'CLOSED') return;
    if (this.state === 'SYN-SENT') this.#arriveInSynSent(segment);
    else this.#arriveSynchronised(segment);
  }

  #arriveInSynSent(segment: Segment): void {
    const acknowledgment = fromWire(this.initialSequence, segment.acknowledgment, 1);
    const hasAck = (segment.flags & ACK) !== 0;
    if (hasAck && acknowledgment !== 1) {
      if (!(segment.flags & RST)) this.#emitReset(segment);
      return;
    }
    if (segment.flags & RST) {
      if (hasAck) this.#end('refused');
      return;
    }
    if (!(segment.flags & SYN)) return;
    this.#synchronise(segment);
    if (hasAck) {
      this.sender.synAcknowledged();
      this.#establish(segment);
      this.#sendAck();
      this.#told(null);
      this.sender.output();
      return;
    }
    // Both sides opened at once (RFC 9293 §3.5, figure 7). The run keeps the connection that was recorded first.
    if (segment.conversation.connection < this.conversation.connection) {
      this.#surroundings.recorder.closeConnection(this.conversation.connection, this.#surroundings.kernel.now, 'closed');
      this.conversation = segment.conversation;
      this.isServer = true;
      this.#surroundings.recorder.setServerIsn(this.conversation.connection, this.initialSequence);
    }
    this.state = 'SYN-RECEIVED';
    this.#emitSyn(true);
  }

  #arriveSynchronised(segment: Segment): void {
    const { sender, receiver } = this;
    let { flags } = segment;
    let length = sequenceLength(segment);
    let position = fromWire(this.#remoteInitialSequence, segment.sequence, receiver.next);
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
    if (!this.#acceptable(position, length)) {
      if (flags & RST) return;
      if (this.state === 'TIME-WAIT' && flags & FIN) this.#enterTimeWait();
      receiver.acknowledgeNow();
      // A full window refuses data, never news: RFC 9293 §3.10.7.4.
      if (!(position === receiver.next && flags & ACK)) return;
    }
    if (flags & RST) {
      // RFC 5961 §3.2: only the exact sequence number resets; others in the window are asked about.
      if (position === receiver.next) this.#end(this.state === 'SYN-RECEIVED' && !this.isServer ? 'refused' : 'reset');
      else receiver.acknowledgeNow();
      return;
    }
    if (flags & SYN) {
      // RFC 5961 §4.2.
      receiver.acknowledgeNow();
      return;
    }
    if (!(flags & ACK)) return;
    const acknowledgment = fromWire(this.initialSequence, segment.acknowledgment, sender.una);
    if (sender.una === 0) {
      if (acknowledgment < 1 || acknowledgment > sender.max) {
        this.#emitReset(segment);
        return;
      }
      sender.synAcknowledged();
      const active = this.#opened !== null;
      if (this.state === 'SYN-RECEIVED') this.#establish(segment);
      if (active) this.#told(null);
      else this.#surroundings.established(this);
      if ((this.state as TcpState) === 'CLOSED') return;
    }
    if (acknowledgment > sender.max) {
      receiver.acknowledgeNow();
      return;
    }
    this.#takeAcknowledgment(segment, position, acknowledgment);
    if ((this.state as TcpState) === 'CLOSED') return;
    if (segment.length > 0 || flags & FIN) this.#takeData(segment, position);
    if ((this.state as TcpState) !== 'CLOSED') sender.output();
  }

  /** RFC 9293 §3.10.7.4, table 6. */
  #acceptable(position: number, length: number): boolean {
    const { next, window } = this.receiver;
    const inWindow = (at: number): boolean => at >= next && at < next + window;
    if (length === 0) return window === 0 ? position === next : inWindow(position);
    if (window === 0) return false;
    return inWindow(position) || inWindow(position + length - 1);
  }

  #takeAcknowledgment(segment: Segment, position: number, acknowledgment: number): void {
    const { sender } = this;
    const window = segment.window * 2 ** (segment.flags & SYN ? 0 : this.#remoteShift);
    if (acknowledgment > sender.una) {
      sender.acknowledged(acknowledgment);
      sender.updateWindow(position, acknowledgment, window);
      while (this.#writers.length > 0 && (this.#writers[0]?.end ?? 0) <= sender.una - 1 + SEND_BUFFER) this.#writers.shift()?.resume(true);
    } else if (acknowledgment === sender.una) {
      const repeats =
        sender.max > sender.una && segment.length === 0 && !(segment.flags & (SYN | FIN)) && sender.window === window && window > 0;
      if (repeats) sender.duplicateAcknowledgment();
      sender.updateWindow(position, acknowledgment, window);
    }
    if (!sender.finished) return;
    if (this.state === 'FIN-WAIT-1') this.state = 'FIN-WAIT-2';
    else if (this.state === 'CLOSING') {
      this.#enterTimeWait();
      this.#recordEnding('closed');
    } else if (this.state === 'LAST-ACK') this.#end('closed');
  }

  #takeData(segment: Segment, position: number): void {
    const { receiver } = this;
    const { kernel, recorder } = this.#surroundings;
    const fin = (segment.flags & FIN) !== 0;
    const hadFinished = receiver.finished;
    receiver.accept(position, segment.payload, segment.length, fin);
    for (const message of this.#receivedMessages.deliveredUpTo(receiver.streamEnd)) recorder.receiveMessage(message.index, kernel.now);
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
    const offset = this.receiver.readOffset;
    const content = this.receiver.take();
    if (content) this.#surroundings.kernel.cause = this.#receivedMessages.stepAt(offset);
    return content;
  }

  #synchronise(segment: Segment): void {
    this.#remoteInitialSequence = segment.sequence;
    this.#remoteShift = segment.options?.windowShift ?? 0;
    this.receiver.next = 1;
    this.receiver.edge = 1 + Math.min(RECEIVE_BUFFER, 65_535);
    this.sender.mss = Math.min(MAXIMUM_SEGMENT_SIZE, segment.options?.maximumSegmentSize ?? 536);
    this.sender.updateWindow(0, 0, segment.window);
  }

  #establish(segment: Segment): void {
    this.state = 'ESTABLISHED';
    this.sender.updateWindow(
      fromWire(this.#remoteInitialSequence, segment.sequence, this.receiver.next),
      1,
      segment.window * 2 ** (segment.flags & SYN ? 0 : this.#remoteShift),
    );
  }

  #enterTimeWait(): void {
    this.state = 'TIME-WAIT';
    this.sender.stop();
    const { kernel } = this.#surroundings;
    if (this.#timeWait !== null) kernel.cancel(this.#timeWait);
    this.#timeWait = kernel.schedule(2 * MAXIMUM_SEGMENT_LIFETIME, () => this.#end('closed'), { background: true });
  }

  #timedOut(): void {
    this.#end('timed out');
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
      this.receiver.discard();
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

  get #sentMessages(): MessageStream {
    return this.isServer ? this.conversation.fromServer : this.conversation.fromClient;
  }

  get #receivedMessages(): MessageStream {
    return this.isServer ? this.conversation.fromClient : this.conversation.fromServer;
  }

  #emitSyn(retransmission: boolean): void {
    const flags = this.state === 'SYN-SENT' ? SYN : SYN | ACK;
    this.#emit(flags, 0, [], 0, retransmission, OPTIONS);
  }

  #sendAck(): void {
    this.#emit(ACK, this.sender.max, [], 0, false);
  }

  #emitData(position: number, payload: readonly Content[], length: Bytes, flags: number, retransmission: boolean): void {
    const { kernel } = this.#surroundings;
    // A segment goes out for the step of its first byte, whoever's acknowledgment or timer lets it go.
    const cause = kernel.cause;
    if (length > 0) kernel.cause = this.#sentMessages.stepAt(position - 1);
    this.#emit(flags | ACK, position, payload, length, retransmission);
    kernel.cause = cause;
  }

  /** RST in answer to a segment that acknowledges what was never sent (RFC 9293 §3.10.7.3). */
  #emitReset(segment: Segment): void {
    this.#transmit(RST, segment.acknowledgment, 0, 0, [], 0, false, null);
  }

  #emit(
    flags: number,
    position: number,
    payload: readonly Content[],
    length: Bytes,
    retransmission: boolean,
    options: SegmentOptions | null = null,
  ): void {
    const { receiver } = this;
    const shift = flags & SYN ? 0 : WINDOW_SHIFT;
    // Rounded up: the right edge of the window never moves back (RFC 7323 §2.4).
    const window = Math.min(Math.ceil(receiver.window / 2 ** shift), 65_535);
    let acknowledgment = 0;
    if (flags & ACK) {
      acknowledgment = toWire(this.#remoteInitialSequence, receiver.next);
      receiver.acknowledged(receiver.next + window * 2 ** shift);
    }
    const sequence = toWire(this.initialSequence, position);
    this.#transmit(flags, sequence, acknowledgment, window, payload, length, retransmission, options, Math.max(position - 1, 0));
  }

  #transmit(
    flags: number,
    sequence: number,
    acknowledgment: number,
    window: number,
    payload: readonly Content[],
    length: Bytes,
    retransmission: boolean,
    options: SegmentOptions | null,
    streamStart = 0,
  ): void {
    const segment: Segment = {
      kind: 'tcp',
      from: this.#surroundings.hostIndex,
      fromPort: this.local.port,
      toPort: this.remote.port,
      conversation: this.conversation,
      fromServer: this.isServer,
      flags,
      sequence,
      acknowledgment,
      window,
      options,
      payload,
      length,
    };
    this.#surroundings.transmit(this, segment, retransmission, streamStart);
  }
}
