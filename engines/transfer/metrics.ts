/** What plain transfers measure. */
import type { MetricDefinition } from '../protocol.ts';

const subjects: MetricDefinition['subjects'] = [
  { preposition: 'of', type: 'host' },
  { preposition: 'to', type: 'host' },
];

export const transferMetrics: readonly MetricDefinition[] = [
  {
    name: 'transfer time',
    unit: 'ns',
    subjects,
    doc: 'From a transfer’s beginning, the handshake included, until the receiver has its last byte and knows that it is the last.',
  },
  {
    name: 'goodput',
    unit: 'bit/s',
    subjects,
    doc: 'The bytes of a transfer over its transfer time; no header and no retransmission counts.',
    standard: 'RFC 2647 §3.17',
  },
];
