/** Writes the generated pages: docs/language.md from the vocabulary, docs/dns-records.md and docs/http.md, and the tables of other pages, from the engines' tables. */
import { readFileSync, writeFileSync } from 'node:fs';
import { bittorrentTables } from '../engines/bittorrent/reference.ts';
import { dashTables } from '../engines/dash/reference.ts';
import { recordsPage } from '../engines/dns/records-page.ts';
import { commandCases } from '../engines/ftp/command-cases-for-tests.ts';
import { ftpTables } from '../engines/ftp/reference.ts';
import { commandCases as imapCases } from '../engines/mail/imap/command-cases-for-tests.ts';
import { accessTables } from '../engines/mail/mailbox/access-reference.ts';
import { commandCases as pop3Cases } from '../engines/mail/pop3/command-cases-for-tests.ts';
import { commandCases as smtpCases } from '../engines/mail/smtp/command-cases-for-tests.ts';
import { smtpTables } from '../engines/mail/smtp/reference.ts';
import { withTables } from '../engines/reference-page.ts';
import { referencePage } from '../server/language/reference.ts';
import { httpPage } from './http-reference.ts';

const page = (name: string): URL => new URL(`../docs/${name}.md`, import.meta.url);

const fill = (name: string, tables: Readonly<Record<string, string>>) =>
  writeFileSync(page(name), withTables(readFileSync(page(name), 'utf8'), tables));

writeFileSync(page('language'), referencePage());
writeFileSync(page('dns-records'), recordsPage());
writeFileSync(page('http'), httpPage());
fill('bittorrent', bittorrentTables());
fill('dash', dashTables());
fill('ftp', ftpTables(commandCases));
fill('mail-access', accessTables(pop3Cases, imapCases));
fill('smtp', smtpTables(smtpCases));
