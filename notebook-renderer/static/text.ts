/** A run as plain text: for terminals, for `text/plain`, and for anything that reads aloud. */
import { formatDuration } from '../../engines/format.ts';
import { transcript } from '../../engines/network/transcript.ts';
import { declaredHosts, declaredInShort } from '../declarations/summary.ts';
import { formatAmount, formatMoment } from '../format.ts';
import { framesText } from '../frames/static.ts';
import { statusOf, tilesOf } from '../metrics/summary.ts';
import type { Output } from '../output.ts';
import { messageAt, outcomeOf, partOf, text } from '../part.ts';
import { breakLabel, connectionLabel, oneLine } from '../sequence/arrow.ts';
import { EVERYTHING } from '../sequence/filter.ts';
import { BREAK, MESSAGE, NOTE, OPENING, RESUMED, type RowKind, STEP, tellRows } from '../sequence/rows.ts';
import { type Tone, toneOf } from '../tone.ts';
import { connectionsBetween, MOST_TRANSCRIPTS } from '../transcript/conversation.ts';
import { plotTexts } from './plots.ts';
import { describeSweep } from './sweeps.ts';

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
const PAINTS: Readonly<Record<Tone, Colour>> = { good: 'green', caution: 'yellow', bad: 'red' };
type Paint = (colour: Colour, text: string) => string;

const PROTOCOL_COLOURS: Readonly<Record<string, Colour>> = {
  dns: 'blue',
  smtp: 'magenta',
  imap: 'cyan',
  pop3: 'cyan',
  http: 'yellow',
  rtsp: 'yellow',
  rtp: 'magenta',
};

