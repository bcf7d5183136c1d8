/** A run's sequence and plots as one self-contained SVG, from the same layouts as the interactive ones. */
import { formatDuration } from '../../engines/format.ts';
import { type DeclaredHost, declaredHosts, declaredInShort } from '../declarations/summary.ts';
import { formatAmount, formatMoment } from '../format.ts';
import { framesSvg } from '../frames/static.ts';
import { statusOf } from '../metrics/summary.ts';
import type { Output } from '../output.ts';
import { isAnswer, outcomeOf, partOf, text } from '../part.ts';
import { colourOf } from '../protocol-colour.ts';
import { type Arrow, arrowOf, breakLabel, connectionLabel, noteOf, oneLine } from '../sequence/arrow.ts';
import { filterOfPart } from '../sequence/filter.ts';
import { GUTTER, type Layout, layOut } from '../sequence/layout.ts';
import { BREAK, MESSAGE, NOTE, RESUMED, type RowKind, STEP } from '../sequence/rows.ts';
import { HEAD, SMALL, shorten, textWidth } from '../sequence/text-width.ts';
import { toneOf } from '../tone.ts';
import { drawingOf } from './drawing.ts';
import { escapeXml } from './escape.ts';
import { drawnPlots } from './plots.ts';
import { drawnSweeps } from './sweeps.ts';

export interface SvgOptions {
  /** Least width in pixels; many hosts make it wider. */
  readonly width?: number;
  /** Greatest number of messages drawn; the rest is counted. */
  readonly limit?: number;
}

const TOP = 56;
/** Hosts that a cell without steps lists, and the height of a line. */
const MOST_HOSTS = 24;
const HOST_LINE = 21;

export function sequenceSvg(output: Output, { width = 900, limit = 300 }: SvgOptions = {}): string {
  const part = partOf(output);
  const filter = filterOfPart(part);
  const layout = layOut(part, { filter, segments: false, axis: 'order', width, limit });
  const empty = layout.rows.count === 0;
  const more = part.messages.length - layout.rows.messages.length;
  const { headHeight } = layout.columns;
  const declares = part.declaresOnly && !output.sweeps?.length;
  const hosts = declares ? declaredHosts(output) : [];
  const listed = hosts.slice(0, MOST_HOSTS);
  const unlisted = hosts.length - listed.length;
  const body = empty ? (listed.length + (unlisted > 0 ? 1 : 0)) * HOST_LINE + (listed.length > 0 ? 10 : 0) : headHeight + layout.height;
  const frames: string[] = [];
  let framesHeight = 0;
  for (const { view } of part.views) {
    if (view.kind !== 'frames') continue;
    const drawn = framesSvg(view, TOP + body + framesHeight, layout.width, escapeXml);
    for (const line of drawn.lines) frames.push(line);
    framesHeight += drawn.height;
  }
  const plots = drawnPlots(part, layout.width);
  const swept = drawnSweeps(output.sweeps ?? [], layout.width);
  const sequenceEnd = TOP + body + framesHeight + (more > 0 ? 30 : 8);
  const height = sequenceEnd + plots.height + swept.height;
  const { run } = part;
  const failed = part.checks.filter((i) => !run.checks[i]!.passed).length;
  const passed = part.checks.length - failed;
  const status = declares ? declaredInShort(output) : part.declaresOnly ? '' : statusOf(part).join(' · ');
  const checks =
    part.checks.length === 0
      ? ''
      : failed === 0
        ? `<tspan class="good b">✓ ${formatAmount(passed, 'check')} passed</tspan><tspan dx="8">`
        : `<tspan class="bad b">✗ ${failed} of ${part.checks.length} checks failed</tspan><tspan dx="8">`;
  const lines = [
    `<text class="title" x="16" y="26">${escapeXml(shorten(oneLine(run.title || 'Run'), layout.width - 32, { size: 15, monospace: false }))}</text>`,
    `<text class="dim" x="16" y="45">${checks}${escapeXml(status)}${checks === '' ? '' : '</tspan>'}</text>`,
  ];
  if (empty) lines.push(hostList(listed, unlisted).join('\n'));
  else
    lines.push(
      `<g transform="translate(0 ${TOP})">`,
      heads(layout).join('\n'),
      `<g transform="translate(0 ${headHeight})">`,
      drawing(layout).join('\n'),
      '</g></g>',
    );
  for (const line of frames) lines.push(line);
  if (more > 0) {
    const hidden = `… and ${formatAmount(more, 'more message', 'more messages')}`;
    lines.push(`<text class="dim" x="${GUTTER + 12}" y="${sequenceEnd - 12}">${hidden}</text>`);
  }
  if (plots.height > 0) lines.push(`<g transform="translate(0 ${sequenceEnd})">`, plots.lines.join('\n'), '</g>');
  if (swept.height > 0) lines.push(`<g transform="translate(0 ${sequenceEnd + plots.height})">`, swept.lines.join('\n'), '</g>');
  return drawingOf({ lines, width: layout.width, height, description: `${run.title}: ${status}` });
}

