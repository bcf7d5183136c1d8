import { formatSize } from '../../engines/format.ts';
import { asciiOf, type FieldMap, hexOf, offsetOf, runsOfRow } from './field-map.ts';

/** Bytes that are lit together; `end` is exclusive. */
export interface Lit {
  readonly start: number;
  readonly end: number;
}

interface Props {
  readonly bytes: Uint8Array;
  readonly total: number;
  readonly map: FieldMap;
  readonly lit: Lit | null;
  readonly onLight: (node: number | null) => void;
  readonly onPick: (node: number) => void;
  readonly shown: number;
  readonly onMore: () => void;
}

const ROW = 16;

export function HexDump({ bytes, total, map, lit, onLight, onPick, shown, onMore }: Props) {
  const rows: number[] = [];
  const visible = Math.min(shown, bytes.length);
  for (let start = 0; start < visible; start += ROW) rows.push(start);
  const cls = (start: number, end: number, node: number) =>
    `${lit && start < lit.end && end > lit.start ? 'ns-lit ' : ''}${node >= 0 && map.nodes[node]!.field.malformed ? 'ns-malformed' : ''}`;
  return (
    <section class="ns-hex ns-mono" aria-label="Bytes" onMouseLeave={() => onLight(null)}>
      {rows.map((start) => {
        const end = Math.min(start + ROW, visible);
        const runs = runsOfRow(map, start, end);
        const cells = (write: (bytes: Uint8Array, start: number, end: number) => string, gap: string) =>
          runs.map((run, i) => (
            <span key={run.start}>
              {i > 0 && gap}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the tree of fields offers the same to the keyboard */}
              {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
              <span
                class={`ns-bytes ${cls(run.start, run.end, run.node)}`}
                data-start={run.start}
                onMouseEnter={() => onLight(run.node < 0 ? null : run.node)}
                onClick={() => run.node >= 0 && onPick(run.node)}
              >
                {write(bytes, run.start, run.end)}
              </span>
            </span>
          ));
        return (
          <div class="ns-hex-row" key={start}>
            <span class="ns-offset">{offsetOf(start)}</span>
            <span class="ns-hex-bytes">{cells(hexOf, ' ')}</span>
            <span class="ns-ascii">{cells(asciiOf, '')}</span>
          </div>
        );
      })}
      {visible < total && (
        <button type="button" class="ns-quiet-button" onClick={onMore} disabled={visible >= bytes.length}>
          {visible < bytes.length ? `Show more of ${formatSize(total)}` : `… ${formatSize(total - visible)} more`}
        </button>
      )}
    </section>
  );
}
