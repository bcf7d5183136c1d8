/** Semantic tokens: of a document, of a range, and what has changed since the last time. */
import type { Range, SemanticTokens, SemanticTokensDelta, SemanticTokensLegend } from 'vscode-languageserver';
import { type EncodedTokens, semanticTokens, tokenChange, tokenModifiers, tokenTypes } from '../language/semantic-tokens.ts';
import { treeOf } from '../language/trees.ts';
import type { Programs } from '../programs.ts';

export const tokensLegend: SemanticTokensLegend = { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] };

export class DocumentTokens {
  readonly #programs: Programs;
  /** What each document was last told, by URI. */
  readonly #told = new Map<string, { readonly resultId: string; readonly tokens: EncodedTokens }>();
  /** What the document was told before that: its memory is written to again, since each key would ask for megabytes. */
  readonly #spare = new Map<string, EncodedTokens>();
  #results = 0;

  constructor(programs: Programs) {
    this.#programs = programs;
  }

  full(uri: string): SemanticTokens {
    const tokens = this.#tokens(uri);
    return { resultId: this.#tell(uri, tokens), data: Array.from(tokens) };
  }

  range(uri: string, range: Range): SemanticTokens {
    const place = this.#programs.place(uri, range.start);
    if (!place) return { data: [] };
    const { document, source, offset } = place;
    return { data: Array.from(semanticTokens(treeOf(source), offset, document.offsetAt(range.end))) };
  }

  delta(uri: string, previousResultId: string): SemanticTokens | SemanticTokensDelta {
    const before = this.#told.get(uri);
    if (before?.resultId !== previousResultId) return this.full(uri);
    const tokens = this.#tokens(uri);
    const resultId = this.#tell(uri, tokens);
    const change = tokenChange(before.tokens, tokens);
    return { resultId, edits: change ? [{ ...change, data: Array.from(change.data) }] : [] };
  }

  closed(uri: string): void {
    this.#told.delete(uri);
    this.#spare.delete(uri);
  }

  #tokens(uri: string): EncodedTokens {
    const place = this.#programs.place(uri, { line: 0, character: 0 });
    if (!place) return new Uint32Array();
    const tree = treeOf(place.source);
    const spare = this.#spare.get(uri);
    return semanticTokens(tree, 0, tree.text.length, spare && new Uint32Array(spare.buffer));
  }

  #tell(uri: string, tokens: EncodedTokens): string {
    const resultId = String(++this.#results);
    const before = this.#told.get(uri);
    if (before) this.#spare.set(uri, before.tokens);
    this.#told.set(uri, { resultId, tokens });
    return resultId;
  }
}
