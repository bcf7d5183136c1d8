/** What generated pages are made of: tables in Markdown, citations, and places between comments that tables are put into. */

export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');

export const code = (text: string): string => `\`${text}\``;

/** Citations of several texts, each document and section once: `RFC 959 §3.1.1, §4.1.2, RFC 1123 §4.1.2.6`. */
export function mergedCitations(citations: readonly string[]): string {
  const documents = new Map<string, Set<string>>();
  for (const [, document, sections] of citations.join(', ').matchAll(/(RFC \d+)((?:,? (?:§[\dA-Z.]+|appendix \w+))*)/g)) {
    const known = documents.get(document as string) ?? new Set();
    for (const section of (sections as string).match(/§[\dA-Z.]+|appendix \w+/g) ?? []) known.add(section);
    documents.set(document as string, known);
  }
  return [...documents].map(([document, sections]) => `${document} ${[...sections].join(', ')}`.trim()).join(', ');
}

/** A page with the text between `<!-- NAME -->` and `<!-- /NAME -->` replaced by the table of that name. */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replace(/<!-- ([\w-]+) -->\n[\s\S]*?<!-- \/\1 -->/g, (whole, name: string) =>
    Object.hasOwn(tables, name) ? `<!-- ${name} -->\n${tables[name]}\n<!-- /${name} -->` : whole,
  );
}
