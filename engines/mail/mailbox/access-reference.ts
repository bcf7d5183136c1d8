/** The tables of docs/mail-access.md, made of those that the servers run on. */
import { count } from '../../format.ts';
import { RULES as IMAP_RULES } from '../imap/server-rules.ts';
import { COMMANDS as IMAP_COMMANDS, type Verb as ImapVerb } from '../imap/wire/command.ts';
import { FETCH_ITEMS } from '../imap/wire/fetch-item.ts';
import { RESPONSE_CODES as IMAP_CODES } from '../imap/wire/response.ts';
import { SEARCH_KEYS } from '../imap/wire/search-key.ts';
import { RULES as POP3_RULES } from '../pop3/server-rules.ts';
import { COMMANDS as POP3_COMMANDS, type Verb as Pop3Verb } from '../pop3/wire/command.ts';
import { RESPONSE_CODES as POP3_CODES } from '../pop3/wire/reply.ts';

/** What is tested: a command, and the section that the case is from. */
export interface TestedCase {
  readonly verb: string;
  readonly section: string;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');

const code = (text: string): string => `\`${text}\``;
const SUPPORTED = { yes: 'yes', 'with TLS': 'with TLS' };

export function pop3CommandTable(cases: readonly TestedCase[]): string {
  const rows = (Object.keys(POP3_COMMANDS) as Pop3Verb[]).map((verb) => {
    const { meaning, standard } = POP3_COMMANDS[verb];
    const { states, supported, reply, codes } = POP3_RULES[verb];
    const tried = cases.filter((one) => one.verb === verb);
    const replies = [`${code('+OK')} ${reply}`, `${code('-ERR')}${codes.length > 0 ? ` ${codes.map(code).join(' ')}` : ''}`].join(', ');
    return [code(verb), meaning, SUPPORTED[supported], states.join(', '), replies, count(tried.length, 'case'), sections(standard, tried)];
  });
  return table(['command', 'what it is for', 'supported', 'states', 'replies', 'tested', 'section'], rows);
}

export function imapCommandTable(cases: readonly TestedCase[]): string {
  const rows = (Object.keys(IMAP_COMMANDS) as ImapVerb[]).map((verb) => {
    const { meaning, standard } = IMAP_COMMANDS[verb];
    const { states, supported, untagged, codes } = IMAP_RULES[verb];
    const tried = cases.filter((one) => one.verb === verb);
    const responses = [...untagged.map((name) => `${code('*')} ${name}`), ...codes.map((name) => code(`[${name}]`))].join(' ');
    return [
      code(verb),
      meaning,
      SUPPORTED[supported],
      states.join(', '),
      responses,
      count(tried.length, 'case'),
      sections(standard, tried),
    ];
  });
  return table(['command', 'what it is for', 'supported', 'states', 'responses and codes', 'tested', 'section'], rows);
}

export function codeTable(): string {
  const rows = [
    ...Object.entries(POP3_CODES).map(([name, [meaning, standard]]) => [code(name), 'POP3', meaning, standard]),
    ...Object.entries(IMAP_CODES).map(([name, [meaning, standard]]) => [code(name), 'IMAP', meaning, standard]),
  ];
  return table(['code', 'of', 'what it means', 'section'], rows);
}

/** What FETCH and SEARCH know. */
export function itemTable(): string {
  const listed = (items: readonly string[]) => items.map(code).join(' ');
  return table(
    ['command', 'knows', 'section'],
    [
      [code('FETCH'), listed(FETCH_ITEMS), 'RFC 3501 §6.4.5'],
      [code('SEARCH'), listed(SEARCH_KEYS), 'RFC 3501 §6.4.4'],
    ],
  );
}

/** A page with the text between `<!-- NAME -->` and `<!-- /NAME -->` replaced by each table. */
export function withAccessTables(page: string, pop3: readonly TestedCase[], imap: readonly TestedCase[]): string {
  const tables: Readonly<Record<string, string>> = {
    'pop3-commands': pop3CommandTable(pop3),
    'imap-commands': imapCommandTable(imap),
    'imap-items': itemTable(),
    'access-codes': codeTable(),
  };
  return page.replace(
    /<!-- ((?:pop3|imap)-(?:commands|items)|access-codes) -->\n[\s\S]*?<!-- \/\1 -->/g,
    (_whole, name: string) => `<!-- ${name} -->\n${tables[name]}\n<!-- /${name} -->`,
  );
}

/** Each document and section of the standard and of the cases once. */
function sections(standard: string, cases: readonly TestedCase[]): string {
  const documents = new Map<string, Set<string>>();
  const cited = [standard, ...cases.map(({ section }) => section)].join(', ');
  for (const [, document, all] of cited.matchAll(/(RFC \d+)((?:,? §[\d.]+)*)/g)) {
    const known = documents.get(document as string) ?? new Set();
    for (const section of (all as string).match(/§[\d.]+/g) ?? []) known.add(section);
    documents.set(document as string, known);
  }
  return [...documents].map(([document, all]) => `${document} ${[...all].join(', ')}`.trim()).join(', ');
}
