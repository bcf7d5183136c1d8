/**
 * The growth of swarms' time and memory as a picture: against peers, a line for each content, and against pieces, one for each
 * population. Swarms that differ from all others in more than one of the two stand alone, against pieces.
 */
import { formatCount, formatRate } from '../engines/format.ts';
import { SECOND } from '../engines/quantities.ts';
import { figuresSvg } from '../notebook-renderer/static/figures.ts';
import type { SweepFigure, SweepLine } from '../notebook-renderer/sweep/figures.ts';
import type { MeasuredSwarm } from './swarm.ts';
import { PIECE } from './swarm-run.ts';

export const growthSvg = (measured: readonly MeasuredSwarm[]): string => figuresSvg('Swarms by pieces', growthFigures(measured));

export function growthFigures(measured: readonly MeasuredSwarm[]): SweepFigure[] {
  const byContent = groups(measured, ({ pieces, up }) => `${(pieces * PIECE) / 2 ** 20} MiB, ${formatRate(up)} up`);
  const grown = byContent.filter(([, swarms]) => swarms.length > 1);
  const shown = new Set(grown.flatMap(([, swarms]) => swarms));
  const byPopulation = groups(measured, ({ peers, up }) => `${formatCount(peers)} peers, ${formatRate(up)} up`);
  const others = byPopulation.filter(([, swarms]) => swarms.length > 1 || !shown.has(swarms[0]!));
  return [figureOf('peers', grown), figureOf('pieces', others)].filter(({ at }) => at.length > 0);
}

type Group = readonly [label: string, swarms: MeasuredSwarm[]];

function groups(measured: readonly MeasuredSwarm[], labelOf: (swarm: MeasuredSwarm) => string): Group[] {
  const found = new Map<string, MeasuredSwarm[]>();
  for (const swarm of measured) found.set(labelOf(swarm), [...(found.get(labelOf(swarm)) ?? []), swarm]);
  return [...found];
}

function figureOf(parameter: 'peers' | 'pieces', all: readonly Group[]): SweepFigure {
  const at = [...new Set(all.flatMap(([, swarms]) => swarms.map((swarm) => swarm[parameter])))].sort((a, b) => a - b);
  const linesOf = (what: string, amountOf: (swarm: MeasuredSwarm) => number): SweepLine[] =>
    all.map(([label, swarms]) => ({
      label: `${what}, ${label}`,
      isBound: false,
      points: swarms
        .map((swarm) => ({ x: swarm[parameter], mean: amountOf(swarm), margin: null, count: 1, of: 1 }))
        .sort((a, b) => a.x - b.x),
    }));
  return {
    name: `processor time and peak memory against ${parameter}`,
    axis: { parameter, unit: '', values: at },
    at,
    panels: [
      { unit: 'ns', lines: linesOf('processor time', ({ time }) => time * SECOND) },
      { unit: 'B', lines: linesOf('peak memory', ({ memory }) => memory) },
    ],
    unshown: 0,
    byRatios: true,
  };
}
