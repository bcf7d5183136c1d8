/** What a player can be told, whoever sits in front of it: one viewer, or each of a crowd. */
import { ALGORITHM_NAMES, ALGORITHMS, type AlgorithmName, type AlgorithmSetting } from '../../../engines/dash/abr/algorithms.ts';
import type { Film } from '../../../engines/dash/film.ts';
import type { PlayerSettings } from '../../../engines/dash/scenario.ts';
import { formatRate } from '../../../engines/format.ts';
import { HOUR, MILLISECOND } from '../../../engines/quantities.ts';
import { playerDefaults } from '../defaults/dash.ts';
import { choice, duration, type GivenBlock, number, property, rate, wordChoice } from '../entry.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';

/** What a player can be told, however the film comes. */
export const playerProperties = {
  buffer: property(
    'buffer TIME',
    { TIME: duration({ minimum: 100 * MILLISECOND, maximum: HOUR, units: ['s', 'min'] }) },
    {
      doc: 'How much of the film the player holds at most. It is longer than a segment.',
      default: written(playerDefaults.buffer, 'duration'),
      example: 'buffer 12 s',
    },
  ),
  rate: property(
    'rate RATE',
    { RATE: rate({ minimum: 1000, maximum: 1e12, units: ['kbps', 'Mbps'] }) },
    { doc: 'Of `fixed`: the bitrate that the rendition has at most.', default: 'the highest rendition', example: 'rate 1 Mbps' },
  ),
  gp: property(
    'gp N',
    { N: number({ minimum: 0.01, maximum: 1000 }) },
    {
      doc: 'γp of BOLA: how much worse than a low bitrate it is to stall.',
      default: String(playerDefaults.gp),
      standard: 'INFOCOM ’16 §IV',
      example: 'gp 8',
    },
  ),
  variant: property(
    'bola VARIANT',
    { VARIANT: wordChoice('finite', 'basic') },
    {
      doc: 'BOLA-FINITE reckons with the film’s beginning and end, BOLA-BASIC does not.',
      default: playerDefaults.variant,
      example: 'bola basic',
    },
  ),
  oscillation: property(
    'rises RULE',
    { RULE: choice(['above throughput', 'u'], ['to throughput', 'o']) },
    {
      doc: 'Where the buffer speaks for more than the throughput sustains: one rendition above it (BOLA-U), or that which it sustains, after a wait (BOLA-O).',
      default: 'above throughput',
      example: 'rises to throughput',
    },
  ),
  insufficient: property(
    'insufficient-buffer rule SWITCH',
    { SWITCH: choice(['on', true], ['off', false]) },
    {
      doc: 'Whether throughput, BOLA-E and DYNAMIC take no segment that might come after the buffer has run dry.',
      default: 'on',
      example: 'insufficient-buffer rule off',
    },
  ),
  abandonment: property(
    'abandonment SWITCH',
    { SWITCH: choice(['on', true], ['off', false]) },
    {
      doc: 'Whether the player gives a download up that takes too long, for the same segment in a lower rendition.',
      default: 'on',
      example: 'abandonment off',
    },
  ),
};

export const algorithm = wordChoice(...(ALGORITHM_NAMES as unknown as [AlgorithmName, ...AlgorithmName[]]));

export type PlayerBlock = GivenBlock<typeof playerProperties & { readonly start: ReturnType<typeof startProperty> }>;

export const startProperty = () =>
  property(
    'start TIME',
    { TIME: duration({ minimum: MILLISECOND, maximum: HOUR, units: ['s'] }) },
    {
      doc: 'How much of the film must be held before the first picture, and before it goes on after a stall or a jump.',
      default: 'what the manifest asks for: one segment',
      standard: 'ISO/IEC 23009-1 §5.3.1.2 (minBufferTime)',
      example: 'start 8 s',
    },
  );

type SettingKey = 'rate' | 'gp' | 'variant' | 'oscillation' | 'insufficient' | 'abandonment' | 'replacing';

