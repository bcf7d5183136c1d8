/** What content distribution networks measure. */
import type { MetricDefinition } from '../protocol.ts';

const ofCdn: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'cdn' }];
const atNode: MetricDefinition['subjects'] = [{ preposition: 'at', type: 'host' }];

const program =
  'host viewer\ncdn kingcdn { nodes edge[1..2]  origin origin.netcinema.com  cache 20 MB lru  catalogue 100 objects of 1 MB zipf 0.8 }\nviewer keeps requesting from kingcdn at 2 per s for 10 s\n';

const watching =
  'video madmen { duration 2 min }\ncdn kingcdn { nodes edge[1..2]  content madmen }\ncrowd of 100 watches films of kingcdn for 5 min\n';

export const cdnMetrics: readonly MetricDefinition[] = [
  {
    name: 'cdn hit ratio',
    unit: 'ratio',
    subjects: ofCdn,
    bound: 'predicted hit ratio',
    doc: 'Share of the requests to a CDN so far that one of its nodes answered with what it had stored, or was about to; the origin may have been asked whether that still holds.',
    example: `${program}expect cdn hit ratio of kingcdn > 0`,
  },
  {
    name: 'cdn byte hit ratio',
    unit: 'ratio',
    subjects: ofCdn,
    bound: 'predicted byte hit ratio',
    doc: 'Share of the bytes that a CDN has delivered so far that were in its caches.',
    example: `${program}expect cdn byte hit ratio of kingcdn > 0`,
  },
  {
    name: 'predicted hit ratio',
    unit: 'ratio',
    subjects: ofCdn,
    doc: 'What Che’s approximation says of the hit ratio of a CDN’s caches once they have warmed up, for `lru` and `fifo`; a cluster’s caches count as one.',
    standard: 'Che, Tung, Wang 2002',
    example: `${program}expect predicted hit ratio of kingcdn > 30 %`,
  },
  {
    name: 'predicted byte hit ratio',
    unit: 'ratio',
    subjects: ofCdn,
    doc: 'What Che’s approximation says of the byte hit ratio of a CDN’s caches once they have warmed up, for `lru` and `fifo`.',
    standard: 'Che, Tung, Wang 2002',
    example: `${program}expect predicted byte hit ratio of kingcdn > 30 %`,
  },
  {
    name: 'best hit ratio',
    unit: 'ratio',
    subjects: ofCdn,
    doc: 'The hit ratio of caches that always hold what is most popular for its size: no replacement does better in the long run, where requests do not depend on one another.',
    example: `${program}expect best hit ratio of kingcdn > 40 %`,
  },
  {
    name: 'origin offload',
    unit: 'ratio',
    subjects: ofCdn,
    doc: 'Share of the bytes that a CDN’s clients got so far that its origin did not have to send.',
    example: `${program}expect origin offload of kingcdn > 0`,
  },
  {
    name: 'cdn response time',
    unit: 'ns',
    subjects: ofCdn,
    doc: 'From the moment when a user turns to an object of a CDN until it is there, lookup, connection and further attempts included; of a crowd of viewers, from the request for a segment, of some 10,000 evenly chosen ones at most.',
    example: `${program}expect cdn response time of kingcdn < 5 s`,
  },
  {
    name: 'stall ratio',
    unit: 'ratio',
    subjects: ofCdn,
    course: 'total',
    doc: 'Share of stalls in the time in which a crowd of viewers had something to see so far: stalls over playing and stalls, of all of them together.',
    example: `${watching}expect stall ratio of kingcdn < 5 %`,
  },
  {
    name: 'crowd bitrate',
    unit: 'bit/s',
    subjects: ofCdn,
    course: 'total',
    doc: 'Mean bitrate of the segments that a crowd of viewers has seen so far, of all of them together.',
    example: `${watching}expect crowd bitrate of kingcdn > 500 kbps`,
  },
  {
    name: 'failed requests',
    unit: '',
    subjects: ofCdn,
    course: 'total',
    doc: 'Requests for objects of a CDN so far that its clients gave up.',
    example: `${program}expect failed requests of kingcdn = 0`,
  },
  {
    name: 'node requests',
    unit: '',
    subjects: atNode,
    course: 'total',
    doc: 'Requests of clients that a CDN’s node has answered so far.',
    example: `${program}expect node requests at edge[1] > 0`,
  },
  {
    name: 'node load',
    unit: 'ratio',
    subjects: atNode,
    course: 'level',
    doc: 'What was asked of a CDN’s node in parts of what its line can carry, over the time from one health check to the next.',
    example: `${program}expect node load at edge[1] < 100 %`,
  },
];
