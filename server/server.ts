/**
 * The language server, the same as a process and as a web worker. It keeps documents and programs in step with the editor and
 * hands each request to the feature that answers it; what scenarios mean is the language's business.
 */
import {
  type Connection,
  LSPErrorCodes,
  type NotebookDocument,
  NotebookDocuments,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type ClientSupport, NO_SUPPORT, send, supportOf } from './client-support.ts';
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from './features/call-hierarchy.ts';
import { codeActions } from './features/code-actions.ts';
import { codeLenses } from './features/code-lenses.ts';
import { completion } from './features/completion.ts';
import { Diagnostics } from './features/diagnostics.ts';
import { documentLinks } from './features/document-links.ts';
import { filesRead } from './features/files-read.ts';
import { foldingRanges } from './features/folding-ranges.ts';
import { formatting, formattingOnType } from './features/formatting.ts';
import { hover } from './features/hover.ts';
import { inlays } from './features/inlay-hints.ts';
import { definition, highlights, prepareRename, references, rename } from './features/names.ts';
import { selectionRanges } from './features/selection-ranges.ts';
import { DocumentTokens, tokensLegend } from './features/semantic-tokens.ts';
import { signatureHelp } from './features/signature-help.ts';
import { documentSymbols, workspaceSymbols } from './features/symbols.ts';
import type { InitializationOptions } from './initialization.ts';
import { type FileReader, NamedFiles, same } from './named-files.ts';
import { followNotebooks } from './notebook-changes.ts';
import { Programs } from './programs.ts';
import { refuseOutOfOrder } from './protocol-order.ts';
import { contentOf, READ_FILE_REQUEST, type ReadFileResult } from './read-file.ts';
import { Settings } from './settings.ts';

/** Milliseconds without a change of named files, before hints in the programs that name them are asked for again. */
const HINTS_QUIET = 200;

