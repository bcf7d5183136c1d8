/** Adaptive streaming: films in segments of several renditions, and who plays them. */
import type { Film } from '../../../engines/dash/film.ts';
import { RENDITIONS_LIMIT } from '../../../engines/dash/movie.ts';
import { MANIFEST_LIMITS } from '../../../engines/dash/mpd/read.ts';
import { count, formatRate } from '../../../engines/format.ts';
import { HOUR, MILLISECOND, SECOND } from '../../../engines/quantities.ts';
import { videoDefaults } from '../defaults/dash.ts';
import {
  choice,
  domainName,
  duration,
  entry,
  fileName,
  film,
  list,
  type Name,
  newFilm,
  optional,
  property,
  rate,
  ratio,
  subject,
  wordChoice,
} from '../entry.ts';
import { filmFile } from '../movie-file.ts';
import type { Site } from '../site.ts';
import { readTrace, TRACE_ENDINGS } from '../trace-file.ts';
import { written } from '../units.ts';
import { manifestsOf, movieOf, putInPlace, sitesOf, videoNamed } from '../video.ts';
import { algorithm, playerProperties, reportUnused, settingsOf, startProperty } from './player.ts';
import { step, timing } from './timing.ts';

export const dashVocabulary = [
  entry({
    id: 'video',
    role: 'declaration',
    pattern: 'video NAME [on SITE]',
    slots: { NAME: newFilm, SITE: optional(list(domainName)) },
    properties: {
      duration: property(
        'duration TIME',
        { TIME: duration({ minimum: SECOND, maximum: 24 * HOUR, units: ['min', 's'] }) },
        { doc: 'How long it plays.', default: written(videoDefaults.duration, 'duration'), example: 'duration 10 min' },
      ),
      segment: property(
        'segment TIME',
        { TIME: duration({ minimum: 100 * MILLISECOND, maximum: 60 * SECOND, units: ['s'] }) },
        {
          doc: 'How long each segment plays; the last one as long as is left.',
          default: written(videoDefaults.segment, 'duration'),
          standard: 'ISO/IEC 23009-1 §5.3.9',
          example: 'segment 2 s',
        },
      ),
      ladder: property(
        'ladder RATE',
        { RATE: list(rate({ minimum: 1000, maximum: 1e12, units: ['kbps', 'Mbps'] })) },
        {
          doc: 'The bitrate of each rendition.',
          default: videoDefaults.ladder.map((bitrate) => formatRate(bitrate * 1000).replace('bit/s', 'bps')).join(', '),
          standard: 'ISO/IEC 23009-1 §5.3.5',
          example: 'ladder 400 kbps, 1 Mbps, 2.5 Mbps, 5 Mbps',
        },
      ),
      coding: property(
        'coding vbr DEVIATION',
        { DEVIATION: ratio({ maximum: 0.5 }) },
        {
          doc: 'Segments differ in size, as they differ in what is to be seen: by this standard deviation, around the bitrate.',
          default: 'constant bitrate: all segments of a rendition have one size',
          example: 'coding vbr 20 %',
        },
      ),
      cbr: property('coding cbr', {}, { doc: 'All segments of a rendition have one size.', example: 'coding cbr' }),
      from: property(
        'from FILE',
        { FILE: fileName('.mpd', '.json') },
        {
          doc: 'Segments and bitrates as a file describes them: a manifest (MPD), or the JSON of public ABR simulators, which also says what each segment weighs.',
          example: 'from "movie.json"',
        },
      ),
      manifest: property(
        'manifest by KIND',
        { KIND: wordChoice('number', 'time', 'list') },
        {
          doc: 'How the manifest names segments: by a template with their numbers, or with their times and a timeline, or each by itself.',
          default: videoDefaults.addressing,
          standard: 'ISO/IEC 23009-1 §5.3.9',
          example: 'manifest by time',
        },
      ),
    },
    doc: 'A film for adaptive streaming, divided into segments, each of them in several renditions. `on` names the websites that have it, each whole, with the manifest that lists them all; a name that is no website’s becomes a host with a web server. Without `on`, it lies on no server.',
    standard: 'ISO/IEC 23009-1',
    example:
      'host tv\nvideo madmen on stream.example.org { duration 1 min  segment 4 s  ladder 400 kbps, 1 Mbps, 2.5 Mbps  coding vbr 20 % }\ntv plays madmen using bola\nexpect rebuffering of tv = 0 %',
    build({ NAME, SITE }, block, site) {
      const { program } = site;
      const place = site.place(NAME);
      const key = NAME.text.toLowerCase();
      if (!program.declareOnce(`film ${key}`, `Film \`${NAME.text}\``, place)) return;
      const described = describedFilm(NAME, block, site);
      if (!described) {
        program.excused.add(key);
        return;
      }
      const made: Film = { name: NAME.text, ...described, addressing: block.manifest?.KIND ?? videoDefaults.addressing };
      const sites = sitesOf(SITE ?? [], site);
      const lowest = (made.movie.bitrates[0] as number) * 1000;
      program.films.set(key, { name: NAME.text, duration: made.duration, rate: lowest, clip: null, at: site.at });
      const video = { film: made, sites, deliveries: [] };
      program.videos.set(key, video);
      // CDNs say that they deliver it when all declarations are read.
      site.later(() => site.later(() => putInPlace(video, site)));
    },
  }),
  step({
    id: 'play',
    pattern: 'HOST plays FILM [from SITE] [using ALGORITHM]',
    slots: { HOST: subject, FILM: film, SITE: optional(list(domainName)), ALGORITHM: optional(algorithm) },
    properties: { ...playerProperties, start: startProperty() },
    doc: 'The host plays a video over HTTP: it fetches the manifest, then segment after segment, each in the rendition that the algorithm chooses, as long as its buffer has room. `from` names the websites or CDNs that the manifest is asked for, in this order, and the segments come from where the manifest came from. From there on, the server is the player’s choice, too: it turns to another one that has the film when one fails or is too slow. The step is done when the film has ended.',
    standard: 'ISO/IEC 23009-1, RFC 9110',
    example:
      'host tv { down 3 Mbps }\nvideo madmen on stream.example.org { duration 1 min }\nat 0 s tv plays madmen using bola { buffer 20 s }\nexpect rebuffering of tv < 1 %\nexpect mean bitrate of tv > 1 Mbps',
    build(given, block, site) {
      const when = timing(given, site);
      const video = videoNamed(given.FILM, site);
      if (!when || !video) return;
      reportUnused(block, given.ALGORITHM, site);
      const settings = settingsOf(block, given.ALGORITHM, video.film, site);
      const manifests = manifestsOf(video, given.SITE ?? [], given.FILM, site);
      if (!settings || !manifests) return;
      site.step(when, given.HOST, (host) => ({ kind: 'dash.play', host, film: video.film.name, manifests, settings }));
    },
  }),
  step({
    id: 'rehearse',
    pattern: 'HOST rehearses FILM over TRACE [using ALGORITHM]',
    slots: { HOST: subject, FILM: film, TRACE: fileName(...TRACE_ENDINGS), ALGORITHM: optional(algorithm) },
    properties: {
      ...playerProperties,
      average: property(
        'average KIND',
        { KIND: wordChoice('weighted', 'sliding') },
        {
          doc: 'How the throughput is estimated: exponentially weighted over half-lives of 3 s and 8 s, or the mean of the last three downloads.',
          default: 'weighted',
          example: 'average sliding',
        },
      ),
      replacing: property(
        'replacing WHICH',
        { WHICH: choice(['none', 'none'], ['first', 'left'], ['last', 'right']) },
        {
          doc: 'Whether buffered segments of lower renditions are downloaded again when a higher one becomes possible: the first or the last of them.',
          default: 'none',
          standard: 'MMSys ’18 §6',
          example: 'replacing first',
        },
      ),
    },
    doc: 'A session in the idealised network of published simulators: a segment takes the trace’s latency and its size over the trace’s bandwidth, and no message is sent. With it, algorithms alone are compared: decisions and sums of `throughput`, `bola`, `bolae` and `dynamic` are those of SABRE.',
    standard: 'Spiteri et al., MMSys ’18',
    example:
      'host tv\nvideo bunny { from "movie.json" }\ntv rehearses bunny over "3g.json" using bola { buffer 25 s }\nexpect rebuffering of tv < 10 %',
    build(given, block, site) {
      const when = timing(given, site);
      const video = videoNamed(given.FILM, site);
      const trace = readTrace(given.TRACE, site);
      if (!when || !video || !trace) return;
      reportUnused(block, given.ALGORITHM, site);
      const settings = settingsOf(block, given.ALGORITHM, video.film, site);
      if (!settings) return;
      const average = block.average?.KIND ?? 'weighted';
      const replacing = (block.replacing?.WHICH as 'none' | 'left' | 'right' | undefined) ?? 'none';
      site.step(when, given.HOST, (host) => ({ kind: 'dash.rehearse', host, film: video.film, trace, average, replacing, settings }));
    },
  }),
];