function hostList(hosts: readonly DeclaredHost[], unlisted: number): string[] {
  const column = 36 + hosts.reduce((widest, { name }) => Math.max(widest, textWidth(name, HEAD)), 0);
  const lines = hosts.map(({ name, address, implicit, roles }, i) => {
    const y = TOP + 16 + i * HOST_LINE;
    const does = roles.map((role) => role.text).join(', ');
    const quiet = implicit ? ' class="dim"' : '';
    return `<text class="host${implicit ? ' implicit' : ''}" x="16" y="${y}">${escapeXml(name)}</text><text class="dim" x="${round(column)}" y="${y}">${escapeXml(address)}</text><text${quiet} x="${round(column + 104)}" y="${y}">${escapeXml(does)}</text>`;
  });
  if (unlisted > 0) {
    lines.push(
      `<text class="dim" x="16" y="${TOP + 16 + hosts.length * HOST_LINE}">… and ${formatAmount(unlisted, 'more host', 'more hosts')}</text>`,
    );
  }
  return lines;
}

function heads({ columns, part: { run }, height }: Layout): string[] {
  return columns.hosts.flatMap((host, i) => {
    const { name, address, implicit } = run.hosts[host]!;
    const x = columns.x[i]!;
    const { lines, width } = columns.heads[i]!;
    const cls = implicit ? ' implicit' : '';
    const middle = columns.headHeight / 2 - 1;
    const firstLine = middle - 7 * lines.length + 5;
    return [
      `<line class="life${cls}" x1="${x}" x2="${x}" y1="${columns.headHeight - 6}" y2="${columns.headHeight + height}"/>`,
      `<rect class="head${cls}" x="${x - width / 2}" y="4" width="${width}" height="${columns.headHeight - 10}" rx="5"><title>${escapeXml(`${name} ${address}`)}</title></rect>`,
      ...lines.map((line, k) => `<text class="name${cls}" x="${x}" y="${firstLine + 14 * k}">${escapeXml(line)}</text>`),
      `<text class="address" x="${x}" y="${firstLine + 14 * lines.length}">${escapeXml(address)}</text>`,
    ];
  });
}