/** `readFile` is used where the client does not read files for the server, `referenceUri` where it names no other page. */
export function serve(connection: Connection, readFile: FileReader, referenceUri?: string): void {
  const texts = new TextDocuments(TextDocument);
  const notebooks = new NotebookDocuments(TextDocument);
  let options: InitializationOptions = {};
  let watches = false;
  let watchesRelative = false;
  let answersSettings = false;
  let registersSettings = false;
  let refreshesHints = false;
  let pulled = false;
  let refreshesDiagnostics = false;
  let support: ClientSupport = NO_SUPPORT;
  const settings = new Settings();

  const files = new NamedFiles(async (uri) => {
    const open = texts.all().find((document) => same(document.uri, uri));
    if (open) return { kind: 'bytes', bytes: new TextEncoder().encode(open.getText()) };
    if (!options.readsFilesThroughClient) return readFile(uri);
    return contentOf(await connection.sendRequest<ReadFileResult>(READ_FILE_REQUEST, { uri }));
  });
  const programs = new Programs(texts, notebooks, files);
  const diagnostics = new Diagnostics(connection, programs, {
    get referenceUri() {
      return options.referenceUri ?? referenceUri;
    },
    get pulled() {
      return pulled;
    },
    get refreshes() {
      return refreshesDiagnostics;
    },
    published: () => watches && files.watch(connection, watchesRelative),
  });

  const tokens = new DocumentTokens(programs);

  refuseOutOfOrder(connection);
  connection.onInitialize(({ initializationOptions, capabilities }) => {
    options = (initializationOptions ?? {}) as InitializationOptions;
    const { didChangeWatchedFiles, configuration, didChangeConfiguration, inlayHint } = capabilities.workspace ?? {};
    answersSettings = configuration === true;
    registersSettings = didChangeConfiguration?.dynamicRegistration === true;
    refreshesHints = inlayHint?.refreshSupport === true;
    support = supportOf(capabilities);
    settings.take(options.settings);
    pulled = capabilities.textDocument?.diagnostic !== undefined && options.pushesDiagnostics !== true;
    refreshesDiagnostics = capabilities.workspace?.diagnostics?.refreshSupport === true;
    watches = didChangeWatchedFiles?.dynamicRegistration === true;
    watchesRelative = didChangeWatchedFiles?.relativePatternSupport === true;
    return {
      serverInfo: { name: 'netscenario' },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: !watches },
        notebookDocumentSync: { notebookSelector: [{ notebook: '*', cells: [{ language: 'netscenario' }] }], save: !watches },
        completionProvider: { triggerCharacters: [' ', '{', '@', '.', '$', '"', '/'], resolveProvider: false },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        workspaceSymbolProvider: true,
        diagnosticProvider: pulled ? { identifier: 'netscenario', interFileDependencies: true, workspaceDiagnostics: false } : undefined,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        inlayHintProvider: true,
        documentLinkProvider: {},
        codeLensProvider: options.runCommand === undefined && options.captureCommand === undefined ? undefined : {},
        callHierarchyProvider: true,
        signatureHelpProvider: { triggerCharacters: [' '], retriggerCharacters: [','] },
        semanticTokensProvider: { legend: tokensLegend, full: { delta: true }, range: true },
        documentFormattingProvider: true,
        documentRangeFormattingProvider: true,
        documentOnTypeFormattingProvider: { firstTriggerCharacter: '}', moreTriggerCharacter: ['\n'] },
        codeActionProvider: { codeActionKinds: ['quickfix'] },
      },
    };
  });

  let hintsAgain: ReturnType<typeof setTimeout> | undefined;
  const filesChanged = () => {
    programs.filesChanged();
    for (const program of programs.all()) diagnostics.changed(program.uri, true);
    if (!refreshesHints) return;
    clearTimeout(hintsAgain);
    hintsAgain = setTimeout(() => send(connection.languages.inlayHint.refresh()), HINTS_QUIET);
  };

  const settingsChanged = async (given: unknown) => {
    if (answersSettings) await settings.ask(connection);
    else settings.take((given as { netscenario?: unknown } | undefined)?.netscenario);
    if (refreshesHints) send(connection.languages.inlayHint.refresh());
  };
  connection.onInitialized(async () => {
    if (registersSettings) Settings.register(connection);
    if (answersSettings) await settingsChanged(null);
  });
  connection.onDidChangeConfiguration(({ settings: given }) => settingsChanged(given));

  texts.onDidChangeContent(({ document }) => {
    diagnostics.changed(document.uri);
    if (files.edited(document.uri, document.getText())) filesChanged();
  });
  texts.onDidClose(({ document }) => {
    programs.closed(document.uri);
    diagnostics.closed(document.uri);
    tokens.closed(document.uri);
    if (files.forget(document.uri)) filesChanged();
  });
  const changed = (notebook: NotebookDocument) => {
    programs.opened(notebook);
    diagnostics.changed(notebook.uri);
  };
  notebooks.onDidOpen(changed);
  notebooks.cellTextDocuments.onDidClose(({ document }) => tokens.closed(document.uri));
  notebooks.onDidClose((notebook) => {
    programs.closed(notebook.uri);
    diagnostics.closed(notebook.uri);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (changes.filter(({ uri }) => files.forget(uri)).length > 0) filesChanged();
  });

  // Where nobody tells of changes on disk, a saved document is the time to look: files are edited side by side.
  const saved = () => {
    if (!watches && files.forgetClosed(texts.keys())) filesChanged();
  };
  texts.onDidSave(saved);
  notebooks.onDidSave(saved);

  connection.onCodeAction((parameters) => codeActions(programs, parameters));
  connection.onCompletion((parameters) => completion(programs, files, parameters, support, options));
  connection.onHover((parameters) => hover(programs, parameters, support));
  connection.onDefinition((parameters) => definition(programs, parameters));
  connection.onReferences((parameters) => references(programs, parameters, parameters.context.includeDeclaration));
  connection.onDocumentHighlight((parameters) => highlights(programs, parameters));
  connection.onPrepareRename((parameters) => prepareRename(programs, parameters));
  connection.onDocumentSymbol(({ textDocument }) => documentSymbols(programs, textDocument.uri));
  connection.onWorkspaceSymbol(({ query }) => workspaceSymbols(programs, query));
  connection.languages.diagnostics.on(async ({ textDocument, previousResultId }, token) => {
    const report = await diagnostics.pull(textDocument.uri, previousResultId, token);
    if (report) return report;
    // Asked again by the client, of the text as it is then.
    throw new ResponseError(
      token.isCancellationRequested ? LSPErrorCodes.RequestCancelled : LSPErrorCodes.ServerCancelled,
      'The text has changed.',
      {
        retriggerRequest: true,
      },
    );
  });
  connection.onFoldingRanges(({ textDocument }) => foldingRanges(programs, textDocument.uri));
  connection.onSelectionRanges(({ textDocument, positions }) => selectionRanges(programs, textDocument.uri, positions));
  connection.languages.inlayHint.on(async ({ textDocument, range }) => {
    await filesRead(programs, textDocument.uri, 'its program');
    return inlays(programs, textDocument.uri, range, settings.hints);
  });
  connection.onDocumentLinks(({ textDocument }) => documentLinks(programs, textDocument.uri));
  connection.onCodeLens(({ textDocument }) => codeLenses(programs, textDocument.uri, options));
  connection.languages.callHierarchy.onPrepare((parameters) => prepareCallHierarchy(programs, parameters));
  connection.languages.callHierarchy.onIncomingCalls(({ item }) => incomingCalls(programs, item));
  connection.languages.callHierarchy.onOutgoingCalls(({ item }) => outgoingCalls(programs, item));
  connection.onSignatureHelp((parameters) => signatureHelp(programs, parameters, support));
  connection.languages.semanticTokens.on(({ textDocument }) => tokens.full(textDocument.uri));
  connection.languages.semanticTokens.onRange(({ textDocument, range }) => tokens.range(textDocument.uri, range));
  connection.languages.semanticTokens.onDelta(({ textDocument, previousResultId }) => tokens.delta(textDocument.uri, previousResultId));
  connection.onDocumentFormatting((parameters) => formatting(programs, parameters));
  connection.onDocumentRangeFormatting((parameters) => formatting(programs, parameters, parameters.range));
  connection.onDocumentOnTypeFormatting((parameters) => formattingOnType(programs, parameters));
  connection.onRenameRequest((parameters) => rename(programs, parameters, parameters.newName));

  texts.listen(connection);
  followNotebooks(connection, notebooks, changed);
  connection.listen();
}
