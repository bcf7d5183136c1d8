/** What the network itself measures: TCP's view of a path, while a connection has something to send. */
import type { MetricDefinition } from '../protocol.ts';

const subjects: MetricDefinition['subjects'] = [
  { preposition: 'of', type: 'host' },
  { preposition: 'to', type: 'host' },
];

export const networkMetrics: readonly MetricDefinition[] = [
  {
    name: 'congestion window',
    unit: 'B',
    subjects,
    doc: 'What a TCP sender lets be under way at once to the other host, at each change.',
    standard: 'RFC 5681 §2',
  },
  {
    name: 'round-trip time',
    unit: 'ns',
    subjects,
    doc: 'Each round-trip time that a TCP sender measures: from a segment to its acknowledgment.',
    standard: 'RFC 6298 §3',
  },
];
