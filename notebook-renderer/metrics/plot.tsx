/**
 * Metrics over time: one line a subject, a panel a unit, axes with round values, and a ruler that tells what was measured when.
 *
 * Drawn by hand: paths come from plot-layout.ts, at most a few commands a pixel, and colours from the theme. A chart library
 * (uPlot is the smallest good one) would add a third to the bundle, paint on a canvas, which neither a screen reader nor a theme
 * reaches, and know nothing of units or of the diagram's time.
 */
import { useMemo, useState } from 'preact/hooks';
import { formatValue } from '../../engines/format.ts';
import type { MetricSeries, Unit } from '../../engines/run.ts';
import { formatCount, formatMoment, titleOf } from '../format.ts';
import type { Part } from '../part.ts';
import { CopyButton } from '../transcript/transcript.tsx';
import { interruptionsOf, type Shade, shadesOf, spansText } from './interruptions.ts';
import { lineClass, ShadeSwatch, Swatch, shadeClass } from './line-style.tsx';
import { Panel, Readings } from './panel.tsx';
import {
  betweenOf,
  csvOf,
  type Line,
  layOutPanels,
  MOST_LINES,
  nextSample,
  type PlotLayout,
  type PlotPanel,
  readingAt,
  shadedArea,
  timeAtX,
  withCourse,
  xOfTime,
  yOfValue,
} from './plot-layout.ts';
import { type PlotPicture, rangeText, readingsOf } from './plots.ts';
import type { Tile } from './summary.ts';
import { ValueTable } from './value-table.tsx';

interface Props {
  readonly picture: PlotPicture;
  /** Times that it goes over at least. */
  readonly part: Pick<Part, 'startedAt' | 'endedAt'>;
  readonly id: string;
  /** Pixels. */
  readonly width: number;
  /** Where the diagram's slider stands; null where nobody moved it. */
  readonly time: number | null;
  /** Absent where there is no diagram that could be shown at that time. */
  readonly onTime?: (time: number) => void;
  /** Absent where it stays open. */
  readonly onClose?: () => void;
}

/** Of a panel that stands alone, and of several. */
const HEIGHT = 216;
const STACKED_HEIGHT = 160;

/** Samples that a page key passes over. */
const PAGE = 10;

/** A tile's metric as a picture. */
export function pictureOfTile({ name, unit, entries }: Tile, series: readonly MetricSeries[]): PlotPicture {
  const all = withCourse(entries).map((entry) => ({
    ...entry,
    between: betweenOf(name, unit),
    interruptions: interruptionsOf(series[entry.order]!, series),
  }));
  // In the order of the run, so that a subject has the same colour in the plots of, say, its window and its round-trip time.
  const lines = all.slice(0, MOST_LINES).sort((a, b) => a.order - b.order);
  return { name, panels: [{ unit, lines }], unshown: all.length - lines.length, csv: () => csvOf(name, unit, all) };
}

