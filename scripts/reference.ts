/** Writes the generated pages: docs/language.md from the vocabulary; docs/dns-records.md, docs/http.md and the tables of docs/bittorrent.md, docs/ftp.md and docs/smtp.md from the engines' tables. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withTables as withTorrentTables } from '../engines/bittorrent/reference.ts';
import { recordsPage } from '../engines/dns/records-page.ts';
import { commandCases } from '../engines/ftp/command-cases-for-tests.ts';
import { withTables } from '../engines/ftp/reference.ts';
import { commandCases as imapCases } from '../engines/mail/imap/command-cases-for-tests.ts';
import { withAccessTables } from '../engines/mail/mailbox/access-reference.ts';
import { commandCases as pop3Cases } from '../engines/mail/pop3/command-cases-for-tests.ts';
import { commandCases as smtpCases } from '../engines/mail/smtp/command-cases-for-tests.ts';
import { withTables as withSmtpTables } from '../engines/mail/smtp/reference.ts';
import { referencePage } from '../server/language/reference.ts';
import { httpPage } from './http-reference.ts';

const page = (name: string): URL => new URL(`../docs/${name}.md`, import.meta.url);

writeFileSync(page('language'), referencePage());
writeFileSync(page('bittorrent'), withTorrentTables(readFileSync(page('bittorrent'), 'utf8')));
writeFileSync(page('dns-records'), recordsPage());
writeFileSync(page('ftp'), withTables(readFileSync(page('ftp'), 'utf8'), commandCases));
writeFileSync(page('http'), httpPage());
writeFileSync(page('mail-access'), withAccessTables(readFileSync(page('mail-access'), 'utf8'), pop3Cases, imapCases));
writeFileSync(page('smtp'), withSmtpTables(readFileSync(page('smtp'), 'utf8'), smtpCases));
