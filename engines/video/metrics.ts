/** Everything that is measured of video. */
import type { MetricDefinition } from '../protocol.ts';
import { codingMetrics } from './coding/metrics.ts';
import { playbackMetrics } from './playback-metrics.ts';
import { streamingMetrics } from './streaming/metrics.ts';

export const videoMetrics: readonly MetricDefinition[] = [...codingMetrics, ...playbackMetrics, ...streamingMetrics];
