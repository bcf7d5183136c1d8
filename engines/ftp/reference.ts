/** The tables of docs/ftp.md, made of those that the server runs on. */
import { type CommandLanguage, commandTable, replyTable, type TestedCase } from '../command-table.ts';
import { EVERY_COMMAND, RULES } from './server-rules.ts';
import { COMMANDS, type Verb } from './wire/command.ts';
import { REPLY_CODES } from './wire/reply.ts';

const SUPPORT = { yes: 'yes', no: 'no: 502', 'with TLS': 'with TLS, else 502' };

const language: CommandLanguage<Verb, keyof typeof SUPPORT> = {
  commands: COMMANDS,
  rules: RULES,
  support: (supported) => SUPPORT[supported],
  replyCodes: REPLY_CODES,
  everyCommand: EVERY_COMMAND,
  neverGiven: 'not given here',
};

/** By the names of their places on the page. */
export const ftpTables = (cases: readonly TestedCase<Verb>[]) => ({
  commands: commandTable(language, cases),
  replies: replyTable(language),
});
