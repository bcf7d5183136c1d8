/** What FTP measures. Each file's transfer time and goodput are those of the catalogue of plain transfers. */
import type { MetricDefinition } from '../protocol.ts';

const subjects: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];

export const ftpMetrics: readonly MetricDefinition[] = [
  {
    name: 'data connections',
    unit: '',
    subjects,
    course: 'total',
    doc: 'Data connections of an FTP server so far: one a file, and one a listing.',
    standard: 'RFC 959 §3.3',
  },
  {
    name: 'control bytes',
    unit: 'B',
    subjects,
    course: 'total',
    doc: 'Octets of commands and replies on the control connections of an FTP server so far, both ways.',
    standard: 'RFC 959 §2.3',
  },
  {
    name: 'data bytes',
    unit: 'B',
    subjects,
    course: 'total',
    doc: 'Octets of files and listings that have arrived over the data connections of an FTP server so far, both ways, whole transfers or not.',
    standard: 'RFC 959 §2.3',
  },
];
