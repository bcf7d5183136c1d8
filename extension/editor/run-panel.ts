/**
 * Runs a scenario file and shows the run beside it, drawn by the notebooks' renderer. A panel belongs to its file: saved again,
 * it runs again; closed, a run under way is stopped.
 */
import * as vscode from 'vscode';
import type { RevealMessage } from '../../notebook-renderer/app.tsx';
import { decodeOutput, type Output } from '../../notebook-renderer/output.ts';
import { describeProgress } from '../../notebook-renderer/static/progress.ts';
import { readNamedFile } from '../files.ts';
import { isReveal } from '../notebook/renderer.ts';
import { failureOf } from '../run/failure.ts';
import { limitsOf } from '../run/limits.ts';
import type { LocatedError, Summary } from '../run/protocol.ts';
import type { Runner, RunOutcome } from '../run/runner.ts';
import { type PanelMessage, panelHtml } from './run-panel-page.ts';

export const PANEL_TYPE = 'netscenario.run';
/** A run shorter than this shows no progress. */
const PROGRESS_AFTER = 250;

/** What running a file came to, for whoever asked. */
export interface FileRun {
  readonly kind: RunOutcome['kind'];
  readonly summary: Summary | null;
  /** Name and message of a failure; empty where it ran. */
  readonly failure: string;
}

export class RunPanels implements vscode.Disposable {
  readonly #runner: Runner;
  readonly #extension: vscode.Uri;
  readonly #panels = new Map<string, RunPanel>();
  readonly #saved: vscode.Disposable;

  constructor(runner: Runner, extension: vscode.Uri) {
    this.#runner = runner;
    this.#extension = extension;
    this.#saved = vscode.workspace.onDidSaveTextDocument((document) => {
      // A file that others import changes their runs, too.
      for (const panel of this.#panels.values()) if (panel.uses(document.uri)) void panel.run();
    });
  }

  dispose(): void {
    this.#saved.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }

  /** Runs the file in its panel, which opens beside it. */
  run(document: vscode.TextDocument): Promise<FileRun> {
    const key = document.uri.toString();
    let panel = this.#panels.get(key);
    if (!panel) {
      panel = new RunPanel(this.#runner, this.#extension, document, () => this.#panels.delete(key));
      this.#panels.set(key, panel);
    }
    panel.show();
    return panel.run();
  }

  /** The last run of a file whose panel is open. */
  outputOf(file: vscode.Uri): Output | null {
    return this.#panels.get(file.toString())?.output ?? null;
  }

  /** The run in the panel that has the focus, and the file it is of. */
  get active(): { readonly uri: vscode.Uri; readonly output: Output } | null {
    for (const panel of this.#panels.values()) if (panel.isActive && panel.output) return { uri: panel.uri, output: panel.output };
    return null;
  }
}

class RunPanel implements vscode.Disposable {
  readonly #runner: Runner;
  readonly #document: vscode.TextDocument;
  readonly #panel: vscode.WebviewPanel;
  readonly #read = new Set<string>();
  /** What the page shows: said again when it was hidden and comes back. */
  #shown: PanelMessage | null = null;
  #bytes: Uint8Array | null = null;
  #stopping = new vscode.CancellationTokenSource();

  constructor(runner: Runner, extension: vscode.Uri, document: vscode.TextDocument, closed: () => void) {
    this.#runner = runner;
    this.#document = document;
    const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const bundle = vscode.Uri.joinPath(extension, 'dist', 'notebook-renderer');
    this.#panel = vscode.window.createWebviewPanel(PANEL_TYPE, vscode.l10n.t('Run of {0}', name), place, {
      enableScripts: true,
      localResourceRoots: [bundle],
    });
    this.#panel.iconPath = vscode.Uri.joinPath(extension, 'extension', 'icon.png');
    this.#panel.webview.onDidReceiveMessage((message: unknown) => this.#hear(message));
    this.#panel.onDidDispose(() => {
      this.#stopping.cancel();
      closed();
    });
    this.#panel.webview.html = panelHtml(this.#panel.webview, vscode.Uri.joinPath(bundle, 'main.js'));
  }

  get uri(): vscode.Uri {
    return this.#document.uri;
  }

  get isActive(): boolean {
    return this.#panel.active;
  }

  get output(): Output | null {
    return this.#bytes && decodeOutput(this.#bytes);
  }

  uses(uri: vscode.Uri): boolean {
    return uri.toString() === this.uri.toString() || this.#read.has(uri.toString());
  }

  show(): void {
    if (!this.#panel.visible) this.#panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** A run that is under way gives way to the new one. */
  async run(): Promise<FileRun> {
    this.#stopping.cancel();
    const stopping = new vscode.CancellationTokenSource();
    this.#stopping = stopping;
    const started = Date.now();
    const uri = this.uri.toString();
    const outcome = await this.#runner.run(
      { sources: [{ uri, text: this.#document.getText() }], focus: null, limits: limitsOf(this.uri) },
      {
        cancellation: stopping.token,
        readFile: (named) => {
          this.#read.add(vscode.Uri.parse(named).toString());
          return readNamedFile(named);
        },
        progress: (progress) => {
          const elapsed = Date.now() - started;
          if (elapsed >= PROGRESS_AFTER && stopping === this.#stopping) {
            this.#say({ kind: 'progress', text: describeProgress(progress, elapsed) });
          }
        },
      },
    );
    if (stopping === this.#stopping) this.#tell(outcome);
    if (outcome.kind === 'ran') return { kind: 'ran', summary: outcome.summary, failure: '' };
    const { name, message } = failureOf(outcome, 'file');
    return { kind: outcome.kind, summary: null, failure: `${name}: ${message}` };
  }

  #tell(outcome: RunOutcome): void {
    const leftOut = 'leftOut' in outcome ? leftOutText(outcome.leftOut) : '';
    if (outcome.kind === 'ran') {
      this.#bytes = outcome.output;
      this.#say({ kind: 'output', bytes: outcome.output, note: leftOut });
      return;
    }
    const { name, message, details } = failureOf(outcome, 'file');
    this.#say({ kind: 'failure', title: `${name}: ${message}`, details: [details, leftOut].filter(Boolean).join('\n\n') });
  }

  #say(message: PanelMessage): void {
    this.#shown = message;
    void this.#panel.webview.postMessage(message);
  }

  #hear(message: unknown): void {
    const { type } = (message ?? {}) as { type?: unknown };
    if (type === 'ready' && this.#shown) void this.#panel.webview.postMessage(this.#shown);
    else if (type === 'stop') this.#stopping.cancel();
    else if (isReveal(message)) void this.#reveal(message);
  }

  async #reveal({ uri, start, end }: RevealMessage): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
    const selection = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const open = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    await vscode.window.showTextDocument(document, { selection, viewColumn: open?.viewColumn ?? vscode.ViewColumn.One });
  }
}

function leftOutText(errors: readonly LocatedError[]): string {
  if (errors.length === 0) return '';
  const lines = errors.map(
    ({ uri, line, message }) => `${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}, line ${line}: ${message}`,
  );
  return `Left out of this run, because of errors:\n${lines.join('\n')}`;
}
