/** The tables of docs/mail-access.md, made of those that the servers run on. */
import type { TestedCase } from '../../command-table.ts';
import { count } from '../../format.ts';
import { code, markdownTable, mergedCitations } from '../../reference-page.ts';
import { RULES as IMAP_RULES } from '../imap/server-rules.ts';
import { COMMANDS as IMAP_COMMANDS, type Verb as ImapVerb } from '../imap/wire/command.ts';
import { FETCH_ITEMS } from '../imap/wire/fetch-item.ts';
import { RESPONSE_CODES as IMAP_CODES } from '../imap/wire/response.ts';
import { SEARCH_KEYS } from '../imap/wire/search-key.ts';
import { RULES as POP3_RULES } from '../pop3/server-rules.ts';
import { COMMANDS as POP3_COMMANDS, type Verb as Pop3Verb } from '../pop3/wire/command.ts';
import { RESPONSE_CODES as POP3_CODES } from '../pop3/wire/reply.ts';

const SUPPORTED = { yes: 'yes', 'with TLS': 'with TLS' };

export function pop3CommandTable(cases: readonly TestedCase<string>[]): string {
  const rows = (Object.keys(POP3_COMMANDS) as Pop3Verb[]).map((verb) => {
    const { meaning, standard } = POP3_COMMANDS[verb];
    const { states, supported, reply, codes } = POP3_RULES[verb];
    const tried = cases.filter((one) => one.verb === verb);
    const replies = [`${code('+OK')} ${reply}`, `${code('-ERR')}${codes.length > 0 ? ` ${codes.map(code).join(' ')}` : ''}`].join(', ');
    return [code(verb), meaning, SUPPORTED[supported], states.join(', '), replies, count(tried.length, 'case'), sections(standard, tried)];
  });
  return markdownTable(['command', 'what it is for', 'supported', 'states', 'replies', 'tested', 'section'], rows);
}

export function imapCommandTable(cases: readonly TestedCase<string>[]): string {
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
  return markdownTable(['command', 'what it is for', 'supported', 'states', 'responses and codes', 'tested', 'section'], rows);
}

export function codeTable(): string {
  const rows = [
    ...Object.entries(POP3_CODES).map(([name, [meaning, standard]]) => [code(name), 'POP3', meaning, standard]),
    ...Object.entries(IMAP_CODES).map(([name, [meaning, standard]]) => [code(name), 'IMAP', meaning, standard]),
  ];
  return markdownTable(['code', 'of', 'what it means', 'section'], rows);
}

/** What FETCH and SEARCH know. */
export function itemTable(): string {
  const listed = (items: readonly string[]) => items.map(code).join(' ');
  return markdownTable(
    ['command', 'knows', 'section'],
    [
      [code('FETCH'), listed(FETCH_ITEMS), 'RFC 3501 §6.4.5'],
      [code('SEARCH'), listed(SEARCH_KEYS), 'RFC 3501 §6.4.4'],
    ],
  );
}

/** By the names of their places on the page. */
export const accessTables = (pop3: readonly TestedCase<string>[], imap: readonly TestedCase<string>[]) => ({
  'pop3-commands': pop3CommandTable(pop3),
  'imap-commands': imapCommandTable(imap),
  'imap-items': itemTable(),
  'access-codes': codeTable(),
});

const sections = (standard: string, cases: readonly TestedCase<string>[]): string =>
  mergedCitations([standard, ...cases.map(({ section }) => section)]);