function drawing(layout: Layout): string[] {
  const { part, rows, axis, columns } = layout;
  const { run } = part;
  const lines: string[] = [];
  /** Above all arrows, so that none strikes a label through. */
  const above: string[] = [];
  let number = 0;
  for (const band of layout.bands) {
    const label = shorten(connectionLabel(run, band.connection), band.right - band.left - 12, SMALL);
    const protocol = text(run, run.connections.protocol[band.connection]!);
    lines.push(
      `<g class="band p${colourOf(protocol)}"><rect x="${band.left}" y="${round(band.top)}" width="${Math.max(4, band.right - band.left)}" height="${round(band.bottom - band.top)}" rx="5"/><text x="${band.left + 8}" y="${round(band.labelY)}">${escapeXml(label)}</text></g>`,
    );
  }
  for (const { x, top, bottom } of layout.activations) {
    lines.push(`<rect class="busy" x="${x - 3.5}" y="${round(top)}" width="7" height="${round(bottom - top)}" rx="2"/>`);
  }
  for (let row = 0; row < rows.count; row++) {
    const i = rows.subject[row]!;
    const y = axis.y[row]!;
    const time = `<text class="time" x="${GUTTER - 9}" y="${round(y + 4)}">+${formatMoment(rows.at[row]!)}</text>`;
    switch (rows.kind[row] as RowKind) {
      case STEP:
      case RESUMED: {
        const step = run.steps[i]!;
        const resumed = rows.kind[row] === RESUMED;
        const ended = !Number.isNaN(step.endedAt);
        const took = ended ? ` (${formatDuration(step.endedAt - step.startedAt)})` : '';
        const outcome = resumed ? 'continued' : `${outcomeOf(step)}${took}`;
        const shown = shorten(oneLine(outcome), (layout.width - GUTTER) * 0.45, SMALL);
        const room = layout.width - GUTTER - 60 - textWidth(shown, SMALL);
        const mark = resumed ? '' : `<tspan dx="6" class="${toneOf(step)} b">${step.succeeded ? '✓' : '✗'}</tspan>`;
        above.push(
          `<g class="step"><rect x="${GUTTER}" y="${round(y - 13)}" width="${layout.width - GUTTER - 10}" height="26" rx="4"/><text class="what" x="${GUTTER + 12}" y="${round(y + 4)}">${escapeXml(shorten(oneLine(step.text), room, HEAD))}</text><text class="outcome" x="${layout.width - 22}" y="${round(y + 4)}">${escapeXml(shown)}${mark}</text></g>`,
        );
        break;
      }
      case NOTE: {
        const note = noteOf(layout, row);
        above.push(pill('note', note.x, note.y, note.text, layout.width));
        break;
      }
      case BREAK: {
        const x = columns.x[columns.place[run.connections.client[i]!]!]!;
        above.push(time, pill('break', x - 10, y, shorten(`✕ ${breakLabel(run, i)}`, 360, SMALL), layout.width));
        break;
      }
      case MESSAGE: {
        const arrow = arrowOf(layout, row);
        const protocol = text(run, run.messages.protocol[i]!);
        const cls = `p${colourOf(protocol)}${isAnswer(text(run, run.messages.kind[i]!)) ? ' answer' : ''}${arrow.lost ? ' lost' : ''}`;
        lines.push(`<g class="${cls}">${line(arrow)}</g>`);
        above.push(time, label(arrow), numeral(arrow, ++number));
        break;
      }
    }
  }
  // One by one: a call takes only so many arguments.
  for (const mark of above) lines.push(mark);
  return lines;
}

function pill(cls: string, wanted: number, y: number, shown: string, width: number): string {
  const room = textWidth(shown, SMALL) + 18;
  const x = Math.max(GUTTER + 4, Math.min(wanted, width - 10 - room));
  return `<g class="${cls}"><rect x="${round(x)}" y="${round(y - 10)}" width="${round(room)}" height="20" rx="10"/><text x="${round(x + room / 2)}" y="${round(y + 4)}" text-anchor="middle">${escapeXml(shown)}</text></g>`;
}

function line({ x1, y1, x2, y2, loop, lost }: Arrow): string {
  if (loop) return `<path class="line" d="M${x1} ${round(y1)}h26v${round(y2 - y1)}h-20"/>${tip(x1 + 1, y2, Math.PI)}`;
  const end = lost ? `<path class="cross" d="M${x2 - 5} ${round(y2 - 5)}l10 10m0-10l-10 10"/>` : tip(x2, y2, Math.atan2(y2 - y1, x2 - x1));
  return `<line class="line" x1="${x1}" y1="${round(y1)}" x2="${x2}" y2="${round(y2)}"/>${end}`;
}

function tip(x: number, y: number, angle: number): string {
  const degrees = round((angle * 180) / Math.PI);
  return `<path class="tip" d="M0 0L-9-3.6L-7 0L-9 3.6Z" transform="translate(${x} ${round(y)}) rotate(${degrees})"/>`;
}

function label({ label: { x, y, anchor, text } }: Arrow): string {
  return `<text class="label" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

function numeral({ tail: { x, y, anchor } }: Arrow, number: number): string {
  return `<text class="number" x="${x}" y="${round(y)}" text-anchor="${anchor}">${number}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
