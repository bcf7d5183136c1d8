/**
 * Whom a server talks to, and how much it takes of each (RFC 5321 §7.8): its memory of client addresses. It lives as long as the
 * server does; a crash forgets it.
 */
import type { Address } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import type { MailServerLimits } from '../scenario.ts';

export class Admission {
  readonly #limits: MailServerLimits;
  readonly #connections = new Map<Address, number>();
  /** When messages were begun that still count, by client. */
  readonly #messages = new Map<Address, Nanoseconds[]>();
  #open = 0;

  constructor(limits: MailServerLimits) {
    this.#limits = limits;
  }

  /** Connections at this moment. */
  get open(): number {
    return this.#open;
  }

  /** A client has connected; `leave` when its connection is over. Why not, if it has to go. */
  enter(client: Address): 'too many connections' | 'too many connections of this client' | null {
    const { sessions, connectionsPerClient } = this.#limits;
    const own = this.#connections.get(client) ?? 0;
    if (connectionsPerClient !== null && own >= connectionsPerClient) return 'too many connections of this client';
    if (this.#open >= sessions) return 'too many connections';
    this.#connections.set(client, own + 1);
    this.#open++;
    return null;
  }

  leave(client: Address): void {
    const left = (this.#connections.get(client) as number) - 1;
    if (left > 0) this.#connections.set(client, left);
    else this.#connections.delete(client);
    this.#open--;
  }

  /** A client begins another message. False where it has had its share. */
  message(client: Address, now: Nanoseconds): boolean {
    const limit = this.#limits.messagesPerClient;
    if (limit === null) return true;
    const counted = (this.#messages.get(client) ?? []).filter((time) => time > now - limit.per);
    const taken = counted.length < limit.count;
    if (taken) counted.push(now);
    this.#messages.set(client, counted);
    return taken;
  }
}
