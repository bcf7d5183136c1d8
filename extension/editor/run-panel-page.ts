/** The page in a run's panel: it shows what it is told, by the notebooks' renderer. */
import type * as vscode from 'vscode';

export type PanelMessage =
  /** An encoded output; the note stands above it. */
  | { readonly kind: 'output'; readonly bytes: Uint8Array; readonly note: string }
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'failure'; readonly title: string; readonly details: string };

/** Runs no script but its own and the renderer's, and loads nothing from elsewhere. */
export function panelHtml(webview: vscode.Webview, renderer: vscode.Uri): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
    `style-src 'unsafe-inline' ${webview.cspSource}`,
    `img-src data: blob: ${webview.cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>
  body { padding: 8px 16px 24px; }
  .told { white-space: pre-wrap; font-family: var(--vscode-editor-font-family); }
  .title { color: var(--vscode-errorForeground); font-weight: 600; }
  button { color: var(--vscode-button-foreground); background: var(--vscode-button-background); border: 0; padding: 4px 12px; margin-top: 8px; }
</style>
</head>
<body>
<div id="told" class="told" role="status"></div>
<div id="run"></div>
<script type="module" nonce="${nonce}">
  import { mount } from ${JSON.stringify(webview.asWebviewUri(renderer).toString())};
  const editor = acquireVsCodeApi();
  const told = document.getElementById('told');
  const say = (text, name) => {
    const line = document.createElement('div');
    line.textContent = text;
    if (name) line.className = name;
    told.append(line);
  };
  addEventListener('message', ({ data }) => {
    told.replaceChildren();
    if (data.kind === 'output') {
      if (data.note) say(data.note);
      // A renderer of its own for each run, so that nothing of the last one is left.
      const place = document.createElement('div');
      document.getElementById('run').replaceChildren(place);
      mount(place, new Uint8Array(data.bytes), (message) => editor.postMessage(message));
    } else if (data.kind === 'progress') {
      say(data.text);
      const stop = document.createElement('button');
      stop.textContent = 'Stop';
      stop.onclick = () => editor.postMessage({ type: 'stop' });
      told.append(stop);
    } else {
      document.getElementById('run').replaceChildren();
      say(data.title, 'title');
      say(data.details);
    }
  });
  editor.postMessage({ type: 'ready' });
</script>
</body>
</html>`;
}
