/** The tables of docs/smtp.md, made of those that the server runs on. */
import { count } from '../../format.ts';
import { EVERY_COMMAND, RULES } from './server-rules.ts';
import { COMMANDS, type Verb } from './wire/command.ts';
import { REPLY_CODES } from './wire/reply.ts';

/** What is tested: a command, and the section that the case is from. */
export interface TestedCase {
  readonly verb: Verb;
  readonly section: string;
}

const ABSENT = { yes: 'yes', no: 'no: 502', 'in the extended dialect': 'extended dialect, else 500' };

/** A row a command: what it is, whether the server has it, its replies, how many cases try it, where it is laid down. */
export function commandTable(cases: readonly TestedCase[]): string {
  const rows = (Object.keys(COMMANDS) as Verb[]).map((verb) => {
    const { meaning, standard } = COMMANDS[verb];
    const { supported, replies } = RULES[verb];
    const tried = cases.filter((one) => one.verb === verb);
    const has = supported in ABSENT ? ABSENT[supported as keyof typeof ABSENT] : `${supported}, else 502`;
    const sections = merged([standard, ...tried.map(({ section }) => section)]);
    return `| \`${verb}\` | ${meaning} | ${has} | ${[...replies].sort((a, b) => a - b).join(' ')} | ${count(tried.length, 'case')} | ${sections} |`;
  });
  return ['| command | what it is for | supported | replies | tested | section |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

/** Citations of several texts, each document and section once. */
function merged(citations: readonly string[]): string {
  const documents = new Map<string, Set<string>>();
  for (const [, document, sections] of citations.join(', ').matchAll(/(RFC \d+)((?:,? §[\dA-Z.]+)*)/g)) {
    const known = documents.get(document as string) ?? new Set();
    for (const section of (sections as string).match(/§[\dA-Z.]+/g) ?? []) known.add(section);
    documents.set(document as string, known);
  }
  return [...documents].map(([document, sections]) => `${document} ${[...sections].join(', ')}`.trim()).join(', ');
}

/** A row a reply code that the client knows: what it means, which commands of the server give it, where it is laid down. */
export function replyTable(): string {
  const rows = Object.entries(REPLY_CODES).map(([text, [meaning, standard]]) => {
    const code = Number(text);
    const givers = (Object.keys(RULES) as Verb[]).filter((verb) => RULES[verb].replies.includes(code)).map((verb) => `\`${verb}\``);
    const given = EVERY_COMMAND.includes(code)
      ? 'any command'
      : code === 220
        ? `the greeting, ${givers.join(' ')}`
        : givers.join(' ') || 'not given here, but understood';
    return `| ${code} | ${meaning} | ${given} | ${standard} |`;
  });
  return ['| code | what it means | given to | section |', '|---|---|---|---|', ...rows].join('\n');
}

/** A page with the text between `<!-- NAME -->` and `<!-- /NAME -->` replaced by each table. */
export function withTables(page: string, cases: readonly TestedCase[]): string {
  const tables: Readonly<Record<string, string>> = { commands: commandTable(cases), replies: replyTable() };
  return page.replace(
    /<!-- (commands|replies) -->\n[\s\S]*?<!-- \/\1 -->/g,
    (_whole, name: string) => `<!-- ${name} -->\n${tables[name]}\n<!-- /${name} -->`,
  );
}
