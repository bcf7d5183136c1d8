/**
 * A run as one HTML file that needs nothing else: no server, no network. That of a notebook reads as the notebook does: prose, the
 * cells' text, and below each what it added. The run stands in it once, whatever number of cells show a part of it.
 */
import { encodeOutput, type Output } from '../output.ts';
import { escapeXml } from '../static/escape.ts';
import { sequenceSvg } from '../static/svg.ts';
import { describeRun } from '../static/text.ts';
import { proseHtml } from './prose.ts';
import { upTo } from './up-to.ts';

/** A cell of the notebook that was run. */
export type ReportCell =
  | { readonly kind: 'prose'; readonly text: string }
  /** `source`: index into the run's sources; −1 for a cell that has not run. */
  | { readonly kind: 'code'; readonly text: string; readonly source: number };

export interface Report {
  readonly output: Output;
  /** Of a notebook; without them, the run alone is told. */
  readonly cells?: readonly ReportCell[];
  /** The bundle of main.tsx, an ES module. */
  readonly rendererScript: string;
}

export function reportHtml({ output, cells, rendererScript }: Report): string {
  const title = escapeXml(output.run.title || 'netscenario');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="netscenario ${escapeXml(output.run.engine)}">
<title>${title}</title>
<style>
body { margin: 0 auto; max-width: 1440px; padding: 16px 24px 40px; background: #fff; color: #1f2328; font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { body { background: #16191d; color: #d8dee4; } }
pre { overflow: auto; }
.prose { max-width: 72ch; font-size: 15px; line-height: 1.6; }
.prose a { color: #0b62c4; }
.prose pre, .cell { padding: 10px 14px; border-radius: 4px; background: #8881; font: 12.5px/1.5 ui-monospace, monospace; }
.prose code { font: 0.9em ui-monospace, monospace; }
.prose table { border-collapse: collapse; }
.prose th, .prose td { padding: 3px 10px; border: 1px solid #8884; }
.prose blockquote { margin-left: 0; padding-left: 14px; border-left: 3px solid #8886; }
@media (prefers-color-scheme: dark) { .prose a { color: #6cb0f5; } }
</style>
</head>
<body>
${cells ? cells.map((cell) => cellHtml(cell, output)).join('\n') : runHtml(output)}
<script type="application/octet-stream;base64" id="netscenario-output">${base64(encodeOutput(output))}</script>
<script type="module">${asInlineScript(rendererScript)}</script>
</body>
</html>
`;
}

function cellHtml(cell: ReportCell, { run }: Output): string {
  if (cell.kind === 'prose') return `<section class="prose">\n${proseHtml(cell.text)}</section>`;
  const text = `<pre class="cell">${escapeXml(cell.text)}</pre>`;
  return cell.source < 0 ? text : `${text}\n${runHtml({ run: upTo(run, cell.source), focus: cell.source })}`;
}

/** Where the renderer draws an output, and what stands there where no script runs. */
function runHtml(output: Output): string {
  return `<div class="netscenario-run" data-focus="${output.focus ?? ''}"></div>
<noscript>
${sequenceSvg(output)}
<pre>${escapeXml(describeRun(output, { limit: 300 }))}</pre>
</noscript>`;
}

/** Keeps the script's meaning and lets nothing in it end the element early (HTML §4.12.1.3, restrictions for contents of script elements). */
function asInlineScript(script: string): string {
  return script
    .replace(/<\/(script)/gi, '<\\/$1')
    .replaceAll('<!--', '<\\!--')
    .replace(/<(script)/gi, '\\x3c$1');
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 §4, without a runtime's own encoder: this runs wherever the language does. */
function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let piece = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    piece += DIGITS[a >> 2]! + DIGITS[((a & 3) << 4) | (b >> 4)]!;
    piece += i + 1 < bytes.length ? DIGITS[((b & 15) << 2) | (c >> 6)]! : '=';
    piece += i + 2 < bytes.length ? DIGITS[c & 63]! : '=';
    if (piece.length >= 8192) {
      pieces.push(piece);
      piece = '';
    }
  }
  return pieces.join('') + piece;
}
