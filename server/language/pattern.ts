/**
 * Patterns as automata.
 *
 * Theory of operation: every pattern is parsed into a small tree; the patterns that can stand at one place (all statements,
 * the properties of one block) are merged by subset construction into one deterministic automaton whose edges are words and
 * slots. The parser walks it over the tokens, so it never goes back; where it stops, the edges out of that state are what
 * was expected there. Completion at a position is the same edges.
 */
import type { Slot, Slots } from './entry.ts';

/** Something that a pattern leads to: an entry or a property. */
export interface Patterned {
  readonly pattern: string;
  readonly slots: Slots;
}

export interface WordEdge<P> {
  readonly word: string;
  /** The slot that this word (the last one of its choice) decides. */
  readonly captures: readonly { readonly slot: string; readonly value: string }[];
  readonly to: State<P>;
}

export interface SlotEdge<P> {
  readonly name: string;
  readonly slot: Slot<unknown>;
  readonly to: State<P>;
}

export interface State<P> {
  readonly words: Map<string, WordEdge<P>>;
  /** The same, to try one by one where they are few: cheaper than cutting the token out of the text. */
  readonly fewWords: WordEdge<P>[] | null;
  readonly slots: SlotEdge<P>[];
  /** What is complete here. */
  accepts: P | null;
  /** All that can still be reached from here. */
  readonly reaches: P[];
}

type Node =
  | { readonly kind: 'word'; readonly word: string; readonly capture: { readonly slot: string; readonly value: string } | null }
  | { readonly kind: 'slot'; readonly name: string; readonly slot: Slot<unknown> }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'either'; readonly nodes: readonly Node[] }
  | { readonly kind: 'optional'; readonly node: Node };

const cache = new WeakMap<Patterned, Node>();

/** The pattern as a tree. Throws on a mistake in the pattern: the tests load every entry. */
function treeOf(item: Patterned): Node {
  let tree = cache.get(item);
  if (!tree) {
    tree = parsePattern(item);
    cache.set(item, tree);
  }
  return tree;
}

function parsePattern(item: Patterned): Node {
  const tokens = item.pattern.match(/\[|\]|\(|\)|\||[^\s[\]()|]+/g) ?? [];
  const used = new Set<string>();
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`pattern \`${item.pattern}\`: ${why}`);
  };
  const alternatives = (close: string | undefined, inOptional: boolean): Node => {
    const nodes: Node[] = [sequence(inOptional)];
    while (tokens[at] === '|') {
      at++;
      nodes.push(sequence(inOptional));
    }
    if (tokens[at] !== close) fail(`expected ${close ?? 'its end'} at ${tokens[at] ?? 'its end'}`);
    at++;
    return nodes.length === 1 ? nodes[0]! : { kind: 'either', nodes };
  };
  const sequence = (inOptional: boolean): Node => {
    const nodes: Node[] = [];
    for (; at < tokens.length; ) {
      const token = tokens[at]!;
      if (token === ']' || token === ')' || token === '|') break;
      at++;
      if (token === '[') nodes.push({ kind: 'optional', node: alternatives(']', true) });
      else if (token === '(') nodes.push(alternatives(')', inOptional));
      else if (/^[A-Z][A-Z0-9-]*$/.test(token)) nodes.push(slotNode(token, inOptional));
      else nodes.push({ kind: 'word', word: token, capture: null });
    }
    return { kind: 'sequence', nodes };
  };
  const slotNode = (name: string, inOptional: boolean): Node => {
    const slot = item.slots[name] ?? fail(`no slot ${name}`);
    used.add(name);
    if (inOptional && !slot.optional) fail(`${name} can be left out, so its type is optional`);
    if (slot.form !== 'choice') return { kind: 'slot', name, slot };
    const nodes = slot.choices.map(([words, value]): Node => {
      const parts = words.split(' ');
      return {
        kind: 'sequence',
        nodes: parts.map((word, i) => ({
          kind: 'word',
          word,
          capture: i === parts.length - 1 ? { slot: name, value: String(value) } : null,
        })),
      };
    });
    return { kind: 'either', nodes };
  };
  const tree = alternatives(undefined, false);
  for (const name of Object.keys(item.slots)) if (!used.has(name)) fail(`slot ${name} is not in it`);
  return tree;
}

/** A position of a pattern: what may come next (a chain of nodes left to match). */
interface Position<P> {
  readonly item: P;
  readonly rest: Chain | null;
}

interface Chain {
  readonly node: Node;
  readonly next: Chain | null;
}

/** Merges the patterns of `items` into one automaton and gives its start. */
export function automaton<P extends Patterned>(items: readonly P[]): State<P> {
  return construct(items.map((item) => ({ item, rest: { node: treeOf(item), next: null } })));
}

