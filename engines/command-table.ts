/** The tables of commands and reply codes in the pages of protocols whose servers reply with three digits, made of what the servers run on. */
import { count } from './format.ts';
import { code, markdownTable, mergedCitations } from './reference-page.ts';

/** What is tested: a command, and the section that the case is from. */
export interface TestedCase<Verb extends string> {
  readonly verb: Verb;
  readonly section: string;
}

/** A protocol's own tables, in the order of its page. */
export interface CommandLanguage<Verb extends string, Supported extends string> {
  readonly commands: Readonly<Record<Verb, { readonly meaning: string; readonly standard: string }>>;
  readonly rules: Readonly<Record<Verb, { readonly supported: Supported; readonly replies: readonly number[] }>>;
  /** What the page says of a command that is supported so. */
  readonly support: (supported: Supported) => string;
  readonly replyCodes: Readonly<Record<number, readonly [meaning: string, standard: string]>>;
  /** Codes that any command may get. */
  readonly everyCommand: readonly number[];
  /** What the page says of a code that no command of the server gets. */
  readonly neverGiven: string;
}

/** The code of what a server says first. */
const GREETING = 220;

/** A row a command: what it is, whether the server has it, its replies, how many cases try it, where it is laid down. */
export function commandTable<Verb extends string, Supported extends string>(
  { commands, rules, support }: CommandLanguage<Verb, Supported>,
  cases: readonly TestedCase<Verb>[],
): string {
  const rows = (Object.keys(commands) as Verb[]).map((verb) => {
    const { meaning, standard } = commands[verb];
    const { supported, replies } = rules[verb];
    const tried = cases.filter((one) => one.verb === verb);
    const sections = mergedCitations([standard, ...tried.map(({ section }) => section)]);
    return [code(verb), meaning, support(supported), [...replies].sort((a, b) => a - b).join(' '), count(tried.length, 'case'), sections];
  });
  return markdownTable(['command', 'what it is for', 'supported', 'replies', 'tested', 'section'], rows);
}

/** A row a reply code that the client knows: what it means, which commands of the server get it, where it is laid down. */
export function replyTable<Verb extends string, Supported extends string>(language: CommandLanguage<Verb, Supported>): string {
  const { commands, rules, replyCodes, everyCommand, neverGiven } = language;
  const givenTo = (reply: number): string => {
    if (everyCommand.includes(reply)) return 'any command';
    const verbs = (Object.keys(commands) as Verb[])
      .filter((verb) => rules[verb].replies.includes(reply))
      .map(code)
      .join(' ');
    return reply === GREETING ? `the greeting, ${verbs}` : verbs || neverGiven;
  };
  const rows = Object.entries(replyCodes).map(([reply, [meaning, standard]]) => [reply, meaning, givenTo(Number(reply)), standard]);
  return markdownTable(['code', 'what it means', 'given to', 'section'], rows);
}
