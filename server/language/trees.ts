/** Syntax trees, kept for as long as their texts are. */
import { MAXIMUM_FILE_SIZE, type SourceText } from './compilation.ts';
import { parse } from './parser.ts';
import type { SyntaxTree } from './syntax.ts';

/** Of a text that is not read. */
const emptyTree: SyntaxTree = { text: '', statements: [], problems: [], comments: [] };
const trees = new WeakMap<SourceText, SyntaxTree>();

/** The syntax tree of a document; parsed once for each SourceText object. */
export function treeOf(source: SourceText): SyntaxTree {
  let tree = trees.get(source);
  if (!tree) {
    tree = isReadable(source.text) ? parse(source.text) : emptyTree;
    trees.set(source, tree);
  }
  return tree;
}

/** A text of a size that is read, without NUL characters. */
export function isReadable(text: string): boolean {
  return text.length <= MAXIMUM_FILE_SIZE && !text.includes('\0');
}
