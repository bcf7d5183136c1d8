/** A run as plain text: for terminals, for `text/plain`, and for anything that reads aloud. */
import { formatDuration } from '../../engines/format.ts';
import { formatAmount, formatMoment } from '../format.ts';
import { statusOf, tilesOf } from '../metrics/summary.ts';
import type { Output } from '../output.ts';
import { messageAt, partOf, text } from '../part.ts';
import { breakLabel, oneLine } from '../sequence/arrow.ts';
import { EVERYTHING } from '../sequence/filter.ts';
import { BREAK, MESSAGE, NOTE, OPENING, RESUMED, type RowKind, STEP, tellRows } from '../sequence/rows.ts';

export interface TextOptions {
  /** Columns; labels are cut to fit. 0: as long as they are. */
  readonly width?: number;
  /** ANSI colours. */
  readonly color?: boolean;
  /** Greatest number of messages told. */
  readonly limit?: number;
}

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', blue: '34', magenta: '35', cyan: '36' } as const;
type Colour = keyof typeof CODES;
type Paint = (colour: Colour, text: string) => string;

const PROTOCOL_COLOURS: Readonly<Record<string, Colour>> = { dns: 'blue', smtp: 'magenta', imap: 'cyan', pop3: 'cyan', http: 'yellow' };

/** Ends with a line feed. */
export function describeRun(output: Output, { width = 0, color = false, limit = Infinity }: TextOptions = {}): string {
  const paint: Paint = (colour, text) => (color ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
  const part = partOf(output);
  const { run } = part;
  const lines: string[] = [];
  if (run.title !== '') lines.push(paint('bold', oneLine(run.title)));
  lines.push(paint('dim', statusOf(part).join(' · ')));
  if (part.declaresOnly) {
    lines.push(declared(output));
    return `${lines.join('\n')}\n`;
  }
  lines.push('', ...sequence(output, width, paint, limit));

  const waiting = part.steps.filter((i) => Number.isNaN(run.steps[i]!.startedAt));
  for (const i of waiting) lines.push(paint('red', `✗ ${oneLine(run.steps[i]!.text)}: never began`));

  const tiles = tilesOf(part);
  if (tiles.length > 0) {
    lines.push('', paint('bold', 'Metrics'));
    const names = tiles.map(({ name, subject }) => oneLine(subject === '' ? name : `${name}, ${subject}`));
    const longest = Math.min(60, Math.max(...names.map((name) => name.length)));
    tiles.forEach((tile, i) => {
      lines.push(`  ${names[i]!.padEnd(longest)}  ${tile.value}`);
    });
  }
  if (part.checks.length > 0) {
    lines.push('', paint('bold', 'Checks'));
    for (const i of part.checks) {
      const check = run.checks[i]!;
      const mark = check.passed ? paint('green', '✓') : paint('red', '✗');
      lines.push(`  ${mark} ${oneLine(check.text)}`);
      if (!check.passed) {
        const moment = Number.isNaN(check.decidedAt) ? '' : ` at ${formatMoment(check.decidedAt)}`;
        lines.push(`      expected ${check.expected}, measured ${check.measured}${moment}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What a cell without steps has set up. */
export function declared({ run }: Output): string {
  const hosts = run.hosts.filter(({ implicit }) => !implicit).length;
  const filledIn = run.hosts.length - hosts;
  const parts = [formatAmount(hosts, 'host')];
  if (filledIn > 0) parts.push(`${filledIn} filled in`);
  return `${parts.join(', ')}; this cell has no step to run yet.`;
}

function sequence(output: Output, width: number, paint: Paint, limit: number): string[] {
  const part = partOf(output);
  const { run } = part;
  const rows = tellRows(part, { filter: EVERYTHING, segments: false, limit });
  const messages = Array.from(rows.messages, (row) => messageAt(run, rows.subject[row]!));
  const nameWidth = (names: readonly string[]) =>
    Math.min(
      56,
      names.reduce((longest, name) => Math.max(longest, name.length), 0),
    );
  const pairs = nameWidth(messages.map(({ from, to }) => `${from} → ${to}`));
  const protocolWidth = nameWidth(messages.map(({ protocol }) => protocol));
  const indent = ' '.repeat(14);
  const cut = (line: string) => (width > 0 && [...line].length > width ? `${[...line].slice(0, Math.max(1, width - 1)).join('')}…` : line);
  const lines: string[] = [];
  let next = 0;
  for (let row = 0; row < rows.count; row++) {
    const i = rows.subject[row]!;
    const moment = formatMoment(rows.at[row]!).padStart(12);
    switch (rows.kind[row] as RowKind) {
      case STEP: {
        const step = run.steps[i]!;
        if (lines.length > 0) lines.push('');
        lines.push(paint('bold', cut(`── ${oneLine(step.text)}`)));
        const outcome = Number.isNaN(step.endedAt)
          ? 'not done when the run ended'
          : `${step.outcome === '' ? 'done' : oneLine(step.outcome)} (${formatDuration(step.endedAt - step.startedAt)})`;
        lines.push(paint(step.succeeded ? 'green' : 'red', cut(`   ${step.succeeded ? '✓' : '✗'} ${outcome}`)));
        break;
      }
      case RESUMED:
        lines.push(paint('dim', cut(`── ${oneLine(run.steps[i]!.text)}, continued`)));
        break;
      case MESSAGE: {
        const { from, to, lost, protocol, label } = messages[next++]!;
        const arrow = `${from} ${lost ? '✕' : '→'} ${to}`;
        const shown = cut(
          `${moment}  ${arrow.padEnd(pairs)}   ${protocol.padEnd(protocolWidth)}  ${oneLine(label)}${lost ? '  (lost)' : ''}`,
        );
        lines.push(
          lost ? paint('red', shown) : paintProtocol(shown, protocol, paint, moment.length + 2 + Math.max(pairs, arrow.length) + 3),
        );
        break;
      }
      case NOTE:
        lines.push(paint('dim', cut(`${indent}· ${run.hosts[run.states.host[i]!]?.name}: ${oneLine(text(run, run.states.note[i]!))}`)));
        break;
      case BREAK:
        lines.push(paint('red', cut(`${moment}  ${run.hosts[run.connections.client[i]!]?.name}: ${oneLine(breakLabel(run, i))}`)));
        break;
      case OPENING:
        break;
    }
  }
  const more = part.messages.length - messages.length;
  if (more > 0) lines.push(paint('dim', `${indent}… and ${formatAmount(more, 'more message', 'more messages')}`));
  return lines;
}

function paintProtocol(line: string, protocol: string, paint: Paint, start: number): string {
  const colour = PROTOCOL_COLOURS[protocol];
  const characters = [...line];
  if (colour === undefined || characters.length < start + protocol.length) return line;
  const end = start + protocol.length;
  return characters.slice(0, start).join('') + paint(colour, characters.slice(start, end).join('')) + characters.slice(end).join('');
}
