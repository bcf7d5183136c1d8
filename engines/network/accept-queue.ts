/** A listener of a simulated host: established connections wait here until the application accepts them. */
import type { Kernel } from '../kernel/kernel.ts';
import { type Process, wait } from '../kernel/process.ts';
import type { Connection, Endpoint, Listener } from './host.ts';

export class AcceptQueue implements Listener {
  readonly local: Endpoint;
  readonly #kernel: Kernel;
  readonly #closed: () => void;
  readonly #waiting: { readonly connection: Connection; readonly cause: number }[] = [];
  readonly #takers: ((connection: Connection | null) => void)[] = [];
  #open = true;

  constructor(local: Endpoint, kernel: Kernel, closed: () => void) {
    this.local = local;
    this.#kernel = kernel;
    this.#closed = closed;
  }

  accept(): Process<Connection | null> {
    return wait<Connection | null>((resume) => {
      const next = this.#waiting.shift();
      if (next || !this.#open) {
        if (next) this.#kernel.cause = next.cause;
        resume(next?.connection ?? null);
        return () => {};
      }
      this.#takers.push(resume);
      return () => {
        const i = this.#takers.indexOf(resume);
        if (i >= 0) this.#takers.splice(i, 1);
      };
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#closed();
    for (const { connection } of this.#waiting.splice(0)) connection.abort();
    this.vanish();
  }

  vanish(): void {
    this.#open = false;
    this.#waiting.length = 0;
    for (const taker of this.#takers.splice(0)) taker(null);
  }

  /** A connection that has just been established. */
  offer(connection: Connection): void {
    const taker = this.#takers.shift();
    if (taker) taker(connection);
    else this.#waiting.push({ connection, cause: this.#kernel.cause });
  }
}
