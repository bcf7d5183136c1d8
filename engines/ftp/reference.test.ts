import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../reference-page.ts';
import { commandCases } from './command-cases-for-tests.ts';
import { ftpTables } from './reference.ts';
import { RULES } from './server-rules.ts';
import { COMMANDS } from './wire/command.ts';
import { REPLY_CODES } from './wire/reply.ts';

const page = readFileSync(new URL('../../docs/ftp.md', import.meta.url), 'utf8');

test('the tables in docs/ are those of the code (else: npm run reference)', () => {
  expect(withTables(page, ftpTables(commandCases))).toBe(page);
  for (const verb of Object.keys(COMMANDS)) expect(page).toContain(`| \`${verb}\` |`);
});

test('every code that a command may be answered with is explained', () => {
  const codes = new Set(Object.values(RULES).flatMap(({ replies }) => replies));
  expect([...codes].filter((code) => !(code in REPLY_CODES))).toEqual([]);
});
