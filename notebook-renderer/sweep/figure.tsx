/** A plot of a sweep: lines with confidence bands and bounds against a parameter, and a ruler that tells the values at one of its values. */
import { useMemo, useState } from 'preact/hooks';
import { formatCount, titleOf } from '../format.ts';
import { lineClass, Swatch } from '../metrics/line-style.tsx';
import { Panel, Readings } from '../metrics/panel.tsx';
import { ValueTable } from '../metrics/value-table.tsx';
import { CopyButton } from '../transcript/transcript.tsx';
import { layOutPanel, type PanelLayout, tickNear } from './figure-layout.ts';
import { axisLabel, csvOf, estimateText, type SweepFigure, type SweepPanel, tableOf } from './figures.ts';

interface Props {
  readonly figure: SweepFigure;
  readonly id: string;
  /** Pixels. */
  readonly width: number;
}

/** Of a panel that stands alone, and of several. */
const HEIGHT = 260;
const STACKED_HEIGHT = 200;

export function Figure({ figure, id, width }: Props) {
  const { name, axis, panels, unshown } = figure;
  const [ruler, setRuler] = useState<number | null>(null);
  const [tabled, setTabled] = useState(false);
  const layouts = useMemo(() => {
    const place = { width: width - 2, height: panels.length > 1 ? STACKED_HEIGHT : HEIGHT };
    const leastLeft = panels.reduce((most, panel) => Math.max(most, layOutPanel(panel, axis, place).left), 0);
    return panels.map((panel) => layOutPanel(panel, axis, { ...place, leastLeft }));
  }, [panels, axis, width]);
  const [layout] = layouts;
  if (!layout) return <p class="ns-empty">Nothing was measured to plot of {name}.</p>;
  const { marks } = layout;
  const lines = panels.flatMap(({ unit, lines }) => lines.map((line) => ({ line, unit })));
  const told = (tick: number): string => {
    const { value } = marks[tick]!;
    const readings = lines.flatMap(({ line, unit }) => {
      const point = line.points.find(({ x }) => x === value);
      return point ? [`${line.label} ${estimateText(point, unit)}`] : [];
    });
    return [`${axis.parameter} ${axisLabel(value, axis)}`, ...readings].join(', ');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The notebook has plans of its own for these keys.
    event.stopPropagation();
    const last = marks.length - 1;
    switch (event.key) {
      case 'ArrowRight':
      case 'ArrowUp':
        setRuler(Math.min(last, (ruler ?? -1) + 1));
        break;
      case 'ArrowLeft':
      case 'ArrowDown':
        setRuler(Math.max(0, (ruler ?? last + 1) - 1));
        break;
      case 'Home':
        setRuler(0);
        break;
      case 'End':
        setRuler(last);
        break;
      case 'Escape':
        setRuler(null);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const table = tableOf(figure);
  const now = ruler ?? 0;
  return (
    <figure class="ns-panel ns-plot" id={id} aria-label={name}>
      <figcaption class="ns-plot-head">
        <h3 class="ns-plot-name">{titleOf(name)}</h3>
        <CopyButton text={() => csvOf(figure)} label={`Copy all values of ${name} as CSV`} />
        <button type="button" class="ns-quiet-button" aria-expanded={tabled} onClick={() => setTabled(!tabled)}>
          Table
        </button>
      </figcaption>
      <div
        class="ns-plot-field"
        role="slider"
        tabIndex={0}
        aria-label={`Value of ${axis.parameter} in the plot of ${name}`}
        aria-valuemin={0}
        aria-valuemax={marks.length - 1}
        aria-valuenow={now}
        aria-valuetext={told(now)}
        onMouseMove={(event) => setRuler(tickNear(layout, event.clientX - event.currentTarget.getBoundingClientRect().left))}
        onMouseLeave={() => setRuler(null)}
        onBlur={() => setRuler(null)}
        onKeyDown={onKeyDown}
      >
        {panels.map((panel, i) => (
          <SweptPanel
            key={panel.unit}
            panel={panel}
            layout={layouts[i]!}
            parameter={axis.parameter}
            first={measuredBefore(panels, i)}
            ruler={ruler}
          />
        ))}
        {ruler !== null && (
          <Readings
            frame={layout}
            x={marks[ruler]!.x}
            head={`${axis.parameter} ${axisLabel(marks[ruler]!.value, axis)}`}
            rows={rowsAt(panels, marks[ruler]!.value)}
          />
        )}
      </div>
      <ul class="ns-plot-legend">
        {numbered(panels).map(({ line, number }, i) => (
          <li key={`${i} ${line.label}`}>
            <Swatch i={number} bound={line.isBound} />
            <span>{line.label}</span>
          </li>
        ))}
        {unshown > 0 && <li class="ns-dim">and {formatCount(unshown)} more</li>}
      </ul>
      {tabled && <ValueTable name={name} head={table.head} rows={table.rows} />}
    </figure>
  );
}

/** How many lines of what was measured stand in the panels above: bounds have no colour of their own. */
const measuredBefore = (panels: readonly SweepPanel[], i: number): number =>
  panels.slice(0, i).reduce((sum, { lines }) => sum + lines.filter(({ isBound }) => !isBound).length, 0);

/** The lines of all panels with the numbers of their colours. */
const numbered = (panels: readonly SweepPanel[]) =>
  panels.flatMap(({ unit, lines }, i) => lines.map((line, k) => ({ line, unit, number: measuredBefore(panels, i) + k })));

interface PanelProps {
  readonly panel: SweepPanel;
  readonly layout: PanelLayout;
  readonly parameter: string;
  readonly first: number;
  readonly ruler: number | null;
}

function SweptPanel({ panel, layout, parameter, first, ruler }: PanelProps) {
  const { left, right, top, bottom } = layout;
  return (
    <Panel frame={layout}>
      <text x={(left + right) / 2} y={bottom + 34} text-anchor="middle">
        {parameter}
        {layout.logarithmic ? ' (logarithmic)' : ''}
      </text>
      {ruler !== null && (
        <g class="ns-plot-ruler">
          <path d={`M${layout.marks[ruler]!.x} ${top}V${bottom}`} />
        </g>
      )}
      {/* The first line, which is what the reader came for, lies on top. */}
      {layout.lines
        .map(({ path, band, dots }, i) => {
          const { isBound, label } = panel.lines[i]!;
          return isBound ? (
            <path key={`${i} ${label}`} class="ns-plot-bound" d={path} />
          ) : (
            <g key={`${i} ${label}`} class={`ns-plot-line ${lineClass(first + i)}`}>
              {band !== '' && <path class="ns-plot-band" d={band} />}
              <path d={path} />
              {dots.map(({ x, y, partial }) => (
                <circle key={x} class={partial ? 'ns-plot-partial' : undefined} cx={x} cy={y} r="3" />
              ))}
            </g>
          );
        })
        .reverse()}
    </Panel>
  );
}

/** What was measured, in words, at one of the swept values. */
const rowsAt = (panels: readonly SweepPanel[], value: number) =>
  numbered(panels).flatMap(({ line, unit, number }) => {
    const point = line.points.find(({ x }) => x === value);
    return point ? [{ swatch: <Swatch i={number} bound={line.isBound} />, name: line.label, value: estimateText(point, unit) }] : [];
  });
