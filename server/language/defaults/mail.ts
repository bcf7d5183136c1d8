/** What a mail server is where the author says nothing. */
import type { Dialect } from '../../../engines/mail/scenario.ts';
import { DAY, HOUR, MINUTE } from '../../../engines/quantities.ts';
import { domainOf } from '../mail-message.ts';
import type { Program } from '../program.ts';

const MiB = 1024 * 1024;

export const mailDefaults = {
  dialect: 'extended' as Dialect,
  maximumSize: 10 * MiB,
  /** RFC 5321 §4.5.4.1 wants 30 minutes between attempts, and the first two sooner. */
  retry: [15 * MINUTE, 30 * MINUTE, HOUR] as readonly number[],
  /** RFC 5321 §4.5.4.1: at least 4 to 5 days. */
  expiry: 4 * DAY,
  quota: 10 * MiB,
};

/** Hosts that keep mailboxes run mail servers; servers take the domains of their mailboxes, and are named by the first. */
export function completeMail(program: Program): void {
  for (const mailbox of program.mailboxes.values()) {
    const key = mailbox.host.toLowerCase();
    let server = program.mailServers.get(key);
    if (!server) {
      server = { host: mailbox.host, domains: [], greeting: null, helo: null, ...mailDefaults, at: mailbox.at };
      program.mailServers.set(key, server);
    }
    const domain = domainOf(mailbox.address);
    if (!server.domains.some((known) => known.toLowerCase() === domain)) server.domains.push(domain);
  }
  for (const server of program.mailServers.values()) {
    const first = server.domains[0] ?? server.host;
    if (server.greeting === null) {
      server.greeting = first;
      if (server.at) program.notes.push({ at: server.at, value: `greeting "${first}"`, why: 'Its first domain.' });
    }
    if (server.helo === null) server.helo = first;
    for (const domain of server.domains) {
      const key = domain.toLowerCase();
      if (!program.serverOfDomain.has(key)) program.serverOfDomain.set(key, server.host);
    }
  }
}
