/** Clips, what their pictures cost coded, and the pictures themselves. */
import { MILLISECOND, MINUTE, SECOND } from '../../../engines/quantities.ts';
import { frameCount } from '../../../engines/video/coding/clip.ts';
import { COARSEST_STEP } from '../../../engines/video/coding/quantiser.ts';
import { CODINGS, type Encoding, MOST_FRAMES, PATTERNS } from '../../../engines/video/coding/scenario.ts';
import { CODEC_RATES, clipDefaults, encodingDefaults } from '../defaults/video.ts';
import { choice, clip as clipSlot, count, duration, entry, newFilm, optional, property, rate, subject, wordChoice } from '../entry.ts';
import { clipNamed } from '../films.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { step, timing } from './timing.ts';

/** Pixels of all pictures of a clip, at most: at a constant rate, what is random takes a machine a quarter of a minute. */
const MOST_PIXELS = 50_000_000;

const coding = choice(['spatially', 'spatial'], ['temporally', 'temporal'], ['both', 'both'], ['raw', 'raw']);

export const rateSlots = {
  RATE: optional(rate({ minimum: 1_000, maximum: 1e9, units: ['kbps', 'Mbps'] })),
  CODEC: optional(choice(...CODEC_RATES)),
};

const quantiser = property(
  'quantiser N',
  { N: count({ minimum: 1, maximum: COARSEST_STEP }) },
  {
    doc: 'Constant quality, so that the rate varies (VBR): shades that lie within so many of each other become one. 1 keeps all 256 and loses nothing; 128 leaves two.',
    default: String(encodingDefaults.quantiser),
    example: 'quantiser 8',
  },
);

const keyFrames = property(
  'key frame every N frames',
  { N: count({ minimum: 1, maximum: 600 }) },
  {
    doc: 'How far apart the pictures are that can be shown without the ones before; at a constant rate, each group of pictures from one to the next has as many bits.',
    default: 'one a second',
    standard: 'ISO/IEC 11172-2 §2.4.1',
    example: 'key frame every 12 frames',
  },
);

/** How a clip is coded, for the steps that code one. */
export const encodingProperties = {
  rate: property('rate ( RATE | CODEC )', rateSlots, {
    doc: 'A constant rate (CBR), so that the quality varies: each group of pictures has the quantiser that is best for it within the rate, and what is left of the rate is filled up. `mpeg-1` is 1.5 Mbps, `mpeg-2 low` and `mpeg-2 high` are 3 and 6 Mbps, `mpeg-4 low` and `mpeg-4 high` 64 kbps and 12 Mbps.',
    default: 'as the quantiser has it',
    example: 'rate 60 kbps',
  }),
  quantiser,
  keyFrames,
};

interface GivenEncoding {
  readonly rate?: { readonly RATE: number | null; readonly CODEC: number | null };
  readonly quantiser?: { readonly N: number };
  readonly keyFrames?: { readonly N: number };
}

/** Reports a quantiser beside a rate, which finds its own. */
export function encodingOf(how: Encoding['coding'], block: GivenEncoding, frameRate: number, site: Site): Encoding {
  const wanted = block.rate?.RATE ?? block.rate?.CODEC ?? null;
  if (wanted !== null && block.quantiser) {
    site.report(
      'without-effect',
      site.property('quantiser'),
      'At a constant rate each group of pictures has a quantiser of its own: leave out one of the two.',
    );
  }
  const interval = Math.max(1, Math.round((encodingDefaults.keyInterval * frameRate) / SECOND));
  return {
    coding: how,
    control:
      wanted === null
        ? { kind: 'constant quality', step: block.quantiser?.N ?? encodingDefaults.quantiser }
        : { kind: 'constant rate', rate: wanted },
    groupLength: block.keyFrames?.N ?? interval,
  };
}

