/** What adaptive streaming measures, besides what every playout does (video/playback-metrics.ts). */
import type { MetricDefinition } from '../protocol.ts';

const ofHost: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];

const example = (expectation: string): string =>
  `host tv\nvideo madmen on stream.example.org { duration 20 s }\ntv plays madmen using bola\nexpect ${expectation}`;

export const dashMetrics: readonly MetricDefinition[] = [
  {
    name: 'bitrate',
    unit: 'bit/s',
    subjects: ofHost,
    course: 'level',
    interruptedBy: 'rebuffering time',
    doc: 'Of the rendition that a player has asked for.',
    standard: 'ISO/IEC 23009-1 §5.3.5.2',
    example: example('bitrate of tv > 1 Mbps'),
  },
  {
    name: 'mean bitrate',
    unit: 'bit/s',
    subjects: ofHost,
    course: 'total',
    doc: 'Mean over the segments that a viewer has seen so far.',
    example: example('mean bitrate of tv > 1 Mbps'),
  },
  {
    name: 'time-weighted bitrate',
    unit: 'bit/s',
    subjects: ofHost,
    course: 'total',
    doc: 'Of what a viewer has seen so far, over the time since the wish to see the film: while nothing moves, it counts as 0.',
    example: example('time-weighted bitrate of tv > 1 Mbps'),
  },
  {
    name: 'rendition switches',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'How often so far a segment that a viewer saw had another rendition than the one before.',
    example: example('rendition switches of tv < 10'),
  },
  {
    name: 'estimated throughput',
    unit: 'bit/s',
    subjects: ofHost,
    course: 'level',
    doc: 'What a player reckons with, after the downloads from the server that it uses.',
    example: example('estimated throughput of tv > 1 Mbps'),
  },
  {
    name: 'abandoned segments',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Downloads that a player has given up so far because they took too long.',
    example: example('abandoned segments of tv = 0'),
  },
  {
    name: 'server switches',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'How often so far a player turned to another server, because the one before failed or was too slow.',
    example: example('server switches of tv = 0'),
  },
  {
    name: 'quality of experience',
    unit: 'bit/s',
    subjects: ofHost,
    course: 'total',
    doc: 'Linear quality a segment seen: its bitrate, less the change from the one before, less the highest bitrate for each second of stalling and of startup; below 0 where waiting outweighs.',
    standard: 'Yin et al., SIGCOMM ’15 §3.2',
    example: example('quality of experience of tv > 0.5 Mbps'),
  },
];
