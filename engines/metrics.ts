/** Every metric of every engine, as data alone: the language and its completion need the catalogue, not the engines. */
import { dnsMetrics } from './dns/metrics.ts';
import { mailMetrics } from './mail/metrics.ts';
import type { MetricDefinition } from './protocol.ts';

/** One line a protocol. */
export const metrics: readonly MetricDefinition[] = [...dnsMetrics, ...mailMetrics];
