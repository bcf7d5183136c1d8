/** What stands at a place: a declared name, a value, a word of the language. */
import { formatOf, type RecordFormat } from '../../engines/dns/record-format.ts';
import { count, formatRate } from '../../engines/format.ts';
import type { TextRange } from './compilation.ts';
import type { Analysis } from './compile.ts';
import { documentation } from './completion.ts';
import type { Entry, Slot } from './entry.ts';
import { placeIn } from './locate.ts';
import { firstName, type Mention, mentionAt } from './mentions.ts';
import { form } from './pattern.ts';
import type { Program, ProgramHost } from './program.ts';
import { directives, isClass, isTtl, type RecordPlace, recordWordAt } from './record-place.ts';
import type { Expression, SlotSyntax, Statement } from './syntax.ts';
import { type Dimension, units, written } from './units.ts';
import { timingDocs } from './vocabulary/timing.ts';

export interface Hover {
  /** Markdown. */
  readonly text: string;
  readonly range: TextRange;
}

/** null where nothing is to be said. */
export function hoverAt(analysis: Analysis, uri: string, offset: number): Hover | null {
  const here = placeIn(analysis, uri, offset);
  if (!here) return null;
  const { source: index } = here;
  const { program } = here.analysis;
  const inside = (range: TextRange): boolean => range.start <= offset && offset <= range.end;
  const named = mentionAt(program, index, offset);
  if (named) {
    const text = describe(named, program);
    if (text !== null) return { text, range: { start: named.start, end: named.end } };
  }
  let statement = program.sources[index]!.tree.statements.find(inside);
  if (!statement?.entry) return null;
  for (let deeper: Statement | undefined = statement; deeper; deeper = deeper.block?.find(inside)) statement = deeper;
  const { entry } = statement;
  if (!entry) return null;
  for (const name in statement.slots) {
    const syntax = statement.slots[name]!;
    const slot = entry.slots[name];
    if (slot && inside(syntax))
      return slotHover(slot, syntax, inside) ?? entryHover(entry, { start: statement.start, end: statement.headEnd });
  }
  const ofTiming = timingHover(statement, program.sources[index]!.text, offset);
  if (ofTiming) return ofTiming;
  const inRecords = recordHover(statement, program.sources[index]!.text, offset);
  if (inRecords) return inRecords;
  return offset <= statement.headEnd ? entryHover(entry, { start: statement.start, end: statement.headEnd }) : null;
}

/** A word that says when a step happens: those before it, and the last one of a repetition. */
function timingHover({ entry, start, slots }: Statement, text: string, offset: number): Hover | null {
  if (entry?.role !== 'step') return null;
  const end = slots.END ? /\S+\s*$/.exec(text.slice(start, slots.END.start)) : null;
  for (const from of [start, ...(end ? [start + end.index] : [])]) {
    const [word] = /^[a-z]*/.exec(text.slice(from, from + 20))!;
    const doc = offset >= from && offset <= from + word.length ? timingDocs.get(word) : undefined;
    if (doc !== undefined) return { text: doc, range: { start: from, end: from + word.length } };
  }
  return null;
}

/** A word of the records in a zone's block. */
function recordHover({ entry, block, braces, slots }: Statement, text: string, offset: number): Hover | null {
  if (entry?.block !== 'records' || block || !braces || offset <= braces.start) return null;
  const first = braces.start + 1;
  const origin = slots.NAME?.kind === 'name' ? slots.NAME.text : null;
  const found = recordWordAt(text.slice(first, braces.end - 1), offset - first, origin);
  if (!found) return null;
  const { token, place } = found;
  return { text: recordDoc(token.text, place, origin ?? '.'), range: { start: first + token.start, end: first + token.end } };
}

