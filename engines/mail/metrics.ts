/** What the mail engine measures. */
import type { MetricDefinition } from '../protocol.ts';
import { filterMetrics } from './filters/metrics.ts';

export const mailMetrics: readonly MetricDefinition[] = [
  {
    name: 'delivery time',
    unit: 'ns',
    subjects: [
      { preposition: 'of', type: 'mail-address' },
      { preposition: 'to', type: 'mail-address' },
    ],
    doc: 'From the sender’s user agent beginning to submit a message until it lies in the recipient’s mailbox.',
  },
  {
    name: 'queue length',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'level',
    doc: 'Messages waiting in a mail server’s queue, at each change.',
  },
  {
    name: 'retries',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Delivery attempts of a mail server so far that failed for now and were put off.',
    standard: 'RFC 5321 §4.5.4.1',
  },
  {
    name: 'bounces',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Recipients so far for whom a mail server gave up and notified the sender.',
    standard: 'RFC 5321 §6.1',
  },
  ...filterMetrics,
];
