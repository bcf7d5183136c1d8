/** Every metric of every engine, as data alone: the language and its completion need the catalogue, not the engines. */
import { bitmessageMetrics } from './bitmessage/metrics.ts';
import { bittorrentMetrics } from './bittorrent/metrics.ts';
import { cdnMetrics } from './cdn/metrics.ts';
import { dashMetrics } from './dash/metrics.ts';
import { dnsMetrics } from './dns/metrics.ts';
import { ftpMetrics } from './ftp/metrics.ts';
import { httpMetrics } from './http/metrics.ts';
import { mailMetrics } from './mail/metrics.ts';
import { networkMetrics } from './network/metrics.ts';
import type { MetricDefinition } from './protocol.ts';
import { transferMetrics } from './transfer/metrics.ts';
import { videoMetrics } from './video/metrics.ts';

/** One line a protocol, and the network's own. */
export const metrics: readonly MetricDefinition[] = [
  ...dnsMetrics,
  ...mailMetrics,
  ...bitmessageMetrics,
  ...ftpMetrics,
  ...httpMetrics,
  ...bittorrentMetrics,
  ...cdnMetrics,
  ...dashMetrics,
  ...transferMetrics,
  ...videoMetrics,
  ...networkMetrics,
];

/** Whether it counts something from the beginning of the run on: what has never been counted is 0. A share of nothing is none. */
export function isCount({ course, unit }: MetricDefinition): boolean {
  return course === 'total' && unit !== 'ratio';
}
