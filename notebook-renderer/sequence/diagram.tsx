/**
 * The interactive diagram. Only rows near the visible window are in the document: the canvas has the diagram's full height and
 * holds one SVG for the window, drawn again when scrolling leaves the margin around it.
 */
import type { Ref } from 'preact';
import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatMoment } from '../format.ts';
import { yOfTime } from './axis.ts';
import { GUTTER, type Layout, rowsWithin } from './layout.ts';
import {
  ActivationMark,
  BandMark,
  BreakMark,
  describeDiagram,
  GapMark,
  LineMark,
  MessageMark,
  NoteMark,
  SegmentMark,
  StepMark,
} from './marks.tsx';
import { BREAK, MESSAGE, NOTE, RESUMED, type RowKind, SEGMENT, STEP } from './rows.ts';

export interface DiagramHandle {
  /** Scrolls a row into view. */
  show(row: number): void;
  focus(): void;
}

interface Props {
  readonly layout: Layout;
  readonly id: string;
  /** Place among `layout.rows.messages`, or −1. */
  readonly selected: number;
  readonly time: number | null;
  readonly retransmitted: ReadonlySet<number>;
  readonly onSelect: (place: number) => void;
  readonly onOpen: (place: number) => void;
  readonly onClose: () => void;
  readonly onStep: (step: number) => void;
  readonly handle: Ref<DiagramHandle>;
}

/** Pixels drawn beyond the window, and the step in which it moves. */
const MARGIN = 480;
const STRIDE = 240;
const TALLEST = 560;
/** Beyond this, browsers stop believing in an element's height; scrolling is then scaled. */
const LONGEST_CANVAS = 12_000_000;
const PAGE = 10;

