/** A bandwidth trace of a scenario, in the units of sessions; a period that says no latency has none. */
import { MILLISECOND } from '../../quantities.ts';
import type { BandwidthTrace } from '../../scenario.ts';
import type { NetworkPeriod } from './trace-network.ts';

export function networkOf(trace: BandwidthTrace): readonly NetworkPeriod[] {
  return trace.map(({ duration, rate, latency }) => ({
    duration: duration / MILLISECOND,
    bandwidth: rate / 1000,
    latency: (latency ?? 0) / MILLISECOND,
  }));
}
