/** The marks of a sequence diagram, one component a kind. `top` is what y counts from: a diagram may be millions of pixels high. */
import { formatDuration, formatSize } from '../../engines/format.ts';
import { formatAmount, formatMoment } from '../format.ts';
import { describeMessage, isAnswer, messageAt, outcomeOf, text } from '../part.ts';
import { colourOf } from '../protocol-colour.ts';
import { ROW_CLASS, toneOf } from '../tone.ts';
import { type Arrow, arrowOf, breakLabel, connectionLabel, noteOf, oneLine } from './arrow.ts';
import { ABOVE, BELOW } from './axis.ts';
import { type Activation, type Band, GUTTER, type Layout } from './layout.ts';
import { MESSAGE } from './rows.ts';
import { HEAD, SMALL, shorten, textWidth } from './text-width.ts';

interface RowProps {
  readonly layout: Layout;
  readonly row: number;
  readonly top: number;
}

interface MessageProps extends RowProps {
  readonly id: string;
  readonly place: number;
  readonly selected: boolean;
  readonly retransmitted: boolean;
}

export function MessageMark({ layout, row, top, id, place, selected, retransmitted }: MessageProps) {
  const { run } = layout.part;
  const index = layout.rows.subject[row]!;
  const message = messageAt(run, index);
  const arrow = arrowOf(layout, row);
  const y = layout.axis.y[row]! - top;
  const above = Math.min(ABOVE[4]!, 20);
  const moment = formatMoment(message.sentAt);
  const spoken = `${place + 1}. ${describeMessage({ ...message, label: oneLine(message.label) }, moment)}${retransmitted ? ', sent again' : ''}`;
  return (
    <g
      id={id}
      class={`ns-message ns-p${colourOf(message.protocol)} ${selected ? 'ns-selected' : ''} ${message.lost ? 'ns-lost' : ''}`}
      role="option"
      aria-selected={selected}
      aria-posinset={place + 1}
      aria-setsize={layout.rows.messages.length}
      aria-label={spoken}
      data-message={index}
      data-place={place}
    >
      <title>
        {`${place + 1}  ${oneLine(message.label)}\n${message.from} → ${message.to}\n${message.protocol} ${message.kind}, ${formatSize(message.length)}\n${message.inner ? `inside: ${message.inner.protocol} ${oneLine(message.inner.label)}\n` : ''}sent ${moment}, ${message.lost ? (message.fate === 'lost' ? 'lost on the way' : message.fate) : `received ${formatMoment(message.receivedAt)}, took ${formatDuration(message.receivedAt - message.sentAt)}`}`}
      </title>
      <rect class="ns-hit" x={GUTTER} y={y - above} width={layout.width - GUTTER} height={above + BELOW[4]! - 1} rx="3" />
      <ArrowLabel arrow={arrow} top={top} />
      <text class="ns-number" x={arrow.tail.x} y={arrow.tail.y - top} text-anchor={arrow.tail.anchor}>
        {place + 1}
      </text>
      {retransmitted && (
        <text class="ns-again" x={arrow.label.x + arrow.label.width / 2 + 6} y={arrow.label.y - top}>
          <title>sent again</title>↻
        </text>
      )}
    </g>
  );
}

export function SegmentMark({ layout, row, top }: RowProps) {
  const arrow = arrowOf(layout, row);
  return (
    <g class={`ns-segment ${arrow.lost ? 'ns-lost' : ''}`}>
      <ArrowLabel arrow={arrow} top={top} />
    </g>
  );
}

/** The arrow of a message or a segment without its label. All of them lie below all labels, so that no line strikes a label through. */
export function LineMark({ layout, row, top }: RowProps) {
  const { run } = layout.part;
  const i = layout.rows.subject[row]!;
  const arrow = arrowOf(layout, row);
  const hue =
    layout.rows.kind[row] === MESSAGE
      ? `ns-p${colourOf(text(run, run.messages.protocol[i]!))} ${isAnswer(text(run, run.messages.kind[i]!)) ? 'ns-answer' : ''}`
      : 'ns-segment';
  return (
    <g class={`ns-arrow ${hue} ${arrow.lost ? 'ns-lost' : ''}`}>
      <ArrowLine arrow={arrow} top={top} />
    </g>
  );
}

function ArrowLine({ arrow, top }: { readonly arrow: Arrow; readonly top: number }) {
  const { x1, x2 } = arrow;
  const y1 = arrow.y1 - top;
  const y2 = arrow.y2 - top;
  if (arrow.loop) {
    return (
      <>
        <path class="ns-line" d={`M${x1} ${y1}h20q6 0 6 ${(y2 - y1) / 2}t-6 ${(y2 - y1) / 2}h-14`} />
        <path class="ns-tip" d={headAt(x1 + 1, y2, 180)} />
      </>
    );
  }
  const degrees = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  return (
    <>
      <line class="ns-line" x1={x1} y1={y1} x2={x2} y2={y2} />
      {arrow.lost ? (
        <path class="ns-cross" d={`M${x2 - 5} ${y2 - 5}l10 10m0 -10l-10 10`} />
      ) : (
        <path class="ns-tip" d={headAt(x2, y2, degrees)} />
      )}
    </>
  );
}

/** A slender arrow head whose point is at (x, y). */
function headAt(x: number, y: number, degrees: number): string {
  const angle = (degrees * Math.PI) / 180;
  const at = (along: number, across: number) =>
    `${(x + along * Math.cos(angle) - across * Math.sin(angle)).toFixed(1)} ${(y + along * Math.sin(angle) + across * Math.cos(angle)).toFixed(1)}`;
  return `M${at(0, 0)}L${at(-9, -3.6)}L${at(-7, 0)}L${at(-9, 3.6)}Z`;
}

