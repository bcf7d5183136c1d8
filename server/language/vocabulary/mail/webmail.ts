/** Webmail: its website, and what people do there. */

import { DEFAULT_PORTS } from '../../../../engines/http/wire/request-target.ts';
import type { WebmailTask } from '../../../../engines/mail/webmail/scenario.ts';
import { utf8Octets } from '../../../../engines/network/octets.ts';
import { DAY, MINUTE, SECOND } from '../../../../engines/quantities.ts';
import type { Given } from '../../entry.ts';
import {
  count,
  domainName,
  duration,
  entry,
  type GivenBlock,
  host,
  list,
  mailAddress,
  type Name,
  optional,
  property,
  subject,
  text,
  wordChoice,
} from '../../entry.ts';
import { ownHost } from '../../hosts.ts';
import { mailboxKey, usesMailbox } from '../../mail-message.ts';
import type { FixInput, ProgramWebmail } from '../../program.ts';
import type { Site } from '../../site.ts';
import { nearest } from '../../spelling.ts';
import { written } from '../../units.ts';
import { plain } from '../../website.ts';
import { absolute } from '../../zone-records.ts';
import { step, timing, type timingSlots } from '../timing.ts';
import { certificate, shownCertificate } from '../tls.ts';

const sessionDefault = 30 * MINUTE;

const where = { SITE: optional(domainName) };

/** Of every step. */
const person = {
  password: property(
    'password TEXT',
    { TEXT: text },
    { doc: 'What is typed in at the log-in.', default: 'the mailbox’s password', example: 'password "ketchup"' },
  ),
  logOut: property(
    'log out',
    {},
    { doc: 'Logs out in the end. Without it, the browser’s session goes on, until it is not used for too long.', example: 'log out' },
  ),
};

const above =
  'host alice-pc\nzone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailbox alice@crepes.fr, claire@crepes.fr on mail.crepes.fr\nwebmail webmail.crepes.fr on mail.crepes.fr';

export const webmailVocabulary = [
  entry({
    id: 'webmail',
    role: 'declaration',
    pattern: 'webmail NAME on HOST',
    slots: { NAME: domainName, HOST: host },
    properties: {
      https: property(
        'https HOW',
        { HOW: wordChoice('required', 'off') },
        {
          doc: '`required`: over TLS, and port 80 sends everybody there; `off`: in clear, passwords and all.',
          default: 'https required',
          standard: 'RFC 9110 §4.2.2',
          example: 'https off',
        },
      ),
      certificate,
      session: property(
        'session TIME',
        { TIME: duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] }) },
        {
          doc: 'A session that is not used for so long is over: the browser has to log in again.',
          default: written(sessionDefault, 'duration'),
          standard: 'RFC 6265 §4.1',
          example: 'session 10 min',
        },
      ),
    },
    doc: 'Webmail on a mail server’s host: a website with log-in, inbox, messages to read, write and delete. The browser speaks HTTP with it; what is sent goes on by SMTP.',
    standard: 'RFC 9110',
    example: `${above} { session 10 min }\nalice-pc reads webmail of alice@crepes.fr`,
    build({ NAME, HOST }, block, site) {
      const { program } = site;
      const name = plain(NAME.text);
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`website ${name}`, `Website \`${name}\``, site.place(NAME))) return;
      if (!program.declareOnce(`webmail on ${own.toLowerCase()}`, `The webmail of \`${own}\``, site.place(HOST))) return;
      program.needsDns = true;
      program.webmails.set(name, {
        kind: 'mail.webmail',
        host: own,
        name,
        inDns: true,
        https: block.https?.HOW !== 'off',
        certificate: shownCertificate(block.certificate, name),
        session: block.session?.TIME ?? sessionDefault,
        at: site.at,
      });
      site.later(() => {
        const website = [...program.websites.values()].find((one) => one.host === own);
        if (website) {
          site.report(
            'shared-port',
            HOST,
            `\`${own}\` serves website \`${website.name}\` already: put it, or the mail server, on another host.`,
          );
        }
        const serves =
          program.mailServers.has(own.toLowerCase()) || [...program.mailboxes.values()].some((mailbox) => mailbox.host === own);
        if (serves) return;
        site.report('not-a-mail-server', HOST, `\`${own}\` runs no mail server: webmail lies on the host that keeps the mailboxes.`, {
          fixes: [
            {
              title: `Declare mail server \`${own}\``,
              edits: [program.declarationEdit(`mailserver ${own}`, 'mailserver', site)],
              preferred: true,
            },
          ],
        });
      });
    },
  }),
  step({
    id: 'read webmail',
    pattern: 'HOST reads webmail of ADDRESS [at SITE]',
    slots: { HOST: subject, ADDRESS: mailAddress, ...where },
    properties: person,
    doc: 'A browser on the host logs in at webmail, lists the inbox and opens every message that is new there. Without a site, the webmail of the mailbox’s server.',
    standard: 'RFC 9110 §9.3.1',
    example: `${above}\nalice-pc reads webmail of alice@crepes.fr at webmail.crepes.fr { log out }`,
    build(given, block, site) {
      visit(given, given.ADDRESS, block, { kind: 'read' }, site);
    },
  }),
  step({
    id: 'send webmail',
    pattern: 'HOST sends webmail from ADDRESS to TO [at SITE]',
    slots: { HOST: subject, ADDRESS: mailAddress, TO: list(mailAddress), ...where },
    properties: {
      subject: property(
        'subject TEXT',
        { TEXT: text },
        { doc: 'The message’s subject.', default: 'empty', standard: 'RFC 5322 §3.6.5', example: 'subject "Condiments"' },
      ),
      body: property('body TEXT', { TEXT: text }, { doc: 'Its text.', default: 'empty', example: 'body "Do you like ketchup?"' }),
      ...person,
    },
    doc: 'A browser on the host logs in at webmail, fills in the form for a message and sends it. It is done when the fate of every recipient is known.',
    standard: 'RFC 9110 §9.3.3',
    example: `${above}\nalice-pc sends webmail from alice@crepes.fr to claire@crepes.fr { subject "Condiments"  body "Do you like ketchup?" }\nexpect mailbox claire@crepes.fr has 1 message`,
    build(given, block, site) {
      for (const recipient of given.TO) usesMailbox(recipient, site);
      const task: WebmailTask = {
        kind: 'send',
        to: given.TO.map((name) => name.text),
        subject: block.subject?.TEXT ?? '',
        body: block.body?.TEXT ?? '',
      };
      visit(given, given.ADDRESS, block, task, site);
    },
  }),
  step({
    id: 'delete webmail',
    pattern: 'HOST deletes webmail N of ADDRESS [at SITE]',
    slots: { HOST: subject, N: count({ minimum: 1, maximum: 200 }), ADDRESS: mailAddress, ...where },
    properties: person,
    doc: 'A browser on the host logs in at webmail, opens a message and deletes it: the first one is the oldest in the inbox.',
    standard: 'RFC 9110 §9.3.3',
    example: `${above}\nalice-pc sends mail from alice@crepes.fr to alice@crepes.fr\nalice-pc deletes webmail 1 of alice@crepes.fr\nexpect mailbox alice@crepes.fr has 0 messages`,
    build(given, block, site) {
      visit(given, given.ADDRESS, block, { kind: 'delete', place: given.N }, site);
    },
  }),
];

