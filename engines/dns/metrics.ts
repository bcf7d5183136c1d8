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
    name: 'zone queries',
    unit: '',
    subjects: [{ preposition: 'of', type: 'domain-name' }],
    doc: 'Queries so far that the zone’s servers, all together, answered from the zone: how much a level of the hierarchy has to do.',
    standard: 'RFC 1034 §4.3.2',
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
    course: 'total',
    doc: 'Share of the questions to a resolver so far that it answered from its cache without asking any other server.',
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
