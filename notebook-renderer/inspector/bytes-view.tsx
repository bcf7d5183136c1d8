/** Bytes and their fields, lit together both ways: what is pointed at, or else what was picked last. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Field } from '../../engines/field.ts';
import { mapFields } from './field-map.ts';
import { FieldTree } from './fields.tsx';
import { HexDump, type Lit } from './hex.tsx';

/** Bytes shown at first, and added at a time. */
const FIRST_BYTES = 512;
const MORE_BYTES = 2048;

interface Props {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  /** Length of the whole, of which `bytes` may be the beginning. */
  readonly total: number;
}

export function BytesView({ bytes, fields, total }: Props) {
  const [hovered, setHovered] = useState<number | null>(null);
  const [picked, setPicked] = useState(-1);
  const [shown, setShown] = useState(FIRST_BYTES);
  const box = useRef<HTMLDivElement>(null);
  const map = useMemo(() => mapFields(fields, bytes.length), [fields, bytes]);
  useEffect(() => {
    const field = map.nodes[picked]?.field;
    if (field && field.start >= shown) setShown(Math.min(bytes.length, field.start + FIRST_BYTES));
  }, [picked, map, bytes, shown]);
  // The bytes of a picked field come into view; those of one that is only pointed at stay where they are.
  useEffect(() => {
    const dump = box.current?.querySelector<HTMLElement>('.ns-hex');
    const first = dump?.querySelector<HTMLElement>('.ns-lit');
    if (!dump || !first || picked < 0) return;
    const top = first.offsetTop;
    if (top < dump.scrollTop || top + first.offsetHeight > dump.scrollTop + dump.clientHeight) dump.scrollTop = top - dump.clientHeight / 3;
  }, [picked, shown]);
  const node = map.nodes[hovered ?? picked];
  const lit: Lit | null = node ? { start: node.field.start, end: node.field.end } : null;
  return (
    <div class="ns-bytes-view" ref={box}>
      {map.nodes.length > 0 && <FieldTree map={map} lit={lit} picked={picked} onLight={setHovered} onPick={setPicked} />}
      <HexDump
        bytes={bytes}
        total={total}
        map={map}
        lit={lit}
        onLight={setHovered}
        onPick={setPicked}
        shown={shown}
        onMore={() => setShown(shown + MORE_BYTES)}
      />
    </div>
  );
}
