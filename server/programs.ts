/**
 * The programs that are open: each file is one, and each notebook is one, made of its cells in document order. Two notebooks
 * never see each other. The last analysis of a program is kept: every feature asks for it, and it is made anew only when a text
 * or a named file has changed.
 */
import type { NotebookDocument, NotebookDocuments, Position, TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analysesOf } from './language/alternatives.ts';
import type { SourceText } from './language/compilation.ts';
import { type Analysis, analyse } from './language/compile.ts';
import type { DeclaredState } from './language/declared-state.ts';
import { indexOfSource } from './language/locate.ts';
import { edited } from './language/trees.ts';
import { type NamedFiles, same } from './named-files.ts';
import { programUri } from './program-uri.ts';

export interface Program {
  /** The file's or the notebook's URI. */
  readonly uri: string;
  readonly sources: readonly SourceText[];
  /** The open document of each source. */
  readonly documents: readonly TextDocument[];
}

export interface Place {
  readonly program: Program;
  readonly source: SourceText;
  readonly document: TextDocument;
  /** UTF-16 code units from the beginning of the document. */
  readonly offset: number;
}

/** An analysis, and the state of the texts and files that it tells of. */
interface Kept {
  readonly versions: string;
  /** The last state of the files in which it held. */
  files: number;
  readonly analysis: Analysis;
  /** Milliseconds that it took. */
  readonly took: number;
}

/** Milliseconds that a person does not notice while typing: an analysis within them is made anew at every key. */
const UNNOTICED = 10;

export class Programs {
  readonly #texts: TextDocuments<TextDocument>;
  readonly #notebooks: NotebookDocuments<TextDocument>;
  readonly #files: NamedFiles;
  readonly #kept = new Map<string, Kept>();
  /** A document's text as the language takes it; the syntax tree is kept with it. */
  readonly #sources = new WeakMap<TextDocument, { readonly version: number; readonly source: SourceText }>();
  readonly #imported = new WeakMap<SourceText, TextDocument>();
  readonly #open = new Map<string, NotebookDocument>();
  /** Counts changes of named files. */
  #filesVersion = 0;

  constructor(texts: TextDocuments<TextDocument>, notebooks: NotebookDocuments<TextDocument>, files: NamedFiles) {
    this.#texts = texts;
    this.#notebooks = notebooks;
    this.#files = files;
  }

