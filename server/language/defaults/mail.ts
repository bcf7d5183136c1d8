/** What a mail server is where the author says nothing. */
import { MECHANISMS, type MechanismName } from '../../../engines/mail/sasl/exchange.ts';
import type { MailServerService } from '../../../engines/mail/scenario.ts';
import { DAY, HOUR, MINUTE } from '../../../engines/quantities.ts';
import { domainOf } from '../mail-message.ts';
import type { Program } from '../program.ts';

const MiB = 1024 * 1024;

/** Those of a server that has no name of its own in them. */
export const serverDefaults = {
  dialect: 'extended',
  maximumSize: 10 * MiB,
  /** RFC 5321 §4.5.3.1.8: at least 100. */
  maximumRecipients: 100,
  without: [],
  tls: 'off',
  authentication: 'off',
  mechanisms: Object.keys(MECHANISMS) as MechanismName[],
  relayFor: [],
  backupFor: [],
  smartHost: null,
  aliases: [],
  verifies: false,
  limits: { sessions: 100, connectionsPerClient: null, messagesPerClient: null },
  warning: null,
  /** RFC 5321 §4.5.4.1 wants 30 minutes between attempts, and the first two sooner. */
  retry: [15 * MINUTE, 30 * MINUTE, HOUR],
  /** RFC 5321 §4.5.4.1: at least 4 to 5 days. */
  expiry: 4 * DAY,
} as const satisfies Partial<MailServerService>;

export const mailDefaults = { ...serverDefaults, quota: 10 * MiB };

/** Hosts that keep mailboxes run mail servers; servers take the domains of their mailboxes, and are named by the first. */
export function completeMail(program: Program): void {
  for (const mailbox of program.mailboxes.values()) {
    const key = mailbox.host.toLowerCase();
    let server = program.mailServers.get(key);
    if (!server) {
      const certificate = { names: [mailbox.host.toLowerCase()], flaw: null };
      server = { host: mailbox.host, domains: [], greeting: null, helo: null, certificate, ...serverDefaults, at: mailbox.at };
      program.mailServers.set(key, server);
    }
    const domain = domainOf(mailbox.address);
    if (!server.domains.some((known) => known.toLowerCase() === domain)) server.domains.push(domain);
  }
  for (const server of program.mailServers.values()) {
    for (const alias of server.aliases) {
      const domain = domainOf(alias.address);
      if (!server.domains.some((known) => known.toLowerCase() === domain)) server.domains.push(domain);
    }
    const first = server.domains[0] ?? server.host;
    if (server.greeting === null) {
      server.greeting = first;
      if (server.at) program.notes.push({ kind: 'default', at: server.at, value: `greeting "${first}"`, why: 'Its first domain.' });
    }
    if (server.helo === null) server.helo = first;
    for (const domain of server.domains) {
      const key = domain.toLowerCase();
      if (!program.serverOfDomain.has(key)) program.serverOfDomain.set(key, server.host);
    }
  }
}
