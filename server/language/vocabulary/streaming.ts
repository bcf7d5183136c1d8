/** Stored video that is streamed, and what viewers do while something plays. */
import { DAY, HOUR } from '../../../engines/quantities.ts';
import { type FilmSource, LOSS_HANDLINGS } from '../../../engines/video/streaming/scenario.ts';
import { encodingDefaults, streamDefaults } from '../defaults/video.ts';
import { choice, duration, film, host, number, optional, property, rate, subject, wordChoice } from '../entry.ts';
import { clipOf, filmNamed } from '../films.ts';
import type { ProgramFilm } from '../program.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { checkRemoteControl } from '../viewers.ts';
import { step, timing } from './timing.ts';
import { encodingOf, encodingProperties } from './video-coding.ts';

/** Message protocols that views can be limited to. */
export const streamingProtocols = ['rtsp', 'rtp', 'rtcp'] as const;

const streamed = 'host server, tv\nclip bounce { duration 10 s }\nserver streams bounce to tv\n';

export const streamingVocabulary = [
  step({
    id: 'stream',
    pattern: 'HOST streams FILM to RECEIVER',
    slots: { HOST: subject, FILM: film, RECEIVER: host },
    properties: {
      ...encodingProperties,
      coding: property(
        'coding CODING',
        { CODING: choice(['spatial', 'spatial'], ['temporal', 'temporal'], ['both', 'both'], ['raw', 'raw']) },
        { doc: 'How a clip is coded.', default: encodingDefaults.coding, example: 'coding spatial' },
      ),
      sending: property(
        'sending rate RATE',
        { RATE: rate({ minimum: 1_000, maximum: 1e10, units: ['kbps', 'Mbps'] }) },
        {
          doc: 'How fast the server sends, the headers of packets not counted, however many bytes each picture has.',
          default: 'the film’s mean rate',
          example: 'sending rate 200 kbps',
        },
      ),
      over: property(
        'over TRANSPORT',
        { TRANSPORT: wordChoice('udp', 'tcp') },
        {
          doc: 'How the film’s packets travel: each in a datagram, or one behind another on the connection over which the film was asked for.',
          default: streamDefaults.transport,
          standard: 'RFC 2326 §10.12',
          example: 'over tcp',
        },
      ),
      delay: property(
        'playout delay TIME',
        { TIME: duration({ maximum: HOUR, units: ['s', 'ms'] }) },
        {
          doc: 'How long the viewer waits from the first packet to the first picture, so that variable delays do not show.',
          default: written(streamDefaults.playoutDelay, 'duration'),
          example: 'playout delay 3 s',
        },
      ),
      resume: property(
        'resume after TIME',
        { TIME: duration({ maximum: HOUR, units: ['s', 'ms'] }) },
        {
          doc: 'How much of the film must be held before it goes on after a stall, or a jump to what is not held.',
          default: 'the playout delay',
          example: 'resume after 500 ms',
        },
      ),
      loss: property(
        'loss HANDLING',
        { HANDLING: wordChoice(...LOSS_HANDLINGS) },
        {
          doc: 'What becomes of a picture of which something is lost. `skip`: the one before stands still. `interpolate`: it is made up between that and the next one. `retransmit`: the viewer lists what is lost, and the server sends it again; what comes too late is skipped. Over TCP nothing is lost.',
          default: streamDefaults.loss,
          standard: 'RFC 4585 §6.2.1, RFC 4588',
          example: 'loss retransmit',
        },
      ),
    },
    doc: 'The viewer asks the server for a film by RTSP; the server sends it at a constant rate in packets of RTP, and the viewer plays it from its playout buffer. A picture that is not whole when its time comes is missed; when nothing is left to play, the film stalls. The step is done when the film has ended.',
    standard: 'RFC 2326, RFC 3550',
    example:
      'host server\nhost tv { jitter 200 ms }\nclip bounce { duration 10 s }\nserver streams bounce to tv { over udp  playout delay 1 s  loss skip }\nexpect rebuffering of tv = 0 %',
    build(given, block, site) {
      const when = timing(given, site);
      const client = site.host(given.RECEIVER);
      const found = filmNamed(given.FILM, site);
      if (!when || client === null || !found) return;
      const source = sourceOf(found, block, site);
      const playoutDelay = block.delay?.TIME ?? streamDefaults.playoutDelay;
      site.step(when, given.HOST, (server) => {
        if (client === server) {
          site.report('self-transfer', given.RECEIVER, `\`${client}\` cannot stream to itself: name another host.`);
          return null;
        }
        return {
          kind: 'video.stream',
          server,
          client,
          film: source,
          transport: block.over?.TRANSPORT ?? streamDefaults.transport,
          sendingRate: block.sending?.RATE ?? null,
          playoutDelay,
          resumeAfter: block.resume?.TIME ?? playoutDelay,
          loss: block.loss?.HANDLING ?? streamDefaults.loss,
        };
      });
    },
  }),
  step({
    id: 'pause',
    pattern: 'HOST pauses [for LENGTH]',
    slots: { HOST: subject, LENGTH: optional(duration({ maximum: 100 * DAY, units: ['s', 'min'] })) },
    doc: 'The viewer stops the film that plays on the host, for some time or until it `resumes`.',
    standard: 'RFC 2326 §10.6',
    example: `${streamed}at 3 s tv pauses for 2 s`,
    build(given, _block, site) {
      const when = timing(given, site);
      if (!when) return;
      site.step(when, given.HOST, (viewer) => ({ kind: 'video.pause', host: viewer, time: given.LENGTH }));
      checkRemoteControl(given.HOST, null, site);
    },
  }),
  step({
    id: 'resume',
    pattern: 'HOST resumes',
    slots: { HOST: subject },
    doc: 'The viewer lets a paused film go on.',
    standard: 'RFC 2326 §10.5',
    example: `${streamed}at 3 s tv pauses\nat 5 s tv resumes`,
    build(given, _block, site) {
      const when = timing(given, site);
      if (!when) return;
      site.step(when, given.HOST, (viewer) => ({ kind: 'video.resume', host: viewer }));
      checkRemoteControl(given.HOST, null, site);
    },
  }),
  step({
    id: 'seek',
    pattern: 'HOST seeks to POSITION',
    slots: { HOST: subject, POSITION: duration({ maximum: 100 * DAY, units: ['s', 'min'] }) },
    doc: 'The viewer jumps to another place of the film that plays on the host. What the playout buffer holds is used where that place lies in it, and dropped where it does not.',
    standard: 'RFC 2326 §10.5',
    example: `${streamed}at 3 s tv seeks to 8 s`,
    build(given, _block, site) {
      const when = timing(given, site);
      if (!when) return;
      site.step(when, given.HOST, (viewer) => ({ kind: 'video.seek', host: viewer, position: given.POSITION }));
      checkRemoteControl(given.HOST, given.POSITION, site);
    },
  }),
  step({
    id: 'speed',
    pattern: 'HOST plays at N times speed',
    slots: { HOST: subject, N: number({ minimum: 0.1, maximum: 16 }) },
    doc: 'The viewer plays the film on the host faster or slower: at twice the speed the buffer empties, and has to be filled, twice as fast.',
    standard: 'RFC 2326 §12.34',
    example: `${streamed}at 3 s tv plays at 2 times speed`,
    build(given, _block, site) {
      const when = timing(given, site);
      if (!when) return;
      site.step(when, given.HOST, (viewer) => ({ kind: 'video.speed', host: viewer, speed: given.N }));
      checkRemoteControl(given.HOST, null, site);
    },
  }),
];

type Block = Parameters<typeof encodingOf>[1] & { readonly coding?: { readonly CODING: string } };

function sourceOf(found: ProgramFilm, block: Block, site: Site): FilmSource {
  const clip = clipOf(found, site);
  if (clip) {
    const how = (block.coding?.CODING ?? encodingDefaults.coding) as Parameters<typeof encodingOf>[0];
    return { kind: 'clip', clip, encoding: encodingOf(how, block, clip.frameRate, site) };
  }
  for (const [key, word] of [
    ['coding', 'coding'],
    ['quantiser', 'quantiser'],
    ['keyFrames', 'key'],
  ] as const) {
    if (block[key]) site.report('without-effect', site.property(word), `\`${found.name}\` has no pictures to be coded, only a rate.`);
  }
  const rateOf = block.rate?.RATE ?? block.rate?.CODEC ?? found.rate;
  return { kind: 'film', name: found.name, duration: found.duration, rate: rateOf ?? 1_500_000 };
}
