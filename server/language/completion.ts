/**
 * What can stand at a place: the edges that leave the automaton's state there, and the declared names that fit its slots.
 */
import { recordFormats } from '../../engines/dns/record-format.ts';
import { textOfOctets } from '../../engines/network/octets.ts';
import type { SourceText, TextRange } from './compilation.ts';
import type { Analysis } from './compile.ts';
import { type Entry, holdsStatements, type Property, type Slot } from './entry.ts';
import { type MeasureForm, measureAutomaton } from './measures.ts';
import { expectedAt } from './parser/expectation.ts';
import { form, helpful, type State } from './pattern.ts';
import type { Program } from './program.ts';
import { linked } from './standards.ts';
import { units, written } from './units.ts';
import { statementAutomaton } from './vocabulary.ts';

export type CompletionKind = 'keyword' | 'property' | 'host' | 'zone' | 'mailbox' | 'film' | 'parameter' | 'unit' | 'record-type' | 'value';

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
  const { program } = analysis;
  const start = wordStart(source.text, offset);
  const range = { start, end: offset };
  const tree = program.sources.find((one) => one.uri === source.uri)?.tree ?? null;
  const expected = expectedAt(source.text, start, tree);
  const items = new Map<string, CompletionItem>();
  const add = (item: Omit<CompletionItem, 'range' | 'insertText' | 'snippet'> & Partial<CompletionItem>): void => {
    if (!items.has(item.label)) items.set(item.label, { insertText: item.label, snippet: false, range, ...item });
  };
  if (expected.inRecords) {
    for (const { type, doc, standard } of recordFormats) {
      if (type !== 'OPT') add({ label: type, kind: 'record-type', detail: doc, doc: `${doc}\n\n${standard}` });
    }
    addHosts(program, add);
    return [...items.values()];
  }
  if (expected.unitOf?.dimension) {
    const { dimension } = expected.unitOf;
    for (const unit of units)
      if (unit.dimension === dimension && unit.name !== 'us') add({ label: unit.name, kind: 'unit', detail: unit.doc, doc: unit.doc });
  }
  if (expected.measures) {
    addMeasures(expected.measures, add);
    for (const { slot } of expected.measures.slots) addSlot(slot, program, add);
  }
  if (expected.slot) addSlot(expected.slot, program, add);
  for (const state of expected.states) {
    addWords(state, expected.block !== null && !holdsStatements(expected.block), add);
    for (const edge of state.slots) addSlot(edge.slot, program, add);
  }
  return [...items.values()];
}

type Add = (item: Omit<CompletionItem, 'range' | 'insertText' | 'snippet'> & Partial<CompletionItem>) => void;

/** Where the word that ends at the offset begins. */
export function wordStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && /[\p{L}\p{N}_.@%<>=!-]/u.test(text[start - 1]!)) start--;
  return start;
}

function addWords(state: State<Entry | Property>, inBlock: boolean, add: Add): void {
  for (const { word, to } of state.words.values()) {
    const shown = helpful<Entry | Property>(to.reaches);
    const only = shown.length === 1 ? shown[0]! : null;
    const atStart = state === statementAutomaton;
    const withSnippet = only && (atStart || (inBlock && state.accepts === null)) && !isStep(only);
    add({
      label: word,
      kind: inBlock ? 'property' : 'keyword',
      detail: only ? form(only) : '',
      doc: only ? documentation(only) : '',
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

/** `mailbox ${1:ADDRESS} on ${2:HOST}`: what must be written, with a tab stop a slot. */
export function snippetOf(item: Entry | Property): string {
  let stops = 0;
  let pattern = item.pattern;
  // Optional parts nest no deeper than this loop has turns.
  for (let before = ''; before !== pattern; ) {
    before = pattern;
    pattern = pattern.replace(/\[[^[\]]*\]/g, ' ');
  }
  const text = pattern
    .trim()
    .split(/\s+/)
    .map((token) => {
      const slot = /^[A-Z][A-Z0-9-]*$/.test(token) ? item.slots[token] : undefined;
      if (!slot) return token;
      stops++;
      if (slot.form === 'choice') return `\${${stops}|${slot.choices.map(([word]) => word).join(',')}|}`;
      return slot.form === 'text' ? `"\${${stops}:${token.toLowerCase()}}"` : `\${${stops}:${token.toLowerCase()}}`;
    })
    .join(' ');
  return 'blockRequired' in item && item.blockRequired ? `${text} {\n\t$0\n}` : text;
}

function addHosts(program: Program, add: Add): void {
  for (const host of program.hosts.values()) {
    if (!host.implicit)
      add({ label: host.name, kind: 'host', detail: host.address ?? '', doc: `Host \`${host.name}\`, ${host.address ?? 'no address'}` });
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
    case 'record-type':
      for (const { type, doc, standard } of recordFormats) {
        if (type !== 'OPT') add({ label: type, kind: 'record-type', detail: doc, doc: `${doc}\n\n${standard}` });
      }
      break;
    case 'answer':
      for (const code of ['NXDOMAIN', 'NODATA', 'SERVFAIL', 'TIMEOUT']) add({ label: code, kind: 'value', detail: '', doc: '' });
      break;
    case 'record-data':
      for (const { name, address } of program.hosts.values())
        if (address !== null) add({ label: address, kind: 'value', detail: name, doc: `Address of \`${name}\`` });
      break;
    case 'path':
      for (const { host, files } of program.ftpServers.values()) {
        for (const file of files.slice(0, 500)) {
          add({ label: JSON.stringify(textOfOctets(file.path.slice(1))), kind: 'value', detail: `file on ${host}`, doc: '' });
        }
      }
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
      for (const parameter of program.parameters.values()) {
        const dimension = parameter.value?.dimension;
        if (
          slot.dimension !== null &&
          dimension !== undefined &&
          dimension !== slot.dimension &&
          !(slot.dimension === 'ratio' && dimension === 'number')
        )
          continue;
        add({ label: parameter.name, kind: 'parameter', detail: '', doc: `Parameter \`${parameter.name}\`` });
      }
      break;
  }
}
