/**
 * Content that flows between hosts, each behind an access link: fluids at max-min fair rates, and the jobs that they fill.
 *
 * Theory of operation. A job is so many bytes that one host is to get; flows, mostly one, bring them. A flow goes on from job to job
 * while its sender has something to send: as with pipelined requests, no time passes between two of them, and no rate changes. Rates
 * change when flows begin and end, and are computed once no more happens at that moment; a job is whole when its flows have brought
 * its bytes. What flows have brought is accounted for when somebody asks, and when their rates or jobs change.
 *
 * All are numbers: hosts as they were given, flows as the allocation numbers them, jobs used again once closed.
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { Allocation } from '../../network/flows/allocation.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';

export interface Ends {
  /** Bytes arrived by that flow for a job. */
  moved(flow: number, job: number, bytes: Bytes): void;
  /** The job has all its bytes. It still has its flows. */
  whole(job: number): void;
}

export const NONE = -1;

/**
 * Up to what share a flow may have less, or more, than is fair before the rates around it are computed anew. At 1 % a change stays
 * where it happened; what that costs is measured in transfers.test.ts.
 */
export const TOLERANCE = 0.01;

export class Transfers {
  readonly #kernel: Kernel;
  readonly #ends: Ends;
  readonly #allocation: Allocation;
  readonly #limitedDown: Uint8Array;

  /** Of each flow. */
  #from = new Int32Array(64);
  #to = new Int32Array(64);
  #tag = new Int32Array(64);
  #job = new Int32Array(64);
  #nextOfJob = new Int32Array(64);
  /** Bytes a nanosecond. */
  #rate = new Float64Array(64);
  /** Up to when it is accounted for, in nanoseconds and fractions of them. */
  #at = new Float64Array(64);

  /** Of each job. */
  #left = new Float64Array(64);
  #firstFlow = new Int32Array(64);
  #timer = new Float64Array(64);
  #jobs = 0;
  readonly #freeJobs: number[] = [];

  #dirty = false;
  readonly #complete = (job: number): void => this.#jobDone(job);
  readonly #settle = (): void => this.settle();