export function Plot({ picture, part, id, width, time, onTime, onClose }: Props) {
  const { startedAt, endedAt } = part;
  const { name, panels, unshown } = picture;
  const lines = useMemo(() => panels.flatMap((panel) => panel.lines.map((line) => ({ line, unit: panel.unit }))), [panels]);
  const layouts = useMemo(
    () => layOutPanels(panels, { startedAt, endedAt, width: width - 2, height: panels.length > 1 ? STACKED_HEIGHT : HEIGHT }),
    [panels, startedAt, endedAt, width],
  );
  const [ruler, setRuler] = useState<number | null>(null);
  const [tabled, setTabled] = useState(false);
  const shades = useMemo(() => shadesOf(panels), [panels]);
  const layout = layouts[0]!;
  const { from, to } = layout;

  const onKeyDown = (event: KeyboardEvent) => {
    // The notebook has plans of its own for these keys.
    event.stopPropagation();
    const all = lines.map(({ line }) => line);
    const at = ruler ?? time ?? (event.key === 'ArrowLeft' || event.key === 'PageUp' ? to : from - 1);
    const move = (by: 1 | -1, times: number) => {
      let moved = at;
      for (let i = 0; i < times; i++) moved = nextSample(all, moved, by);
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
        setRuler(nextSample(all, -Infinity, 1));
        break;
      case 'End':
        setRuler(nextSample(all, Infinity, -1));
        break;
      case 'Enter':
      case ' ':
        if (ruler !== null) onTime?.(ruler);
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
      ...lines.map(({ line, unit }) => {
        const reading = readingAt(line, at);
        return `${line.subject} ${reading ? formatValue(reading.value, unit) : 'nothing measured'}`;
      }),
      ...shades.filter(({ spans }) => spans.some(({ from, to }) => at >= from && at < to)).map((shade) => `${shade.name} grows`),
    ].join(', ');

  const now = ruler ?? time ?? to;
  return (
    <figure class="ns-panel ns-plot" id={id} aria-label={`${name} over time`}>
      <figcaption class="ns-plot-head">
        <h3 class="ns-plot-name">{titleOf(name)}</h3>
        <CopyButton text={picture.csv} label={`Copy all values of ${name} as CSV`} />
        <button type="button" class="ns-quiet-button" aria-expanded={tabled} onClick={() => setTabled(!tabled)}>
          Table
        </button>
        {onClose && (
          <button type="button" class="ns-quiet-button" onClick={onClose} aria-label={`Close the plot of ${name}`} title="Close">
            ×
          </button>
        )}
      </figcaption>
      <div
        class="ns-plot-field"
        role="slider"
        tabIndex={0}
        aria-label={`Time in the plot of ${name}`}
        aria-valuemin={from}
        aria-valuemax={to}
        aria-valuenow={Math.min(to, Math.max(from, now))}
        aria-valuetext={spoken(now)}
        onMouseMove={(event) => setRuler(timeUnder(event))}
        onMouseLeave={() => setRuler(null)}
        onClick={(event) => onTime?.(timeUnder(event))}
        onBlur={() => setRuler(null)}
        onKeyDown={onKeyDown}
      >
        {layouts.map((each, i) => (
          <LinePanel
            key={panels[i]!.unit}
            panel={panels[i]!}
            layout={each}
            first={firstOf(panels, i)}
            shades={shades}
            time={time}
            ruler={ruler}
          />
        ))}
        {ruler !== null && <Readings frame={layout} x={xOfTime(layout, ruler)} head={formatMoment(ruler)} rows={rowsAt(lines, ruler)} />}
      </div>
      <ul class="ns-plot-legend">
        {lines.map(({ line, unit }, i) => (
          <li key={line.subject}>
            <Swatch i={i} />
            <span>
              {line.subject || 'the whole run'}
              <span class="ns-dim">{rangeText(line, unit)}</span>
            </span>
          </li>
        ))}
        {shades.map((shade) => (
          <li key={shade.name}>
            <ShadeSwatch shade={shade} />
            <span>
              {shade.name}
              <span class="ns-dim">{spansText(shade)}</span>
            </span>
          </li>
        ))}
        {unshown > 0 && <li class="ns-dim">and {formatCount(unshown)} more</li>}
      </ul>
      {tabled && (
        <ValueTable
          name={name}
          head={['time', ...lines.map(({ line }) => line.subject)]}
          rows={readingsOf(panels, layout).map(({ at, cells }) => [formatMoment(at), ...cells])}
        />
      )}
    </figure>
  );
}

/** How many lines stand in the panels above. */
const firstOf = (panels: readonly PlotPanel[], i: number): number => panels.slice(0, i).reduce((sum, { lines }) => sum + lines.length, 0);

interface PanelProps {
  readonly panel: PlotPanel;
  readonly layout: PlotLayout;
  /** Number of its first line among those of all panels. */
  readonly first: number;
  readonly shades: readonly Shade[];
  readonly time: number | null;
  readonly ruler: number | null;
}

function LinePanel({ panel: { lines }, layout, first, shades, time, ruler }: PanelProps) {
  const { from, to } = layout;
  return (
    <Panel frame={layout}>
      {shades.map((shade) => (
        <path key={shade.name} class={`ns-plot-shade ${shadeClass(shade)}`} d={shadedArea(layout, shade)} />
      ))}
      {time !== null && time >= from && time <= to && <TimeMark x={xOfTime(layout, time)} layout={layout} />}
      {/* The first line, which is what the reader came for, lies on top. */}
      {layout.paths
        .map(({ path, dots }, i) => (
          <g key={lines[i]!.subject} class={`ns-plot-line ${lineClass(first + i)}`}>
            <path d={path} />
            {dots.map(({ x, y }) => (
              <circle key={`${x} ${y}`} cx={x} cy={y} r="2.5" />
            ))}
          </g>
        ))
        .reverse()}
      {ruler !== null && <RulerMarks lines={lines} layout={layout} first={first} at={ruler} />}
    </Panel>
  );
}

/** Where the diagram's slider stands. */
function TimeMark({ x, layout: { top, bottom } }: { readonly x: number; readonly layout: PlotLayout }) {
  return (
    <g class="ns-plot-time">
      <path d={`M${Math.round(x) + 0.5} ${top}V${bottom}`} />
      <circle cx={Math.round(x) + 0.5} cy={bottom + 0.5} r="4" />
    </g>
  );
}

interface RulerProps {
  readonly lines: readonly Line[];
  readonly layout: PlotLayout;
  readonly first: number;
  readonly at: number;
}

function RulerMarks({ lines, layout, first, at }: RulerProps) {
  return (
    <g class="ns-plot-ruler">
      <path d={`M${Math.round(xOfTime(layout, at)) + 0.5} ${layout.top}V${layout.bottom}`} />
      {lines.map((line, i) => {
        const reading = readingAt(line, at);
        if (!reading) return null;
        return (
          <circle
            key={line.subject}
            class={lineClass(first + i)}
            cx={xOfTime(layout, reading.at)}
            cy={yOfValue(layout, reading.value)}
            r="4"
          />
        );
      })}
    </g>
  );
}

/** What is read of the lines at a time. */
const rowsAt = (lines: readonly { readonly line: Line; readonly unit: Unit }[], at: number) =>
  lines.flatMap(({ line, unit }, i) => {
    const reading = readingAt(line, at);
    return reading ? [{ swatch: <Swatch i={i} />, name: line.subject, value: formatValue(reading.value, unit) }] : [];
  });