  /** The program that an open document (a file or a cell) is part of. */
  of(documentUri: string): Program | undefined {
    const notebook = this.#notebooks.findNotebookDocumentForCell(documentUri);
    if (notebook) return this.#ofNotebook(notebook);
    const document = this.#texts.get(documentUri);
    return document && { uri: documentUri, sources: [this.#source(documentUri, document)], documents: [document] };
  }

  /** A position in an open document, as the language counts. */
  place(documentUri: string, position: Position): Place | undefined {
    const program = this.of(documentUri);
    const index = program ? program.documents.findIndex(({ uri }) => uri === documentUri) : -1;
    if (!program || index < 0) return undefined;
    const document = program.documents[index]!;
    return { program, source: program.sources[index]!, document, offset: document.offsetAt(position) };
  }

  /** The program of that URI, a file's or a notebook's. */
  named(uri: string): Program | undefined {
    const notebook = this.#open.get(uri);
    return notebook ? this.#ofNotebook(notebook) : this.of(uri);
  }

  #ofNotebook(notebook: NotebookDocument): Program {
    const documents = notebook.cells
      .map(({ document }) => this.#notebooks.cellTextDocuments.get(document))
      .filter((each) => each !== undefined);
    return {
      uri: notebook.uri,
      sources: documents.map((document) => this.#source(programUri(notebook.uri, document.uri), document)),
      documents,
    };
  }

  #source(uri: string, document: TextDocument): SourceText {
    const known = this.#sources.get(document);
    if (known?.version === document.version && known.source.uri === uri) return known.source;
    const source = { uri, text: document.getText() };
    if (known?.source.uri === uri) edited(known.source, source);
    this.#sources.set(document, { version: document.version, source });
    return source;
  }

  /** Every file named by the program is read first. null when the program has changed or was closed meanwhile. */
  async settled(uri: string): Promise<{ readonly program: Program; readonly analysis: Analysis } | null> {
    const begun = this.versions(uri);
    for (;;) {
      const program = this.named(uri);
      if (!program || versionsOf(program) !== begun) return null;
      const analysis = this.analysis(program);
      if (!(await this.#files.fetch(analysis.missing))) {
        this.#files.keepNamed();
        return { program, analysis };
      }
      this.filesChanged();
    }
  }

  /** Changes with each edit of the program's documents; null where it is not open. */
  versions(uri: string): string | null {
    const program = this.named(uri);
    return program ? versionsOf(program) : null;
  }

  /** Of the texts as they are, with the files that are known by now. */
  analysis(program: Program): Analysis {
    const versions = versionsOf(program);
    const kept = this.#kept.get(program.uri);
    if (kept?.versions === versions && this.#hasFilesOf(kept)) return kept.analysis;
    const begun = performance.now();
    const analysis = analyse(program.sources, this.#files.tableFor(program.uri), this.#letGo(program.uri));
    this.#kept.set(program.uri, { versions, files: this.#filesVersion, analysis, took: performance.now() - begun });
    return analysis;
  }

  /** The files that it asked for are what they were. */
  #hasFilesOf(kept: Kept): boolean {
    if (kept.files === this.#filesVersion) return true;
    for (const [uri, content] of kept.analysis.lookups) if (this.#files.content(uri) !== content) return false;
    kept.files = this.#filesVersion;
    return true;
  }

  /** Forgets the last analysis of a program; gives what it declared, to go on from. */
  #letGo(uri: string): DeclaredState | null {
    const kept = this.#kept.get(uri);
    this.#kept.delete(uri);
    return kept?.analysis.declared ?? null;
  }

  /**
   * For who needs the declared names while a person types: the analysis of a large program may be of the texts before the
   * last keys.
   */
  recentAnalysis(program: Program): Analysis {
    const kept = this.#kept.get(program.uri);
    return kept && kept.took > UNNOTICED ? kept.analysis : this.analysis(program);
  }

  /** Milliseconds that the last analysis of a program took; 0 where there was none. */
  analysisTook(uri: string): number {
    return this.#kept.get(uri)?.took ?? 0;
  }

  /** The document of a program's source, by its index in the analysis: an imported file that is not open counts as it was read. */
  documentOf(program: Program, analysis: Analysis, source: number): TextDocument {
    const { uri, document } = analysis.program.sources[source]!;
    const own = program.sources.findIndex((one) => one.uri === uri);
    if (own >= 0) return program.documents[own]!;
    const open = this.#texts.all().find((one) => same(one.uri, uri));
    if (open) return open;
    let read = this.#imported.get(document);
    if (!read) {
      read = TextDocument.create(uri, 'netscenario', 0, document.text);
      this.#imported.set(document, read);
    }
    return read;
  }

  /** The same by the source's URI; undefined where the program has none of that name. */
  documentNamed(program: Program, analysis: Analysis, uri: string): TextDocument | undefined {
    for (const each of analysesOf(analysis)) {
      const source = indexOfSource(each, uri);
      if (source >= 0) return this.documentOf(program, each, source);
    }
    return undefined;
  }

  /** The other open programs that one of those documents is part of, as an import or as their own. */
  sharing(program: Program, uris: ReadonlySet<string>): Program[] {
    return this.all().filter(
      (other) =>
        other.uri !== program.uri &&
        analysesOf(this.analysis(other)).some((each) => each.program.sources.some(({ uri }) => [...uris].some((one) => same(one, uri)))),
    );
  }

  /** Every open program. */
  all(): Program[] {
    const files = this.#texts.all().map(({ uri }) => this.of(uri));
    return [...files.filter((program) => program !== undefined), ...[...this.#open.values()].map((notebook) => this.#ofNotebook(notebook))];
  }

  /** Named files were read, forgotten or edited: what was compiled with them is out of date. */
  filesChanged(): void {
    this.#filesVersion++;
  }

  opened(notebook: NotebookDocument): void {
    this.#open.set(notebook.uri, notebook);
  }

  closed(programUri: string): void {
    this.#open.delete(programUri);
    this.#kept.delete(programUri);
    this.#files.closed(programUri);
    this.#files.keepNamed();
  }
}

const versionsOf = (program: Program): string => program.documents.map(({ uri, version }) => `${uri} ${version}`).join('\n');
