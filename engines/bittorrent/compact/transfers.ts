/**
 * Content that flows between hosts, each behind an access link: fluids at max-min fair rates, and the jobs that they fill.
 *
 * Theory of operation. A job is so many bytes that one host is to get; flows, mostly one, bring them. A flow goes on from job to job
 * while its sender has something to send: as with pipelined requests, no time passes between two of them, and no rate changes. Rates
 * change when flows begin and end, and are computed once no more happens at that moment; a job is whole when its flows have brought
 * its bytes. What flows have brought is accounted for when somebody asks, and when their rates or jobs change.
 *
 * All are numbers: hosts as they were given, flows as the allocation numbers them, jobs used again once closed. What is known of one
 * stands in one row, which is one place in memory: of tens of thousands each event touches some few.
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

/** Fields of a flow's row, and how many there are. */
const FROM = 0;
const TO = 1;
const TAG = 2;
const CARRIES = 3;
const NEXT_OF_JOB = 4;
/** Bytes a nanosecond. */
const RATE = 5;
/** Up to when it is accounted for, in nanoseconds and fractions of them. */
const AT = 6;
const FLOW = 8;

/** Fields of a job's row, and how many there are. */
const LEFT = 0;
const FIRST_FLOW = 1;
const TIMER = 2;
const JOB = 4;

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

  /** A row for each flow. */
  #flows: Float64Array = new Float64Array(64 * FLOW);
  /** A row for each job. */
  #jobs: Float64Array = new Float64Array(64 * JOB);
  #jobCount = 0;
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
    return this.#flows[flow * FLOW + FROM] as number;
  }

  to(flow: number): number {
    return this.#flows[flow * FLOW + TO] as number;
  }

  /** What the flow's owner knows it by. */
  tag(flow: number): number {
    return this.#flows[flow * FLOW + TAG] as number;
  }

  /** What it brings. */
  job(flow: number): number {
    return this.#flows[flow * FLOW + CARRIES] as number;
  }

  /** At present. */
  rate(flow: number): BitsPerSecond {
    return (this.#flows[flow * FLOW + RATE] as number) * 8 * SECOND;
  }

  /** How many flows leave a host at present. */
  uploads(host: number): number {
    return this.#allocation.population(2 * host);
  }

  /** A job of so many bytes, more than 0, that nobody brings yet. */
  open(bytes: Bytes): number {
    const job = this.#freeJobs.pop() ?? this.#jobCount++;
    if (job * JOB === this.#jobs.length) this.#jobs = grown(this.#jobs, 2 * job * JOB);
    this.#jobs[job * JOB + LEFT] = bytes;
    this.#jobs[job * JOB + FIRST_FLOW] = NONE;
    this.#jobs[job * JOB + TIMER] = NONE;
    return job;
  }

  /** Of a job that has no flows any more. */
  close(job: number): void {
    this.#unplan(job);
    this.#freeJobs.push(job);
  }

  /** What has come of a job counts for nothing: so many bytes are missing again. */
  restart(job: number, bytes: Bytes): void {
    for (let flow = this.#jobs[job * JOB + FIRST_FLOW] as number; flow !== NONE; flow = this.#flows[flow * FLOW + NEXT_OF_JOB] as number)
      this.account(flow);
    this.#jobs[job * JOB + LEFT] = bytes;
    this.#plan(job);
  }

  /** The first flow of a job, or NONE; the others follow by `nextOfJob`. */
  firstFlow(job: number): number {
    return this.#jobs[job * JOB + FIRST_FLOW] as number;
  }

  nextOfJob(flow: number): number {
    return this.#flows[flow * FLOW + NEXT_OF_JOB] as number;
  }

  /**
   * A flow begins to bring a job; its number. It has a rate once nothing more happens at this moment. `weight`, above 0: its share beside
   * other flows.
   */
  begin(from: number, to: number, tag: number, job: number, weight = 1): number {
    const flow = this.#allocation.add(this.#limitedDown[to] === 1 ? [2 * from, 2 * to + 1] : [2 * from], weight, Number.POSITIVE_INFINITY);
    if (flow * FLOW >= this.#flows.length) this.#flows = grown(this.#flows, 2 * flow * FLOW);
    this.#flows[flow * FLOW + FROM] = from;
    this.#flows[flow * FLOW + TO] = to;
    this.#flows[flow * FLOW + TAG] = tag;
    this.#flows[flow * FLOW + RATE] = 0;
    this.#flows[flow * FLOW + AT] = this.#kernel.now;
    this.#attach(flow, job);
    this.#touch();
    return flow;
  }

  /** A flow goes over to another job. */
  move(flow: number, job: number): void {
    const before = this.#flows[flow * FLOW + CARRIES] as number;
    this.#detach(flow);
    if (this.#jobs[before * JOB + FIRST_FLOW] !== NONE) this.#plan(before);
    this.#attach(flow, job);
    this.#plan(job);
  }

  end(flow: number): void {
    const job = this.#flows[flow * FLOW + CARRIES] as number;
    this.#detach(flow);
    this.#plan(job);
    this.#allocation.remove(flow);
    this.#touch();
  }

  /** Tells which whole bytes a flow has moved up to now. */
  account(flow: number): void {
    const flows = this.#flows;
    const row = flow * FLOW;
    const rate = flows[row + RATE] as number;
    const at = flows[row + AT] as number;
    const due = Math.floor(rate * (this.#kernel.now - at));
    if (due <= 0) return;
    const job = flows[row + CARRIES] as number;
    const left = this.#jobs[job * JOB + LEFT] as number;
    const bytes = Math.min(left, due);
    if (bytes <= 0) return;
    flows[row + AT] = at + bytes / rate;
    this.#jobs[job * JOB + LEFT] = left - bytes;
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
      this.#flows[flow * FLOW + AT] = this.#kernel.now;
      this.#flows[flow * FLOW + RATE] = allocation.rate(flow);
      this.#plan(this.#flows[flow * FLOW + CARRIES] as number);
    }
  }

  #touch(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#kernel.call(0, this.#settle, 0);
  }

  #attach(flow: number, job: number): void {
    this.#flows[flow * FLOW + CARRIES] = job;
    this.#flows[flow * FLOW + NEXT_OF_JOB] = this.#jobs[job * JOB + FIRST_FLOW] as number;
    this.#jobs[job * JOB + FIRST_FLOW] = flow;
  }

  #detach(flow: number): void {
    this.account(flow);
    const job = this.#flows[flow * FLOW + CARRIES] as number;
    const next = this.#flows[flow * FLOW + NEXT_OF_JOB] as number;
    let before = this.#jobs[job * JOB + FIRST_FLOW] as number;
    if (before === flow) this.#jobs[job * JOB + FIRST_FLOW] = next;
    else {
      while (this.#flows[before * FLOW + NEXT_OF_JOB] !== flow) before = this.#flows[before * FLOW + NEXT_OF_JOB] as number;
      this.#flows[before * FLOW + NEXT_OF_JOB] = next;
    }
  }

  /** When a job will be whole, at the rates of its flows. */
  #plan(job: number): void {
    this.#unplan(job);
    const { now } = this.#kernel;
    const flows = this.#flows;
    const jobRow = job * JOB;
    let rate = 0;
    let fractions = 0;
    for (let flow = this.#jobs[jobRow + FIRST_FLOW] as number; flow !== NONE; ) {
      this.account(flow);
      const row = flow * FLOW;
      const rateOfFlow = flows[row + RATE] as number;
      rate += rateOfFlow;
      fractions += rateOfFlow * (now - (flows[row + AT] as number));
      flow = flows[row + NEXT_OF_JOB] as number;
    }
    if (rate <= 0) return;
    // Rounded up, so that the last byte has come.
    const delay: Nanoseconds = Math.max(0, Math.ceil(((this.#jobs[jobRow + LEFT] as number) - fractions) / rate));
    this.#jobs[jobRow + TIMER] = this.#kernel.call(delay, this.#complete, job);
  }

  #unplan(job: number): void {
    const timer: Timer = this.#jobs[job * JOB + TIMER] as number;
    if (timer !== NONE) this.#kernel.cancel(timer);
    this.#jobs[job * JOB + TIMER] = NONE;
  }

  #jobDone(job: number): void {
    this.#jobs[job * JOB + TIMER] = NONE;
    let last = NONE;
    for (let flow = this.#jobs[job * JOB + FIRST_FLOW] as number; flow !== NONE; flow = this.#flows[flow * FLOW + NEXT_OF_JOB] as number) {
      this.account(flow);
      last = flow;
    }
    // What are fractions of bytes of several flows.
    const left = this.#jobs[job * JOB + LEFT] as number;
    this.#jobs[job * JOB + LEFT] = 0;
    if (left > 0) {
      this.#flows[last * FLOW + AT] = this.#kernel.now;
      this.#ends.moved(last, job, left);
    }
    this.#ends.whole(job);
  }
}

function grown(from: Float64Array, size: number): Float64Array {
  const to = new Float64Array(size);
  to.set(from);
  return to;
}