function recordDoc(word: string, place: RecordPlace, origin: string): string {
  if (place.part === 'data') return `**${place.field.name}**: ${place.field.meaning}`;
  const directive = directives.get(word.toUpperCase());
  if (directive) return `**${word.toUpperCase()}**: ${directive.doc}\n\n${directive.standard}`;
  const format = formatOf(word.toUpperCase());
  if (format) return recordTypeDoc(format);
  if (isClass(word)) return '**Class**: `IN`, the Internet, is the one that is used\n\nRFC 1035 §3.2.4';
  if (place.part === 'type' && isTtl(word)) return '**TTL**: how long the record may be kept in caches, in seconds\n\nRFC 1035 §3.2.1';
  const name = word === '@' ? origin : word.endsWith('.') || origin === '.' ? word : `${word}.${origin}`;
  return `**Owner**: the record is of \`${name}\``;
}

const recordTypeDoc = ({ type, doc, standard }: RecordFormat): string => `**${type}**: ${doc}\n\n${standard}`;

function entryHover(entry: Entry, range: TextRange): Hover {
  return { text: `\`\`\`netscenario\n${form(entry)}\n\`\`\`\n${documentation(entry)}`, range };
}

function slotHover(slot: Slot<unknown>, syntax: SlotSyntax, inside: (range: TextRange) => boolean): Hover | null {
  if (syntax.kind === 'list') {
    const item = syntax.items.find(inside);
    return item ? slotHover(slot, item, inside) : null;
  }
  if (syntax.kind === 'measure') {
    const { metric, standard } = syntax.form;
    return {
      text: [
        `\`\`\`netscenario\n${form(syntax.form)}\n\`\`\``,
        `**${metric.name}**: ${metric.doc}`,
        ...(standard === null ? [] : [standard]),
      ].join('\n\n'),
      range: syntax,
    };
  }
  if (syntax.kind === 'name' && slot.meaning === 'protocol') return { text: `**Protocol** \`${syntax.text}\``, range: syntax };
  if (syntax.kind === 'name' && (slot.meaning === 'alternative' || slot.meaning === 'new-alternative'))
    return { text: `**Alternative** \`${syntax.text}\``, range: syntax };
  if (slot.meaning === 'record-type' && syntax.kind === 'word') {
    const format = formatOf(syntax.value);
    return format ? { text: recordTypeDoc(format), range: syntax } : null;
  }
  const leaf = leafAt(syntax as Expression, inside);
  if (leaf?.kind !== 'quantity' || !leaf.unit) return null;
  return { text: conversions(leaf.value * leaf.unit.factor, leaf.unit.dimension), range: leaf };
}

function leafAt(expression: Expression, inside: (range: TextRange) => boolean): Expression | null {
  switch (expression.kind) {
    case 'binary':
      return leafAt(inside(expression.left) ? expression.left : expression.right, inside);
    case 'negative':
      return leafAt(expression.operand, inside);
    default:
      return inside(expression) ? expression : null;
  }
}

/** `10 Mbps = 10,000 kbps = 0.01 Gbps`: the value in the units in which it reads well. */
function conversions(value: number, dimension: Dimension): string {
  const same = units
    .filter((unit) => unit.dimension === dimension && unit.name !== 'us')
    .map((unit) => ({ amount: Number((value / unit.factor).toPrecision(6)), name: unit.name }))
    .filter(({ amount }) => amount >= 0.01 && amount < 1e7)
    .map(({ amount, name }) => `${amount} ${name}`);
  return same.length > 0 ? same.join(' = ') : written(value, dimension);
}