export const videoCodingVocabulary = [
  entry({
    id: 'clip',
    role: 'declaration',
    pattern: 'clip NAME',
    slots: { NAME: newFilm },
    properties: {
      pattern: property(
        'pattern PATTERN',
        { PATTERN: wordChoice(...PATTERNS) },
        {
          doc: 'What is to be seen: a ball in front of a striped wall, credits that scroll, a calm scene that is cut to ever busier ones a second each, noise, or a landscape in which nothing moves.',
          default: clipDefaults.pattern,
          example: 'pattern scene cuts',
        },
      ),
      size: property(
        'size W by H',
        { W: count({ minimum: 8, maximum: 255 }), H: count({ minimum: 8, maximum: 255 }) },
        {
          doc: 'Pixels of a picture across and down.',
          default: `${clipDefaults.width} by ${clipDefaults.height}`,
          example: 'size 64 by 48',
        },
      ),
      frames: property(
        'frames N per s',
        { N: count({ minimum: 1, maximum: 60 }) },
        { doc: 'Pictures in a second.', default: `${clipDefaults.frameRate} per s`, example: 'frames 12 per s' },
      ),
      duration: property(
        'duration TIME',
        { TIME: duration({ minimum: 20 * MILLISECOND, maximum: 10 * MINUTE, units: ['s'] }) },
        { doc: 'How long it lasts.', default: written(clipDefaults.duration, 'duration'), example: 'duration 10 s' },
      ),
      grain: property(
        'grain N',
        { N: count({ maximum: 64 }) },
        {
          doc: 'How much the brightness of each pixel wavers from picture to picture, of 255, as with a camera in the dark: what is random cannot be coded short.',
          default: String(clipDefaults.grain),
          example: 'grain 2',
        },
      ),
    },
    doc: 'A small synthetic film, to be coded and looked at picture by picture. Pixels have 256 shades of grey.',
    example: 'host camera\nclip bounce { pattern bouncing ball  size 48 by 32  frames 24 per s  duration 2 s }\ncamera encodes bounce both',
    build({ NAME }, block, site) {
      const { program } = site;
      const place = site.place(NAME);
      const key = NAME.text.toLowerCase();
      if (!program.declareOnce(`film ${key}`, `Film \`${NAME.text}\``, place)) return;
      const clip = {
        name: NAME.text,
        pattern: block.pattern?.PATTERN ?? clipDefaults.pattern,
        width: block.size?.W ?? clipDefaults.width,
        height: block.size?.H ?? clipDefaults.height,
        frameRate: block.frames?.N ?? clipDefaults.frameRate,
        duration: block.duration?.TIME ?? clipDefaults.duration,
        grain: block.grain?.N ?? clipDefaults.grain,
      };
      const frames = frameCount(clip);
      if (frames > MOST_FRAMES || frames * clip.width * clip.height > MOST_PIXELS) {
        site.report(
          'out-of-range',
          place,
          `The clip has ${frames} pictures of ${clip.width} × ${clip.height} pixels; at most ${MOST_FRAMES} pictures, and ${MOST_PIXELS / 1e6} million pixels in all of them, can be coded.`,
        );
        program.excused.add(key);
        return;
      }
      program.films.set(key, { name: NAME.text, duration: clip.duration, rate: null, clip, at: site.at });
    },
  }),
  step({
    id: 'encode',
    pattern: 'HOST encodes CLIP CODING',
    slots: { HOST: subject, CLIP: clipSlot, CODING: coding },
    properties: encodingProperties,
    doc: `The host codes a clip while it films it, so the step takes as long as the clip: \`spatially\`, each picture by itself, as runs of pixels of one shade; \`temporally\`, each as those pixels that have changed since the one before; \`both\`, as runs of pixels that have changed, or not; \`raw\`, every pixel. What each picture costs is \`frame size\`.`,
    standard: 'ISO/IEC 11172-2 §0.2',
    example: 'host camera\nclip bounce\ncamera encodes bounce spatially\nexpect compression ratio of bounce > 2',
    build(given, block, site) {
      const when = timing(given, site);
      const clip = clipNamed(given.CLIP, site);
      if (!when || !clip) return;
      const encoding = encodingOf(given.CODING as Encoding['coding'], block, clip.frameRate, site);
      site.step(when, given.HOST, (host) => ({ kind: 'video.encode', host, clip, encoding }));
    },
  }),
  entry({
    id: 'show frames',
    role: 'view',
    pattern: 'show frames of CLIP',
    slots: { CLIP: clipSlot },
    doc: `Shows the pictures of a clip, and what each of the steps above that code it transmits of them: runs, differences, bits. ${CODINGS.length} ways of coding can stand one below another.`,
    example: 'host camera\nclip bounce\ncamera encodes bounce both\nshow frames of bounce',
    build({ CLIP }, _block, site) {
      const clip = clipNamed(CLIP, site);
      if (!clip) return;
      const encodings = new Map<string, Encoding>();
      for (const { action } of site.program.steps.slice(0, site.stepsAbove)) {
        if (action.kind === 'video.encode' && action.clip.name === clip.name)
          encodings.set(JSON.stringify(action.encoding), action.encoding);
      }
      site.program.views.push({ view: { kind: 'frames', clip, encodings: [...encodings.values()] }, at: site.at });
    },
  }),
];
