/** Call hierarchy: zones and their delegations, names and the steps that they have a part in. */
import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  SymbolKind,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { analysesOf } from '../language/alternatives.ts';
import { type Call, type HierarchyItem, incoming, itemAt, outgoing } from '../language/call-hierarchy.ts';
import type { Analysis } from '../language/compile.ts';
import type { NameIdentity } from '../language/mentions.ts';
import type { Program, Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';
import { hereAt } from './here.ts';

/** Kept with an item by the client. */
interface Data {
  readonly program: string;
  /** By whose tables it was found; null for the one that holds. */
  readonly alternative: string | null;
  readonly identity: NameIdentity | null;
}

const KINDS = { name: SymbolKind.Class, zone: SymbolKind.Namespace, step: SymbolKind.Event } as const;

/** Of names, by the space that they live in; as in outlines. */
const NAMES: Readonly<Record<string, SymbolKind>> = {
  domain: SymbolKind.Variable,
  mailbox: SymbolKind.File,
  parameter: SymbolKind.Constant,
  alternative: SymbolKind.EnumMember,
  film: SymbolKind.Struct,
  torrent: SymbolKind.Struct,
};

export function prepareCallHierarchy(programs: Programs, parameters: TextDocumentPositionParams): CallHierarchyItem[] {
  const here = hereAt(programs, parameters);
  const item = here && itemAt(here.analysis.program, here.source, here.offset);
  return item ? [toProtocol(item, programs, here.program, here.analysis)] : [];
}

export function incomingCalls(programs: Programs, item: CallHierarchyItem): CallHierarchyIncomingCall[] {
  return calls(programs, item, incoming, (from, { ranges, item: { source } }, rangesIn) => ({
    from,
    fromRanges: rangesIn(source, ranges),
  }));
}

export function outgoingCalls(programs: Programs, item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
  return calls(programs, item, outgoing, (to) => ({ to, fromRanges: [item.selectionRange] }));
}

function calls<T>(
  programs: Programs,
  { data }: CallHierarchyItem,
  ask: (identity: NameIdentity, program: Analysis['program']) => Call[],
  tell: (item: CallHierarchyItem, call: Call, rangesIn: (source: number, ranges: Call['ranges']) => CallHierarchyItem['range'][]) => T,
): T[] {
  // An item that a client made up has none.
  const { program: uri, alternative, identity } = (data ?? {}) as Partial<Data>;
  const program = uri === undefined ? undefined : programs.named(uri);
  if (!program || !identity) return [];
  const whole = programs.analysis(program);
  const analysis = analysesOf(whole).find((one) => one.program.variant.alternative === alternative) ?? whole;
  const rangesIn = (source: number, ranges: Call['ranges']) => {
    const document = programs.documentOf(program, analysis, source);
    return ranges.map(({ start, end }) => rangeOf(document, start, end));
  };
  return ask(identity, analysis.program).map((call) => tell(toProtocol(call.item, programs, program, analysis), call, rangesIn));
}

function toProtocol(item: HierarchyItem, programs: Programs, program: Program, analysis: Analysis): CallHierarchyItem {
  const document = programs.documentOf(program, analysis, item.source);
  return {
    name: item.name,
    kind: (item.kind === 'name' && item.identity ? NAMES[item.identity.space] : undefined) ?? KINDS[item.kind],
    uri: document.uri,
    range: rangeOf(document, item.range.start, item.range.end),
    selectionRange: rangeOf(document, item.selection.start, item.selection.end),
    data: { program: program.uri, alternative: analysis.program.variant.alternative, identity: item.identity } satisfies Data,
  };
}
