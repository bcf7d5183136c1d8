/** The tables of docs/smtp.md, made of those that the server runs on. */
import { type CommandLanguage, commandTable, replyTable, type TestedCase } from '../../command-table.ts';
import { EVERY_COMMAND, RULES } from './server-rules.ts';
import { COMMANDS, type Verb } from './wire/command.ts';
import { REPLY_CODES } from './wire/reply.ts';

const SUPPORT: Readonly<Record<string, string>> = { yes: 'yes', no: 'no: 502', 'in the extended dialect': 'extended dialect, else 500' };

const language: CommandLanguage<Verb, string> = {
  commands: COMMANDS,
  rules: RULES,
  // What is left are the names of extensions.
  support: (supported) => SUPPORT[supported] ?? `${supported}, else 502`,
  replyCodes: REPLY_CODES,
  everyCommand: EVERY_COMMAND,
  neverGiven: 'not given here, but understood',
};

/** By the names of their places on the page. */
export const smtpTables = (cases: readonly TestedCase<Verb>[]) => ({
  commands: commandTable(language, cases),
  replies: replyTable(language),
});
