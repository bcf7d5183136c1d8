/** What a viewer notices, however the film comes: streams and DASH measure it alike. */
import type { MetricDefinition } from '../protocol.ts';

const ofHost: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];

const example = (expectation: string): string =>
  `host server, tv\nclip bounce { duration 2 s }\nserver streams bounce to tv { playout delay 1 s }\nexpect ${expectation}`;

export const playbackMetrics: readonly MetricDefinition[] = [
  {
    name: 'startup delay',
    unit: 'ns',
    subjects: ofHost,
    doc: 'From the viewer’s wish until the first picture is shown, pauses left out.',
    example: example('startup delay of tv < 2 s'),
  },
  {
    name: 'rebuffering',
    unit: 'ratio',
    subjects: ofHost,
    course: 'total',
    doc: 'Share of stalls in the time in which there was something to see: stalls over playing and stalls, so far. The startup delay, waits after jumps, and pauses do not count.',
    example: example('rebuffering of tv < 1 %'),
  },
  {
    name: 'rebuffering time',
    unit: 'ns',
    subjects: ofHost,
    course: 'total',
    doc: 'How long the picture of a film stood still so far because the playout buffer was empty.',
    example: example('rebuffering time of tv < 1 s'),
  },
  {
    name: 'rebufferings',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'How often the playout buffer ran empty so far, before the film was over.',
    example: example('rebufferings of tv = 0'),
  },
  {
    name: 'buffer',
    unit: 'ns',
    subjects: ofHost,
    course: 'level',
    interruptedBy: 'rebuffering time',
    doc: 'How much of the film the playout buffer holds beyond what is shown, in time of the film.',
    example: example('buffer of tv < 5 s'),
  },
];
