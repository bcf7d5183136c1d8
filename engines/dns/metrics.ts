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
    doc: 'Queries that a server has received so far.',
  },
  {
    name: 'cache hit ratio',
    unit: 'ratio',
    subjects: [{ preposition: 'of', type: 'host' }],
    doc: 'Share of the questions to a resolver so far that it answered from its cache without asking any other server.',
  },
  {
    name: 'secure answers',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    doc: 'Answers of a validating resolver so far that are signed all the way from the root.',
    standard: 'RFC 4033 §5',
  },
  {
    name: 'insecure answers',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    doc: 'Answers of a validating resolver so far from zones that are not signed, as the zone above proves.',
    standard: 'RFC 4033 §5',
  },
  {
    name: 'bogus answers',
    unit: '',
    subjects: [{ preposition: 'of', type: 'host' }],
    doc: 'Questions so far that a validating resolver did not answer because what it learned should be signed and is not as it should.',
    standard: 'RFC 4033 §5',
  },
];
