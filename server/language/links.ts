/** Links between hosts, as statements refer to them: by their two ends, in either order. */
import type { Name } from './entry.ts';
import type { FixInput } from './program.ts';
import type { Site } from './site.ts';
import { oneOf } from './spelling.ts';

/** The link's entry in `Program.declared`, and in `Program.excused` where its declaration is broken. */
export function linkKey(a: string, b: string): string {
  return `link ${[a.toLowerCase(), b.toLowerCase()].sort((x, y) => (x < y ? -1 : 1)).join(' ')}`;
}

/** The ends of a declared link; null (and reported) where there is none. */
export function resolveLink(first: Name, second: Name, site: Site): { a: string; b: string } | null {
  const { program } = site;
  const a = site.host(first);
  const b = site.host(second);
  if (a === null || b === null) return null;
  const key = linkKey(a, b);
  const range = { start: first.start, end: second.end };
  const declared = program.declared.get(key);
  if (declared) {
    program.checkAbove('Link', `${a} <-> ${b}`, declared, site.place(range));
    return { a, b };
  }
  if (program.incomplete || program.isFull(site.source) || program.excused.has(key)) return null;
  if (a === b) {
    site.report('self-link', second, 'A link joins two different hosts.');
    return null;
  }
  const others = linksAt(a, b, site);
  const guess = others.length === 0 ? '' : others.length === 1 ? ` Did you mean \`${others[0]}\`?` : ` There is ${shownLinks(others)}.`;
  const fixes: FixInput[] =
    others.length === 1 ? [{ title: `Change to \`${others[0]}\``, edits: [{ ...range, text: others[0]! }], preferred: true }] : [];
  const declare: FixInput = {
    title: `Declare link \`${a} <-> ${b}\``,
    edits: [program.declarationEdit(`link ${a} <-> ${b}`, 'link', site)],
    preferred: fixes.length === 0,
  };
  site.report('unknown-link', range, `No link joins \`${a}\` and \`${b}\`.${guess || ' Declare it by a `link` line.'}`, {
    fixes: [...fixes, declare],
  });
  return null;
}

/** The links that one of the two hosts has. */
function linksAt(a: string, b: string, { program }: Site): string[] {
  return program.links.filter((link) => [link.a, link.b].some((end) => end === a || end === b)).map((link) => `${link.a} <-> ${link.b}`);
}

function shownLinks(links: readonly string[]): string {
  const shown = links.slice(0, 5).map((link) => `\`${link}\``);
  return links.length > shown.length ? `${shown.join(', ')}, …` : oneOf(shown, 'and');
}
