/** A sweep as text and as a drawing, for whoever runs no script. */
import { checksOf, type SweepResults } from '../../engines/sweep/results.ts';
import { formatCount } from '../format.ts';
import { oneLine } from '../sequence/arrow.ts';
import { SMALL, shorten } from '../sequence/text-width.ts';
import { comparedPlots, comparisonRows, shownRows } from '../sweep/comparison.ts';
import { layOutPanel } from '../sweep/figure-layout.ts';
import { estimateText, figuresOf, type SweepFigure, tableOf } from '../sweep/figures.ts';
import { failuresOf, statusOf, stoppedOf } from '../sweep/status.ts';
import { escapeXml } from './escape.ts';
import { below, courseTexts, type Drawn, drawnAxes, drawnDots, drawnPicture, framed, hueOf, type LegendEntry, swatchOf } from './plots.ts';

export interface SweepTextOptions {
  /** Columns; lines are cut to fit. 0 or Infinity: as long as they are. */
  readonly width?: number;
  /** ANSI colours. */
  readonly color?: boolean;
}

/** Ends with a line feed. */
export function describeSweep(swept: SweepResults, { width = 0, color = false }: SweepTextOptions = {}): string {
  const paint = (code: string, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const cut = (line: string): string => {
    const characters = [...line];
    return width > 0 && characters.length > width ? `${characters.slice(0, Math.max(1, width - 1)).join('')}…` : line;
  };
  const lines = [paint('1', oneLine(swept.plan.text)), paint('2', statusOf(swept).join(' · '))];
  for (const figure of figuresOf(swept)) lines.push('', paint('1', oneLine(figure.name)), ...figureTable(figure).map(cut));
  const rows = swept.plan.axes.length === 0 ? comparisonTable(swept) : [];
  if (rows.length > 0) lines.push('', paint('1', 'Metrics'), ...rows.map(cut));
  for (const { name, picture } of comparedPlots(swept)) {
    lines.push('', paint('1', `Plot of ${oneLine(name)}`));
    lines.push(...(picture ? courseTexts(picture).map(cut) : [`  ${NOTHING}`]));
  }
  const checks = checksOf(swept);
  if (checks.length > 0) lines.push('', paint('1', 'Checks'));
  for (const check of checks) {
    const good = check.failed.length === 0;
    lines.push(cut(`  ${paint(good ? '32' : '31', good ? '✓' : '✗')} ${oneLine(check.text)}  (${check.passed} of ${check.of} runs)`));
    for (const line of failuresOf(swept, check)) lines.push(cut(`      ${oneLine(line)}`));
  }
  const stopped = stoppedOf(swept);
  if (stopped.length > 0) lines.push('', paint('31', 'Without a result'), ...stopped.map((line) => cut(`  ${oneLine(line)}`)));
  return `${lines.join('\n')}\n`;
}

const NOTHING = 'nothing was measured';

function figureTable(figure: SweepFigure): string[] {
  if (figure.panels.length === 0) return [`  ${NOTHING}`];
  const { head, rows } = tableOf(figure);
  return columns([head, ...rows]);
}

function comparisonTable(swept: SweepResults): string[] {
  const { rows: shown, unshown } = shownRows(comparisonRows(swept));
  const rows = shown.map(({ metric, subject, unit, cells }) => [
    subject === '' ? metric : `${metric}, ${subject}`,
    ...cells.map((cell) => (cell ? estimateText(cell, unit) : '')),
  ]);
  if (rows.length === 0) return [];
  return [...columns([['', ...swept.plan.alternatives], ...rows]), ...(unshown > 0 ? [`  and ${formatCount(unshown)} more`] : [])];
}

/** Cells in columns, the first one to the left, the others to the right. */
function columns(table: readonly (readonly string[])[]): string[] {
  const widths = table[0]!.map((_, i) => table.reduce((most, row) => Math.max(most, (row[i] ?? '').length), 0));
  return table.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? oneLine(cell).padEnd(widths[i]!) : oneLine(cell).padStart(widths[i]!))).join('   ')}`.trimEnd(),
  );
}

/** Grey, as nothing that was measured is. */
const BOUND_HUE = 6;

/** Style rules of the drawing, for svg.ts. */
export const SWEEP_RULES = `
.plot .band{fill:var(--hue);fill-opacity:.15}.plot .bound{stroke:var(--hue);stroke-width:1.6;stroke-dasharray:6 4}
`;

const PANEL = 190;
const LINE = 18;
const GAP = 16;

export function drawnSweeps(all: readonly SweepResults[], width: number): Drawn {
  return below(all.map((swept) => drawnSweep(swept, width)));
}

function drawnSweep(swept: SweepResults, width: number): Drawn {
  const { plan } = swept;
  const head = drawnLines(
    [
      { text: plan.text, cls: 'b' },
      { text: statusOf(swept).join(' · '), cls: 'dim' },
    ],
    width,
  );
  const pictures = comparedPlots(swept).flatMap(({ picture }) =>
    picture ? [drawnPicture(picture, { startedAt: 0, endedAt: 0 }, width)] : [],
  );
  const table = plan.axes.length === 0 ? comparisonTable(swept).map((text) => ({ text, cls: 'label' })) : [];
  const verdicts = checksOf(swept).map((check) => {
    const good = check.failed.length === 0;
    return { text: `${good ? '✓' : '✗'} ${check.text} (${check.passed} of ${check.of} runs)`, cls: good ? 'good' : 'bad' };
  });
  const stopped = stoppedOf(swept).map((text) => ({ text, cls: 'bad' }));
  return below([
    head,
    ...figuresOf(swept).map((figure) => drawnFigure(figure, width)),
    ...pictures,
    drawnLines([...table, ...verdicts, ...stopped], width),
    { lines: [], height: GAP },
  ]);
}

function drawnLines(told: readonly { readonly text: string; readonly cls: string }[], width: number): Drawn {
  const lines = told.map(({ text, cls }, i) => {
    // Columns stand in line: they are not shortened.
    const shown = cls === 'label' ? text : shorten(oneLine(text), width - 32, SMALL);
    return `<text class="${cls}" x="16" y="${i * LINE + 14}">${escapeXml(shown)}</text>`;
  });
  return { lines, height: lines.length * LINE };
}

export function drawnFigure({ name, axis, panels, unshown, byRatios = false }: SweepFigure, width: number): Drawn {
  const place = { width: width - 24, height: PANEL, byRatios };
  if (panels.length === 0) {
    return drawnLines(
      [
        { text: name, cls: 'b' },
        { text: NOTHING, cls: 'dim' },
      ],
      width,
    );
  }
  const leastLeft = panels.reduce((most, panel) => Math.max(most, layOutPanel(panel, axis, place).left), 0);
  const legend: LegendEntry[] = [];
  let number = 0;
  const drawn = panels.map((panel): Drawn => {
    const layout = layOutPanel(panel, axis, { ...place, leastLeft });
    const { left, right, bottom } = layout;
    const lines = drawnAxes(layout);
    lines.push(`<text class="tick" x="${(left + right) / 2}" y="${bottom + 33}" text-anchor="middle">${escapeXml(axis.parameter)}</text>`);
    for (const [k, { path, band, dots }] of layout.lines.entries()) {
      const { label, isBound } = panel.lines[k]!;
      const hue = isBound ? BOUND_HUE : hueOf(number++);
      const curve = isBound ? 'bound' : 'curve';
      lines.push(
        `<g class="p${hue}">${band === '' ? '' : `<path class="band" d="${band}"/>`}<path class="${curve}" d="${path}"/>${isBound ? '' : drawnDots(dots)}</g>`,
      );
      legend.push({ swatch: swatchOf(hue, curve), label, note: '' });
    }
    return { lines, height: PANEL };
  });
  return framed({ name, panels: below(drawn), legend, unshown, width });
}