export function Diagram({ layout, id, selected, time, retransmitted, onSelect, onOpen, onClose, onStep, handle }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { headHeight } = layout.columns;
  const height = Math.min(layout.height, LONGEST_CANVAS);
  const visible = Math.min(TALLEST, height + headHeight) - headHeight;
  const ratio = height > visible ? (layout.height - visible) / (height - visible) : 1;
  const [scrolled, setScrolled] = useState(0);
  // In content pixels; `shift` puts content back on the canvas.
  const at = Math.floor((scrolled * ratio) / STRIDE) * STRIDE;
  const from = Math.max(0, at - MARGIN);
  const to = Math.min(layout.height, at + visible + STRIDE + MARGIN);
  const shift = ratio === 1 ? 0 : scrolled * ratio - scrolled;

  const onScroll = () => {
    const top = viewport.current?.scrollTop ?? 0;
    setScrolled((before) => (ratio === 1 && Math.floor(top / STRIDE) === Math.floor(before / STRIDE) ? before : top));
  };
  useLayoutEffect(onScroll, [layout]);

  const show = (row: number) => {
    const box = viewport.current;
    if (!box || row < 0 || row >= layout.rows.count) return;
    const y = layout.axis.y[row]!;
    const top = box.scrollTop * ratio;
    if (y - 34 >= top && Math.max(y, Math.min(layout.endY[row]!, y + 60)) + 24 <= top + visible) return;
    const wanted = y - 34 < top ? y - 60 : y + 70 - visible;
    box.scrollTop = Math.max(0, wanted) / ratio;
    onScroll();
  };
  useImperativeHandle(handle, () => ({ show, focus: () => list.current?.focus({ preventScroll: true }) }));
  useEffect(() => {
    if (selected >= 0) show(layout.rows.messages[selected] ?? -1);
  }, [selected, layout]);

  const last = layout.rows.messages.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, selected + 1),
      ArrowUp: Math.max(0, selected - 1),
      PageDown: Math.min(last, selected + PAGE),
      PageUp: Math.max(0, selected - PAGE),
      Home: 0,
      End: last,
    };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = moves[event.key];
    if (next !== undefined) onSelect(next);
    else if ((event.key === 'Enter' || event.key === ' ') && last >= 0) onOpen(Math.max(0, selected));
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element;
    const message = target.closest('[data-place]');
    const step = target.closest('[data-step]');
    if (message) onOpen(Number(message.getAttribute('data-place')));
    else if (step) onStep(Number(step.getAttribute('data-step')));
  };

  const { rows, columns, axis } = layout;
  const shown = useMemo(() => rowsWithin(layout, from, to), [layout, from, to]);
  const bands = useMemo(() => layout.bands.filter((band) => band.bottom > from && band.top < to), [layout, from, to]);
  const activations = useMemo(() => layout.activations.filter(({ top, bottom }) => bottom > from && top < to), [layout, from, to]);
  const gaps = useMemo(() => axis.gaps.filter(({ y }) => y > from && y < to), [axis, from, to]);
  const optionId = (place: number) => `${id}-m${place}`;
  const cursor = time === null ? -1 : yOfTime(axis, rows, time);

  return (
    <div class="ns-viewport" ref={viewport} onScroll={onScroll} style={{ maxHeight: `${TALLEST}px` }}>
      <div class="ns-heads" style={{ width: `${layout.width}px`, height: `${headHeight}px` }}>
        <div class="ns-heads-corner" style={{ width: `${GUTTER}px` }} />
        {columns.hosts.map((host, i) => {
          const { name, address, implicit } = layout.part.run.hosts[host]!;
          const { lines, width } = columns.heads[i]!;
          return (
            <div
              key={host}
              class={`ns-head ${implicit ? 'ns-implicit' : ''}`}
              style={{ left: `${columns.x[i]! - width / 2}px`, width: `${width}px`, height: `${headHeight - 10}px` }}
              title={`${name}\n${address}${implicit ? '\nfilled in: not declared in the scenario' : ''}`}
            >
              {lines.map((line) => (
                <div class="ns-head-name" key={line}>
                  {line}
                </div>
              ))}
              <div class="ns-head-address">{address}</div>
            </div>
          );
        })}
      </div>
      <div
        class="ns-canvas"
        ref={list}
        role="listbox"
        tabIndex={0}
        aria-label={describeDiagram(layout)}
        aria-activedescendant={selected >= 0 ? optionId(selected) : undefined}
        style={{ width: `${layout.width}px`, height: `${height}px` }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div class="ns-gutter" style={{ width: `${GUTTER}px`, height: `${height}px` }} aria-hidden="true">
          {shown.map((row) =>
            rows.kind[row] === MESSAGE || rows.kind[row] === BREAK || rows.kind[row] === SEGMENT ? (
              <div
                key={row}
                class={`ns-time ${rows.kind[row] === MESSAGE && rows.messages[selected] === row ? 'ns-selected' : ''} ${rows.kind[row] === SEGMENT ? 'ns-dim' : ''}`}
                style={{ top: `${axis.y[row]! - shift - 9}px` }}
              >
                +{formatMoment(rows.at[row]!)}
              </div>
            ) : null,
          )}
        </div>
        <svg
          class="ns-window"
          role="presentation"
          width={layout.width}
          height={to - from}
          viewBox={`0 0 ${layout.width} ${to - from}`}
          style={{ top: `${from - shift}px` }}
        >
          {bands.map((band) => (
            <BandMark key={`b${band.connection}`} layout={layout} band={band} top={from} from={from} to={to} />
          ))}
          {columns.hosts.map((host, i) => (
            <line
              key={host}
              class={`ns-lifeline ${layout.part.run.hosts[host]!.implicit ? 'ns-implicit' : ''}`}
              x1={columns.x[i]}
              x2={columns.x[i]}
              y1="0"
              y2={to - from}
            />
          ))}
          {activations.map((activation) => (
            <ActivationMark key={`${activation.host} ${activation.top}`} activation={activation} top={from} />
          ))}
          {gaps.map(({ y, nanoseconds }) => (
            <GapMark key={y} y={y - from} nanoseconds={nanoseconds} width={layout.width} />
          ))}
          {shown.map((row) =>
            rows.kind[row] === MESSAGE || rows.kind[row] === SEGMENT ? (
              <LineMark key={`l${row}`} layout={layout} row={row} top={from} />
            ) : null,
          )}
          {shown.map((row) => {
            const props = { key: row, layout, row, top: from };
            switch (rows.kind[row] as RowKind) {
              case STEP:
                return <StepMark {...props} resumed={false} />;
              case RESUMED:
                return <StepMark {...props} resumed />;
              case NOTE:
                return <NoteMark {...props} />;
              case BREAK:
                return <BreakMark {...props} />;
              case SEGMENT:
                return <SegmentMark {...props} />;
              case MESSAGE: {
                const place = placeOf(rows.messages, row);
                return (
                  <MessageMark
                    {...props}
                    id={optionId(place)}
                    place={place}
                    selected={place === selected}
                    retransmitted={retransmitted.has(rows.subject[row]!)}
                  />
                );
              }
              default:
                return null;
            }
          })}
          {cursor >= from && cursor <= to && (
            <line class="ns-cursor" x1={GUTTER} x2={layout.width} y1={cursor - from + 0.5} y2={cursor - from + 0.5} />
          )}
        </svg>
      </div>
    </div>
  );
}

/** A row's place among the messages' rows. */
function placeOf(messages: Int32Array, row: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
