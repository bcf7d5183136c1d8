/** The plots that the author asked for, as pieces of a drawing and as text. */
import { formatMoment } from '../format.ts';
import { type Shade, shadesOf, spansText } from '../metrics/interruptions.ts';
import { labelX, type PanelFrame } from '../metrics/panel-frame.ts';
import { type Line, layOutPanels, rangeOf, shadedArea } from '../metrics/plot-layout.ts';
import { askedPlotsOf, type PlotPicture, rangeText } from '../metrics/plots.ts';
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
.plot .curve{stroke:var(--hue);stroke-width:1.6;stroke-linejoin:round}.plot circle{fill:var(--hue)}.plot .partial{fill:var(--bg);stroke:var(--hue)}.plot .shade{fill:var(--hue);fill-opacity:.18}.plot .shade.own{--hue:var(--bad)}.plot .name{text-anchor:start}
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
  const pictures = askedPlotsOf(part).flatMap(({ picture }) => (picture ? [picture] : []));
  return below(pictures.map((picture) => drawnPicture(picture, part, width)));
}

/** One under the other. */
export function below(all: readonly Drawn[]): Drawn {
  let height = 0;
  const lines: string[] = [];
  for (const drawn of all) {
    lines.push(`<g transform="translate(0 ${height})">`, ...drawn.lines, '</g>');
    height += drawn.height;
  }
  return { lines, height };
}

/** `startedAt`, `endedAt`: times that the picture goes over at least. */
export function drawnPicture(
  { name, panels, unshown }: PlotPicture,
  { startedAt, endedAt }: Pick<Part, 'startedAt' | 'endedAt'>,
  width: number,
): Drawn {
  const layouts = layOutPanels(panels, { startedAt, endedAt, width: width - 24, height: PANEL });
  let number = 0;
  const legend: LegendEntry[] = [];
  const shades = shadesOf(panels);
  const drawn = layouts.map((layout, i) => {
    const { lines: shown, unit } = panels[i]!;
    const lines = [
      ...shades.map((shade) => `<path class="shade ${shadeClass(shade)}" d="${shadedArea(layout, shade)}"/>`),
      ...drawnAxes(layout),
    ];
    for (const [k, { path, dots }] of layout.paths.entries()) {
      const line = shown[k]!;
      const hue = hueOf(number++);
      lines.push(`<g class="p${hue}"><path class="curve" d="${path}"/>${drawnDots(dots)}</g>`);
      legend.push({ swatch: swatchOf(hue, 'curve'), label: line.subject || 'the whole run', note: rangeText(line, unit) });
    }
    return { lines, height: PANEL };
  });
  for (const shade of shades) {
    legend.push({ swatch: `<path class="shade ${shadeClass(shade)}" d="M3 -10H19V2H3Z"/>`, label: shade.name, note: spansText(shade) });
  }
  return framed({ name, panels: below(drawn), legend, unshown, width });
}

const shadeClass = ({ line }: Shade): string => (line === null ? 'own' : `p${hueOf(line)}`);

export function drawnAxes(frame: PanelFrame): string[] {
  const { left, right, bottom, values, marks } = frame;
  return [
    ...values.map(
      ({ y, label }) =>
        `<path class="grid" d="M${left} ${Math.round(y) + 0.5}H${right}"/><text class="tick" x="${left - 8}" y="${y + 4}" text-anchor="end">${escapeXml(label)}</text>`,
    ),
    `<path class="axis" d="M${left} ${bottom + 0.5}H${right}"/>`,
    ...marks.map(
      (mark) =>
        `<path class="axis" d="M${mark.x} ${bottom}v4"/><text class="tick" x="${labelX(frame, mark)}" y="${bottom + 17}" text-anchor="middle">${escapeXml(mark.label)}</text>`,
    ),
  ];
}

/** Those that stand for a part of the runs are hollow. */
export const drawnDots = (dots: readonly { readonly x: number; readonly y: number; readonly partial?: boolean }[]): string =>
  dots.map(({ x, y, partial = false }) => `<circle${partial ? ' class="partial"' : ''} cx="${x}" cy="${y}" r="2.5"/>`).join('');

