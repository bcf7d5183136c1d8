/** What the statements about reading mail need to know: the mailbox and its server, who logs in, how they get there. */
import { decodeCommand } from '../../engines/mail/imap/wire/command.ts';
import { parseSequenceSet } from '../../engines/mail/imap/wire/sequence-set.ts';
import type { AccessProtocol, AccessSecurity, Proof } from '../../engines/mail/mailbox/scenario.ts';
import type { MailboxService } from '../../engines/mail/scenario.ts';
import { utf8Octets } from '../../engines/network/octets.ts';
import { accessDefaults } from './defaults/mail-access.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import { mailboxKey, unknownMailbox } from './mail-message.ts';
import type { Site } from './site.ts';

/** The mailbox of that address; null (and reported) where none is declared. */
export function readMailbox(name: Name, site: Site): MailboxService | null {
  const { program } = site;
  const key = mailboxKey(name.text);
  program.occurs('mailbox', key, site.place(name), false);
  const mailbox = program.mailboxes.get(key);
  if (!mailbox) {
    unknownMailbox(name, site);
    return null;
  }
  program.checkAbove('Mailbox', name.text, mailbox.at, site.place(name));
  program.needsDns = true;
  return mailbox;
}

export interface GivenLogin {
  readonly user?: { readonly TEXT: string };
  readonly password?: { readonly TEXT: string };
  readonly login?: { readonly HOW: Proof };
}

/** Reported, and null, where the mailbox's server does not speak the protocol, or has no TLS to speak it over. */
export function accessTo(
  name: Name,
  protocol: AccessProtocol,
  security: AccessSecurity | null,
  login: GivenLogin,
  site: Site,
): { server: string; address: string; user: string; password: string; security: AccessSecurity; proof: Proof } | null {
  const mailbox = readMailbox(name, site);
  if (!mailbox) return null;
  const { program } = site;
  const { host } = mailbox;
  const key = host.toLowerCase();
  const { protocols } = program.mailAccess.get(key) ?? accessDefaults;
  if (!protocols.includes(protocol)) {
    const said = protocols.length > 0 ? `\`access ${protocols.join(' and ')}\`` : '`access none`';
    site.report('no-access', name, `\`${host}\` does not speak ${protocol.toUpperCase()}: it has ${said}.`);
    return null;
  }
  if (security !== null && security !== 'clear' && (program.mailServers.get(key)?.tls ?? 'off') === 'off') {
    const what = `\`${host}\` has no TLS: let its \`mailserver\` block say \`tls offered\` or \`tls required\`.`;
    site.report('no-access', site.slot('SECURITY'), what);
    return null;
  }
  return {
    server: host,
    address: mailbox.address,
    user: login.user ? utf8Octets(login.user.TEXT) : mailbox.address,
    password: login.password ? utf8Octets(login.password.TEXT) : mailbox.password,
    security: security ?? 'clear',
    proof: login.login?.HOW ?? 'password',
  };
}

/** A sequence set; null (and reported) for what is none. */
export function messageSet(name: Name, site: Site): string | null {
  if (parseSequenceSet(name.text)) return name.text;
  site.report('malformed-command', name, 'Messages are given by numbers, such as "1", "1:3" or "2:*".');
  return null;
}

/** Whether an IMAP command with that behind its name can be said; reported where it cannot. */
export function imapSyntax(command: string, name: Name, site: Site): boolean {
  const octets = utf8Octets(command);
  const decoded = decodeCommand(`a ${octets}`);
  if (!('error' in decoded) && !/[\r\n]/.test(octets)) return true;
  const why = 'error' in decoded ? decoded.text : 'a command is one line';
  site.report('malformed-command', name, `This cannot be said to an IMAP server: ${why}.`);
  return false;
}

/** Its lines, without those that are empty; null (and reported) where it cannot be read. */
export function wordsOf(name: Name, site: Site): readonly string[] | null {
  const file = namedFile(name, site);
  if (!file) return null;
  const lines = new TextDecoder().decode(file.bytes).split(/\r?\n/);
  return lines.filter((line) => line !== '').map(utf8Octets);
}
