/** What access to mailboxes measures. */
import type { MetricDefinition } from '../../protocol.ts';

const subjects: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];

export const accessMetrics: readonly MetricDefinition[] = [
  {
    name: 'access bytes',
    unit: 'B',
    subjects,
    course: 'total',
    doc: 'Octets of commands and replies of POP3 and IMAP at a mail server so far, both ways, without what TLS adds.',
    standard: 'RFC 1939 §3, RFC 3501 §2.2',
  },
  {
    name: 'access commands',
    unit: '',
    subjects,
    course: 'total',
    doc: 'Commands of POP3 and IMAP that a mail server has read so far. Those that wait for a reply cost a round trip each.',
    standard: 'RFC 1939 §3, RFC 3501 §2.2.1',
  },
  {
    name: 'messages downloaded',
    unit: '',
    subjects,
    course: 'total',
    doc: 'Messages, or their texts, that a mail server has sent to clients by POP3 and IMAP so far; of TOP, their tops.',
    standard: 'RFC 1939 §5, RFC 3501 §6.4.5',
  },
  {
    name: 'failed logins',
    unit: '',
    subjects,
    course: 'total',
    doc: 'Logins that a mail server has refused so far, at POP3, IMAP, SMTP and webmail.',
    standard: 'RFC 3206 §4, RFC 4954 §6, RFC 5530 §3',
  },
  {
    name: 'password guesses',
    unit: '',
    subjects,
    course: 'total',
    doc: 'Passwords that a host has tried in its last attempt to guess one, so far.',
  },
  {
    name: 'guessing time',
    unit: 'ns',
    subjects,
    doc: 'How long a host took to guess a password, or to give up.',
  },
];
