import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { formatCount, titleOf } from '../format.ts';
import { COURSE, withCourse } from './plot-layout.ts';
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

/** Subjects that a closed tile lists: of a metric that has a course over time, those that have one or that an expectation is about. */
function fewOf({ entries }: Tile): number {
  const lines = withCourse(entries).length;
  if (lines === 0) return Math.min(FEW, entries.length);
  return Math.min(FEW, entries.filter((entry) => entry.expected || withCourse([entry]).length > 0).length);
}

/** Columns that a tile takes. */
function spanOf(tile: Tile, places: number): number {
  const few = fewOf(tile);
  return places >= WIDE && few > 1 && tile.entries.slice(0, few).some(({ subject }) => subject.length > LONG) ? 2 : 1;
}

interface Props {
  readonly tiles: readonly Tile[];
  readonly width: number;
  /** Names of the metrics whose plots are open, and the element of each. */
  readonly plotted: ReadonlySet<string>;
  readonly plotId: (name: string) => string;
  readonly onPlot: (name: string) => void;
}

export function Tiles({ tiles, width, plotted, plotId, onPlot }: Props) {
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
      {shown.map((tile) => (
        <MetricTile
          key={tile.name}
          tile={tile}
          span={spanOf(tile, places)}
          plotted={plotted.has(tile.name)}
          plotId={plotId(tile.name)}
          onPlot={withCourse(tile.entries).length > 0 ? () => onPlot(tile.name) : null}
        />
      ))}
      {tiles.length > first && (
        <button type="button" class="ns-tile ns-tile-more" onClick={() => showAll(!all)}>
          {all ? 'Fewer' : `${tiles.length - first} more`}
        </button>
      )}
    </section>
  );
}

interface TileProps {
  readonly tile: Tile;
  readonly span: number;
  readonly plotted: boolean;
  readonly plotId: string;
  /** null: there is nothing to plot. */
  readonly onPlot: (() => void) | null;
}

/** A metric of one subject shows its value, one of several a line each, the first few at first. */
function MetricTile({ tile, span, plotted, plotId, onPlot }: TileProps) {
  const [open, setOpen] = useState(false);
  const { name, doc, entries } = tile;
  const few = fewOf(tile);
  const shown = entries.slice(0, open ? MANY : few);
  const more = entries.length > few && (
    <button type="button" class="ns-link" aria-expanded={open} onClick={() => setOpen(!open)}>
      {open ? 'Fewer' : `${formatCount(entries.length - few)} more`}
    </button>
  );
  return (
    <div
      class={`ns-tile ${onPlot ? 'ns-tile-plots' : ''} ${plotted ? 'ns-tile-plotted' : ''}`}
      title={doc}
      style={span > 1 ? { gridColumn: `span ${span}` } : undefined}
    >
      <div class="ns-tile-name">
        {onPlot ? (
          <button
            type="button"
            class="ns-tile-plot"
            aria-expanded={plotted}
            aria-controls={plotted ? plotId : undefined}
            aria-label={`Plot of ${name}`}
            onClick={onPlot}
          >
            {titleOf(name)}
          </button>
        ) : (
          <span>{titleOf(name)}</span>
        )}
        {shown.length > 1 && more}
        {onPlot && <Chevron />}
      </div>
      {shown.length === 1 ? <OneValue entry={shown[0]!} more={more} /> : <Values entries={shown} />}
    </div>
  );
}

function OneValue({ entry: { subject, value, at, values }, more }: { readonly entry: TileEntry; readonly more: ComponentChildren }) {
  return (
    <>
      <div class="ns-tile-value">
        <span>{value}</span>
        {at.at(-1)! > at[0]! && <Sparkline at={at} values={values} width={64} height={20} />}
      </div>
      <div class="ns-tile-foot">
        <div class="ns-tile-subject" title={subject}>
          {subject}
        </div>
        {more}
      </div>
    </>
  );
}

function Values({ entries }: { readonly entries: readonly TileEntry[] }) {
  return (
    <dl class="ns-tile-list">
      {entries.map(({ subject, value, expected, at, values }) => (
        <div key={subject} class={expected ? 'ns-expected' : ''}>
          <dt title={subject}>{subject}</dt>
          <dd>
            {values.length >= COURSE && <Sparkline at={at} values={values} width={40} height={12} />}
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Says that the tile opens; theme.css turns it. */
function Chevron() {
  return (
    <svg class="ns-chevron" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M3 4.5L6 7.5L9 4.5" />
    </svg>
  );
}

function Sparkline({ at, values, width, height }: Pick<TileEntry, 'at' | 'values'> & { readonly width: number; readonly height: number }) {
  const { path, endX, endY } = useMemo(() => sparkline(at, values, width, height), [at, values, width, height]);
  return (
    <svg class="ns-sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={path} />
      <circle cx={endX} cy={endY} r="2" />
    </svg>
  );
}
