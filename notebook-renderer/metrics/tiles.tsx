import { useMemo, useState } from 'preact/hooks';
import { formatCount } from '../format.ts';
import { sparkline } from './sparkline.ts';
import type { Tile, TileEntry } from './summary.ts';

/** Least width of a tile with its gap, as in theme.css. */
const TILE = 176;

/** Tiles shown at all. */
const MOST = 200;

/** Subjects listed of a tile that is closed, and of one that is open. */
const FEW = 3;
const MANY = 500;

/** Subjects longer than this (in characters) take a tile of double width. */
const LONG = 18;

/** With fewer columns than this, every tile takes one. */
const WIDE = 5;

/** Columns that a tile takes. */
const spanOf = ({ entries }: Tile, places: number): number =>
  places >= WIDE && entries.length > 1 && entries.slice(0, FEW).some(({ subject }) => subject.length > LONG) ? 2 : 1;

export function Tiles({ tiles, width }: { readonly tiles: readonly Tile[]; readonly width: number }) {
  const [all, showAll] = useState(false);
  if (tiles.length === 0) return null;
  // One line of them; the last place says how many more there are.
  const places = Math.max(2, Math.floor((width + 8) / TILE));
  let first = 0;
  for (let used = 0; first < tiles.length; first++) {
    used += spanOf(tiles[first]!, places);
    if (used + (first < tiles.length - 1 ? 1 : 0) > places && first > 0) break;
  }
  const shown = tiles.slice(0, all ? MOST : first);
  return (
    <section class="ns-tiles" aria-label="Metrics">
      {shown.map((tile) =>
        tile.entries.length > 1 ? (
          <ListTile key={tile.name} tile={tile} span={spanOf(tile, places)} />
        ) : (
          <ValueTile key={tile.name} tile={tile} />
        ),
      )}
      {tiles.length > first && (
        <button type="button" class="ns-tile ns-tile-more" onClick={() => showAll(!all)}>
          {all ? 'Fewer' : `${tiles.length - first} more`}
        </button>
      )}
    </section>
  );
}

function ValueTile({ tile }: { readonly tile: Tile }) {
  const { subject, value, at, values } = tile.entries[0]!;
  return (
    <div class="ns-tile" title={tile.doc}>
      <div class="ns-tile-name">
        <span>{tile.name}</span>
      </div>
      <div class="ns-tile-value">
        <span>{value}</span>
        {values.length > 1 && <Sparkline at={at} values={values} />}
      </div>
      <div class="ns-tile-subject" title={subject}>
        {subject}
      </div>
    </div>
  );
}

/** A metric of several subjects: a line each, the first few at first. */
function ListTile({ tile, span }: { readonly tile: Tile; readonly span: number }) {
  const [open, setOpen] = useState(false);
  const { name, doc, entries } = tile;
  const fits = entries.length <= FEW;
  const shown = entries.slice(0, open ? MANY : FEW);
  return (
    <div class="ns-tile" title={doc} style={span > 1 ? { gridColumn: `span ${span}` } : undefined}>
      <div class="ns-tile-name">
        <span>{name}</span>
        {!fits && (
          <button type="button" class="ns-link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Fewer' : `${formatCount(entries.length - FEW)} more`}
          </button>
        )}
      </div>
      <dl class="ns-tile-list">
        {shown.map(({ subject, value, expected }) => (
          <div key={subject} class={expected ? 'ns-expected' : ''}>
            <dt title={subject}>{subject}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const WIDTH = 64;
const HEIGHT = 20;

function Sparkline({ at, values }: Pick<TileEntry, 'at' | 'values'>) {
  const { path, endX, endY } = useMemo(() => sparkline(at, values, WIDTH, HEIGHT), [at, values]);
  return (
    <svg class="ns-sparkline" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={path} />
      <circle cx={endX} cy={endY} r="2" />
    </svg>
  );
}
