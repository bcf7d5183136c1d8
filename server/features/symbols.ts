/** The outline of a document, and declarations by name in all open programs. */
import { type DocumentSymbol, SymbolKind, type WorkspaceSymbol } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { analysesOf } from '../language/alternatives.ts';
import { holdsInOrder } from '../language/spelling.ts';
import { type DocumentSymbol as Outlined, symbolsOf } from '../language/symbols.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

const KINDS: Record<Outlined['role'], SymbolKind> = {
  setting: SymbolKind.Property,
  declaration: SymbolKind.Class,
  step: SymbolKind.Event,
  expectation: SymbolKind.Boolean,
  view: SymbolKind.Interface,
};

/** Declarations that are told apart, by the vocabulary's id; the others are what runs on a host. */
const DECLARATIONS: Readonly<Record<string, SymbolKind>> = {
  let: SymbolKind.Constant,
  host: SymbolKind.Variable,
  zone: SymbolKind.Namespace,
  mailbox: SymbolKind.File,
  alternative: SymbolKind.EnumMember,
  torrent: SymbolKind.Struct,
  video: SymbolKind.Struct,
  clip: SymbolKind.Struct,
  website: SymbolKind.Module,
  webmail: SymbolKind.Module,
  cdn: SymbolKind.Module,
};

const kindOf = ({ kind, role }: Outlined): SymbolKind => (role === 'declaration' ? DECLARATIONS[kind] : undefined) ?? KINDS[role];

/** Symbols of one answer to a query. */
const MAXIMUM_SYMBOLS = 500;

export function documentSymbols(programs: Programs, uri: string): DocumentSymbol[] {
  const place = programs.place(uri, { line: 0, character: 0 });
  return place ? symbolsOf(place.source).map((symbol) => toProtocol(symbol, place.document)) : [];
}

function toProtocol(symbol: Outlined, document: TextDocument): DocumentSymbol {
  const { name, kind, range, selection, children } = symbol;
  return {
    // An empty name is none.
    name: name.trim() === '' ? kind : name,
    detail: name.startsWith(kind) ? '' : kind,
    kind: kindOf(symbol),
    range: rangeOf(document, range.start, range.end),
    selectionRange: rangeOf(document, selection.start, selection.end),
    children: children.map((child) => toProtocol(child, document)),
  };
}

/** What is declared in open files and notebooks, and in what they import; the characters of the query stand in its name in order. */
export function workspaceSymbols(programs: Programs, query: string): WorkspaceSymbol[] {
  const found: WorkspaceSymbol[] = [];
  const seen = new Set<string>();
  for (const program of programs.all()) {
    for (const analysis of analysesOf(programs.analysis(program))) {
      for (let i = 0; i < analysis.program.sources.length; i++) {
        const document = programs.documentOf(program, analysis, i);
        if (seen.has(document.uri)) continue;
        seen.add(document.uri);
        for (const symbol of declarationsIn(symbolsOf(analysis.program.sources[i]!.document))) {
          const { name, kind, selection, within } = symbol;
          if (!holdsInOrder(name.toLowerCase(), query.toLowerCase())) continue;
          if (found.length >= MAXIMUM_SYMBOLS) return found;
          const location = { uri: document.uri, range: rangeOf(document, selection.start, selection.end) };
          found.push({ name, kind: kindOf(symbol), containerName: within ?? kind, location });
        }
      }
    }
  }
  return found;
}

/** Those in the blocks of alternatives included: `within` says of which. */
function* declarationsIn(
  symbols: readonly Outlined[],
  within: string | null = null,
): Generator<Outlined & { readonly within: string | null }> {
  for (const symbol of symbols) {
    if (symbol.role !== 'declaration') continue;
    yield { ...symbol, within };
    yield* declarationsIn(symbol.children, symbol.name);
  }
}
