/** What BitTorrent measures, whichever way a swarm is simulated. */
import type { MetricDefinition } from '../protocol.ts';

const ofTorrent: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'torrent' }];
const ofHost: MetricDefinition['subjects'] = [
  { preposition: 'of', type: 'host' },
  { preposition: 'for', type: 'torrent' },
];

const swarm = 'host origin, peer[1..3]\ntorrent ubuntu { size 1 MiB seeds origin }\npeer[1..3] downloads ubuntu\n';
const ofUbuntu = (expected: string) => ({ example: `${swarm}expect ${expected}` });

export const bittorrentMetrics: readonly MetricDefinition[] = [
  {
    name: 'completion time',
    unit: 'ns',
    subjects: ofTorrent,
    doc: 'From the arrival of the first peer that downloads a torrent until the last of them has all of it. There is none while a download is under way, or was given up; those who leave before the end do not count.',
    ...ofUbuntu('completion time of ubuntu < 2 min'),
  },
  {
    name: 'download time',
    unit: 'ns',
    subjects: ofHost,
    doc: 'From a peer’s arrival until it has all of a torrent, the tracker and all handshakes included.',
    ...ofUbuntu('download time of peer[1] for ubuntu < 2 min'),
  },
  {
    name: 'distribution bound',
    unit: 'ns',
    subjects: ofTorrent,
    doc: 'The time that no way of distributing can beat where peers upload, too: max{F/u_s, F/d_min, NF/(u_s + Σu_i)}, of the access links of the seeds and of all peers that have downloaded so far.',
    ...ofUbuntu('distribution bound of ubuntu < 1 min'),
  },
  {
    name: 'client-server bound',
    unit: 'ns',
    subjects: ofTorrent,
    doc: 'The time that no way of distributing can beat where only the seeds upload: max{NF/u_s, F/d_min}.',
    ...ofUbuntu('client-server bound of ubuntu < 1 min'),
  },
  {
    name: 'bound ratio',
    unit: '',
    subjects: ofTorrent,
    doc: 'The completion time over the distribution bound: 1 would be perfect.',
    ...ofUbuntu('bound ratio of ubuntu >= 1'),
  },
  {
    name: 'upload utilisation',
    unit: 'ratio',
    subjects: ofTorrent,
    course: 'level',
    doc: 'What all peers of a torrent have uploaded of its content in the last 10 s (or since the first arrival), over what their access links could have carried.',
    ...ofUbuntu('mean upload utilisation of ubuntu > 0'),
  },
  {
    name: 'availability',
    unit: '',
    subjects: ofTorrent,
    course: 'level',
    doc: 'Copies of the rarest piece of a torrent among the peers that are there. 0: nobody can complete it.',
    ...ofUbuntu('availability of ubuntu = 4'),
  },
  {
    name: 'piece copies',
    unit: '',
    subjects: ofTorrent,
    course: 'level',
    doc: 'Copies of a torrent’s pieces among the peers that are there, on average.',
    ...ofUbuntu('piece copies of ubuntu = 4'),
  },
  {
    name: 'seeds',
    unit: '',
    subjects: ofTorrent,
    course: 'level',
    doc: 'Peers that are there and have all of a torrent.',
    ...ofUbuntu('seeds of ubuntu = 4'),
  },
  {
    name: 'downloaders',
    unit: '',
    subjects: ofTorrent,
    course: 'level',
    doc: 'Peers that are there and have not all of a torrent.',
    ...ofUbuntu('downloaders of ubuntu = 0'),
  },
  {
    name: 'fairness',
    unit: 'ratio',
    subjects: ofTorrent,
    doc: 'Jain’s index of the mean download rates of the peers that have completed so far: 100 % where all are alike, 1/n where one has it all.',
    ...ofUbuntu('fairness of ubuntu > 50 %'),
  },
  {
    name: 'clustering',
    unit: 'ratio',
    subjects: ofTorrent,
    doc: 'Of what downloading peers have sent to one another so far, the share that went to peers whose access link has the same upload rate as the sender’s.',
    ...ofUbuntu('clustering of ubuntu = 100 %'),
  },
  {
    name: 'bytes downloaded',
    unit: 'B',
    subjects: ofHost,
    course: 'total',
    doc: 'Content of a torrent that a peer has received so far, twice received and corrupt blocks included.',
    ...ofUbuntu('bytes downloaded of peer[1] for ubuntu >= 1 MiB'),
  },
  {
    name: 'bytes uploaded',
    unit: 'B',
    subjects: ofHost,
    course: 'total',
    doc: 'Content of a torrent that others have received from a peer so far.',
    ...ofUbuntu('bytes uploaded of origin for ubuntu >= 1 MiB'),
  },
  {
    name: 'share ratio',
    unit: '',
    subjects: ofHost,
    course: 'level',
    doc: 'What a peer has uploaded of a torrent over what it has downloaded.',
    ...ofUbuntu('share ratio of peer[1] for ubuntu >= 0'),
  },
  {
    name: 'corrupt pieces',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Pieces that a peer has received whole so far and whose SHA-1 was another than the torrent’s.',
    standard: 'BEP 3',
    ...ofUbuntu('corrupt pieces of peer[1] for ubuntu = 0'),
  },
  {
    name: 'banned peers',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'Peers that a peer has banned so far, because corrupt blocks came from them.',
    ...ofUbuntu('banned peers of peer[1] for ubuntu = 0'),
  },
  {
    name: 'tracker announces',
    unit: '',
    subjects: [{ preposition: 'at', type: 'host' }],
    course: 'total',
    doc: 'Announces that a tracker has answered so far.',
    standard: 'BEP 3',
    ...ofUbuntu('tracker announces at tracker >= 4'),
  },
];
