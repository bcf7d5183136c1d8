/** A row of cells for the pieces that a peer has, or how many have each: one digit a cell, 0 for none. */
import type { Entry } from './fold.ts';

/** Entries that are such a row: of the stores in which peers of a torrent tell of themselves, and of that of the whole swarm. */
export const isCells = (store: string, { key, value }: Entry): boolean =>
  ((store.startsWith('torrent ') && key === 'pieces') || (store.startsWith('swarm of ') && key === 'copies')) && /^\d+$/.test(value);

/** Of a row, and of a cell. */
const WIDTH = 320;
const WIDEST = 8;
const NARROWEST = 2;
const HEIGHT = 12;

export function Cells({ value, label }: { readonly value: string; readonly label: string }) {
  const had = [...value].filter((digit) => digit !== '0').length;
  const cell = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(WIDTH / value.length)));
  return (
    <svg
      class="ns-cells"
      width={value.length * cell}
      height={HEIGHT}
      role="img"
      aria-label={`${label}: ${had} of ${value.length} cells filled`}
    >
      {[...value].map((digit, i) => (
        <rect key={i} x={i * cell + 0.5} y={0.5} width={cell - 1} height={HEIGHT - 1} fill-opacity={Number(digit) / 9} />
      ))}
    </svg>
  );
}
