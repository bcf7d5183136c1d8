/** What plots have in common, whatever they go over: the grid and axes of a panel, and the box of what its ruler reads. */
import type { ComponentChildren } from 'preact';
import { labelX, type PanelFrame } from './panel-frame.ts';

/** A panel: the grid, the axes, and on them its lines. */
export function Panel({ frame, children }: { readonly frame: PanelFrame; readonly children: ComponentChildren }) {
  const { width, height, left, right, bottom } = frame;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {frame.values.map(({ y, label }) => (
        <g key={y}>
          <path class="ns-plot-grid" d={`M${left} ${Math.round(y) + 0.5}H${right}`} />
          <text x={left - 8} y={y + 4} text-anchor="end">
            {label}
          </text>
        </g>
      ))}
      <path class="ns-plot-axis" d={`M${left} ${bottom + 0.5}H${right}`} />
      {frame.marks.map((mark) => (
        <g key={mark.x}>
          <path class="ns-plot-axis" d={`M${Math.round(mark.x) + 0.5} ${bottom}v4`} />
          <text x={labelX(frame, mark)} y={bottom + 17} text-anchor="middle">
            {mark.label}
          </text>
        </g>
      ))}
      {children}
    </svg>
  );
}

interface ReadingsProps {
  readonly frame: PanelFrame;
  /** Where the ruler stands. */
  readonly x: number;
  readonly head: string;
  readonly rows: readonly { readonly swatch: ComponentChildren; readonly name: string; readonly value: string }[];
}

/** What the ruler reads, on the side of it that has room. */
export function Readings({ frame, x, head, rows }: ReadingsProps) {
  const side = x < (frame.left + frame.right) / 2 ? { left: `${x + 12}px` } : { right: `${frame.width - x + 12}px` };
  return (
    <div class="ns-plot-readings" style={side}>
      <div class="ns-dim">{head}</div>
      <dl>
        {rows.map(({ swatch, name, value }, i) => (
          <div key={`${i} ${name}`}>
            <dt>
              {swatch}
              {name}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
