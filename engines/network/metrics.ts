/** What the network itself measures: TCP's view of a path, while a connection has something to send; what NATs and firewalls do. */
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
    course: 'level',
    doc: 'What a TCP sender lets be under way at once to the other host; about once a round trip, and at each loss.',
    standard: 'RFC 5681 §2',
  },
  {
    name: 'round-trip time',
    unit: 'ns',
    subjects,
    course: 'level',
    doc: 'The smoothed round-trip time of a TCP sender, from segments to their acknowledgments; about once a round trip, and at each loss.',
    standard: 'RFC 6298 §2',
  },
  {
    name: 'mappings',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'level',
    doc: 'The endpoints behind a NAT that have a port of its address, forwarded ports not counted; at each change.',
    standard: 'RFC 4787 §4',
  },
  {
    name: 'packets dropped',
    unit: '',
    subjects: [{ preposition: 'by', type: 'host' }],
    course: 'total',
    doc: 'The packets that a host’s firewall or NAT has kept out so far.',
  },
];
