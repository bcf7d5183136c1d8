/** Another peer of the same torrent that a peer is connected with: what each has told the other, and what is to be sent to it. */
import { type Process, wait } from '../kernel/process.ts';
import type { Connection, Host } from '../network/host.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import { type PieceSet, pieceSet } from './piece-set.ts';
import { TransferRate } from './transfer-rate.ts';
import { contentsOfMessage, encodePeerMessage, type PeerMessage, peerMessageLabel } from './wire/peer-message.ts';

/** A block that it asked for, and the step on whose behalf. */
export interface BlockRequest {
  readonly index: number;
  readonly begin: Bytes;
  readonly length: Bytes;
  readonly cause: number;
}

/** What may be handed over and not sent when the next block is: what goes out in this time … */
const BACKLOG_TIME: Nanoseconds = SECOND / 4;
/** … within these limits: so that a choke or a HAVE does not stand behind a heap of blocks, and a fast line does not run dry. */
const LEAST_BACKLOG: Bytes = 32 * 1024;

/** Requests that nobody has served yet; a client that sends more of them breaks the rules of good behaviour. */
export const MOST_REQUESTS = 500;

export class Neighbour {
  /** Small integer by which picker, choker and requests know it. */
  readonly number: number;
  readonly connection: Connection;
  readonly peerId: Uint8Array;
  /** We called it. */
  readonly opened: boolean;
  /** Its host, for whoever looks on from outside; null for a stranger. */
  readonly host: string | null;
  /** What it has told us that it has. */
  readonly set: PieceSet;
  /** Its bitfield has come, or a message without which none can come any more. */
  introduced = false;
  amInterested = false;
  peerChoking = true;
  /** Blocks that it was asked for and that have not come. */
  asked = 0;
  /** What was asked of it last, or came of it, since it unchoked us. */
  blockAt: Nanoseconds = 0;
  heardAt: Nanoseconds;
  sentAt: Nanoseconds;
  readonly receiving: TransferRate;
  readonly sending: TransferRate;
  readonly requests: BlockRequest[] = [];
  gone = false;
  readonly #host: Host;
  #wake: (() => void) | null = null;

  constructor(
    host: Host,
    number: number,
    connection: Connection,
    peerId: Uint8Array,
    opened: boolean,
    name: string | null,
    pieces: number,
  ) {
    this.#host = host;
    this.number = number;
    this.connection = connection;
    this.peerId = peerId;
    this.opened = opened;
    this.host = name;
    this.set = pieceSet(pieces);
    this.heardAt = host.now();
    this.sentAt = host.now();
    this.receiving = new TransferRate(host.now());
    this.sending = new TransferRate(host.now());
  }

  /** Hands a message to the connection. In the order of the calls, and at once: what waits is only for the buffer to have room again. */
  send(message: Exclude<PeerMessage, { readonly kind: 'piece' }>): void {
    this.sentAt = this.#host.now();
    const told = { protocol: 'bittorrent', kind: 'message', label: peerMessageLabel(message) };
    this.#write(this.connection.write(encodePeerMessage(message), told));
  }

  /** Asks it to be served, after what it asked for before. */
  request(request: BlockRequest): void {
    this.requests.push(request);
    this.#wake?.();
  }

  cancel(index: number, begin: Bytes, length: Bytes): void {
    const i = this.requests.findIndex((one) => one.index === index && one.begin === begin && one.length === length);
    if (i >= 0) this.requests.splice(i, 1);
  }

  /** The next block to send; null when the neighbour is gone. */
  *nextRequest(): Process<BlockRequest | null> {
    for (;;) {
      if (this.gone) return null;
      const next = this.requests.shift();
      if (next) return next;
      yield* wait<void>((resume) => {
        this.#wake = () => {
          this.#wake = null;
          resume();
        };
        return () => {
          this.#wake = null;
        };
      });
    }
  }

  /** Sends a block; done when the next one may follow. False when the connection is broken. */
  *sendBlock(message: Extract<PeerMessage, { readonly kind: 'piece' }>): Process<boolean> {
    const now = this.#host.now();
    this.sentAt = now;
    this.sending.add(message.block.length, now);
    const [start, block] = contentsOfMessage(message);
    // The two are one message of the protocol: nothing must come between them.
    this.#write(this.connection.write(start!, { protocol: 'bittorrent', kind: 'message', label: peerMessageLabel(message) }));
    const backlog = Math.max(LEAST_BACKLOG, (this.sending.at(now) * BACKLOG_TIME) / SECOND);
    const label = `block ${message.index} from ${message.begin}`;
    return yield* this.connection.write(block!, { protocol: 'bittorrent-data', kind: 'block', label }, backlog);
  }

  end(): void {
    this.gone = true;
    this.requests.length = 0;
    this.#wake?.();
    this.connection.close();
  }

  #write(writing: Process<boolean>): void {
    this.#host.spawn('bittorrent message', writing);
  }
}
