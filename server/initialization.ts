import type { GivenSettings } from './settings.ts';

/** What a client may tell the server when it starts it; every entry may be left out. */
export interface InitializationOptions {
  /** The client answers `netscenario/readFile`; without it, the Node server reads `file:` URIs itself. */
  readonly readsFilesThroughClient?: boolean;
  /** Page whose anchors are the codes of diagnostics; without it, the process links to the one in its own package. */
  readonly referenceUri?: string;
  /** The client's command that runs the scenario of a URI; without it, nothing offers to. */
  readonly runCommand?: string;
  /** The client's command that runs it and writes a capture. */
  readonly captureCommand?: string;
  /** The client's command that asks for completions: run behind the name of a folder that was taken. */
  readonly suggestCommand?: string;
  /** Diagnostics are to be published even though the client could ask for them. */
  readonly pushesDiagnostics?: boolean;
  /** For clients that do not answer `workspace/configuration`. */
  readonly settings?: GivenSettings;
}