function construct<P extends Patterned>(positions: readonly Position<P>[]): State<P> {
  const state: { -readonly [K in keyof State<P>]: State<P>[K] } = {
    words: new Map(),
    fewWords: null,
    slots: [],
    accepts: null,
    reaches: [],
  };
  const words = new Map<string, { captures: { slot: string; value: string }[]; next: Position<P>[] }>();
  const slots = new Map<string, { slot: Slot<unknown>; name: string; next: Position<P>[] }>();
  const follow = ({ item, rest }: Position<P>): void => {
    if (!state.reaches.includes(item)) state.reaches.push(item);
    if (!rest) {
      if (state.accepts && state.accepts !== item)
        throw new Error(`\`${state.accepts.pattern}\` and \`${item.pattern}\` read the same text`);
      state.accepts = item;
      return;
    }
    const { node, next } = rest;
    switch (node.kind) {
      case 'word': {
        let edge = words.get(node.word);
        if (!edge) {
          edge = { captures: [], next: [] };
          words.set(node.word, edge);
        }
        if (node.capture && !edge.captures.some((c) => c.slot === node.capture!.slot)) edge.captures.push(node.capture);
        edge.next.push({ item, rest: next });
        break;
      }
      case 'slot': {
        const key = `${node.name} ${node.slot.form} ${node.slot.meaning} ${node.slot.count}`;
        let edge = slots.get(key);
        if (!edge) {
          edge = { slot: node.slot, name: node.name, next: [] };
          slots.set(key, edge);
        }
        edge.next.push({ item, rest: next });
        break;
      }
      case 'sequence': {
        let chain = next;
        for (let i = node.nodes.length - 1; i >= 0; i--) chain = { node: node.nodes[i]!, next: chain };
        follow({ item, rest: chain });
        break;
      }
      case 'either':
        for (const one of node.nodes) follow({ item, rest: { node: one, next } });
        break;
      case 'optional':
        follow({ item, rest: { node: node.node, next } });
        follow({ item, rest: next });
        break;
    }
  };
  for (const position of positions) follow(position);
  for (const [word, edge] of words) state.words.set(word, { word, captures: edge.captures, to: construct(edge.next) });
  if (state.words.size <= 12) state.fewWords = [...state.words.values()];
  for (const edge of slots.values()) state.slots.push({ name: edge.name, slot: edge.slot, to: construct(edge.next) });
  return state;
}

type Shown = Patterned & { readonly shown?: string; readonly block?: string; readonly blockRequired?: boolean };

/** The pattern for people: `host NAME, … { … }`. */
export function form(item: Shown): string {
  return formWithSlots(item).text;
}

/** The same, with where each slot is in it. */
export function formWithSlots(item: Shown): {
  readonly text: string;
  readonly slots: ReadonlyMap<string, readonly [start: number, end: number]>;
} {
  const pattern = item.shown ?? item.pattern;
  const slots = new Map<string, readonly [number, number]>();
  let text = '';
  let at = 0;
  for (const { 0: name, index } of pattern.matchAll(/[A-Z][A-Z0-9-]*/g)) {
    const slot = item.slots[name];
    if (!slot) continue;
    text += pattern.slice(at, index);
    const start = text.length;
    text += slotForPeople(name, slot, pattern.includes(`[${name}]`));
    if (!slots.has(name)) slots.set(name, [start, text.length]);
    at = index + name.length;
  }
  text += pattern.slice(at);
  if (item.block !== undefined && item.block !== 'none') text += item.blockRequired ? ' { … }' : ' [{ … }]';
  return { text, slots };
}

function slotForPeople(name: string, { form, choices, count }: Slot<unknown>, inBrackets: boolean): string {
  if (form !== 'choice') return count === 'list' ? `${name}, …` : name;
  // Of a word in two cases, the first.
  const different = choices.filter(([word], i, all) => all.findIndex((one) => one[0].toLowerCase() === word.toLowerCase()) === i);
  const words = different.map(([word]) => word).join(' | ');
  return different.length > 1 && !inBrackets ? `(${words})` : words;
}

/**
 * Those of several that begin alike whose form helps who writes one: where a declaration and steps do (`link A <-> B …`), the
 * declaration; of too many, none.
 */
export function helpful<P extends Patterned & { readonly role?: string }>(items: readonly P[]): readonly P[] {
  if (items.length <= 2) return items;
  const declarations = items.filter((item) => item.role === 'declaration');
  return declarations.length === 1 && items.every((item) => item.role === 'declaration' || item.role === 'step') ? declarations : [];
}
