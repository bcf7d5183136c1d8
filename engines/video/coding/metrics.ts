/** What coding a clip costs, and what is left of it. */
import type { MetricDefinition } from '../../protocol.ts';

const ofClip: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'clip' }];

const example = (expectation: string): string =>
  `host camera\nclip bounce { duration 2 s }\ncamera encodes bounce both\nexpect ${expectation}`;

export const codingMetrics: readonly MetricDefinition[] = [
  {
    name: 'frame size',
    unit: 'B',
    subjects: ofClip,
    doc: 'Bytes of each coded picture, headers and stuffing included.',
    example: example('frame size of bounce < 200 B'),
  },
  {
    name: 'compression ratio',
    unit: '',
    subjects: ofClip,
    doc: 'Bytes of all pictures at a byte a pixel, over those of the coded ones; each encoding is a value.',
    example: example('compression ratio of bounce > 10'),
  },
  {
    name: 'coded rate',
    unit: 'bit/s',
    subjects: ofClip,
    doc: 'Bits of the coded pictures in a second of the clip; each second (or what is left of the last one) is a value.',
    example: example('coded rate of bounce < 50 kbps'),
  },
  {
    name: 'quality',
    unit: '',
    subjects: ofClip,
    doc: 'How near each coded picture is to its original, as peak signal-to-noise ratio in decibels: 100 where nothing is lost, some 30 where the eye begins to see it.',
    example: example('quality of bounce = 100'),
  },
];
