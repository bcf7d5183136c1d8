/** Values that say where they stand. */
import type { TextRange } from './compilation.ts';

/** A value, and the node that it was made of. */
export interface PlacedValue {
  readonly value: { start: number; end: number };
  readonly node: TextRange;
}

/** The nodes of a statement may have moved: the values go where their nodes are. */
export function movePlaced(placed: readonly PlacedValue[]): void {
  for (const { value, node } of placed) {
    value.start = node.start;
    value.end = node.end;
  }
}