interface DescribingBlock {
  readonly duration?: { readonly TIME: number };
  readonly segment?: { readonly TIME: number };
  readonly ladder?: { readonly RATE: readonly number[] };
  readonly coding?: { readonly DEVIATION: number };
  readonly cbr?: object;
  readonly from?: { readonly FILE: Name };
  readonly manifest?: { readonly KIND: string };
}

/** The film of a block; null (and reported) where it does not hold. */
function describedFilm(name: Name, block: DescribingBlock, site: Site): Pick<Film, 'movie' | 'duration'> | null {
  if (block.coding && block.cbr) site.report('without-effect', site.property('coding'), 'The coding is said twice; `vbr` counts.');
  if (block.from) {
    for (const word of ['duration', 'segment', 'ladder', 'coding'] as const)
      if (block[word]) site.report('without-effect', site.property(word), `The file says it; \`${word}\` has no effect beside \`from\`.`);
    return filmFile(block.from.FILE, site);
  }
  const segment = block.segment?.TIME ?? videoDefaults.segment;
  const length = block.duration?.TIME ?? videoDefaults.duration;
  const bitrates = [...(block.ladder?.RATE.map((one) => one / 1000) ?? videoDefaults.ladder)];
  const ladder = site.property('ladder');
  if (bitrates.length > RENDITIONS_LIMIT) {
    site.report('out-of-range', ladder, `The ladder has ${bitrates.length} renditions; ${RENDITIONS_LIMIT} are possible.`);
    return null;
  }
  if (bitrates.some((bitrate, i) => i > 0 && bitrate <= (bitrates[i - 1] as number))) {
    site.report('out-of-range', ladder, 'A ladder goes up: write each bitrate once, the lowest first.');
    return null;
  }
  const segments = Math.ceil(length / segment);
  const most = Math.floor(MANIFEST_LIMITS.segments / bitrates.length);
  if (segments > most) {
    const word = block.segment ? 'segment' : 'duration';
    const longer = written(Math.ceil(length / most / MILLISECOND) * MILLISECOND, 'duration');
    site.report(
      'out-of-range',
      site.property(word),
      `${segments} segments in ${count(bitrates.length, 'rendition')} are more than the ${MANIFEST_LIMITS.segments} that a manifest names: with \`segment ${longer}\` they fit.`,
    );
    return null;
  }
  if (block.manifest?.KIND === 'list' && length % segment !== 0)
    site.report('out-of-range', site.property('manifest'), 'A list has segments of one duration, and the last one here would be shorter.');
  return { movie: movieOf(name.text, bitrates, segment, length, block.coding?.DEVIATION ?? 0), duration: length };
}
