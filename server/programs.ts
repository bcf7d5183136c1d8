/**
 * The programs that are open: each file is one, and each notebook is one, made of its cells in document order. Two notebooks
 * never see each other. Compilations are kept until a text or a named file changes.
 */
import type { NotebookDocument, NotebookDocuments, Position, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Compilation, FileTable, SourceText } from './language/compilation.ts';
import { compile } from './language/compile.ts';
import type { NamedFiles } from './named-files.ts';
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

export class Programs {
  readonly #texts: TextDocuments<TextDocument>;
  readonly #notebooks: NotebookDocuments<TextDocument>;
  readonly #files: NamedFiles;
  readonly #compilations = new Map<string, { readonly key: string; readonly files: number; readonly compilation: Compilation }>();
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
    return document && { uri: documentUri, sources: [{ uri: documentUri, text: document.getText() }], documents: [document] };
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
      sources: documents.map((document) => ({ uri: programUri(notebook.uri, document.uri), text: document.getText() })),
      documents,
    };
  }

  /** Every file named by the program is read first. */
  async compilation(program: Program): Promise<Compilation> {
    for (;;) {
      const compilation = this.compilationSoFar(program);
      if (!(await this.#files.fetch(compilation.missing))) return compilation;
      this.filesChanged();
    }
  }

  /** With the files that are known by now. */
  compilationSoFar(program: Program): Compilation {
    const key = program.documents.map(({ uri, version }) => `${uri} ${version}`).join('\n');
    const kept = this.#compilations.get(program.uri);
    if (kept?.key === key && kept.files === this.#filesVersion) return kept.compilation;
    const compilation = compile(program.sources, this.#files.table);
    this.#compilations.set(program.uri, { key, files: this.#filesVersion, compilation });
    return compilation;
  }

  get files(): FileTable {
    return this.#files.table;
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
    this.#compilations.delete(programUri);
  }
}