type Visit = Given<typeof timingSlots> & { readonly HOST: readonly Name[]; readonly SITE: Name | null };

/** A step of a person at webmail. */
function visit(given: Visit, address: Name, block: GivenBlock<typeof person>, task: WebmailTask, site: Site): void {
  const when = timing(given, site);
  const { program } = site;
  program.needsDns = true;
  usesMailbox(address, site);
  const mailbox = program.mailboxes.get(mailboxKey(address.text));
  const webmail = webmailOf(given.SITE, address, site);
  if (!when || !webmail) return;
  program.checkAbove('Webmail', webmail.name, webmail.at, site.place(given.SITE ?? address));
  const scheme = webmail.https ? 'https' : 'http';
  const password = block.password ? utf8Octets(block.password.TEXT) : (mailbox?.password ?? '');
  site.step(when, given.HOST, (browser) => ({
    kind: 'mail.webmail',
    host: browser,
    site: webmail.name,
    scheme,
    port: DEFAULT_PORTS[scheme],
    address: address.text,
    password,
    task,
    logOut: block.logOut !== undefined,
  }));
}

/** The named one, else that of the mailbox's server; null (and reported) where there is none. */
function webmailOf(name: Name | null, address: Name, site: Site): ProgramWebmail | null {
  const { program } = site;
  if (name) {
    program.usesZone(absolute(name.text), site.place(name));
    const named = program.webmails.get(plain(name.text));
    if (named) return named;
  }
  const host = program.mailboxes.get(mailboxKey(address.text))?.host;
  const own = name ? undefined : [...program.webmails.values()].find((one) => one.host === host);
  if (own) return own;
  if (program.incomplete) return null;
  const meant = name
    ? nearest(
        name.text,
        [...program.webmails.values()].map((one) => one.name),
      )
    : null;
  const message = name ? `There is no webmail \`${name.text}\`.` : `No webmail is declared for \`${address.text}\`.`;
  const fixes: FixInput[] =
    name && meant ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }] : [];
  const called = name ? plain(name.text) : host?.replace(/^mail\./, 'webmail.');
  const isTaken = program.declared.has(`website ${called}`) || program.declared.has(`webmail on ${host?.toLowerCase()}`);
  if (host !== undefined && !isTaken) {
    const line = `webmail ${called} on ${host}`;
    fixes.push({ title: `Declare \`${line}\``, edits: [program.declarationEdit(line, 'webmail', site)], preferred: !meant });
  }
  site.report('no-webmail', name ?? address, `${message}${meant ? ` Did you mean \`${meant}\`?` : ''}`, { fixes });
  return null;
}
