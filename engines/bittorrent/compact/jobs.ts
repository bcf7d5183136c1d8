/**
 * What is on its way to each peer, as one list a peer: a job is a unit of the content that it has asked for, and its number in
 * `transfers.ts`. Several neighbours may send one (in the end game), and nobody, when all that did have choked.
 */
import { NONE } from './transfers.ts';

export class Jobs {
  /** Of each peer. */
  readonly #first: Int32Array;
  /** Of each job: its block, and the next one of the peer. */
  #blocks = new Int32Array(64);
  #next = new Int32Array(64);

  constructor(peers: number) {
    this.#first = new Int32Array(peers).fill(NONE);
  }

  blockOf(job: number): number {
    return this.#blocks[job] as number;
  }

  /** The peer's job of that block; NONE where there is none. */
  find(peer: number, block: number): number {
    for (let job = this.#first[peer] as number; job !== NONE; job = this.#next[job] as number) if (this.#blocks[job] === block) return job;
    return NONE;
  }

  add(peer: number, job: number, block: number): void {
    if (job >= this.#blocks.length) {
      this.#blocks = grown(this.#blocks);
      this.#next = grown(this.#next);
    }
    this.#blocks[job] = block;
    this.#next[job] = this.#first[peer] as number;
    this.#first[peer] = job;
  }

  remove(peer: number, job: number): void {
    let before = this.#first[peer] as number;
    if (before === job) {
      this.#first[peer] = this.#next[job] as number;
      return;
    }
    while (this.#next[before] !== job) before = this.#next[before] as number;
    this.#next[before] = this.#next[job] as number;
  }

  /** The peer has no job any more; `each` is told of those that it had. */
  removeAll(peer: number, each: (job: number) => void): void {
    for (let job = this.#first[peer] as number; job !== NONE; job = this.#next[job] as number) each(job);
    this.#first[peer] = NONE;
  }
}

function grown(from: Int32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(2 * from.length);
  to.set(from);
  return to;
}
