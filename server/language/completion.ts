/**
 * What can stand at a place: the edges that leave the automaton's state there, and the declared names that fit its slots.
 */
import { isSubdomain } from '../../engines/dns/domain-name.ts';
import { recordFormats } from '../../engines/dns/record-format.ts';
import { textOfOctets } from '../../engines/network/octets.ts';
import { analysisAt } from './alternatives.ts';
import type { SourceText, TextRange } from './compilation.ts';
import type { Analysis } from './compile.ts';
import { type Entry, type Property, type Slot, standsIn } from './entry.ts';
import { indexOfSource } from './locate.ts';
import { type MeasureForm, measureAutomaton } from './measures.ts';
import { plain } from './mentions.ts';
import { expectedAt } from './parser/expectation.ts';
import type { Expectation } from './parser/reading.ts';
import { form, helpful, type State } from './pattern.ts';
import type { Program } from './program.ts';
import { directives, recordPlace } from './record-place.ts';
import { linked } from './standards.ts';
import { treeOf } from './trees.ts';
import { units, written } from './units.ts';
import { timingDocs } from './vocabulary/timing.ts';
import { propertyAutomaton, statementAutomaton } from './vocabulary.ts';

/** A word is looked for so far back. */
const MAXIMUM_WORD = 300;

export type CompletionKind =
  | 'keyword'
  | 'property'
  | 'host'
  | 'zone'
  | 'mailbox'
  | 'film'
  | 'parameter'
  | 'unit'
  | 'record-type'
  | 'value'
  | 'file'
  | 'folder';

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** What replaces `range`. */
  readonly insertText: string;
  /** `insertText` holds tab stops, `${1:NAME}`. */
  readonly snippet: boolean;
  readonly range: TextRange;
  /** Beside the label: `host NAME, … [{ … }]`, `10.0.0.7`. */
  readonly detail: string;
  /** Markdown. */
  readonly doc: string;
}

/**
 * The items for a place in a document of the program, the likeliest kinds first. Not filtered by what is typed already.
 *
 * The names come from `analysis`, which may be of an earlier state of the texts: what is expected at the place is read from
 * `source` itself, beginning with the statement around it.
 */
export function complete(analysis: Analysis, source: SourceText, offset: number): readonly CompletionItem[] {
  const { program } = analysisAt(analysis, treeOf(source), offset);
  const start = wordStart(source.text, offset);
  const range = { start, end: offset };
  const tree = program.sources[indexOfSource({ program }, source.uri)]?.tree ?? null;
  const expected = expectedAt(source.text, start, tree);
  const items = new Map<string, CompletionItem>();
  const add: Add = (item) => {
    if (!items.has(item.label)) items.set(item.label, { insertText: item.label, snippet: false, range, ...item });
  };
  if (expected.records) addRecords(source.text.slice(expected.records.start, start), expected.records.origin, program, add);
  if (expected.unitOf) {
    const { dimension } = expected.unitOf;
    for (const unit of units)
      if ((dimension === null || unit.dimension === dimension) && unit.name !== 'us')
        add({ label: unit.name, kind: 'unit', detail: unit.doc, doc: unit.doc });
  }
  if (expected.measures) {
    addMeasures(expected.measures, add);
    for (const { slot } of expected.measures.slots) addSlot(slot, program, add);
  }
  if (expected.slot) addSlot(expected.slot, program, add);
  for (const word of expected.words) add({ label: word, kind: 'keyword', detail: '', doc: '' });
  const fits = fitting(expected);
  for (const state of expected.states) {
    addWords(state, expected.block, (to) => fits(to, state), add);
    for (const edge of state.slots) if (fits(edge.to, state)) addSlot(edge.slot, program, add);
    if (state.accepts && takesBlock(state.accepts)) add(blockItem(state.accepts));
  }
  return [...items.values()];
}

/** Whether an edge leads to what can stand in the block: no property twice that is written once, no statement that stands elsewhere. */
function fitting({ states, block, written, within }: Expectation): (to: State<Entry | Property>, from: State<Entry | Property>) => boolean {
  const taken = new Set<Entry | Property | null>(written.map(({ entry }) => entry));
  // What is written before the cursor may be whole, and another property begin.
  const [current] = states.length > 1 ? states : [];
  const start = block && propertyAutomaton(block);
  return (to, from) =>
    to.reaches.some((item) => {
      if ('repeatable' in item) return item.repeatable || !(taken.has(item) || (from === start && item === current?.accepts));
      return !within || standsIn(within, item);
    });
}

function takesBlock(item: Entry | Property): item is Entry {
  return 'block' in item && item.block !== 'none';
}

function blockItem(entry: Entry): NewItem {
  return { label: '{', kind: 'keyword', detail: form(entry), doc: documentation(entry), insertText: '{\n\t$0\n}', snippet: true };
}

type NewItem = Omit<CompletionItem, 'range' | 'insertText' | 'snippet'> & Partial<CompletionItem>;
type Add = (item: NewItem) => void;