/** Ends with a line feed. */
export function describeRun(output: Output, { width = 0, color = false, limit = Infinity }: TextOptions = {}): string {
  const paint: Paint = (colour, text) => (color ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
  const part = partOf(output);
  const { run } = part;
  const lines: string[] = [];
  if (run.title !== '') lines.push(paint('bold', oneLine(run.title)));
  const swept = (output.sweeps ?? []).map((each) => describeSweep(each, { width, color }));
  if (part.declaresOnly && swept.length > 0) return [...lines.map((line) => `${line}\n`), ...swept].join('\n');
  if (part.declaresOnly) {
    lines.push(paint('dim', declaredInShort(output)));
    for (const line of hostLines(output, width, paint)) lines.push(line);
    return `${lines.join('\n')}\n`;
  }
  lines.push(paint('dim', statusOf(part).join(' · ')));
  lines.push('');
  // One by one: a call takes only so many arguments.
  for (const line of sequence(output, width, paint, limit)) lines.push(line);

  const waiting = part.steps.filter((i) => Number.isNaN(run.steps[i]!.startedAt));
  for (const i of waiting) lines.push(paint('red', `✗ ${oneLine(run.steps[i]!.text)}: ${oneLine(outcomeOf(run.steps[i]!))}`));

  const metrics = tilesOf(part).flatMap(({ name, entries }) =>
    entries.map(({ subject, value }) => ({ name: oneLine(subject === '' ? name : `${name}, ${subject}`), value })),
  );
  if (metrics.length > 0) {
    lines.push('', paint('bold', 'Metrics'));
    const longest = Math.min(
      60,
      metrics.reduce((most, { name }) => Math.max(most, name.length), 0),
    );
    for (const { name, value } of metrics) lines.push(`  ${name.padEnd(longest)}  ${value}`);
  }
  for (const { heading, lines: told } of plotTexts(part)) {
    lines.push('', paint('bold', heading));
    for (const line of told) lines.push(cut(line, width));
  }
  for (const { view } of part.views) {
    if (view.kind === 'frames') lines.push('', ...framesText(view).map((line, i) => (i === 0 ? paint('bold', line) : cut(line, width))));
    if (view.kind !== 'transcript') continue;
    lines.push('', paint('bold', `Transcript of ${view.hosts.join(' with ')}`));
    const connections = connectionsBetween(run, view.hosts, part.messages);
    if (connections.length === 0) lines.push('  they exchanged nothing');
    for (const connection of connections.slice(0, MOST_TRANSCRIPTS)) {
      lines.push(paint('dim', `  ${connectionLabel(run, connection)}`));
      for (const { side, line, secured } of transcript(run, connection))
        lines.push(cut(`  ${side}: ${secured ? '🔒 ' : ''}${oneLine(line)}`, width));
    }
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
  return [`${lines.join('\n')}\n`, ...swept].join('\n');
}

/** `  ns.crepes.fr  10.0.0.2  zone crepes.fr`; what was filled in is in brackets. */
function hostLines(output: Output, width: number, paint: Paint): string[] {
  const hosts = declaredHosts(output);
  if (hosts.length === 0) return [];
  const longest = Math.min(
    40,
    hosts.reduce((most, { name }) => Math.max(most, name.length), 0),
  );
  return [
    '',
    ...hosts.map(({ name, address, implicit, roles }) => {
      const does = roles.map((role) => role.text).join(', ');
      const line = cut(
        `  ${name.padEnd(longest)}  ${address.padEnd(15)}  ${implicit ? `(${does || 'filled in'})` : does}`.trimEnd(),
        width,
      );
      return implicit ? paint('dim', line) : line;
    }),
  ];
}

function cut(line: string, width: number): string {
  const characters = [...line];
  return width > 0 && characters.length > width ? `${characters.slice(0, Math.max(1, width - 1)).join('')}…` : line;
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
  const digits = String(messages.length).length;
  const numberOf = (number: number) => `${String(number).padStart(digits)}.`;
  const noNumber = ' '.repeat(digits + 1);
  const momentWidth = messages.reduce((longest, { sentAt }) => Math.max(longest, formatMoment(sentAt).length), 7);
  const indent = ' '.repeat(digits + momentWidth + 4);
  const lines: string[] = [];
  let next = 0;
  for (let row = 0; row < rows.count; row++) {
    const i = rows.subject[row]!;
    const moment = `${rows.kind[row] === MESSAGE ? numberOf(next + 1) : noNumber} ${formatMoment(rows.at[row]!).padStart(momentWidth)}`;
    switch (rows.kind[row] as RowKind) {
      case STEP: {
        const step = run.steps[i]!;
        if (lines.length > 0) lines.push('');
        lines.push(paint('bold', cut(`── ${oneLine(step.text)}`, width)));
        const took = Number.isNaN(step.endedAt) ? '' : ` (${formatDuration(step.endedAt - step.startedAt)})`;
        const outcome = `${oneLine(outcomeOf(step))}${took}`;
        lines.push(paint(PAINTS[toneOf(step)], cut(`   ${step.succeeded ? '✓' : '✗'} ${outcome}`, width)));
        break;
      }
      case RESUMED:
        lines.push(paint('dim', cut(`── ${oneLine(run.steps[i]!.text)}, continued`, width)));
        break;
      case MESSAGE: {
        const { from, to, lost, fate, protocol, label, inner } = messages[next++]!;
        const arrow = `${from} ${lost ? '✕' : '→'} ${to}`;
        const shown = cut(
          `${moment}  ${arrow.padEnd(pairs)}   ${protocol.padEnd(protocolWidth)}  ${oneLine(label)}${inner ? `  🔒 ${oneLine(inner.label)}` : ''}${lost ? `  (${fate})` : ''}`,
          width,
        );
        lines.push(
          lost ? paint('red', shown) : paintProtocol(shown, protocol, paint, moment.length + 2 + Math.max(pairs, arrow.length) + 3),
        );
        break;
      }
      case NOTE:
        lines.push(
          paint('dim', cut(`${indent}· ${run.hosts[run.states.host[i]!]?.name}: ${oneLine(text(run, run.states.note[i]!))}`, width)),
        );
        break;
      case BREAK:
        lines.push(paint('red', cut(`${moment}  ${run.hosts[run.connections.client[i]!]?.name}: ${oneLine(breakLabel(run, i))}`, width)));
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
