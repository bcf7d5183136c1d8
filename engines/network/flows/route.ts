/** What a way between two hosts means to a fluid flow: the links it uses, and what it takes to travel it when nobody waits. */
import { type Bytes, type Nanoseconds, type Ratio, SECOND } from '../../quantities.ts';
import type { LinkDirection } from '../link.ts';
import { MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';

/** Ethernet, IPv4 and TCP headers. */
export const HEADERS: Bytes = 14 + 20 + 20;
export const FULL_FRAME: Bytes = MAXIMUM_SEGMENT_SIZE + HEADERS;

export interface Route {
  readonly directions: readonly LinkDirection[];
  /** Numbers of its links in the allocation. */
  readonly links: readonly number[];
  /** Of all links together, with the mean of their jitter. */
  readonly latency: Nanoseconds;
  /** Nanoseconds that one byte takes on all links, and on the slowest one. */
  readonly perByte: number;
  readonly perByteOnSlowest: number;
  /** Share of frames that get lost on the way. */
  readonly loss: Ratio;
  /** From when on all of them carry something; infinity where a trace never does again. In the past: they do. */
  readonly openFrom: Nanoseconds;
  /** Of each direction: how often it had failed when this was its way. */
  readonly failures: readonly number[];
}

export function routeOver(directions: readonly LinkDirection[], now: Nanoseconds): Route {
  let latency = 0;
  let perByte = 0;
  let perByteOnSlowest = 0;
  let arriving = 1;
  let openFrom = Number.NEGATIVE_INFINITY;
  for (const direction of directions) {
    const { jitter, loss } = direction.properties;
    const open = opens(direction, now);
    if (open > now) openFrom = Math.max(openFrom, open);
    // During an outage nothing is sent: what counts is the rate after it.
    if (Number.isFinite(open)) {
      const one = (8 * SECOND) / direction.rateAt(open);
      perByte += one;
      perByteOnSlowest = Math.max(perByteOnSlowest, one);
    }
    latency += direction.latencyAt(Number.isFinite(open) ? open : now) + jitter / 2;
    arriving *= 1 - loss;
  }
  const links = directions.map(({ index }) => index);
  const failures = directions.map((direction) => direction.failures);
  return { directions, links, latency, perByte, perByteOnSlowest, loss: 1 - arriving, openFrom, failures };
}

/** The last direction that has failed since this was a way, by its place on it; −1 for none. */
export function failedOn({ directions, failures }: Route): number {
  for (let i = directions.length - 1; i >= 0; i--) if ((directions[i] as LinkDirection).failures !== failures[i]) return i;
  return -1;
}

/** From the end of that direction to the end of the way, when nobody waits: what has got so far is beyond its failure. */
export function beyond({ directions }: Route, place: number, now: Nanoseconds): Nanoseconds {
  let latency = 0;
  for (let i = place + 1; i < directions.length; i++) latency += (directions[i] as LinkDirection).latencyAt(now);
  return latency;
}

/** From `now` on, the first moment at which the direction's trace gives it a rate. */
function opens(direction: LinkDirection, now: Nanoseconds): Nanoseconds {
  let at = now;
  for (let left = direction.properties.trace?.length ?? 0; direction.rateAt(at) === 0; left--) {
    at = direction.nextChange(at);
    if (left === 0 || at === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  }
  return at;
}

/** Bytes on the line for a message that is sent in as few segments as it takes. */
export function wireSize(payload: Bytes): Bytes {
  return payload + HEADERS * Math.ceil(payload / MAXIMUM_SEGMENT_SIZE);
}
