/** For which point of a sweep a program is compiled. */

export interface Variant {
  /** In place of the values that the text gives parameters, by name, in base units. */
  readonly parameters: ReadonlyMap<string, number>;
  /** The alternative that holds; null: the one that is declared first. */
  readonly alternative: string | null;
  /** Index of the sweep whose expectations are judged, and no others; null for the program as it stands. */
  readonly sweep: number | null;
}

export const PLAIN: Variant = { parameters: new Map(), alternative: null, sweep: null };

/** Whether what is compiled for one holds for the other; not where parameters have values of their own. */
export function isSameVariant(a: Variant, b: Variant): boolean {
  return a === b || (a.alternative === b.alternative && a.sweep === b.sweep && a.parameters.size === 0 && b.parameters.size === 0);
}