/** Where the word, or the sign, that ends at the offset begins. */
export function wordStart(text: string, offset: number): number {
  const [run] = /(?:[\p{L}\p{N}_@$-]|(?<!\.)\.(?!\.))*$|[<>=!-]+$|%$/u.exec(text.slice(Math.max(0, offset - MAXIMUM_WORD), offset))!;
  return offset - run.length;
}

function addWords(state: State<Entry | Property>, block: Entry | null, fits: (to: State<Entry | Property>) => boolean, add: Add): void {
  for (const { word, to } of state.words.values()) {
    if (!fits(to)) continue;
    const shown = helpful<Entry | Property>(to.reaches);
    const only = shown.length === 1 ? shown[0]! : null;
    const begins = state === (block ? propertyAutomaton(block) : statementAutomaton);
    const withSnippet = only && begins && only.pattern.split(' ')[0] === word && !isStep(only);
    add({
      label: word,
      kind: block ? 'property' : 'keyword',
      detail: only ? form(only) : '',
      doc: only ? documentation(only) : (!block && timingDocs.get(word)) || '',
      ...(withSnippet ? { insertText: snippetOf(only), snippet: true } : {}),
    });
  }
}

function addMeasures(state: State<MeasureForm>, add: Add): void {
  for (const { word, to } of state.words.values()) {
    const only = to.reaches.length === 1 ? to.reaches[0]! : null;
    add({ label: word, kind: 'keyword', detail: only ? form(only) : '', doc: only ? only.doc : '' });
  }
}

function isStep(item: Entry | Property): boolean {
  return 'role' in item && item.role === 'step';
}

/** The doc, default and standard of an entry or property, as Markdown. */
export function documentation(item: Entry | Property): string {
  const parts = [item.doc];
  if ('default' in item && item.default !== null) parts.push(`Default: ${item.default}`);
  if (item.standard !== null) parts.push(linked(item.standard));
  return parts.join('\n\n');
}

/** `mailbox ${1:ADDRESS} on ${2:HOST}`: what must be written, with a tab stop a slot, as far as there is no choice. */
export function snippetOf(item: Entry | Property): string {
  let stops = 0;
  let pattern = item.pattern;
  // Optional parts nest no deeper than this loop has turns.
  for (let before = ''; before !== pattern; ) {
    before = pattern;
    pattern = pattern.replace(/\[[^[\]]*\]/g, ' ');
  }
  // Where there is a choice, completion goes on.
  const [certain] = pattern.split('(') as [string];
  const text = certain
    .trim()
    .split(/\s+/)
    .map((token) => {
      const slot = /^[A-Z][A-Z0-9-]*$/.test(token) ? item.slots[token] : undefined;
      if (!slot) return token;
      stops++;
      if (slot.form === 'choice') return `\${${stops}|${slot.choices.map(([word]) => word).join(',')}|}`;
      // Whatever stood there as an example would be none.
      if (slot.form === 'measure' || slot.form === 'record-type') return `$${stops}`;
      return slot.form === 'text' ? `"\${${stops}:${token.toLowerCase()}}"` : `\${${stops}:${token.toLowerCase()}}`;
    })
    .join(' ');
  if (certain !== pattern) return `${text} $0`;
  return 'blockRequired' in item && item.blockRequired ? `${text} {\n\t$0\n}` : text;
}

function addHosts(program: Program, add: Add, fits: (name: string) => boolean = () => true): void {
  for (const host of program.hosts.values()) {
    if (!host.implicit && fits(host.name))
      add({ label: host.name, kind: 'host', detail: host.address ?? '', doc: `Host \`${host.name}\`, ${host.address ?? 'no address'}` });
  }
}

function addRecordTypes(add: Add): void {
  for (const { type, doc, standard } of recordFormats) {
    if (type !== 'OPT') add({ label: type, kind: 'record-type', detail: doc, doc: `${doc}\n\n${standard}` });
  }
}

function addAddresses(program: Program, add: Add): void {
  for (const { name, address } of program.hosts.values())
    if (address !== null) add({ label: address, kind: 'value', detail: name, doc: `Address of \`${name}\`` });
}

/** What goes by a name as hosts do: websites, webmail, CDNs. */
function addSites(program: Program, add: Add): void {
  for (const { name, host } of program.websites.values()) add({ label: name, kind: 'value', detail: `website on ${host}`, doc: '' });
  for (const { name, host } of program.webmails.values()) add({ label: name, kind: 'value', detail: `webmail on ${host}`, doc: '' });
  for (const { name } of program.cdns.values()) add({ label: name, kind: 'value', detail: 'CDN', doc: '' });
}

