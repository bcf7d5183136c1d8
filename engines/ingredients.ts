/** What a run is made of, for whoever asks whether anything changed that they care about. */

export interface IngredientEntry {
  readonly name: string;
  /** One line: what of the run it takes in. */
  readonly doc: string;
}

/** In the order in which they are told. */
export const INGREDIENTS = [
  { name: 'scenario', doc: 'title, seed, fidelity, hosts, links, declarations and views' },
  { name: 'steps', doc: 'the steps and their outcomes; with any other, which step caused what' },
  { name: 'checks', doc: 'expectations and whether they held; with `metrics`, also what was measured' },
  { name: 'messages', doc: 'who sent which message to whom, in which order between each two hosts, and whether it arrived' },
  { name: 'bytes', doc: 'the content of messages' },
  { name: 'states', doc: 'what hosts held and noted: caches, queues, mailboxes' },
  { name: 'metrics', doc: 'the values measured' },
  { name: 'connections', doc: 'endpoints and ports, initial sequence numbers, and how connections ended' },
  { name: 'packets', doc: 'headers and fates of segments and datagrams, and the links they crossed' },
  { name: 'flows', doc: 'the stretches that connections sent, at fidelity `flows`' },
  { name: 'times', doc: 'when it happened, of all the others that are chosen, and so in which order altogether' },
] as const satisfies readonly IngredientEntry[];

export type Ingredient = (typeof INGREDIENTS)[number]['name'];

export const ALL_INGREDIENTS: readonly Ingredient[] = INGREDIENTS.map(({ name }) => name);

/** Reads `messages,bytes`, or `all`. A text says which word is none, or what else is wrong. */
export function parseIngredients(list: string): readonly Ingredient[] | string {
  if (list.trim() === 'all') return ALL_INGREDIENTS;
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const unknown = words.find((word) => !ALL_INGREDIENTS.includes(word as Ingredient));
  if (unknown !== undefined) return `there is no ingredient “${unknown}”; there are ${ALL_INGREDIENTS.join(', ')}, and all`;
  if (words.length === 0) return `name at least one ingredient: ${ALL_INGREDIENTS.join(', ')}, or all`;
  if (words.every((word) => word === 'times')) return '“times” goes with others: it says that their times count';
  return ALL_INGREDIENTS.filter((name) => words.includes(name));
}
