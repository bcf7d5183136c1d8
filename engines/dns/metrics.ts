/** What the DNS engine measures. */
import type { MetricDefinition } from '../protocol.ts';

export const dnsMetrics: readonly MetricDefinition[] = [
  {
    name: 'lookup time',
    unit: 'ns',
    subjects: [
      { preposition: 'of', type: 'host' },
      { preposition: 'for', type: 'domain-name' },
    ],
    doc: 'From a host’s question to its local server until the answer, for each lookup of that name.',
  },
  {
    name: 'queries',
    unit: '',
    subjects: [{ preposition: 'at', type: 'host' }],
    course: 'total',
    doc: 'Queries that a server has received so far.',
  },
  {
    name: 'cache hit ratio',
    unit: 'ratio',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Share of the questions to a resolver so far that it answered from its cache without asking any other server.',
  },
  {
    name: 'secure answers',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Answers of a validating resolver so far that are signed all the way from the root.',
    standard: 'RFC 4033 §5',
  },
  {
    name: 'insecure answers',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Answers of a validating resolver so far from zones that are not signed, as the zone above proves.',
    standard: 'RFC 4033 §5',
  },
  {
    name: 'bogus answers',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Questions so far that a validating resolver did not answer because what it learned should be signed and is not as it should.',
    standard: 'RFC 4033 §5',
  },
  {
    name: 'dropped queries',
    unit: '',
    subjects: [{ preposition: 'at', type: 'host' }],
    course: 'total',
    doc: 'Queries so far that a server dropped: beyond its capacity and waiting room, or beyond its limit for their client.',
  },
  {
    name: 'lookup success',
    unit: 'ratio',
    subjects: [{ preposition: 'of', type: 'host' }],
    course: 'total',
    doc: 'Share of a host’s lookups in its last `keeps resolving` step so far that were answered, if only by NXDOMAIN or NODATA.',
  },
  {
    name: 'mismatched replies',
    unit: '',
    subjects: [{ preposition: 'at', type: 'host' }],
    course: 'total',
    doc: 'Replies so far that a host got on a port of its queries and that matched none of them by address, ID and question.',
    standard: 'RFC 5452 §9.1',
  },
  {
    name: 'forged answers',
    unit: '',
    subjects: [{ preposition: 'by', type: 'host' }],
    course: 'total',
    doc: 'Answers that an attacker has forged so far.',
  },
  {
    name: 'poisoning success',
    unit: 'ratio',
    subjects: [{ preposition: 'by', type: 'host' }],
    course: 'total',
    doc: 'Share of an attacker’s attempts so far in which a forged answer came before the real one and was believed.',
    standard: 'RFC 5452 §7',
  },
];
