/**
 * One end of a TCP connection at flow level: the same life as at `packets` (RFC 9293 §3.3.2), in as few events as it takes.
 *
 * SYN, FIN and RST travel as single segments, with the line's delays and losses; data as a fluid (sending.ts). Both ends
 * know each other, so that what arrives is handed over directly. The third segment of the handshake and pure
 * acknowledgments are taken to arrive, and take no room on the line.
 */
import type { Content } from '../../content.ts';
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { type Process, wait } from '../../kernel/process.ts';
import { type RandomStream, randomStream } from '../../kernel/random.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { ConnectionEnding } from '../../recorder.ts';
import type { TcpSettings } from '../../scenario.ts';
import type { ConnectFailure, Connection, Endpoint, MessageInfo } from '../host.ts';
import type { Header } from '../middleboxes/header.ts';
import type { Conversation, Stream } from '../tcp/conversation.ts';
import { initialSequence } from '../tcp/opening.ts';
import { INITIAL_RTO, MAXIMUM_RTO, MAXIMUM_SEGMENT_LIFETIME, SEND_BUFFER, SYN_TIMEOUT } from '../tcp/parameters.ts';
import { SYN } from '../tcp/segment.ts';
import type { FlowNetwork, Passed } from './flow-network.ts';
import { HEADERS } from './route.ts';
import { Sending, type SendingEnd } from './sending.ts';

/** A SYN has options: MSS and window scale take two words, SACK-permitted one more. */
const synSize = (settings: TcpSettings): Bytes => HEADERS + (settings.selectiveAcknowledgments ? 12 : 8);

export type FlowState = 'SYN-SENT' | 'SYN-RECEIVED' | 'ESTABLISHED' | 'TIME-WAIT' | 'CLOSED';

/** What a connection needs of its host. */
export interface FlowHost {
  readonly network: FlowNetwork;
  readonly hostIndex: number;
  readonly settings: TcpSettings;
  /** True while the host has power. */
  readonly powered: boolean;
  /** It came to be, on the passive side. */
  established(connection: FlowConnection): void;
  forget(connection: FlowConnection): void;
}

export class FlowConnection implements Connection, SendingEnd {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Index of the host with the address of `remote`. */
  readonly remoteHost: number;
  state: FlowState;
  ending: null | 'closed' | 'reset' | 'timed out' = null;
  conversation: Conversation;
  isServer: boolean;
  readonly sending: Sending;
  /** The other end, once it has taken a SYN. */
  peer: FlowConnection | null = null;
  /** Host of the other end; behind a NAT it becomes known when that has taken our SYN. */
  #other: FlowHost;
  /** NATs and firewalls that it has passed: shared with the other end. */
  #passed: Passed | null = null;
  readonly #host: FlowHost;
  readonly #kernel: Kernel;
  /** Offset after the last byte that came in order. */
  #arrived: Bytes = 0;
  #closing = false;
  #closedFirst = false;
  #finAcknowledged = false;
  #finReceived = false;
  #attempts = 0;
  #timer: Timer | null = null;
  #random: RandomStream | null = null;
  #readers: ((content: Content | null) => void)[] = [];
  /** Each waits until what lies before a place has gone out. */
  readonly #senders: { readonly position: Bytes; readonly resume: (sent: boolean) => void; wanted: boolean }[] = [];
  /** Each waits until what lies before its end is acknowledged; in the order of their ends. */
  #writers: { readonly end: Bytes; readonly resume: (buffered: boolean) => void }[] = [];
  #opened: ((failure: ConnectFailure | null) => void) | null = null;

  constructor(
    host: FlowHost,
    other: FlowHost,
    remoteHost: number,
    conversation: Conversation,
    isServer: boolean,
    local: Endpoint,
    remote: Endpoint,
  ) {
    this.#host = host;
    this.#kernel = host.network.kernel;
    this.#other = other;
    this.remoteHost = remoteHost;
    this.conversation = conversation;
    this.isServer = isServer;
    this.local = local;
    this.remote = remote;
    this.state = isServer ? 'SYN-RECEIVED' : 'SYN-SENT';
    this.sending = new Sending(host.network, this);
  }

  // The application's side.

  /** Active open; `opened` is told once how it went. */
  open(opened: (failure: ConnectFailure | null) => void): void {
    this.#opened = opened;
    this.#sendSyn(this.#kernel.now);
  }

  /** Gives an attempt to connect up: nobody waits for it any longer. */
  abandon(ending: 'closed' | 'timed out'): void {
    if (this.state !== 'SYN-SENT') return;
    this.#opened = null;
    this.#finish(ending);
  }

  read(): Process<Content | null> {
    return wait<Content | null>((resume) => {
      const content = this.#take();
      if (content || this.ending !== null) {
        resume(content);
        return () => {};
      }
      this.#readers.push(resume);
      this.#offer();
      return () => {
        const i = this.#readers.indexOf(resume);
        if (i >= 0) this.#readers.splice(i, 1);
        this.#offer();
      };
    });
  }

