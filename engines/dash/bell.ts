/** Wakes processes that wait for something to change: whoever waits when it rings goes on. Nobody who comes later hears it. */
import { type Process, wait } from '../kernel/process.ts';

export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  heard(): Process {
    return wait<void>((resume) => {
      const wake = () => resume();
      this.#waiting.add(wake);
      return () => {
        this.#waiting.delete(wake);
      };
    });
  }
}
