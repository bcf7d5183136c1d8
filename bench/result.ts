/** One line of the page of results: our figure and, where there is one, a peer's on the same work in the same run. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** null where the work has no peer, or it is absent. */
  readonly peer: number | null;
  readonly peerName: string;
  /** True where a larger figure is the better one (a rate). */
  readonly moreIsBetter?: boolean;
}
