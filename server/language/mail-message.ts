/** What the statements about mail need to know: addresses as keys, message files, the server to submit to. */
import { readMessageFile } from '../../engines/mail/message/eml.ts';
import type { Composition, MailboxService } from '../../engines/mail/scenario.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import { forwardAdvice, serverReached } from './middleboxes.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';

/** RFC 5321 §4.5.4.2. */
const SMTP_PORT = 25;

/** Local parts are the server's business; servers here tell no case apart in either part. */
export function mailboxKey(address: string): string {
  return address.toLowerCase();
}

export function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The message in an `.eml` file; null when it is missing or unreadable (reported). */
export function readMessage(name: Name, site: Site): Composition | null {
  const file = namedFile(name, site);
  if (!file) return null;
  const read = readMessageFile(file.bytes);
  for (const problem of read.problems.slice(0, 5)) {
    const message = `${name.text}, line ${problem.line}: ${problem.message}.`;
    site.report('malformed-file', name, message, { severity: problem.severity });
  }
  if (read.problems.some((problem) => problem.severity === 'error')) return null;
  return { kind: 'octets', octets: read.octets };
}

/** An address in a statement: it need not be a mailbox of the program. */
export function usesMailbox(name: Name, site: Site): void {
  const { program } = site;
  const key = mailboxKey(name.text);
  const place = site.place(name);
  program.checkAbove('Mailbox', name.text, program.mailboxes.get(key)?.at ?? null, place, 'until then, nobody keeps mail for it');
}

/** A mailbox of the program; null (and reported) where there is none. */
export function keptMailbox(name: Name, site: Site): MailboxService | null {
  const { program } = site;
  const key = mailboxKey(name.text);
  const mailbox = program.mailboxes.get(key);
  if (!mailbox) {
    unknownMailbox(name, site);
    return null;
  }
  program.checkAbove('Mailbox', name.text, mailbox.at, site.place(name));
  return mailbox;
}

/**
 * The host of the mail server that a stream of made-up mail goes to: the named one, the sender's if there is one, else that of the
 * recipients, as spammers do it.
 */
export function streamServer(from: Name, to: readonly Name[], via: Name | null, site: Site): string | null {
  const { program } = site;
  const serverOf = ({ text }: Name) => program.mailboxes.get(mailboxKey(text))?.host ?? program.serverOfDomain.get(domainOf(text)) ?? null;
  const servers = new Set(to.map(serverOf));
  const [only] = servers;
  const straight = via === null && serverOf(from) === null && servers.size === 1;
  return straight && only ? only : submissionServer(from, via, site);
}

/**
 * The host of the mail server that a user agent submits to: the named one, else the one that keeps the sender's mailbox,
 * else the one whose domain it is.
 */
export function submissionServer(from: Name, via: Name | null, site: Site): string | null {
  const { program } = site;
  const key = mailboxKey(from.text);
  const mailbox = program.mailboxes.get(key);
  usesMailbox(from, site);
  if (via) {
    const called = site.host(via);
    if (called === null) return null;
    const host = serverReached(program, called, SMTP_PORT, (one) => program.mailServers.has(one.toLowerCase()));
    const named = program.mailServers.get(host.toLowerCase());
    if (named) {
      program.checkAbove('Mail server', host, named.at, site.place(via));
      return host;
    }
    site.report('not-a-mail-server', via, `\`${host}\` runs no mail server.${forwardAdvice(program, host, SMTP_PORT)}`, {
      fixes: [
        {
          title: `Declare mail server \`${host}\``,
          edits: [program.declarationEdit(`mailserver ${host}`, 'mailserver', site)],
          preferred: true,
        },
      ],
    });
    return null;
  }
  if (mailbox) return mailbox.host;
  const domain = domainOf(from.text);
  const servers = program.serverOfDomain;
  const server = servers.get(domain);
  if (server) return server;
  if (program.incomplete || program.excused.has(`mailbox ${key}`)) return null;
  const candidate = program.mailServers.size === 1 ? [...program.mailServers.values()][0]!.host : `mail.${domain}`;
  site.report('no-mail-server', from, `No mail server is known for \`${from.text}\`: declare its mailbox, or name the server by \`via\`.`, {
    fixes: [
      {
        title: `Declare mailbox \`${from.text}\` on \`${candidate}\``,
        edits: [program.declarationEdit(`mailbox ${from.text} on ${candidate}`, 'mailbox', site)],
        preferred: true,
      },
    ],
  });
  return null;
}

/** Reports that no mailbox of that address is declared. */
function unknownMailbox(name: Name, site: Site): void {
  if (site.program.incomplete || site.program.excused.has(`mailbox ${mailboxKey(name.text)}`)) return;
  const known = [...site.program.mailboxes.values()].map((mailbox) => mailbox.address);
  const meant = nearest(name.text, known);
  site.report(
    'unknown-mailbox',
    name,
    `There is no mailbox \`${name.text}\`.${meant ? ` Did you mean \`${meant}\`?` : ' Declare it by a `mailbox` line.'}`,
    {
      fixes: meant
        ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }]
        : [],
    },
  );
}