function ArrowLabel({ arrow: { label }, top }: { readonly arrow: Arrow; readonly top: number }) {
  const y = label.y - top;
  return (
    <text
      class="ns-label"
      x={label.x}
      y={y}
      text-anchor={label.anchor}
      transform={label.angle === 0 ? undefined : `rotate(${label.angle.toFixed(2)} ${label.x} ${y})`}
    >
      {label.text}
    </text>
  );
}

export function StepMark({ layout, row, top, resumed }: RowProps & { readonly resumed: boolean }) {
  const index = layout.rows.subject[row]!;
  const step = layout.part.run.steps[index]!;
  const y = layout.axis.y[row]! - top;
  const outcome = resumed ? 'continued' : outcomeOf(step);
  const room = layout.visibleWidth - GUTTER - 40;
  const shownOutcome = shorten(oneLine(outcome), Math.max(80, room * 0.45), SMALL);
  const outcomeWidth = textWidth(shownOutcome, SMALL) + 24;
  return (
    <g class={`ns-step ${resumed ? 'ns-resumed' : ''} ${ROW_CLASS[toneOf(step)]}`} data-step={index}>
      <title>{`${step.text}${outcome === '' ? '' : `\n${outcome}`}`}</title>
      <rect x={GUTTER} y={y - 13} width={layout.width - GUTTER - 8} height="26" rx="4" />
      <text x={GUTTER + 12} y={y + 4}>
        {shorten(oneLine(step.text), room - outcomeWidth, HEAD)}
      </text>
      <text class="ns-step-outcome" x={layout.visibleWidth - 20} y={y + 4} text-anchor="end">
        {shownOutcome}
        {!resumed && (
          <tspan class={`ns-${toneOf(step)}`} dx="6">
            {step.succeeded ? '✓' : '✗'}
          </tspan>
        )}
      </text>
    </g>
  );
}

/** A rounded note on a lifeline. */
export function NoteMark({ layout, row, top }: RowProps) {
  const { run } = layout.part;
  const state = layout.rows.subject[row]!;
  const full = oneLine(text(run, run.states.note[state]!));
  const { x, width, text: shown, ...note } = noteOf(layout, row);
  const y = note.y - top;
  return (
    <g class="ns-note">
      <title>{`${formatMoment(run.states.at[state]!)} ${run.hosts[run.states.host[state]!]?.name}: ${full}`}</title>
      <rect x={x} y={y - 10} width={width} height="20" rx="10" />
      <text x={x + width / 2} y={y + 4} text-anchor="middle">
        {shown}
      </text>
    </g>
  );
}

export function BreakMark({ layout, row, top }: RowProps) {
  const { run } = layout.part;
  const connection = layout.rows.subject[row]!;
  const x = layout.columns.x[layout.columns.place[run.connections.client[connection]!]!]!;
  const shown = shorten(breakLabel(run, connection), 360, SMALL);
  const width = textWidth(shown, SMALL) + 38;
  const left = Math.max(GUTTER + 4, Math.min(x - 10, layout.width - 8 - width));
  const y = layout.axis.y[row]! - top;
  return (
    <g class="ns-break">
      <rect x={left} y={y - 10} width={width} height="20" rx="10" />
      <text x={left + 9} y={y + 4}>
        <tspan class="ns-bad">✕</tspan>
        <tspan dx="5">{shown}</tspan>
      </text>
    </g>
  );
}

export function BandMark({
  layout,
  band,
  top,
  from,
  to,
}: {
  readonly layout: Layout;
  readonly band: Band;
  readonly top: number;
  readonly from: number;
  readonly to: number;
}) {
  const { run } = layout.part;
  const c = run.connections;
  // Clipped to the window, with room for its ends to stay out of sight.
  const upper = Math.max(band.top, from - 40);
  const lower = Math.min(band.bottom, to + 40);
  const label = shorten(connectionLabel(run, band.connection), band.right - band.left - 12, SMALL);
  const span = `${formatMoment(c.openedAt[band.connection]!)} to ${band.open ? 'the end' : formatMoment(c.closedAt[band.connection]!)}`;
  return (
    <g class={`ns-band ns-p${colourOf(text(run, c.protocol[band.connection]!))}`}>
      <title>{`${connectionLabel(run, band.connection)}: client port ${c.clientPort[band.connection]}, ${span}, ${text(run, c.ending[band.connection]!)}`}</title>
      <rect x={band.left} y={upper - top} width={Math.max(4, band.right - band.left)} height={Math.max(4, lower - upper)} rx="5" />
      {band.top >= from - 40 && (
        <text x={band.left + 8} y={band.labelY - top}>
          {label}
        </text>
      )}
    </g>
  );
}

export const ActivationMark = ({ activation, top }: { readonly activation: Activation; readonly top: number }) => (
  <rect
    class="ns-activation"
    x={activation.x - 3.5}
    y={activation.top - top}
    width="7"
    height={activation.bottom - activation.top}
    rx="2"
  />
);

export const GapMark = ({ y, nanoseconds, width }: { readonly y: number; readonly nanoseconds: number; readonly width: number }) => (
  <g class="ns-gap">
    <line x1={GUTTER} x2={width - 8} y1={y} y2={y} />
    <text x={GUTTER + 12} y={y + 4}>
      ⋯ {formatDuration(nanoseconds)}
    </text>
  </g>
);

export const describeDiagram = (layout: Layout): string =>
  `Sequence of ${formatAmount(layout.rows.messages.length, 'message')} between ${formatAmount(layout.columns.hosts.length, 'host')}`;
