import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../../reference-page.ts';
import { commandCases } from './command-cases-for-tests.ts';
import { smtpTables } from './reference.ts';
import { EVERY_COMMAND, RULES } from './server-rules.ts';
import { COMMANDS } from './wire/command.ts';
import { REPLY_CODES } from './wire/reply.ts';

const page = readFileSync(new URL('../../../docs/smtp.md', import.meta.url), 'utf8');

test('the tables in docs/ are those of the code (else: npm run reference)', () => {
  expect(withTables(page, smtpTables(commandCases))).toBe(page);
  for (const verb of Object.keys(COMMANDS)) expect(page).toContain(`| \`${verb}\` |`);
  for (const code of Object.keys(REPLY_CODES)) expect(page).toContain(`\n| ${code} |`);
});

test('every code that a command may be answered with is explained', () => {
  const codes = new Set([...EVERY_COMMAND, ...Object.values(RULES).flatMap(({ replies }) => replies)]);
  expect([...codes].filter((code) => !(code in REPLY_CODES))).toEqual([]);
});