export interface LegendEntry {
  /** What stands before its text, 22 pixels wide. */
  readonly swatch: string;
  readonly label: string;
  readonly note: string;
}

/** A piece of a line; `curve`: its class. */
export const swatchOf = (hue: number, curve: string): string => `<g class="p${hue}"><path class="${curve}" d="M0 -4H22"/></g>`;

interface Framed {
  readonly name: string;
  readonly panels: Drawn;
  readonly legend: readonly LegendEntry[];
  /** Lines that there was no room for. */
  readonly unshown: number;
  readonly width: number;
}

/** A title, the panels, and a legend below them. */
export function framed({ name, panels, legend, unshown, width }: Framed): Drawn {
  const entries = legend.map(
    ({ swatch, label, note }, i) =>
      `<g transform="translate(8 ${i * LEGEND})">${swatch}<text x="30" y="0">${escapeXml(shorten(oneLine(label), width * 0.6, SMALL))} <tspan class="dim">${escapeXml(note)}</tspan></text></g>`,
  );
  if (unshown > 0) entries.push(`<text class="dim" x="38" y="${entries.length * LEGEND}">and ${unshown} more</text>`);
  const top = HEAD + panels.height;
  const lines = [
    `<g class="plot" transform="translate(12 0)"><text class="name" x="4" y="16">${escapeXml(shorten(oneLine(name), width - 40, SMALL))}</text>`,
    `<g transform="translate(0 ${HEAD})">`,
    ...panels.lines,
    `</g><g transform="translate(0 ${top + LEGEND})">`,
    ...entries,
    '</g></g>',
  ];
  return { lines, height: Math.ceil(top + LEGEND * (entries.length + 0.5) + GAP) };
}

/** Characters of the course that a line of text shows. */
const COLUMNS = 40;
const LEVELS = '▁▂▃▄▅▆▇█';

/** A heading and lines for each plot: `  server → pc  ▁▂▄█▅▆  14.6 kB to 210 kB, 340 samples`. */
export function plotTexts(part: Part): { readonly heading: string; readonly lines: readonly string[] }[] {
  return askedPlotsOf(part).map(({ name, picture }) => {
    const heading = `Plot of ${oneLine(name)}`;
    if (!picture) return { heading, lines: ['  nothing was measured'] };
    const { from, to } = timesOf(picture);
    return { heading: `${heading}, ${formatMoment(from)} to ${formatMoment(to)}`, lines: courseTexts(picture) };
  });
}

/** A line for each of the picture's, over the time of all of them. */
export function courseTexts(picture: PlotPicture): string[] {
  const { from, to } = timesOf(picture);
  const all = picture.panels.flatMap(({ lines, unit }) => lines.map((line) => ({ line, unit })));
  const shades = shadesOf(picture.panels);
  const longest = [...all.map(({ line }) => line.subject), ...shades.map(({ name }) => name)].reduce(
    (most, name) => Math.max(most, name.length),
    0,
  );
  const told = all.map(
    ({ line, unit }) => `  ${oneLine(line.subject).padEnd(longest)}  ${courseOf(line, from, to)}  ${rangeText(line, unit)}`,
  );
  told.push(...shades.map((shade) => `  ${oneLine(shade.name).padEnd(longest)}  ${' '.repeat(COLUMNS)}  ${spansText(shade)}`));
  return picture.unshown > 0 ? [...told, `  and ${picture.unshown} more`] : told;
}

function timesOf({ panels }: PlotPicture): { readonly from: number; readonly to: number } {
  const lines = panels.flatMap(({ lines }) => lines);
  return {
    from: lines.reduce((first, { at }) => Math.min(first, at[0]!), Number.POSITIVE_INFINITY),
    to: lines.reduce((last, { at }) => Math.max(last, at[at.length - 1]!), 0),
  };
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
