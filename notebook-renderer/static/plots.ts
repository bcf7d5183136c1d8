/** The plots that the author asked for, as pieces of a drawing and as text. */
import { formatMoment } from '../format.ts';
import { type Line, layOutPanels, rangeOf } from '../metrics/plot-layout.ts';
import { askedPlotsOf, rangeText } from '../metrics/plots.ts';
import type { Part } from '../part.ts';
import { oneLine } from '../sequence/arrow.ts';
import { SMALL, shorten } from '../sequence/text-width.ts';
import { escapeXml } from './escape.ts';

const HEAD = 26;
const PANEL = 150;
const LEGEND = 18;
const GAP = 14;

/** Style rules of the drawing, for svg.ts. */
export const PLOT_RULES = `
.plot path{fill:none}.plot .grid{stroke:var(--border);stroke-opacity:.6}.plot .axis{stroke:var(--dim)}.plot .tick{fill:var(--dim)}
.plot .curve{stroke:var(--hue);stroke-width:1.6;stroke-linejoin:round}.plot circle{fill:var(--hue)}.plot .name{text-anchor:start}
`;

/** Hues of lines, in the order of the interactive plot. */
const HUES = [0, 4, 2, 1, 5, 3];
export const hueOf = (i: number): number => HUES[i % HUES.length]!;

/** `height` in pixels; `lines` are drawn from y = 0 on. */
export interface Drawn {
  readonly lines: readonly string[];
  readonly height: number;
}

export function drawnPlots(part: Part, width: number): Drawn {
  const lines: string[] = [];
  let y = 0;
  for (const { name, picture } of askedPlotsOf(part)) {
    if (!picture) continue;
    const layouts = layOutPanels(picture.panels, { startedAt: part.startedAt, endedAt: part.endedAt, width: width - 24, height: PANEL });
    lines.push(
      `<g class="plot" transform="translate(12 ${y})"><text class="name" x="4" y="16">${escapeXml(shorten(oneLine(name), width - 40, SMALL))}</text>`,
    );
    let top = HEAD;
    let number = 0;
    const legend: string[] = [];
    for (const [i, layout] of layouts.entries()) {
      const { lines: shown, unit } = picture.panels[i]!;
      const { left, right, bottom } = layout;
      lines.push(`<g transform="translate(0 ${top})">`);
      for (const tick of layout.values) {
        lines.push(
          `<path class="grid" d="M${left} ${Math.round(tick.y) + 0.5}H${right}"/><text class="tick" x="${left - 8}" y="${tick.y + 4}" text-anchor="end">${escapeXml(tick.label)}</text>`,
        );
      }
      lines.push(`<path class="axis" d="M${left} ${bottom + 0.5}H${right}"/>`);
      for (const tick of layout.times) {
        lines.push(
          `<path class="axis" d="M${tick.x + 0.5} ${bottom}v4"/><text class="tick" x="${tick.x}" y="${bottom + 17}" text-anchor="middle">${escapeXml(tick.label)}</text>`,
        );
      }
      for (const [k, { path, dots }] of layout.paths.entries()) {
        const hue = hueOf(number++);
        const marks = dots.map((dot) => `<circle cx="${dot.x}" cy="${dot.y}" r="2.5"/>`).join('');
        lines.push(`<g class="p${hue}"><path class="curve" d="${path}"/>${marks}</g>`);
        const line = shown[k]!;
        legend.push(
          `<g class="p${hue}" transform="translate(8 ${legend.length * LEGEND})"><path class="curve" d="M0 -4H22"/><text x="30" y="0">${escapeXml(shorten(oneLine(line.subject || 'the whole run'), width * 0.6, SMALL))} <tspan class="dim">${escapeXml(rangeText(line, unit))}</tspan></text></g>`,
        );
      }
      lines.push('</g>');
      top += PANEL;
    }
    if (picture.unshown > 0) legend.push(`<text class="dim" x="38" y="${legend.length * LEGEND}">and ${picture.unshown} more</text>`);
    lines.push(`<g transform="translate(0 ${top + LEGEND})">`, ...legend, '</g></g>');
    y += top + LEGEND * (legend.length + 0.5) + GAP;
  }
  return { lines, height: Math.ceil(y) };
}

/** Characters of the course that a line of text shows. */
const COLUMNS = 40;
const LEVELS = '▁▂▃▄▅▆▇█';

/** A heading and lines for each plot: `  server → pc  ▁▂▄█▅▆  14.6 kB to 210 kB, 340 samples`. */
export function plotTexts(part: Part): { readonly heading: string; readonly lines: readonly string[] }[] {
  return askedPlotsOf(part).map(({ name, picture }) => {
    const heading = `Plot of ${oneLine(name)}`;
    if (!picture) return { heading, lines: ['  nothing was measured'] };
    const all = picture.panels.flatMap(({ lines, unit }) => lines.map((line) => ({ line, unit })));
    const from = Math.min(...all.map(({ line }) => line.at[0]!));
    const to = Math.max(...all.map(({ line }) => line.at[line.at.length - 1]!));
    const longest = all.reduce((most, { line }) => Math.max(most, line.subject.length), 0);
    const lines = all.map(
      ({ line, unit }) => `  ${oneLine(line.subject).padEnd(longest)}  ${courseOf(line, from, to)}  ${rangeText(line, unit)}`,
    );
    if (picture.unshown > 0) lines.push(`  and ${picture.unshown} more`);
    return { heading: `${heading}, ${formatMoment(from)} to ${formatMoment(to)}`, lines };
  });
}

/** The greatest value of each column as a bar, from zero on; a column without a sample shows the one before. */
function courseOf(line: Line, from: number, to: number): string {
  const { least, greatest } = rangeOf(line);
  const low = Math.min(0, least);
  const columns: number[] = Array.from({ length: COLUMNS }, () => Number.NaN);
  for (let i = 0; i < line.at.length; i++) {
    const column = Math.min(COLUMNS - 1, Math.floor(((line.at[i]! - from) / Math.max(1, to - from)) * COLUMNS));
    const before = columns[column]!;
    columns[column] = Number.isNaN(before) ? line.values[i]! : Math.max(before, line.values[i]!);
  }
  let held = Number.NaN;
  return columns
    .map((value) => {
      if (!Number.isNaN(value)) held = value;
      if (Number.isNaN(held)) return ' ';
      return LEVELS[greatest === low ? 0 : Math.min(7, Math.floor(((held - low) / (greatest - low)) * 8))]!;
    })
    .join('');
}
