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
    name: 'load share',
    unit: 'ratio',
    subjects: [
      { preposition: 'of', type: 'domain-name' },
      { preposition: 'at', type: 'host' },
    ],
    doc: 'Of the lookups of a name with several addresses so far, by all hosts, the share whose first address was this host’s.',
    standard: 'RFC 1794',
  },
  {
    name: 'cache hit ratio',
    unit: 'ratio',
    subjects: [{ preposition: 'of', type: 'host' }],
    doc: 'Share of the questions to a resolver so far that it answered from its cache without asking any other server.',
  },
];