/** What comes next among the records of a zone. */
function addRecords(records: string, origin: string | null, program: Program, add: Add): void {
  const place = recordPlace(records, origin);
  if (!place) return;
  if (place.part === 'data') {
    const { kind } = place.field;
    if (kind === 'ipv4') addAddresses(program, add);
    else if (kind === 'type' || kind === 'types') addRecordTypes(add);
    else if (kind === 'name' || kind === 'uncompressed name') addHosts(program, add);
    return;
  }
  if (place.part === 'owner') {
    const zone = plain(origin ?? '.');
    add({ label: '@', kind: 'value', detail: zone, doc: `The zone’s own name, \`${zone}\`` });
    addHosts(program, add, (name) => isSubdomain(`${plain(name)}.`, zone === '.' ? zone : `${zone}.`));
  }
  addRecordTypes(add);
  if (place.part === 'owner') {
    for (const [word, { doc, standard }] of directives) add({ label: word, kind: 'keyword', detail: doc, doc: `${doc}\n\n${standard}` });
  }
}

function addSlot(slot: Slot<unknown>, program: Program, add: Add): void {
  switch (slot.meaning) {
    case 'host':
      addHosts(program, add);
      break;
    case 'domain-name':
    case 'new-zone':
      for (const zone of program.zones.values()) {
        if (zone.implicit) continue;
        const label = zone.origin.length > 1 ? zone.origin.slice(0, -1) : zone.origin;
        add({ label, kind: 'zone', detail: `zone on ${zone.servers.join(', ')}`, doc: `Zone \`${label}\`` });
        if (slot.meaning === 'new-zone') continue;
        for (const { name, data } of zone.records.slice(0, 500)) {
          if (data.type !== 'A' && data.type !== 'AAAA' && data.type !== 'CNAME') continue;
          const owner = name.slice(0, -1);
          add({ label: owner, kind: 'value', detail: `${data.type} in zone ${label}`, doc: '' });
        }
      }
      addHosts(program, add);
      if (slot.meaning === 'domain-name') addSites(program, add);
      break;
    case 'mail-address':
      for (const mailbox of program.mailboxes.values()) {
        add({
          label: mailbox.address,
          kind: 'mailbox',
          detail: `on ${mailbox.host}`,
          doc: `Mailbox \`${mailbox.address}\` on \`${mailbox.host}\``,
        });
      }
      break;
    case 'torrent':
      for (const { name, size, tracker } of program.torrents.values())
        add({
          label: name,
          kind: 'value',
          detail: `torrent of ${written(size, 'size')}`,
          doc: `Torrent \`${name}\`, tracked by \`${tracker}\``,
        });
      break;
    case 'record-type':
      addRecordTypes(add);
      break;
    case 'answer':
      for (const code of ['NXDOMAIN', 'NODATA', 'SERVFAIL', 'TIMEOUT']) add({ label: code, kind: 'value', detail: '', doc: '' });
      break;
    case 'record-data':
      addAddresses(program, add);
      break;
    case 'path':
      for (const { host, files } of program.ftpServers.values()) {
        for (const file of files.slice(0, 500)) {
          add({ label: JSON.stringify(textOfOctets(file.path.slice(1))), kind: 'value', detail: `file on ${host}`, doc: '' });
        }
      }
      addParameters(slot, program, add);
      break;
    case 'web-path':
      for (const { name, resources } of program.websites.values()) {
        for (const { path } of resources.slice(0, 500)) add({ label: JSON.stringify(path), kind: 'value', detail: `on ${name}`, doc: '' });
      }
      addParameters(slot, program, add);
      break;
    case 'film':
    case 'clip':
      for (const { name, clip, duration } of program.films.values()) {
        if (slot.meaning === 'clip' && !clip) continue;
        const detail = `${clip ? clip.pattern : 'video'}, ${written(duration, 'duration')}`;
        add({ label: name, kind: 'film', detail, doc: `${clip ? 'Clip' : 'Video'} \`${name}\`` });
      }
      break;
    case 'protocol':
      for (const name of program.protocols) add({ label: name, kind: 'value', detail: 'protocol', doc: '' });
      break;
    case 'parameter':
      for (const { name } of program.parameters.values()) add({ label: name, kind: 'parameter', detail: '', doc: `Parameter \`${name}\`` });
      break;
    case 'alternative':
      for (const name of program.alternatives.keys()) add({ label: name, kind: 'value', detail: 'alternative', doc: '' });
      break;
    case 'measure':
      addMeasures(measureAutomaton, add);
      break;
    case 'quantity':
    case 'any-value':
    case 'text':
    case 'quoted-name':
    case 'file':
      addParameters(slot, program, add);
      break;
  }
}

/** Those that measure what the slot needs. */
function addParameters({ dimension }: Slot<unknown>, program: Program, add: Add): void {
  for (const { name, value } of program.parameters.values()) {
    const own = value?.dimension;
    if (dimension === null || own === undefined || own === dimension || (dimension === 'ratio' && own === 'number'))
      add({ label: name, kind: 'parameter', detail: '', doc: `Parameter \`${name}\`` });
  }
}
