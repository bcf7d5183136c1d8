/**
 * A conversation between two endpoints as a middlebox on its way knows it, and when it may be forgotten.
 *
 * RFC 5382 §5 tells three phases of a TCP connection apart. It is partially open from the first SYN until both sides have
 * acknowledged something; then established, until both have sent FIN, or one RST; then closing. A SYN after that begins a new
 * one. UDP has no phases. Packets either way keep a conversation alive (RFC 4787 §4.3).
 */
import { HOUR, MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { IdleTimeouts, Transport } from '../scenario.ts';
import { ACK, FIN, RST, SYN } from '../tcp/segment.ts';

/** What NATs are required to grant at least (RFC 4787 §4.3, RFC 5382 §5), and for UDP what they are advised to. */
export const IDLE_TIMEOUTS: IdleTimeouts = { udp: 5 * MINUTE, established: 2 * HOUR + 4 * MINUTE, transitory: 4 * MINUTE };

export type Phase = 'datagrams' | 'partially open' | 'established' | 'closing';

/** A packet of a side is a bit of what both have done. */
const BOTH = 3;

export class Session {
  phase: Phase;
  /** Something of it is on its way, packet by packet or as a flow, although no packet is told of. */
  busy: (() => boolean) | null = null;
  readonly #timeouts: IdleTimeouts;
  readonly #changed: () => void;
  #lastAt: Nanoseconds;
  #acknowledged = 0;
  #finished = 0;
  #forgotten = false;

  /** `changed` is called when its phase has. */
  constructor(transport: Transport, timeouts: IdleTimeouts, now: Nanoseconds, changed: () => void = () => {}) {
    this.#timeouts = timeouts;
    this.#changed = changed;
    this.#lastAt = now;
    this.phase = transport === 'udp' ? 'datagrams' : 'partially open';
  }

  /** A packet has passed at `now`, `outwards` or towards the host that the middlebox stands in front of; `flags` of TCP. */
  pass(now: Nanoseconds, outwards: boolean, flags: number): void {
    this.#lastAt = now;
    if (this.phase === 'datagrams') return;
    const before = this.phase;
    const side = outwards ? 1 : 2;
    if (this.phase === 'closing' && (flags & (SYN | ACK | RST)) === SYN) {
      this.phase = 'partially open';
      this.#acknowledged = 0;
      this.#finished = 0;
    }
    if (flags & ACK) this.#acknowledged |= side;
    if (flags & FIN) this.#finished |= side;
    if (flags & RST || this.#finished === BOTH) this.phase = 'closing';
    else if (this.phase === 'partially open' && this.#acknowledged === BOTH) this.phase = 'established';
    if (this.phase !== before) this.#changed();
  }

  /** Flows tell of their connections as a whole: this one has come into that phase, or has carried something. */
  enter(now: Nanoseconds, phase: Phase = this.phase): void {
    this.#lastAt = now;
    if (phase === this.phase) return;
    this.phase = phase;
    this.#changed();
  }

  /** The middlebox knows it no more, whatever its time. */
  forget(): void {
    this.#forgotten = true;
    this.busy = null;
  }

  /** When it is forgotten if nothing passes any more; the past for one that is forgotten. */
  lapsesAt(now: Nanoseconds): Nanoseconds {
    if (this.#forgotten) return Number.NEGATIVE_INFINITY;
    const { udp, established, transitory } = this.#timeouts;
    const idle = this.phase === 'datagrams' ? udp : this.phase === 'established' ? established : transitory;
    if (this.#lastAt + idle <= now && this.busy?.()) this.#lastAt = now;
    return this.#lastAt + idle;
  }

  /** False once it has lapsed, and from then on. */
  isAlive(now: Nanoseconds): boolean {
    if (this.lapsesAt(now) > now) return true;
    this.forget();
    return false;
  }
}
