/** What a client may tell the server when it starts it; every entry may be left out. */
export interface InitializationOptions {
  /** The client answers `netscenario/readFile`; without it, the Node server reads `file:` URIs itself. */
  readonly readsFilesThroughClient?: boolean;
  /** Page whose anchors are the codes of diagnostics. */
  readonly referenceUri?: string;
}
