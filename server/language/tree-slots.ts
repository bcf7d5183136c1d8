/** Going through what fills the slots of a tree: by this everything that looks at a text by the vocabulary's meanings sees it. */
import type { TextRange } from './compilation.ts';
import { holdsStatements, type Slot } from './entry.ts';
import type { Expression, IndexSyntax, NameSyntax, ParameterSyntax, SlotSyntax, Statement, SyntaxTree } from './syntax.ts';

/** `owner`: the statement in whose block the property stands; null for a statement. A list is visited item by item, a measure with its slots. */
export type SlotVisitor = (slot: Slot<unknown>, syntax: SlotSyntax, statement: Statement, owner: Statement | null) => void;

/** Visits the slots of statements, of their properties and of the statements in their blocks, in no certain order within a statement. */
export function forEachSlot(statements: readonly Statement[], visit: SlotVisitor, owner: Statement | null = null): void {
  for (const statement of statements) {
    const { entry, slots, block } = statement;
    if (entry) {
      for (const name in slots) {
        const slot = entry.slots[name];
        const syntax = slots[name]!;
        if (!slot) continue;
        for (const item of syntax.kind === 'list' ? syntax.items : [syntax]) {
          visit(slot, item, statement, owner);
          if (item.kind !== 'measure') continue;
          for (const inner in item.slots) visit(item.form.slots[inner]!, item.slots[inner]!, statement, owner);
        }
      }
    }
    if (block) forEachSlot(block, visit, entry && holdsStatements(entry) ? null : statement);
  }
}

/** Visits the parameters within a slot's syntax: in expressions, and in the indices of names. */
export function forEachParameter(syntax: SlotSyntax, visit: (parameter: ParameterSyntax) => void): void {
  switch (syntax.kind) {
    case 'parameter':
      visit(syntax);
      break;
    case 'binary':
      forEachParameter(syntax.left, visit);
      forEachParameter(syntax.right, visit);
      break;
    case 'negative':
      forEachParameter(syntax.operand, visit);
      break;
    case 'list':
      for (const item of syntax.items) forEachParameter(item, visit);
      break;
    case 'ports':
      forEachParameter(syntax.first, visit);
      break;
    case 'values':
      for (const part of [syntax.first, syntax.last, syntax.step]) if (part) forEachParameter(part, visit);
      break;
    case 'name':
      for (const { first, last } of syntax.indices ?? []) {
        forEachParameter(first, visit);
        if (last) forEachParameter(last, visit);
      }
      break;
  }
}

/** Visits the leaves of an expression: quantities, texts, parameters. */
export function forEachLeaf(expression: Expression, visit: (leaf: Exclude<Expression, { kind: 'binary' | 'negative' }>) => void): void {
  if (expression.kind === 'binary') {
    forEachLeaf(expression.left, visit);
    forEachLeaf(expression.right, visit);
  } else if (expression.kind === 'negative') forEachLeaf(expression.operand, visit);
  else visit(expression);
}

/** Statements within each other around an offset, the outermost first; where two touch at it, the later one. */
export function statementsAround(statements: readonly Statement[], offset: number): Statement[] {
  const around: Statement[] = [];
  for (let inner: readonly Statement[] | null = statements; inner; ) {
    const at: number = lastFrom(inner, offset);
    const found: Statement | undefined = inner[at];
    if (!found || found.end < offset) break;
    around.push(found);
    inner = found.block;
  }
  return around;
}

/** The statement whose block is closed by the brace before an offset; undefined where none is. */
export function blockClosedAt({ statements }: Pick<SyntaxTree, 'statements'>, offset: number): Statement | undefined {
  return statementsAround(statements, offset).find(({ braces }) => braces?.end === offset);
}

/** Index of the last range that begins at the offset or before it; −1 where none does. The ranges are in order. */
export function lastFrom(ranges: readonly TextRange[], offset: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `peer[].example.org` for `peer[1..n].example.org`, in lower case: what all names of a range have in common. */
export function shapeOf(indices: NonNullable<NameSyntax['indices']>): string {
  const parts = indices.map(({ before, after }: IndexSyntax) => `${before}[]${after}`);
  return parts.join('').toLowerCase();
}
