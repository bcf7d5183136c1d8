/** The outline of a document. */

import type { SourceText, TextRange } from './compilation.ts';
import { holdsStatements } from './entry.ts';
import type { SlotSyntax, Statement } from './syntax.ts';
import { treeOf } from './trees.ts';

export interface DocumentSymbol {
  readonly name: string;
  /** The vocabulary's id: `host`, `zone`, `resolve`, … */
  readonly kind: string;
  readonly role: 'setting' | 'declaration' | 'step' | 'expectation' | 'view';
  readonly range: TextRange;
  /** What is selected when it is gone to. */
  readonly selection: TextRange;
  readonly children: readonly DocumentSymbol[];
}

export function symbolsOf(source: SourceText): readonly DocumentSymbol[] {
  const { statements, text } = treeOf(source);
  return statements.flatMap((statement) => symbolsIn(statement, text));
}

function symbolsIn(statement: Statement, text: string): DocumentSymbol[] {
  const { entry, slots, start, end, headEnd } = statement;
  if (!entry) return [];
  const range = { start, end };
  const symbol = (name: string, selection: TextRange): DocumentSymbol => ({
    name,
    kind: entry.id,
    role: entry.role,
    range,
    selection: { start: selection.start, end: selection.end },
    children: holdsStatements(entry) ? (statement.block ?? []).flatMap((child) => symbolsIn(child, text)) : [],
  });
  // A declaration is known by what it declares: its first slot.
  const declared = entry.role === 'declaration' ? firstSlot(slots) : null;
  if (!declared) return [symbol(text.slice(start, headEnd).replace(/\s+/g, ' '), { start, end: headEnd })];
  const items = declared.kind === 'list' ? declared.items : [declared];
  return items.map((item) => symbol(text.slice(item.start, item.end), item));
}

function firstSlot(slots: Readonly<Record<string, SlotSyntax>>): SlotSyntax | null {
  let first: SlotSyntax | null = null;
  for (const slot of Object.values(slots)) if (!first || slot.start < first.start) first = slot;
  return first;
}
