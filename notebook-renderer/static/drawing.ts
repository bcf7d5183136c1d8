/**
 * One self-contained SVG around what is drawn: its colours and styles, a background of its own, and the light or dark preference of
 * whatever shows it.
 */
import { escapeXml } from './escape.ts';
import { type Drawn, PLOT_RULES } from './plots.ts';
import { SWEEP_RULES } from './sweeps.ts';

const LIGHT = ['#0969da', '#8250df', '#1a7f37', '#bc4c00', '#9a6700', '#bf3989', '#59636e'];
const DARK = ['#58a6ff', '#bc8cff', '#4ac26b', '#ffa657', '#e3b341', '#f778ba', '#9198a1'];

const palette = (
  hues: readonly string[],
  fg: string,
  dim: string,
  bg: string,
  raised: string,
  border: string,
  good: string,
  caution: string,
  bad: string,
) =>
  `&{--fg:${fg};--dim:${dim};--bg:${bg};--raised:${raised};--border:${border};--good:${good};--caution:${caution};--bad:${bad}}${hues.map((hue, i) => `.p${i}{--hue:${hue}}`).join('')}`;

/** One rule after another; `&` is the drawing itself. */
const RULES = `
${palette(LIGHT, '#1f2328', '#59636e', '#ffffff', '#f6f8fa', '#d1d9e0', '#1a7f37', '#9a6700', '#c62828')}
@media (prefers-color-scheme:dark){${palette(DARK, '#d8dee4', '#9198a1', '#16191d', '#1d2126', '#3d444d', '#4ac26b', '#e3b341', '#ff7b72')}}
text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:var(--fg);font-variant-numeric:tabular-nums}
.bg{fill:var(--bg);stroke:var(--border)}
.title{font-size:15px;font-weight:600}.dim,.time{fill:var(--dim)}.time{text-anchor:end}.good{fill:var(--good)}.caution{fill:var(--caution)}.bad{fill:var(--bad)}.b{font-weight:600}
.head{fill:var(--raised);stroke:var(--dim)}.implicit.head{stroke-dasharray:4 3;fill:var(--bg)}.name{font-size:12px;font-weight:600;text-anchor:middle}.name.implicit{font-weight:400;fill:var(--dim)}.address{fill:var(--dim);font-size:10.5px;text-anchor:middle}
.host{font-size:12px;font-weight:600}.host.implicit{font-weight:400;fill:var(--dim)}
.life{stroke:var(--border);shape-rendering:crispEdges}.life.implicit{stroke-dasharray:4 4}
.line{fill:none;stroke:var(--hue);stroke-width:1.6}.tip{fill:var(--hue)}.answer .line{stroke-dasharray:5 3.5}.lost{--hue:var(--bad)}.cross{stroke:var(--bad);stroke-width:2;fill:none}
.label{font:12px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round;white-space:pre}
.number{font-size:10px;fill:var(--dim);paint-order:stroke;stroke:var(--bg);stroke-width:3px}
.step rect{fill:var(--raised);stroke:var(--border)}.step .what{font-size:12px;font-weight:600}.step .outcome{text-anchor:end;fill:var(--dim)}
.note rect{fill:var(--raised);stroke:var(--dim);stroke-opacity:.5}.break rect{fill:var(--bg);stroke:var(--bad)}
.band rect{fill:var(--hue);fill-opacity:.03;stroke:var(--hue);stroke-opacity:.3}.band text{fill:var(--dim);font-size:10.5px}
.busy{fill:var(--raised);stroke:var(--dim);stroke-opacity:.6}
${PLOT_RULES}${SWEEP_RULES}`;

const ROOT = 'netscenario-sequence';

/** Every selector within the drawing: pages that take the SVG in as it is keep their own styles. */
const STYLE = RULES.replaceAll('\n', '').replace(/([^{}@]+)\{(?=[^{}]*\})/g, (_rule, selectors: string) => {
  const scoped = selectors.split(',').map((selector) => (selector === '&' ? `.${ROOT}` : `.${ROOT} ${selector}`));
  return `${scoped.join(',')}{`;
});

interface Whole extends Drawn {
  readonly width: number;
  /** For those who do not see it. */
  readonly description: string;
}

export function drawingOf({ lines, width, height, description }: Whole): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="${ROOT}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(description)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="bg" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    lines.join('\n'),
    '</svg>',
  ].join('\n');
}
