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
    bound: 'transfer time bound',
    doc: 'From a transfer’s beginning, the handshake included, until the receiver has its last byte and knows that it is the last.',
  },
  {
    name: 'transfer time bound',
    unit: 'ns',
    subjects,
    doc: 'What no transfer of its size can beat on the path that it takes at its beginning: a round trip for the handshake, its bytes without any header at the lowest rate, and one way for the last of them.',
  },
  {
    name: 'goodput',
    unit: 'bit/s',
    subjects,
    doc: 'The bytes of a transfer over its transfer time; no header and no retransmission counts.',
    standard: 'RFC 2647 §3.17',
  },
];