  *write(content: Content, message: MessageInfo, unsent = Number.POSITIVE_INFINITY): Process<boolean> {
    if (this.state !== 'ESTABLISHED' || this.#closing) return false;
    const { length } = content;
    if (length === 0) return true;
    const kernel = this.#kernel;
    const { recorder } = this.#host.network;
    const start = this.sending.written;
    const end = start + length;
    const step = kernel.cause;
    const index = recorder.sendMessage(kernel.now, this.from, this.to, this.number, content, message, step, start);
    // The stream keeps bytes of its own, so that the caller may use its buffer again.
    this.outgoing.write(content instanceof Uint8Array ? content.slice() : content, index, step);
    this.sending.write(length);
    if (unsent !== Number.POSITIVE_INFINITY && !(yield* this.#sent(end - unsent))) return false;
    const kept = Math.max(SEND_BUFFER, this.settings.receiveBuffer);
    return yield* this.#acknowledgedTo(end - kept);
  }

  /** Done when the other side has acknowledged what lies before that place; false when it never will. */
  *#acknowledgedTo(end: Bytes): Process<boolean> {
    if (end <= (this.peer?.arrived ?? 0)) return true;
    if (this.state === 'CLOSED') return false;
    return yield* wait<boolean>((resume) => {
      const writer = { end, resume };
      const after = this.#writers.findIndex((other) => other.end > end);
      this.#writers.splice(after < 0 ? this.#writers.length : after, 0, writer);
      this.sending.tellWhenAcknowledged(end);
      return () => {
        const i = this.#writers.indexOf(writer);
        if (i >= 0) this.#writers.splice(i, 1);
      };
    });
  }

  allAcknowledged(): Process<boolean> {
    return this.#acknowledgedTo(this.sending.written);
  }

  /** Done when all before that place has gone out; false when it never will. */
  #sent(position: Bytes): Process<boolean> {
    return wait<boolean>((resume) => {
      if (this.sending.hasSent(position)) {
        resume(true);
        return () => {};
      }
      const sender = { position, resume, wanted: true };
      this.#senders.push(sender);
      return () => {
        sender.wanted = false;
        const i = this.#senders.indexOf(sender);
        if (i >= 0) this.#senders.splice(i, 1);
      };
    });
  }

  close(): void {
    if (this.state === 'SYN-SENT') {
      this.abandon('closed');
      return;
    }
    if (this.#closing || (this.state !== 'ESTABLISHED' && this.state !== 'SYN-RECEIVED')) return;
    this.#closing = true;
    this.#closedFirst = !this.#finReceived;
    this.sending.finish();
  }

  abort(): void {
    if (this.state === 'CLOSED') return;
    const over = this.state === 'TIME-WAIT' || (this.#closing && this.#finReceived && this.sending.drained);
    if (!over && this.peer) this.#sendReset(this.peer);
    this.#finish(over ? 'closed' : 'reset');
  }

  /** This host is about to lose power: what has arrived until now counts, on both sides. */
  tellArrived(): void {
    this.peer?.sending.tellArrived();
    this.sending.tellArrived();
  }

  /** The host lost power: gone without a word. */
  vanish(): void {
    if (this.state === 'CLOSED') return;
    this.#finish(null);
    this.peer?.sending.pathChanged();
  }

  // What the sending half asks.

  get number(): number {
    return this.conversation.connection;
  }

  get from(): number {
    return this.#host.hostIndex;
  }

  get to(): number {
    return this.#other.hostIndex;
  }

  get translators(): readonly number[] {
    return this.#passed?.translators ?? [];
  }

  get outgoing(): Stream {
    return this.isServer ? this.conversation.fromServer : this.conversation.fromClient;
  }

  get settings(): TcpSettings {
    return this.#host.settings;
  }

  get receiveBuffer(): Bytes {
    return this.#other.settings.receiveBuffer;
  }

  /** Draws the losses of what this end sends. */
  random(): RandomStream {
    const { local, remote } = this;
    this.#random ??= randomStream(this.#kernel.seed, `flow loss ${local.address} ${local.port} ${remote.address} ${remote.port}`);
    return this.#random;
  }

  deliver(position: Bytes, fin: boolean): void {
    const { peer } = this;
    if (!peer || this.answer() !== 'alive') {
      this.sending.pathChanged();
      if (this.state !== 'CLOSED' && this.answer() === 'reset') {
        this.#kernel.schedule(this.#host.network.travel(this.to, this.from, HEADERS), () => this.resetByPeer());
      } else if (this.state !== 'CLOSED') this.sending.unanswered();
      return;
    }
    if (this.#passed) this.#passThrough();
    peer.#receive(position, fin);
    if (fin) this.#kernel.schedule(this.#host.network.travel(this.to, this.from, HEADERS), () => this.#acknowledgeFin());
  }

  get reached(): Bytes {
    return this.peer?.arrived ?? 0;
  }

  messageSent(): void {
    if (this.#senders.length === 0) return;
    for (const sender of this.#senders.filter(({ position }) => this.sending.hasSent(position))) {
      const i = this.#senders.indexOf(sender);
      if (i < 0) continue;
      this.#senders.splice(i, 1);
      this.#kernel.schedule(0, () => {
        if (sender.wanted) sender.resume(true);
      });
    }
  }

  acknowledged(position: Bytes): void {
    while (this.#writers.length > 0 && (this.#writers[0]?.end ?? 0) <= position) this.#writers.shift()?.resume(true);
    const next = this.#writers[0];
    if (next) this.sending.tellWhenAcknowledged(next.end);
  }

  timedOut(): void {
    this.#finish('timed out');
  }

  answer(): 'alive' | 'reset' | 'silence' {
    if (!this.#other.powered || this.#forgotten) return 'silence';
    return this.peer && this.peer.state !== 'CLOSED' ? 'alive' : 'reset';
  }

  resetByPeer(): void {
    // What never came to be leaves no record of its end: its client has told how its attempt went.
    if (this.state !== 'CLOSED') this.#finish(this.state === 'SYN-RECEIVED' ? null : 'reset');
  }

  /** A SYN of another client from the same endpoint: the one before is not there any more. */
  supersede(): void {
    this.#finish(null);
  }

  /** Offset after the last byte that came in order. */
  get arrived(): Bytes {
    return this.#arrived;
  }

  // The network's side.

  /** The SYN of `client` has come, by way of `passed`. */
  answerSyn(client: FlowConnection, passed: Passed): void {
    const { network } = this.#host;
    this.peer = client;
    this.#other = client.#host;
    if (passed.sessions.length > 0) this.#passed = passed;
    if (this.state === 'SYN-RECEIVED' && this.#timer === null) {
      this.#timer = this.#kernel.schedule(SYN_TIMEOUT, () => this.#finish(null), { background: true });
    }
    network.send(this.from, this.to, synSize(this.settings), this, () => client.#establish(this));
  }

  /** The other side has opened at once, and its conversation was recorded first: the run keeps that one. */
  join(conversation: Conversation): void {
    const { recorder } = this.#host.network;
    this.#record('closed');
    this.conversation = conversation;
    this.isServer = true;
    recorder.setServerIsn(conversation.connection, initialSequence(this.#kernel, this.local, this.remote));
  }

  refused(): void {
    if (this.state === 'SYN-SENT') this.#finish('refused');
  }

  #sendSyn(since: Nanoseconds): void {
    const { network } = this.#host;
    const kernel = this.#kernel;
    const syn: Header = {
      transport: 'tcp',
      flags: SYN,
      from: this.from,
      fromPort: this.local.port,
      to: this.remoteHost,
      toPort: this.remote.port,
    };
    network.open(
      this.number,
      syn,
      synSize(this.settings),
      this,
      (header, passed) => {
        const host = network.hosts[header.to];
        if (host?.powered) host.takeSyn(this, header, passed);
      },
      () => this.refused(),
    );
    this.#timer = kernel.schedule(Math.min(INITIAL_RTO * 2 ** this.#attempts, MAXIMUM_RTO), () => {
      this.#timer = null;
      if (kernel.now - since >= SYN_TIMEOUT) {
        this.#finish('timed out');
        return;
      }
      this.#attempts++;
      this.sending.window.handshakeLost();
      this.#sendSyn(since);
    });
  }

  #establish(server: FlowConnection): void {
    // RFC 9293 §3.10.7.1: who has given up knows of no connection, and says so.
    if (this.state === 'CLOSED' && this.#host.powered) this.#sendReset(server);
    if (this.state !== 'SYN-SENT') return;
    this.#stopTimer();
    this.peer = server;
    if (server.number < this.number) this.join(server.conversation);
    if (this.#other !== server.#host) {
      this.#other = server.#host;
      this.sending.meet(this.receiveBuffer);
    }
    this.#passed = server.#passed;
    this.state = 'ESTABLISHED';
    const { network } = this.#host;
    for (const session of this.#passed?.sessions ?? []) {
      session.enter(this.#kernel.now, 'established');
      session.busy = () => this.sending.active || server.sending.active;
    }
    if (!this.isServer) network.recorder.establishConnection(this.number, this.#kernel.now);
    this.#kernel.schedule(network.travel(this.from, this.to, HEADERS), () => server.#confirm());
    this.#told(null);
  }

  /** The other side has acknowledged our SYN. */
  #confirm(): void {
    if (this.state !== 'SYN-RECEIVED') return;
    this.#stopTimer();
    this.state = 'ESTABLISHED';
    this.#host.established(this);
    if (this.#closing) this.sending.finish();
  }

  #receive(position: Bytes, fin: boolean): void {
    const kernel = this.#kernel;
    const { recorder } = this.#host.network;
    if (this.state === 'SYN-RECEIVED') this.#confirm();
    if (this.state === 'CLOSED') return;
    this.#arrived = Math.max(this.#arrived, position);
    const incoming = this.#incoming;
    for (let message = incoming.nextDelivered(this.#arrived); message >= 0; message = incoming.nextDelivered(this.#arrived)) {
      recorder.receiveMessage(message, kernel.now);
    }
    if (fin && !this.#finReceived) {
      this.#finReceived = true;
      this.ending = 'closed';
      if (this.#finAcknowledged) this.#enterTimeWait();
    }
    while (this.#readers.length > 0) {
      const content = this.#take();
      if (!content && this.ending === null) break;
      this.#readers.shift()?.(content);
    }
    this.#offer();
  }

  #acknowledgeFin(): void {
    if (this.state === 'CLOSED' || this.#finAcknowledged) return;
    this.#finAcknowledged = true;
    if (!this.#finReceived) return;
    if (!this.#closedFirst) {
      this.#finish('closed');
      return;
    }
    this.#record('closed');
    this.#enterTimeWait();
  }

  /** The next content for the application, which then acts for the step that sent it. */
  #take(): Content | null {
    const { content } = this.#incoming;
    const offset = content.start;
    if (offset >= this.#arrived) return null;
    const taken = content.take(this.#arrived);
    if (taken) {
      this.#kernel.cause = this.#incoming.stepAt(offset);
      this.#offer();
    }
    return taken;
  }

  /** Tells the other side how much more there is room for: without end while the application waits for it. */
  #offer(): void {
    const limit = this.#readers.length > 0 ? Number.POSITIVE_INFINITY : this.#incoming.content.start + this.settings.receiveBuffer;
    this.peer?.sending.offered(limit);
  }

  #sendReset(peer: FlowConnection): void {
    this.#host.network.send(this.from, this.to, HEADERS, this, () => peer.resetByPeer());
  }

  /** What keeps the middleboxes on the way from forgetting it. */
  #passThrough(): void {
    for (const session of this.#passed?.sessions ?? []) session.enter(this.#kernel.now);
  }

  /** One of them has, and lets nothing pass any more. */
  get #forgotten(): boolean {
    return this.#passed?.sessions.some((session) => !session.isAlive(this.#kernel.now)) ?? false;
  }

  /** It ends: they keep it a little longer. */
  #tellEnd(): void {
    for (const session of this.#passed?.sessions ?? []) {
      session.busy = null;
      if (session.isAlive(this.#kernel.now)) session.enter(this.#kernel.now, 'closing');
    }
  }

  #enterTimeWait(): void {
    this.#tellEnd();
    this.state = 'TIME-WAIT';
    this.sending.stop();
    this.#timer = this.#kernel.schedule(2 * MAXIMUM_SEGMENT_LIFETIME, () => this.#finish('closed'), { background: true });
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#kernel.cancel(this.#timer);
    this.#timer = null;
  }

  /** The end of this end: whoever waits is told. `ending` null: without a record of it. */
  #finish(ending: ConnectionEnding | null): void {
    const before = this.state;
    this.state = 'CLOSED';
    this.sending.stop();
    this.#stopTimer();
    // Silence ends nothing for those who only look on.
    if (before !== 'TIME-WAIT' && (ending === 'closed' || ending === 'reset')) this.#tellEnd();
    if (ending) this.#record(ending);
    if (ending !== 'closed') {
      this.#arrived = this.#incoming.content.start;
      this.ending = ending === 'timed out' ? 'timed out' : 'reset';
    } else this.ending ??= 'closed';
    this.#host.forget(this);
    if (before === 'SYN-SENT') {
      this.#told({ failure: ending === 'refused' || ending === 'timed out' || ending === 'reset' ? ending : 'unreachable' });
    }
    const readers = this.#readers;
    const writers = this.#writers;
    this.#readers = [];
    this.#writers = [];
    for (const reader of readers) reader(this.#take());
    for (const writer of writers) writer.resume(false);
    for (const sender of this.#senders.splice(0)) sender.resume(false);
  }

  #told(failure: ConnectFailure | null): void {
    const opened = this.#opened;
    this.#opened = null;
    opened?.(failure);
  }

  #record(ending: ConnectionEnding): void {
    this.#host.network.recorder.closeConnection(this.number, this.#kernel.now, ending);
  }

  get #incoming(): Stream {
    return this.isServer ? this.conversation.fromClient : this.conversation.fromServer;
  }
}
