/** So many at a time, the others in the order in which they asked: connections to a server, responses on a connection. */
import { type Process, wait } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';

/** A place in the queue from the moment when it was asked for. */
export interface Turn {
  /** Done when it has come. To be waited for once. */
  come(): Process;
  /** Over, or not wanted any more. Safe to call twice. */
  end(): void;
}

export class Turns {
  readonly #host: Host;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(host: Host, atOnce: number) {
    this.#host = host;
    this.#free = atOnce;
  }

  ask(): Turn {
    const host = this.#host;
    // Whoever ends a turn does so on behalf of another step.
    const { cause } = host;
    let state: 'waiting' | 'here' | 'over' = 'waiting';
    let wake: (() => void) | null = null;
    const begin = () => {
      state = 'here';
      wake?.();
    };
    if (this.#free > 0) {
      this.#free--;
      state = 'here';
    } else this.#waiting.push(begin);
    return {
      *come() {
        if (state !== 'waiting') return;
        yield* wait<void>((resume) => {
          wake = resume;
          return () => {
            wake = null;
          };
        });
        host.cause = cause;
      },
      end: () => {
        if (state === 'over') return;
        if (state === 'waiting') this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        else this.#next();
        state = 'over';
      },
    };
  }

  #next(): void {
    const begin = this.#waiting.shift();
    if (begin) begin();
    else this.#free++;
  }
}
