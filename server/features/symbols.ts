/** The outline of a document, and declarations by name in all open programs. */
import { type DocumentSymbol, SymbolKind, type WorkspaceSymbol } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
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

/** Symbols of one answer to a query. */
const MAXIMUM_SYMBOLS = 500;

export function documentSymbols(programs: Programs, uri: string): DocumentSymbol[] {
  const place = programs.place(uri, { line: 0, character: 0 });
  return place ? symbolsOf(place.source).map((symbol) => toProtocol(symbol, place.document)) : [];
}

function toProtocol({ name, kind, role, range, selection, children }: Outlined, document: TextDocument): DocumentSymbol {
  return {
    // An empty name is none.
    name: name.trim() === '' ? kind : name,
    detail: name.startsWith(kind) ? '' : kind,
    kind: KINDS[role],
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
    const analysis = programs.analysis(program);
    for (let i = 0; i < analysis.program.sources.length; i++) {
      const document = programs.documentOf(program, analysis, i);
      if (seen.has(document.uri)) continue;
      seen.add(document.uri);
      for (const { name, kind, role, selection } of symbolsOf(analysis.program.sources[i]!.document)) {
        if (role !== 'declaration' || !holdsInOrder(name.toLowerCase(), query.toLowerCase())) continue;
        if (found.length >= MAXIMUM_SYMBOLS) return found;
        const location = { uri: document.uri, range: rangeOf(document, selection.start, selection.end) };
        found.push({ name, kind: KINDS[role], containerName: kind, location });
      }
    }
  }
  return found;
}
