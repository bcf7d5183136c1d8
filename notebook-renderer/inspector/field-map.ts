/** Which bytes belong to which field, so that the hex dump and the tree of fields light up together. */
import type { Field } from '../../engines/field.ts';

export interface FieldNode {
  readonly id: number;
  readonly field: Field;
  /** 0 at the top. */
  readonly depth: number;
  readonly parent: number;
  readonly hasChildren: boolean;
}

export interface FieldMap {
  /** Depth first: parents before their children. */
  readonly nodes: readonly FieldNode[];
  /** By byte: the innermost field there (the first, where bit fields share a byte), or −1. */
  readonly innermost: Int32Array;
  /** 1 where a field begins or ends. */
  readonly edge: Uint8Array;
}

/** Nodes past this many are left out: a hostile message may hold any number. */
export const MAXIMUM_NODES = 5000;

export function mapFields(fields: readonly Field[], length: number): FieldMap {
  const nodes: FieldNode[] = [];
  const innermost = new Int32Array(length).fill(-1);
  const depthAt = new Int32Array(length).fill(-1);
  const edge = new Uint8Array(length + 1);
  const visit = (field: Field, depth: number, parent: number) => {
    if (nodes.length >= MAXIMUM_NODES) return;
    const id = nodes.length;
    const start = Math.max(0, Math.min(length, field.start));
    const end = Math.max(start, Math.min(length, field.end));
    nodes.push({ id, field, depth, parent, hasChildren: (field.children?.length ?? 0) > 0 });
    if (end > start) {
      edge[start] = 1;
      edge[end] = 1;
    }
    for (let i = start; i < end; i++) {
      if (depth > depthAt[i]!) {
        depthAt[i] = depth;
        innermost[i] = id;
      }
    }
    for (const child of field.children ?? []) visit(child, depth + 1, id);
  };
  for (const field of fields) visit(field, 0, -1);
  return { nodes, innermost, edge };
}

/** Bytes of one row of the dump that are lit and shaded alike; `end` is exclusive. */
export interface HexRun {
  readonly start: number;
  readonly end: number;
  readonly node: number;
}

export function runsOfRow(map: FieldMap, start: number, end: number): HexRun[] {
  const runs: HexRun[] = [];
  let from = start;
  for (let i = start + 1; i <= end; i++) {
    if (i < end && map.edge[i] === 0) continue;
    runs.push({ start: from, end: i, node: map.innermost[from]! });
    from = i;
  }
  return runs;
}

/** `00 1f a2`. */
export function hexOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += `${i === start ? '' : ' '}${bytes[i]!.toString(16).padStart(2, '0')}`;
  return text;
}

/** Printable ASCII; anything else is a dot. */
export function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += bytes[i]! >= 0x20 && bytes[i]! < 0x7f ? String.fromCharCode(bytes[i]!) : '·';
  return text;
}

/** At least four hexadecimal digits. */
export const offsetOf = (offset: number): string => offset.toString(16).padStart(4, '0');
