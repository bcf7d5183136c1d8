/** A scenario's text, cut into what has a colour of its own and what stands between. */
import { semanticTokens, type TokenType, tokenTypes } from '../../server/language/semantic-tokens.ts';
import { treeOf } from '../../server/language/trees.ts';

export interface ColouredPiece {
  /** null: of what stands between, which has none. */
  readonly type: TokenType | null;
  readonly text: string;
}

/** Told apart by the tree, as the language server does it; all pieces together are the text. */
export function colouredPieces(text: string): ColouredPiece[] {
  const pieces: ColouredPiece[] = [];
  const tokens = semanticTokens(treeOf({ uri: 'preview:', text }));
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map(({ index, 0: end }) => index + end.length)];
  let line = 0;
  let start = 0;
  let shown = 0;
  const cut = (until: number, type: TokenType | null): void => {
    if (until > shown) pieces.push({ type, text: text.slice(shown, until) });
    shown = until;
  };
  for (let i = 0; i < tokens.length; i += 5) {
    line += tokens[i]!;
    start = (tokens[i]! > 0 ? lineStarts[line]! : start) + tokens[i + 1]!;
    cut(start, null);
    cut(start + tokens[i + 2]!, tokenTypes[tokens[i + 3]!]!);
  }
  cut(text.length, null);
  return pieces;
}
