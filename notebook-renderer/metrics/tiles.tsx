import { useState } from 'preact/hooks';
import type { Tile } from './summary.ts';

/** Least width of a tile with its gap, as in theme.css. */
const TILE = 176;

/** Tiles shown at all. */
const MOST = 200;

export function Tiles({ tiles, width }: { readonly tiles: readonly Tile[]; readonly width: number }) {
  const [all, showAll] = useState(false);
  if (tiles.length === 0) return null;
  // One line of them; the last place says how many more there are.
  const places = Math.max(2, Math.floor((width + 8) / TILE));
  const first = tiles.length <= places ? tiles.length : places - 1;
  const shown = tiles.slice(0, all ? MOST : first);
  return (
    <section class="ns-tiles" aria-label="Metrics">
      {shown.map((tile) => (
        <div class="ns-tile" key={`${tile.name} ${tile.subject}`} title={tile.doc}>
          <div class="ns-tile-name">{tile.name}</div>
          <div class="ns-tile-value">
            <span>{tile.value}</span>
            {tile.values.length > 1 && <Sparkline at={tile.at} values={tile.values} />}
          </div>
          <div class="ns-tile-subject" title={tile.subject}>
            {tile.subject}
          </div>
        </div>
      ))}
      {tiles.length > first && (
        <button type="button" class="ns-tile ns-tile-more" onClick={() => showAll(!all)}>
          {all ? 'Fewer' : `${tiles.length - first} more metrics`}
        </button>
      )}
    </section>
  );
}

const WIDTH = 64;
const HEIGHT = 20;

/** Values over time as steps: a metric holds until it changes. */
function Sparkline({ at, values }: { readonly at: readonly number[]; readonly values: readonly number[] }) {
  const first = at[0]!;
  const span = at.at(-1)! - first || 1;
  const low = Math.min(0, ...values);
  const height = Math.max(...values) - low || 1;
  const x = (time: number) => (1 + ((time - first) / span) * (WIDTH - 4)).toFixed(1);
  const y = (value: number) => (HEIGHT - 2 - ((value - low) / height) * (HEIGHT - 4)).toFixed(1);
  let path = `M${x(first)} ${y(values[0]!)}`;
  for (let i = 1; i < values.length; i++) path += `H${x(at[i]!)}V${y(values[i]!)}`;
  return (
    <svg class="ns-sparkline" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={path} />
      <circle cx={x(at.at(-1)!)} cy={y(values.at(-1)!)} r="2" />
    </svg>
  );
}
