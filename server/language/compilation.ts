/**
 * What the language gives to everybody above it. Pure: no file is read here. A caller hands in the texts, and a table of the
 * files that the texts name; names that the table lacks come back in `missing`, to be read and handed in on the next call.
 */
import type { Scenario } from '../../engines/scenario.ts';
import type { SweepPlan } from '../../engines/sweep/plan.ts';

/** A document of the program: a file, or a notebook cell. */
export interface SourceText {
  readonly uri: string;
  readonly text: string;
}

/** What became of a file that the program names. Bytes, since a zone or a message need not be UTF-8. */
export type FileContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Of a URI that ends in a slash: what lies in the folder, by the names' code units. */
  | { readonly kind: 'folder'; readonly entries: readonly FolderEntry[] }
  /** Not there, too large, no permission: one line for the author, `there is no such file`. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface FolderEntry {
  readonly name: string;
  readonly folder: boolean;
}

/** A folder with more in it is unreadable. */
export const MAXIMUM_FOLDER_ENTRIES = 1_000;

/** What lies in a folder, in the order that all readers give. */
export function folderContent(entries: readonly FolderEntry[]): FileContent {
  if (entries.length > MAXIMUM_FOLDER_ENTRIES) {
    return { kind: 'unreadable', reason: `the folder holds more than ${MAXIMUM_FOLDER_ENTRIES} entries` };
  }
  return { kind: 'folder', entries: [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) };
}

/** By URI, as `missing` names them: relative names are resolved against the document that names them. */
export type FileTable = Pick<ReadonlyMap<string, FileContent>, 'get'>;

/** Files are read up to this size; a reader reports larger ones as unreadable. */
export const MAXIMUM_FILE_SIZE = 16 * 1024 * 1024;

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Offsets are UTF-16 code units within the document's text, end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface TextEdit extends TextRange {
  readonly uri: string;
  readonly text: string;
}

export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one to prefer when several are offered. */
  readonly preferred?: boolean;
}

export interface Diagnostic extends TextRange {
  readonly uri: string;
  readonly severity: Severity;
  /** `unknown-host`, `missing-unit`: stable, documented in the reference page under this anchor. */
  readonly code: string;
  /** What is wrong and what would be right, for the author of the scenario. */
  readonly message: string;
  readonly fixes: readonly QuickFix[];
  readonly related?: readonly (TextRange & { readonly uri: string; readonly message: string })[];
}

export interface Compilation {
  /** Made of every statement that holds; a statement with an error is left out of it. */
  readonly scenario: Scenario;
  /** In program order. */
  readonly diagnostics: readonly Diagnostic[];
  /** The documents that the diagnostics and the scenario's ranges are of, imported ones included: `scenario.sources` with texts. */
  readonly sources: readonly SourceText[];
  /** The sweeps and comparisons of the program, in order. */
  readonly sweeps: readonly SweepPlan[];
  /** URIs of files that the program names and the table lacks; until they are in, nothing is reported about them. */
  readonly missing: readonly string[];
}
