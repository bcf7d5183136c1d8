/**
 * Diagnostics. Pushed: a program is compiled shortly after it changed, and what is wrong is published for each of its documents.
 * Pulled: a client that asks gets them when it asks, and is told to ask again where a change elsewhere may have changed them.
 * Errors inside an imported file show where the file is open.
 */
import {
  type CancellationToken,
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { send } from '../client-support.ts';
import type * as language from '../language/compilation.ts';
import type { Analysis } from '../language/compile.ts';
import type { Program, Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

/** Milliseconds of quiet before a program is analysed: what an editor asks at a key (completion first of all) goes before. */
export const QUIET = 10;
/** An analysis within them keeps up with whoever types. */
const KEEPS_UP = 50;

/** A program that takes long waits longer, so that steady typing is not slowed down by work that the next key makes void. */
const quietFor = (took: number): number => (took <= KEEPS_UP ? QUIET : Math.min(took, 250));

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

export interface DiagnosticsOptions {
  readonly referenceUri: string | undefined;
  /** The client asks for them: nothing is published. */
  readonly pulled: boolean;
  /** It can be told to ask again. */
  readonly refreshes: boolean;
  /** Called after each publication. */
  published(): void;
}

export class Diagnostics {
  readonly #connection: Connection;
  readonly #programs: Programs;
  readonly #options: DiagnosticsOptions;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** By program: the documents that it has published for. */
  readonly #published = new Map<string, readonly string[]>();
  readonly #results = new WeakMap<Analysis, string>();
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  #count = 0;

  constructor(connection: Connection, programs: Programs, options: DiagnosticsOptions) {
    this.#connection = connection;
    this.#programs = programs;
    this.#options = options;
  }

  /** What is wrong in a document now, nothing in one that is not open; null where the request was cancelled, or void before it was answered. */
  async pull(
    documentUri: string,
    previousResultId: string | undefined,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport | null> {
    const program = this.#programs.of(documentUri);
    // Closed meanwhile: to be asked again would not open it.
    if (!program) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    const settled = await this.#programs.settled(program.uri);
    if (!settled || token.isCancellationRequested) return null;
    const { analysis } = settled;
    this.#options.published();
    const at = settled.program.documents.findIndex(({ uri }) => uri === documentUri);
    const resultId = this.#resultOf(analysis);
    if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    const items = this.#told(settled.program, analysis, at);
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  }

  /** One name an analysis: as long as it holds, its diagnostics do. */
  #resultOf(analysis: Analysis): string {
    let result = this.#results.get(analysis);
    if (result === undefined) {
      result = String(++this.#count);
      this.#results.set(analysis, result);
    }
    return result;
  }

  #told(program: Program, analysis: Analysis, at: number): Diagnostic[] {
    const { uri } = program.sources[at]!;
    const document = program.documents[at]!;
    const documentOf = (other: string) => this.#programs.documentNamed(program, analysis, other);
    return analysis.diagnostics
      .filter((diagnostic) => diagnostic.uri === uri)
      .map((diagnostic) => toProtocol(diagnostic, document, documentOf, this.#options.referenceUri));
  }

  /** `elsewhere`: by something else than an edit of its own documents, after which a client asks anyway. */
  changed(programUri: string, elsewhere = false): void {
    if (this.#options.pulled) {
      if (elsewhere && this.#options.refreshes) this.#refresh();
      return;
    }
    clearTimeout(this.#timers.get(programUri));
    this.#timers.set(
      programUri,
      setTimeout(
        () => {
          this.#timers.delete(programUri);
          this.#publish(programUri).catch((error: unknown) =>
            this.#connection.console.error(`diagnostics of ${programUri}: ${String(error)}`),
          );
        },
        quietFor(this.#programs.analysisTook(programUri)),
      ),
    );
  }

  /** Asks the client once to ask again, however many programs have changed. */
  #refresh(): void {
    clearTimeout(this.#refreshing);
    this.#refreshing = setTimeout(() => {
      send(this.#connection.languages.diagnostics.refresh());
    }, QUIET);
  }

  closed(programUri: string): void {
    clearTimeout(this.#timers.get(programUri));
    this.#timers.delete(programUri);
    for (const uri of this.#published.get(programUri) ?? []) send(this.#connection.sendDiagnostics({ uri, diagnostics: [] }));
    this.#published.delete(programUri);
  }

  async #publish(programUri: string): Promise<void> {
    const settled = await this.#programs.settled(programUri);
    // What was typed while files were read has its own turn.
    if (!settled || this.#timers.has(programUri)) return;
    const { program, analysis } = settled;
    const documents = program.documents.map(({ uri }) => uri);
    for (const uri of this.#published.get(programUri) ?? []) {
      if (!documents.includes(uri)) send(this.#connection.sendDiagnostics({ uri, diagnostics: [] }));
    }
    program.documents.forEach((document, i) => {
      send(
        this.#connection.sendDiagnostics({
          uri: document.uri,
          version: document.version,
          diagnostics: this.#told(program, analysis, i),
        }),
      );
    });
    this.#published.set(programUri, documents);
    this.#options.published();
  }
}

function toProtocol(
  diagnostic: language.Diagnostic,
  document: TextDocument,
  documentOf: (uri: string) => TextDocument | undefined,
  referenceUri: string | undefined,
): Diagnostic {
  const related = (diagnostic.related ?? []).flatMap(({ uri, start, end, message }) => {
    const other = documentOf(uri);
    return other ? [{ location: { uri: other.uri, range: rangeOf(other, start, end) }, message }] : [];
  });
  return {
    range: rangeOf(document, diagnostic.start, diagnostic.end),
    severity: SEVERITIES[diagnostic.severity],
    source: 'netscenario',
    code: diagnostic.code,
    ...(referenceUri ? { codeDescription: { href: `${referenceUri}#${diagnostic.code}` } } : {}),
    message: diagnostic.message,
    ...(diagnostic.code.startsWith('unused') ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
  };
}
