/** A row of cells for the pieces that a peer has, or how many have each: one digit a cell, 0 for none. */
import type { Entry } from './fold.ts';

/** Entries that are such a row: of the stores in which peers of a torrent tell of themselves, and of that of the whole swarm. */
export const isCells = (store: string, { key, value }: Entry): boolean =>
  ((store.startsWith('torrent ') && key === 'pieces') || (store.startsWith('swarm of ') && key === 'copies')) && /^\d+$/.test(value);

/** Of a row, and of a cell. */
const WIDTH = 320;
const WIDEST = 8;
const NARROWEST = 2;
/** Cells narrower than this touch, without a frame: there is no room for both. */
const FRAMED = 4;
const HEIGHT = 12;

export function Cells({ value, label }: { readonly value: string; readonly label: string }) {
  const had = [...value].filter((digit) => digit !== '0').length;
  const cell = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(WIDTH / value.length)));
  const framed = cell >= FRAMED;
  const gap = framed ? 1 : 0;
  return (
    <svg
      class={framed ? 'ns-cells' : 'ns-cells ns-cells-fine'}
      width={value.length * cell}
      height={HEIGHT}
      role="img"
      aria-label={`${label}: ${had} of ${value.length} cells filled`}
    >
      {[...value].map((digit, i) => (
        <rect key={i} x={i * cell + gap / 2} y={gap / 2} width={cell - gap} height={HEIGHT - gap} fill-opacity={Number(digit) / 9} />
      ))}
    </svg>
  );
}
