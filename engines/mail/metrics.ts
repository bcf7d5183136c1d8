/** What the mail engine measures. */
import type { MetricDefinition } from '../protocol.ts';
import { filterMetrics } from './filters/metrics.ts';
import { accessMetrics } from './mailbox/access-metrics.ts';
import { senderAuthenticationMetrics } from './sender-authentication/metrics.ts';

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
  ...accessMetrics,
  {
    name: 'duplicates',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Second copies so far that a mail server put into its mailboxes: the sender had not heard that the first one was taken.',
    standard: 'RFC 5321 §6.1',
  },
  {
    name: 'refusals',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Connections, senders, recipients and messages so far that a mail server refused. Its state shows them by reason.',
    standard: 'RFC 5321 §7.8',
  },
  {
    name: 'bytes in clear',
    unit: 'B',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Octets so far of commands, replies and messages on a mail server’s connections that anybody on the way could read, both ways.',
    standard: 'RFC 3207 §6',
  },
  {
    name: 'overheard messages',
    unit: '',
    subjects: [{ preposition: 'by', type: 'host' }],
    course: 'total',
    doc: 'Mail messages so far that a host on the way could read.',
    standard: 'RFC 3207 §6',
  },
  {
    name: 'overheard passwords',
    unit: '',
    subjects: [{ preposition: 'by', type: 'host' }],
    course: 'total',
    doc: 'How often so far a host on the way could read a password.',
    standard: 'RFC 4954 §9',
  },
  {
    name: 'overheard bytes',
    unit: 'B',
    subjects: [{ preposition: 'by', type: 'host' }],
    course: 'total',
    doc: 'Octets of mail so far that a host on the way could read: commands, replies and messages.',
    standard: 'RFC 3207 §6',
  },
  ...filterMetrics,
  ...senderAuthenticationMetrics,
];