  /** Access rates of the hosts; `down` may be Infinity. */
  constructor(kernel: Kernel, up: readonly BitsPerSecond[], down: readonly BitsPerSecond[], ends: Ends, tolerance = TOLERANCE) {
    this.#kernel = kernel;
    this.#ends = ends;
    this.#allocation = new Allocation(2 * up.length, tolerance);
    this.#limitedDown = Uint8Array.from(down, (rate) => (rate === Number.POSITIVE_INFINITY ? 0 : 1));
    for (let host = 0; host < up.length; host++) {
      this.#allocation.setCapacity(2 * host, (up[host] as number) / 8 / SECOND);
      if (this.#limitedDown[host] === 1) this.#allocation.setCapacity(2 * host + 1, (down[host] as number) / 8 / SECOND);
    }
  }

  from(flow: number): number {
    return this.#from[flow] as number;
  }

  to(flow: number): number {
    return this.#to[flow] as number;
  }

  /** What the flow's owner knows it by. */
  tag(flow: number): number {
    return this.#tag[flow] as number;
  }

  /** At present. */
  rate(flow: number): BitsPerSecond {
    return (this.#rate[flow] as number) * 8 * SECOND;
  }

  /** A job of so many bytes, more than 0, that nobody brings yet. */
  open(bytes: Bytes): number {
    const job = this.#freeJobs.pop() ?? this.#jobs++;
    if (job === this.#left.length) {
      this.#left = grown(this.#left, new Float64Array(2 * job));
      this.#firstFlow = grown(this.#firstFlow, new Int32Array(2 * job));
      this.#timer = grown(this.#timer, new Float64Array(2 * job));
    }
    this.#left[job] = bytes;
    this.#firstFlow[job] = NONE;
    this.#timer[job] = NONE;
    return job;
  }

  /** Of a job that has no flows any more. */
  close(job: number): void {
    this.#unplan(job);
    this.#freeJobs.push(job);
  }

  /** The first flow of a job, or NONE; the others follow by `nextOfJob`. */
  firstFlow(job: number): number {
    return this.#firstFlow[job] as number;
  }

  nextOfJob(flow: number): number {
    return this.#nextOfJob[flow] as number;
  }

  /** A flow begins to bring a job; its number. It has a rate once nothing more happens at this moment. */
  begin(from: number, to: number, tag: number, job: number): number {
    const flow = this.#allocation.add(this.#limitedDown[to] === 1 ? [2 * from, 2 * to + 1] : [2 * from], 1, Number.POSITIVE_INFINITY);
    if (flow >= this.#from.length) this.#growFlows(2 * flow);
    this.#from[flow] = from;
    this.#to[flow] = to;
    this.#tag[flow] = tag;
    this.#rate[flow] = 0;
    this.#at[flow] = this.#kernel.now;
    this.#attach(flow, job);
    this.#touch();
    return flow;
  }

  /** A flow goes over to another job. */
  move(flow: number, job: number): void {
    const before = this.#job[flow] as number;
    this.#detach(flow);
    if (this.#firstFlow[before] !== NONE) this.#plan(before);
    this.#attach(flow, job);
    this.#plan(job);
  }

  end(flow: number): void {
    const job = this.#job[flow] as number;
    this.#detach(flow);
    this.#plan(job);
    this.#allocation.remove(flow);
    this.#touch();
  }

  /** Tells which whole bytes a flow has moved up to now. */
  account(flow: number): void {
    const job = this.#job[flow] as number;
    const left = this.#left[job] as number;
    const rate = this.#rate[flow] as number;
    const at = this.#at[flow] as number;
    const bytes = Math.min(left, Math.floor(rate * (this.#kernel.now - at)));
    if (bytes <= 0) return;
    this.#at[flow] = at + bytes / rate;
    this.#left[job] = left - bytes;
    this.#ends.moved(flow, job, bytes);
  }

  /** Brings rates up to date with what has begun and ended. */
  settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const allocation = this.#allocation;
    allocation.solve();
    for (let i = 0; i < allocation.changedCount; i++) {
      const flow = allocation.changed[i] as number;
      this.account(flow);
      this.#at[flow] = this.#kernel.now;
      this.#rate[flow] = allocation.rate(flow);
      this.#plan(this.#job[flow] as number);
    }
  }

  #touch(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#kernel.call(0, this.#settle, 0);
  }

  #attach(flow: number, job: number): void {
    this.#job[flow] = job;
    this.#nextOfJob[flow] = this.#firstFlow[job] as number;
    this.#firstFlow[job] = flow;
  }

  #detach(flow: number): void {
    this.account(flow);
    const job = this.#job[flow] as number;
    const next = this.#nextOfJob[flow] as number;
    let before = this.#firstFlow[job] as number;
    if (before === flow) this.#firstFlow[job] = next;
    else {
      while (this.#nextOfJob[before] !== flow) before = this.#nextOfJob[before] as number;
      this.#nextOfJob[before] = next;
    }
  }

  /** When a job will be whole, at the rates of its flows. */
  #plan(job: number): void {
    this.#unplan(job);
    const { now } = this.#kernel;
    let rate = 0;
    let fractions = 0;
    for (let flow = this.#firstFlow[job] as number; flow !== NONE; flow = this.#nextOfJob[flow] as number) {
      this.account(flow);
      rate += this.#rate[flow] as number;
      fractions += (this.#rate[flow] as number) * (now - (this.#at[flow] as number));
    }
    if (rate <= 0) return;
    // Rounded up, so that the last byte has come.
    const delay: Nanoseconds = Math.max(0, Math.ceil(((this.#left[job] as number) - fractions) / rate));
    this.#timer[job] = this.#kernel.call(delay, this.#complete, job);
  }

  #unplan(job: number): void {
    const timer: Timer = this.#timer[job] as number;
    if (timer !== NONE) this.#kernel.cancel(timer);
    this.#timer[job] = NONE;
  }

  #jobDone(job: number): void {
    this.#timer[job] = NONE;
    let last = NONE;
    for (let flow = this.#firstFlow[job] as number; flow !== NONE; flow = this.#nextOfJob[flow] as number) {
      this.account(flow);
      last = flow;
    }
    // What are fractions of bytes of several flows.
    const left = this.#left[job] as number;
    this.#left[job] = 0;
    if (left > 0) {
      this.#at[last] = this.#kernel.now;
      this.#ends.moved(last, job, left);
    }
    this.#ends.whole(job);
  }

  #growFlows(size: number): void {
    this.#from = grown(this.#from, new Int32Array(size));
    this.#to = grown(this.#to, new Int32Array(size));
    this.#tag = grown(this.#tag, new Int32Array(size));
    this.#job = grown(this.#job, new Int32Array(size));
    this.#nextOfJob = grown(this.#nextOfJob, new Int32Array(size));
    this.#rate = grown(this.#rate, new Float64Array(size));
    this.#at = grown(this.#at, new Float64Array(size));
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
