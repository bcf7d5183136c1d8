import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../../reference-page.ts';
import { commandCases as imapCases } from '../imap/command-cases-for-tests.ts';
import { RULES as IMAP_RULES } from '../imap/server-rules.ts';
import { COMMANDS as IMAP_COMMANDS } from '../imap/wire/command.ts';
import { RESPONSE_CODES as IMAP_CODES } from '../imap/wire/response.ts';
import { commandCases as pop3Cases } from '../pop3/command-cases-for-tests.ts';
import { RULES as POP3_RULES } from '../pop3/server-rules.ts';
import { COMMANDS as POP3_COMMANDS } from '../pop3/wire/command.ts';
import { RESPONSE_CODES as POP3_CODES } from '../pop3/wire/reply.ts';
import { accessTables } from './access-reference.ts';

const page = readFileSync(new URL('../../../docs/mail-access.md', import.meta.url), 'utf8');

test('the tables in docs/ are those of the code (else: npm run reference)', () => {
  expect(withTables(page, accessTables(pop3Cases, imapCases))).toBe(page);
  for (const verb of [...Object.keys(POP3_COMMANDS), ...Object.keys(IMAP_COMMANDS)]) expect(page).toContain(`| \`${verb}\` |`);
  expect(page).not.toContain('| 0 cases |');
});

test('every code that a command may be answered with is explained', () => {
  const of = (rules: Readonly<Record<string, { readonly codes: readonly string[] }>>) => [
    ...new Set(Object.values(rules).flatMap(({ codes }) => codes)),
  ];
  expect(of(POP3_RULES).filter((code) => !(code in POP3_CODES))).toEqual([]);
  expect(of(IMAP_RULES).filter((code) => !(code in IMAP_CODES))).toEqual([]);
});