const SETTINGS: Readonly<Record<SettingKey, AlgorithmSetting>> = {
  rate: 'rate',
  gp: 'gp',
  variant: 'bola',
  oscillation: 'rises',
  insufficient: 'insufficient-buffer rule',
  abandonment: 'abandonment',
  replacing: 'replacing',
};

/** Tells of settings that the algorithm does not take. */
export function reportUnused(block: Partial<Record<SettingKey, object>> & PlayerBlock, name: AlgorithmName | null, site: Site): void {
  const chosen = name ?? playerDefaults.algorithm;
  const { takes } = ALGORITHMS[chosen];
  const tell = (key: SettingKey, why: string): void => site.report('without-effect', site.property(key), why);
  for (const [key, word] of Object.entries(SETTINGS) as [SettingKey, AlgorithmSetting][]) {
    if (!block[key] || takes.includes(word)) continue;
    const others = ALGORITHM_NAMES.filter((other) => ALGORITHMS[other].takes.includes(word)).map((other) => `\`${other}\``);
    tell(key, `\`${chosen}\` does not take \`${word}\`; ${listed(others)}.`);
  }
  const guarded = (block.insufficient?.SWITCH as boolean | undefined) ?? playerDefaults.insufficientBufferRule;
  if (chosen === 'bolae' && block.gp && guarded) tell('gp', 'With the insufficient-buffer rule, `bolae` works γp out by itself.');
  if (chosen === 'bola' && block.abandonment && block.variant?.VARIANT === 'basic') tell('abandonment', 'BOLA-BASIC gives no download up.');
}

const listed = (names: readonly string[]): string =>
  names.length === 1 ? `${names[0]} does` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} do`;

export function settingsOf(block: PlayerBlock, name: AlgorithmName | null, { movie, duration }: Film, site: Site): PlayerSettings | null {
  const chosen = name ?? playerDefaults.algorithm;
  const buffer = block.buffer?.TIME ?? playerDefaults.buffer;
  if (buffer <= movie.segmentDuration * MILLISECOND) {
    const segment = written(movie.segmentDuration * MILLISECOND, 'duration');
    site.report(
      'out-of-range',
      site.property('buffer'),
      `A buffer of ${written(buffer, 'duration')} has no room: a segment takes ${segment}.`,
    );
    return null;
  }
  const lowest = (movie.bitrates[0] as number) * 1000;
  if (block.rate && chosen === 'fixed' && block.rate.RATE < lowest) {
    const { start, end } = site.property('rate');
    site.report(
      'without-effect',
      site.property('rate'),
      `No rendition has so low a rate: the lowest, of ${formatRate(lowest)}, is played.`,
      {
        fixes: [
          {
            title: `Change to \`rate ${written(lowest, 'rate')}\``,
            edits: [{ start, end, text: `rate ${written(lowest, 'rate')}` }],
            preferred: true,
          },
        ],
      },
    );
  }
  const start = block.start?.TIME ?? 0;
  if (start > duration) {
    site.report('out-of-range', site.property('start'), `The film lasts ${written(duration, 'duration')}: so much of it is never held.`);
    return null;
  }
  if (start > buffer) {
    site.report(
      'without-effect',
      site.property('start'),
      `The player holds ${written(buffer, 'duration')} at most, and starts when it holds as many segments as go into that.`,
    );
  }
  return {
    algorithm: chosen,
    buffer,
    startThreshold: block.start?.TIME ?? null,
    rate: block.rate ? block.rate.RATE / 1000 : null,
    gp: block.gp?.N ?? playerDefaults.gp,
    variant: block.variant?.VARIANT ?? playerDefaults.variant,
    oscillation: (block.oscillation?.RULE as 'u' | 'o' | undefined) ?? playerDefaults.oscillation,
    insufficientBufferRule: (block.insufficient?.SWITCH as boolean | undefined) ?? playerDefaults.insufficientBufferRule,
    abandonment: (block.abandonment?.SWITCH as boolean | undefined) ?? true,
  };
}
