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
}

export function routeOver(directions: readonly LinkDirection[], now: Nanoseconds): Route {
  let latency = 0;
  let perByte = 0;
  let perByteOnSlowest = 0;
  let arriving = 1;
  for (const direction of directions) {
    const { jitter, loss } = direction.properties;
    const one = (8 * SECOND) / direction.rateAt(now);
    latency += direction.latencyAt(now) + jitter / 2;
    // During an outage nothing is sent, so that its time does not count.
    if (Number.isFinite(one)) {
      perByte += one;
      perByteOnSlowest = Math.max(perByteOnSlowest, one);
    }
    arriving *= 1 - loss;
  }
  return { directions, links: directions.map(({ index }) => index), latency, perByte, perByteOnSlowest, loss: 1 - arriving };
}

/** Bytes on the line for a message that is sent in as few segments as it takes. */
export function wireSize(payload: Bytes): Bytes {
  return payload + HEADERS * Math.ceil(payload / MAXIMUM_SEGMENT_SIZE);
}
