/** A run as one HTML file that needs nothing else: no server, no network. */
import { encodeOutput, type Output } from './output.ts';
import { escapeXml, sequenceSvg } from './static/svg.ts';
import { describeRun } from './static/text.ts';

export interface Report {
  readonly output: Output;
  /** The bundle of main.tsx, an ES module. */
  readonly rendererScript: string;
}

export function reportHtml({ output, rendererScript }: Report): string {
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
</style>
</head>
<body>
<div id="netscenario-report"></div>
<noscript>
${sequenceSvg(output)}
<pre>${escapeXml(describeRun(output, { limit: 300 }))}</pre>
</noscript>
<script type="application/octet-stream;base64" id="netscenario-output">${base64(encodeOutput(output))}</script>
<script type="module">${asInlineScript(rendererScript)}</script>
</body>
</html>
`;
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
