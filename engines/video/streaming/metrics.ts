/** What streams measure, besides what every playback does. */
import type { MetricDefinition } from '../../protocol.ts';

const ofHost: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];

const example = (expectation: string): string =>
  `host server, tv\nclip bounce { duration 2 s }\nserver streams bounce to tv { playout delay 1 s }\nexpect ${expectation}`;

export const streamingMetrics: readonly MetricDefinition[] = [
  {
    name: 'video sent',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Pictures of a film that a server has sent to the viewer so far, each counted when its last packet goes out.',
    example: example('video sent of tv = 48'),
  },
  {
    name: 'video received',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Pictures of a film of which the viewer has every byte, so far.',
    example: example('video received of tv = 48'),
  },
  {
    name: 'video played',
    unit: '',
    subjects: ofHost,
    course: 'total',
    interruptedBy: 'rebuffering time',
    doc: 'Pictures of a film whose time to be shown has come so far, missed ones included.',
    example: example('video played of tv = 48'),
  },
  {
    name: 'missed frames',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Pictures of a film that were not there in whole so far when their time had come.',
    example: example('missed frames of tv = 0'),
  },
  {
    name: 'late frames',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Those of the missed pictures that were there in whole later, and of no use any more.',
    example: example('late frames of tv = 0'),
  },
  {
    name: 'picture quality',
    unit: '',
    subjects: ofHost,
    doc: 'How near each picture that a viewer sees of a clip is to the original, as peak signal-to-noise ratio in decibels: 100 where there is no difference, some 30 where one begins to be seen.',
    example: example('picture quality of tv = 100'),
  },
];