/** null where nothing is declared by that name. */
function describe(mention: Mention, program: Program): string | null {
  if (mention.space === 'parameter') {
    const parameter = program.parameters.get(mention.text);
    if (!parameter?.value) return null;
    const { dimension, number, text } = parameter.value;
    return `**Parameter** \`${parameter.name}\` = ${dimension === 'text' ? JSON.stringify(text) : written(number, dimension)}`;
  }
  const name = firstName(mention, program);
  if (name === null) return null;
  if (mention.space === 'mailbox') {
    const mailbox = program.mailboxes.get(name);
    return mailbox ? `**Mailbox** \`${mailbox.address}\` on ${mailbox.host}, up to ${written(mailbox.quota, 'size')}` : null;
  }
  if (mention.space === 'film') return filmHover(name, program);
  if (mention.space === 'torrent') {
    const torrent = program.torrents.get(name);
    if (!torrent) return null;
    const { name: called, size, pieceLength, tracker } = torrent;
    return `**Torrent** \`${called}\`: ${written(size, 'size')} in pieces of ${written(pieceLength, 'size')}, tracked by ${tracker}`;
  }
  if (mention.space !== 'domain') return null;
  const host = program.hosts.get(name);
  if (host) return describeHost(host, name, program);
  const cdn = program.cdns.get(name);
  if (cdn)
    return `**CDN** \`${cdn.name}\`: ${count(cdn.nodes.length, 'node')}, in front of ${cdn.origin.site}, delivers ${cdn.serves.join(', ')}`;
  const zone = program.zones.get(name === '.' ? name : `${name}.`);
  return zone ? `**Zone** \`${zone.origin}\` on ${zone.servers.join(', ')}: ${zone.records.length} records` : null;
}

function describeHost(host: ProgramHost, name: string, program: Program): string {
  const lines = [`**Host** \`${host.name}\`${host.address === null ? '' : `, ${host.address}`}`];
  const { up, down, latency, loss } = { ...program.network, ...host.access };
  const link = [
    up !== undefined && `up ${written(up, 'rate')}`,
    down !== undefined && `down ${written(down, 'rate')}`,
    latency !== undefined && `latency ${written(latency, 'duration')}`,
    loss !== undefined && `loss ${written(loss, 'ratio')}`,
  ].filter((part) => part !== false);
  if (link.length > 0) lines.push(link.join(', '));
  const { congestionControl, receiveBuffer } = { ...program.tcp, ...host.tcp };
  const tcp = [
    congestionControl !== undefined && `congestion ${congestionControl}`,
    receiveBuffer !== undefined && `receive-buffer ${written(receiveBuffer, 'size')}`,
  ].filter((part) => part !== false);
  if (tcp.length > 0) lines.push(`TCP: ${tcp.join(', ')}`);
  for (const { a, b } of program.links) if (a === host.name || b === host.name) lines.push(`Link to \`${a === host.name ? b : a}\`.`);
  for (const zone of program.zones.values()) if (zone.servers.includes(host.name)) lines.push(`Serves zone \`${zone.origin}\`.`);
  if (program.resolvers.has(name)) lines.push('Resolves names for other hosts.');
  const server = program.mailServers.get(name);
  if (server) lines.push(`Mail server${server.domains.length > 0 ? ` of ${server.domains.join(', ')}` : ''}.`);
  if (program.bitmessagePeers.has(name)) lines.push('Bitmessage peer.');
  const files = program.ftpServers.get(name);
  if (files) lines.push(`FTP server with ${files.files.length === 1 ? 'one file' : `${files.files.length} files`}.`);
  return lines.join('\n\n');
}

function filmHover(key: string, program: Program): string | null {
  const film = program.films.get(key);
  if (!film) return null;
  const { name, clip } = film;
  const length = written(film.duration, 'duration');
  return clip
    ? `**Clip** \`${name}\`: ${clip.pattern}, ${clip.width} × ${clip.height} pixels, ${clip.frameRate} pictures a second, ${length}`
    : videoHover(name, length, program);
}

/** Of a film without pictures: its renditions, and where it lies. */
function videoHover(name: string, length: string, program: Program): string {
  const video = program.videos.get(name.toLowerCase());
  if (!video) return `**Video** \`${name}\`, ${length}`;
  const { movie } = video.film;
  const rates = movie.bitrates.map((bitrate) => formatRate(bitrate * 1000)).join(', ');
  const where = video.sites.length === 0 ? '' : ` on ${video.sites.join(', ')}`;
  return `**Video** \`${name}\`${where}, ${length}: ${count(movie.sizes.length, 'segment')} at ${rates}`;
}
