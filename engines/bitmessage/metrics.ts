/** What the Bitmessage engine measures. */
import type { MetricDefinition } from '../protocol.ts';

const ofHost: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];

export const bitmessageMetrics: readonly MetricDefinition[] = [
  {
    name: 'bitmessage time',
    unit: 'ns',
    subjects: [
      { preposition: 'of', type: 'host' },
      { preposition: 'to', type: 'host' },
    ],
    doc: 'From a sender’s beginning to work on a message until its recipient has opened it.',
  },
  {
    name: 'proof of work',
    unit: '',
    subjects: ofHost,
    doc: 'Nonces that a sender tried until a message was worth sending; each message is a value.',
  },
  {
    name: 'flood bytes',
    unit: 'B',
    subjects: ofHost,
    course: 'total',
    doc: 'Bytes that all peers together have sent so far to announce, ask for and pass on the objects of this sender, TCP’s not counted.',
  },
  {
    name: 'trial decryptions',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Objects of others that a peer has tried its key on so far.',
  },
];
