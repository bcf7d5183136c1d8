import { useMemo } from 'preact/hooks';
import { formatMoment } from '../format.ts';
import type { Part } from '../part.ts';

interface Props {
  readonly part: Part;
  readonly time: number;
  readonly onTime: (time: number) => void;
  /** Moves to the next (1) or previous (−1) message. */
  readonly onMove: (by: 1 | -1) => void;
}

const BINS = 240;

/** A slider over the part's time, with a strip that shows when messages were sent. */
export function Scrubber({ part, time, onTime, onMove }: Props) {
  const { startedAt, endedAt } = part;
  const span = Math.max(1, endedAt - startedAt);
  const strip = useMemo(() => density(part, startedAt, span), [part, startedAt, span]);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key] as 1 | -1 | undefined;
    event.stopPropagation();
    if (by === undefined) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <div class="ns-scrubber">
      <span class="ns-scrubber-time">{formatMoment(time)}</span>
      <div class="ns-scrubber-track">
        <svg viewBox={`0 0 ${BINS} 10`} preserveAspectRatio="none" aria-hidden="true">
          <path d={strip} />
        </svg>
        <input
          type="range"
          min={startedAt}
          max={startedAt + span}
          step="any"
          value={time}
          aria-label="Time"
          aria-valuetext={formatMoment(time)}
          onInput={(event) => onTime(event.currentTarget.valueAsNumber)}
          onKeyDown={onKeyDown}
        />
      </div>
      <span class="ns-scrubber-time ns-dim">{formatMoment(endedAt)}</span>
    </div>
  );
}

function density({ run, messages }: Part, startedAt: number, span: number): string {
  const counts = new Float64Array(BINS);
  for (const i of messages) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(((run.messages.sentAt[i]! - startedAt) / span) * BINS)));
    counts[bin]!++;
  }
  const most = Math.max(1, ...counts);
  let path = '';
  counts.forEach((count, bin) => {
    if (count === 0) return;
    const height = 3 + 7 * Math.sqrt(count / most);
    path += `M${bin} ${(10 - height).toFixed(1)}h1V10h-1Z`;
  });
  return path;
}
