/**
 * Columns in lines that stand below each other.
 *
 * Theory of operation: two cells of neighbouring lines are joined where they have the same part in two statements of one kind,
 * or stand in one column already and not by chance: one of them has more blanks before it than usual. Cells that are joined,
 * directly or through others, stand in one column, as near as the longest line allows, if any of them has more blanks than usual. Since this may bring further cells into one column, it is done again until
 * nothing moves: what was laid out once stays as it is.
 */

/** Something in a line. */
export interface Cell {
  /** Characters. */
  readonly width: number;
  /** Blanks before it where it is in no column. */
  readonly usual: number;
  /** Blanks before it as it is written. */
  readonly gap: number;
  /** The part that it has in its statement: equal for the same part of two statements of one kind. null: it is in no column. */
  readonly part: string | null;
}

export type Line = readonly Cell[];

/** Neither layout nor columns go on for ever. */
const MAXIMUM_ROUNDS = 20;

/** The blanks before each cell of lines in a row that are indented alike; 0 before the first one of a line. */
export function alignedGaps(lines: readonly Line[]): number[][] {
  const plain = lines.map((line) => line.map(({ usual }, i) => (i === 0 ? 0 : usual)));
  let gaps = lines.map((line) => line.map(({ usual, gap, part }, i) => (i === 0 ? 0 : part === null ? usual : Math.max(usual, gap))));
  if (!lines.some((line, l) => line.some(({ usual }, c) => c > 0 && gaps[l]![c]! > usual))) return plain;
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const next = settled(lines, gaps);
    if (!next) return plain;
    if (next.every((line, l) => line.every((gap, c) => gap === gaps[l]![c]))) return next;
    gaps = next;
  }
  return plain;
}

/** Each cell's column, from the blanks before the cells. */
function columnsOf(lines: readonly Line[], gaps: readonly (readonly number[])[]): number[][] {
  return lines.map((line, l) => {
    let at = 0;
    return line.map(({ width }, c) => {
      const column = at + gaps[l]![c]!;
      at = column + width;
      return column;
    });
  });
}

/** One round; null where columns cross each other. */
function settled(lines: readonly Line[], gaps: readonly (readonly number[])[]): number[][] | null {
  const columns = columnsOf(lines, gaps);
  // Which group a cell is in, by its number.
  const offsets: number[] = [];
  let count = 0;
  for (const line of lines) {
    offsets.push(count);
    count += line.length;
  }
  const group = Int32Array.from({ length: count }, (_, i) => i);
  const rootOf = (cell: number): number => {
    let root = cell;
    while (group[root] !== root) root = group[root] = group[group[root]!]!;
    return root;
  };
  for (let l = 1; l < lines.length; l++) {
    for (const [above, below] of joined(lines, gaps, columns, l)) group[rootOf(offsets[l - 1]! + above)] = rootOf(offsets[l]! + below);
  }
  const isWide = new Uint8Array(count);
  lines.forEach((line, l) => {
    line.forEach(({ usual }, c) => {
      if (c > 0 && gaps[l]![c]! > usual) isWide[rootOf(offsets[l]! + c)] = 1;
    });
  });
  const places = new Int32Array(count);
  for (let round = 0; ; round++) {
    if (round > count) return null;
    let moved = false;
    const made = lines.map((line, l) => {
      let at = 0;
      return line.map(({ width, usual }, c) => {
        const root = rootOf(offsets[l]! + c);
        const least = c === 0 ? 0 : at + usual;
        if (isWide[root] === 0) {
          at = least + width;
          return c === 0 ? 0 : usual;
        }
        if (least > places[root]!) {
          places[root] = least;
          moved = true;
        }
        const gap = c === 0 ? 0 : places[root]! - at;
        at += gap + width;
        return gap;
      });
    });
    if (!moved) return made;
  }
}

/** The cells of a line that are joined with cells of the line above. */
function joined(
  lines: readonly Line[],
  gaps: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
  l: number,
): [number, number][] {
  const above = lines[l - 1]!;
  const below = lines[l]!;
  const isWide = (line: number, cell: number): boolean => gaps[line]![cell]! > lines[line]![cell]!.usual;
  const pairs: [number, number][] = [];
  let from = 1;
  for (let b = 1; b < below.length; b++) {
    if (below[b]!.part === null) continue;
    for (let a = from; a < above.length; a++) {
      if (above[a]!.part === null) continue;
      const alike = columns[l - 1]![a] === columns[l]![b] && (isWide(l - 1, a) || isWide(l, b));
      if (above[a]!.part !== below[b]!.part && !alike) continue;
      pairs.push([a, b]);
      from = a + 1;
      break;
    }
  }
  return pairs;
}
