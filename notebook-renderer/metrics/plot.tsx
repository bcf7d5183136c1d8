/**
 * A metric over time: one line a subject, axes with round values, and a ruler that tells what was measured when.
 *
 * Drawn by hand: paths come from plot-layout.ts, at most a few commands a pixel, and colours from the theme. A chart library
 * (uPlot is the smallest good one) would add a third to the bundle, paint on a canvas, which neither a screen reader nor a theme
 * reaches, and know nothing of units or of the diagram's time.
 */
import { useMemo, useState } from 'preact/hooks';
import { formatValue } from '../../engines/format.ts';
import type { Unit } from '../../engines/run.ts';
import { formatCount, formatMoment } from '../format.ts';
import type { Part } from '../part.ts';
import { CopyButton } from '../transcript/transcript.tsx';
import {
  betweenOf,
  csvOf,
  type Line,
  layOutPlot,
  MOST_LINES,
  nextSample,
  type PlotLayout,
  rangeOf,
  readingAt,
  timeAtX,
  withCourse,
  xOfTime,
  yOfValue,
} from './plot-layout.ts';
import type { Tile } from './summary.ts';

interface Props {
  readonly tile: Tile;
  readonly part: Part;
  readonly id: string;
  /** Pixels. */
  readonly width: number;
  /** Where the diagram's slider stands; null where nobody moved it. */
  readonly time: number | null;
  readonly onTime: (time: number) => void;
  readonly onClose: () => void;
}

const HEIGHT = 216;

/** Classes of the palette in theme.css, neighbours far apart. */
const COLOURS = [0, 3, 2, 1, 5, 4];
const lineClass = (i: number): string => `ns-p${COLOURS[i % COLOURS.length]} ns-plot-line-${i}`;

/** Samples that a page key passes over. */
const PAGE = 10;

