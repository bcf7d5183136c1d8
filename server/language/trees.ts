/** Syntax trees, kept for as long as their texts are. */
import { MAXIMUM_FILE_SIZE, type SourceText } from './compilation.ts';
import { parse } from './parser.ts';
import { reparse } from './reparse.ts';
import type { SyntaxTree } from './syntax.ts';

/** Of a text that is not read. */
const emptyTree: SyntaxTree = { text: '', statements: [], problems: [], comments: [] };
const trees = new WeakMap<SourceText, SyntaxTree>();
/** By alternative: a text of its own for each, so that what is kept with a tree is of one program. */
const apart = new WeakMap<SourceText, Map<string, SourceText>>();

/** The syntax tree of a document; parsed once for each SourceText object. */
export function treeOf(source: SourceText): SyntaxTree {
  let tree = trees.get(source);
  if (!tree) {
    tree = isReadable(source.text) ? parse(source.text) : emptyTree;
    trees.set(source, tree);
  }
  return tree;
}

/** The tree that the program of an alternative is made of; null: of the one that holds unless told otherwise. */
export function treeFor(source: SourceText, alternative: string | null): SyntaxTree {
  if (alternative === null) return treeOf(source);
  const texts = apart.get(source) ?? new Map<string, SourceText>();
  apart.set(source, texts);
  const own = texts.get(alternative) ?? { ...source };
  texts.set(alternative, own);
  return treeOf(own);
}

/** Lets go of the trees of all other alternatives: while a name is typed, each of its beginnings is one. */
export function keepTreesFor(source: SourceText, alternatives: readonly string[]): void {
  const texts = apart.get(source);
  for (const name of texts?.keys() ?? []) if (!alternatives.includes(name)) texts!.delete(name);
}

/** The tree is one of a text that is read. */
export function isRead(tree: SyntaxTree): boolean {
  return tree !== emptyTree;
}

/** A text of a size that is read, without NUL characters. */
export function isReadable(text: string): boolean {
  return text.length <= MAXIMUM_FILE_SIZE && !text.includes('\0');
}

/**
 * Tells that a document's text was edited: its tree is made of the one of before, if that was parsed. That one is used up; who
 * still holds it may look at what stands before the edit.
 */
export function edited(before: SourceText, now: SourceText): void {
  const texts = apart.get(before);
  if (texts && before !== now) {
    apart.delete(before);
    const following = new Map<string, SourceText>();
    for (const [alternative, text] of texts) {
      const next = { ...now };
      edited(text, next);
      following.set(alternative, next);
    }
    apart.set(now, following);
  }
  const tree = trees.get(before);
  if (!tree || before === now || !isRead(tree) || !isReadable(now.text)) return;
  trees.delete(before);
  trees.set(now, reparse(tree, now.text));
}
