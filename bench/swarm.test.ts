import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bench, type SwarmCase } from './swarm.ts';
import { growthFigures } from './swarm-growth.ts';

const cases: SwarmCase[] = [
  [5, 8, 10e6],
  [10, 8, 10e6],
  [20, 8, 10e6],
  [5, 16, 10e6],
  [10, 32, 1e6],
].map(([peers = 0, pieces = 0, up = 0]) => ({ name: `${peers} peers, ${pieces} pieces`, peers, pieces, up }));

const lineOf = (label: string, points: number[][]) => ({ label, points });

it('draws the time and the memory of every swarm, by peers or by pieces', () => {
  const measured = cases.map((one) => ({ ...one, time: one.peers * one.pieces, memory: 1e6 * one.peers, ratio: 1 }));
  const figures = growthFigures(measured);
  const told = figures.map(({ panels }) =>
    panels.map(({ lines }) =>
      lines.map(({ label, points }) =>
        lineOf(
          label,
          points.map(({ x, mean }) => [x, mean]),
        ),
      ),
    ),
  );
  expect(told).toEqual([
    [
      [
        lineOf('processor time, 2 MiB, 10 Mbit/s up', [
          [5, 40e9],
          [10, 80e9],
          [20, 160e9],
        ]),
      ],
      [
        lineOf('peak memory, 2 MiB, 10 Mbit/s up', [
          [5, 5e6],
          [10, 10e6],
          [20, 20e6],
        ]),
      ],
    ],
    [
      [
        lineOf('processor time, 5 peers, 10 Mbit/s up', [
          [8, 40e9],
          [16, 80e9],
        ]),
        lineOf('processor time, 10 peers, 1 Mbit/s up', [[32, 320e9]]),
      ],
      [
        lineOf('peak memory, 5 peers, 10 Mbit/s up', [
          [8, 5e6],
          [16, 5e6],
        ]),
        lineOf('peak memory, 10 peers, 1 Mbit/s up', [[32, 10e6]]),
      ],
    ],
  ]);
});

it('writes a picture of what it has measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'swarms-'));
  try {
    const picture = join(folder, 'growth.svg');
    const rows = bench(cases, picture);
    expect(rows.filter(({ unit, ours }) => (unit === 's' || unit === 'MiB') && ours > 0)).toHaveLength(2 * cases.length);
    const svg = readFileSync(picture, 'utf8');
    expect(svg).toContain('prefers-color-scheme:dark');
    // One of the five stands in both figures.
    expect(svg.match(/<circle /g)).toHaveLength(2 * (cases.length + 1));
    expect(svg).not.toMatch(/NaN|Infinity/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