export function Plot({ tile, part, id, width, time, onTime, onClose }: Props) {
  const { startedAt, endedAt } = part;
  const all = useMemo(() => withCourse(tile.entries), [tile]);
  const lines = useMemo(() => all.slice(0, MOST_LINES), [all]);
  const layout = useMemo(
    () => layOutPlot(lines, { unit: tile.unit, startedAt, endedAt, width: width - 2, height: HEIGHT }),
    [lines, tile, startedAt, endedAt, width],
  );
  const [ruler, setRuler] = useState<number | null>(null);
  const { left, right, top, bottom, from, to } = layout;
  const say = (value: number) => formatValue(value, tile.unit);

  const onKeyDown = (event: KeyboardEvent) => {
    // The notebook has plans of its own for these keys.
    event.stopPropagation();
    const at = ruler ?? time ?? (event.key === 'ArrowLeft' || event.key === 'PageUp' ? to : from - 1);
    const move = (by: 1 | -1, times: number) => {
      let moved = at;
      for (let i = 0; i < times; i++) moved = nextSample(lines, moved, by);
      setRuler(moved);
    };
    switch (event.key) {
      case 'ArrowRight':
      case 'ArrowUp':
        move(1, 1);
        break;
      case 'ArrowLeft':
      case 'ArrowDown':
        move(-1, 1);
        break;
      case 'PageDown':
        move(1, PAGE);
        break;
      case 'PageUp':
        move(-1, PAGE);
        break;
      case 'Home':
        setRuler(nextSample(lines, -Infinity, 1));
        break;
      case 'End':
        setRuler(nextSample(lines, Infinity, -1));
        break;
      case 'Enter':
      case ' ':
        if (ruler !== null) onTime(ruler);
        break;
      case 'Escape':
        setRuler(null);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const timeUnder = (event: { readonly clientX: number; readonly currentTarget: HTMLElement }) =>
    timeAtX(layout, event.clientX - event.currentTarget.getBoundingClientRect().left);
  const spoken = (at: number) =>
    [
      formatMoment(at),
      ...lines.map((line) => {
        const reading = readingAt(line, at, betweenOf(tile.unit));
        return `${line.subject} ${reading ? say(reading.value) : 'nothing measured'}`;
      }),
    ].join(', ');

  const now = ruler ?? time ?? to;
  return (
    <figure class="ns-panel ns-plot" id={id} aria-label={`${tile.name} over time`}>
      <figcaption class="ns-plot-head">
        <h3 class="ns-plot-name">{tile.name}</h3>
        <CopyButton text={() => csvOf(tile.name, tile.unit, all)} label={`Copy all values of ${tile.name} as CSV`} />
        <button type="button" class="ns-quiet-button" onClick={onClose} aria-label={`Close the plot of ${tile.name}`} title="Close">
          ×
        </button>
      </figcaption>
      <div
        class="ns-plot-field"
        role="slider"
        tabIndex={0}
        aria-label={`Time in the plot of ${tile.name}`}
        aria-valuemin={from}
        aria-valuemax={to}
        aria-valuenow={Math.min(to, Math.max(from, now))}
        aria-valuetext={spoken(now)}
        onMouseMove={(event) => setRuler(timeUnder(event))}
        onMouseLeave={() => setRuler(null)}
        onClick={(event) => onTime(timeUnder(event))}
        onBlur={() => setRuler(null)}
        onKeyDown={onKeyDown}
      >
        <svg width={layout.width} height={layout.height} viewBox={`0 0 ${layout.width} ${layout.height}`} aria-hidden="true">
          {layout.values.map(({ y, label }) => (
            <g key={y}>
              <path class="ns-plot-grid" d={`M${left} ${Math.round(y) + 0.5}H${right}`} />
              <text x={left - 8} y={y + 4} text-anchor="end">
                {label}
              </text>
            </g>
          ))}
          <path class="ns-plot-axis" d={`M${left} ${bottom + 0.5}H${right}`} />
          {layout.times.map(({ x, label }) => (
            <g key={x}>
              <path class="ns-plot-axis" d={`M${x + 0.5} ${bottom}v4`} />
              <text x={x} y={bottom + 17} text-anchor="middle">
                {label}
              </text>
            </g>
          ))}
          {time !== null && time >= from && time <= to && (
            <path class="ns-plot-time" d={`M${Math.round(xOfTime(layout, time)) + 0.5} ${top}V${bottom}`} />
          )}
          {/* The first line, which is what the reader came for, lies on top. */}
          {layout.paths
            .map(({ path, dots }, i) => (
              <g key={lines[i]!.subject} class={`ns-plot-line ${lineClass(i)}`}>
                <path d={path} />
                {dots.map(({ x, y }) => (
                  <circle key={x} cx={x} cy={y} r="2.5" />
                ))}
              </g>
            ))
            .reverse()}
          {ruler !== null && <RulerMarks lines={lines} unit={tile.unit} layout={layout} at={ruler} />}
        </svg>
        {ruler !== null && <Readings lines={lines} unit={tile.unit} layout={layout} at={ruler} />}
      </div>
      <ul class="ns-plot-legend">
        {lines.map((line, i) => {
          const { least, greatest } = rangeOf(line);
          return (
            <li key={line.subject}>
              <Swatch i={i} />
              <span>{line.subject || 'the whole run'}</span>
              <span class="ns-dim">
                {say(least)} to {say(greatest)}, {formatCount(line.values.length)} samples
              </span>
            </li>
          );
        })}
        {all.length > lines.length && <li class="ns-dim">and {formatCount(all.length - lines.length)} more</li>}
      </ul>
    </figure>
  );
}

interface RulerProps {
  readonly lines: readonly Line[];
  readonly unit: Unit;
  readonly layout: PlotLayout;
  readonly at: number;
}

function RulerMarks({ lines, unit, layout, at }: RulerProps) {
  return (
    <g class="ns-plot-ruler">
      <path d={`M${Math.round(xOfTime(layout, at)) + 0.5} ${layout.top}V${layout.bottom}`} />
      {lines.map((line, i) => {
        const reading = readingAt(line, at, betweenOf(unit));
        if (!reading) return null;
        return (
          <circle key={line.subject} class={lineClass(i)} cx={xOfTime(layout, reading.at)} cy={yOfValue(layout, reading.value)} r="4" />
        );
      })}
    </g>
  );
}

/** What the ruler reads, on the side of it that has room. */
function Readings({ lines, unit, layout, at }: RulerProps) {
  const x = xOfTime(layout, at);
  const side = x < (layout.left + layout.right) / 2 ? { left: `${x + 12}px` } : { right: `${layout.width - x + 12}px` };
  return (
    <div class="ns-plot-readings" style={side}>
      <div class="ns-dim">{formatMoment(at)}</div>
      <dl>
        {lines.map((line, i) => {
          const reading = readingAt(line, at, betweenOf(unit));
          if (!reading) return null;
          return (
            <div key={line.subject}>
              <dt>
                <Swatch i={i} />
                {line.subject}
              </dt>
              <dd>{formatValue(reading.value, unit)}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

/** A piece of the line, as it is drawn. */
function Swatch({ i }: { readonly i: number }) {
  return (
    <svg class={`ns-plot-swatch ns-plot-line ${lineClass(i)}`} width="18" height="8" viewBox="0 0 18 8" aria-hidden="true">
      <path d="M0 4H18" />
    </svg>
  );
}
