/** Mail: servers, mailboxes, messages. */

import type { Composition } from '../../../engines/mail/scenario.ts';
import { DAY, SECOND } from '../../../engines/quantities.ts';
import { mailDefaults } from '../defaults/mail.ts';
import {
  domainName,
  duration,
  entry,
  fileName,
  headerName,
  host,
  list,
  mailAddress,
  newMailbox,
  optional,
  property,
  repeated,
  size,
  subject,
  text,
  wordChoice,
} from '../entry.ts';
import { ownHost } from '../hosts.ts';
import { mailboxKey, readMessage, submissionServer, usesMailbox } from '../mail-message.ts';
import { written } from '../units.ts';
import { step, timing } from './timing.ts';

/** Message protocols that views can be limited to. */
export const mailProtocols = ['smtp'] as const;

const pause = duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] });

export const mailVocabulary = [
  entry({
    id: 'mailserver',
    role: 'declaration',
    pattern: 'mailserver HOST',
    slots: { HOST: host },
    properties: {
      domain: repeated(
        'domain NAME',
        { NAME: list(domainName) },
        {
          doc: 'The domains it takes mail for.',
          default: 'the domains of the mailboxes on it',
          example: 'domain crepes.fr',
        },
      ),
      greeting: property(
        'greeting TEXT',
        { TEXT: text },
        {
          doc: 'What stands behind `220` when it greets.',
          default: 'its first domain',
          standard: 'RFC 5321 §4.2',
          example: 'greeting "crepes.fr"',
        },
      ),
      helo: property(
        'helo NAME',
        { NAME: domainName },
        {
          doc: 'The name it gives in HELO or EHLO when it sends.',
          default: 'its first domain',
          standard: 'RFC 5321 §4.1.1.1',
          example: 'helo crepes.fr',
        },
      ),
      dialect: property(
        'dialect DIALECT',
        { DIALECT: wordChoice('classic', 'extended') },
        {
          doc: '`classic`: HELO and replies as in the textbook; `extended`: EHLO with its extensions.',
          default: mailDefaults.dialect,
          standard: 'RFC 5321 §2.2',
          example: 'dialect classic',
        },
      ),
      size: property(
        'size SIZE',
        { SIZE: size({ minimum: 1000, maximum: 2 ** 40, units: ['MiB', 'KiB'] }) },
        {
          doc: 'The greatest message it takes.',
          default: written(mailDefaults.maximumSize, 'size'),
          standard: 'RFC 1870',
          example: 'size 10 MiB',
        },
      ),
      retry: property(
        'retry WAIT',
        { WAIT: list(pause) },
        {
          doc: 'Waits between attempts to deliver a queued message; the last one repeats.',
          default: mailDefaults.retry.map((wait) => written(wait, 'duration')).join(', '),
          standard: 'RFC 5321 §4.5.4.1',
          example: 'retry 15 min, 30 min, 1 h',
        },
      ),
      expire: property(
        'expire TIME',
        { TIME: pause },
        {
          doc: 'A message queued this long is bounced.',
          default: written(mailDefaults.expiry, 'duration'),
          standard: 'RFC 5321 §4.5.4.1',
          example: 'expire 4 d',
        },
      ),
    },
    doc: 'Makes the host a mail server: it takes mail in, queues it, and delivers it to mailboxes or other servers.',
    standard: 'RFC 5321',
    example:
      'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailserver mail.crepes.fr { greeting "crepes.fr" dialect classic }\nmailbox alice@crepes.fr on mail.crepes.fr',
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`mailserver ${own.toLowerCase()}`, `Mail server \`${own}\``, site.place(HOST))) return;
      program.needsDns = true;
      program.mailServers.set(own.toLowerCase(), {
        host: own,
        domains: (block.domain ?? []).flatMap(({ NAME }) => NAME.map((name) => name.text)),
        greeting: block.greeting?.TEXT ?? null,
        helo: block.helo?.NAME.text ?? null,
        dialect: block.dialect?.DIALECT ?? mailDefaults.dialect,
        maximumSize: block.size?.SIZE ?? mailDefaults.maximumSize,
        retry: block.retry?.WAIT ?? mailDefaults.retry,
        expiry: block.expire?.TIME ?? mailDefaults.expiry,
        at: site.at,
      });
    },
  }),
  entry({
    id: 'mailbox',
    role: 'declaration',
    pattern: 'mailbox ADDRESS on HOST',
    slots: { ADDRESS: list(newMailbox), HOST: host },
    properties: {
      quota: property(
        'quota SIZE',
        { SIZE: size({ minimum: 0, maximum: 2 ** 50, units: ['MiB', 'KiB'] }) },
        {
          doc: 'How much mail it holds.',
          default: written(mailDefaults.quota, 'size'),
          example: 'quota 10 MiB',
        },
      ),
    },
    doc: 'Declares mailboxes and the mail server that keeps them.',
    standard: 'RFC 5321 §2.3.11',
    example:
      'zone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }\nmailbox bob@hamburger.edu on mail.hamburger.edu { quota 10 MiB }',
    build({ ADDRESS, HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null) return;
      program.needsDns = true;
      for (const address of ADDRESS) {
        const key = mailboxKey(address.text);
        program.occurs('mailbox', key, site.place(address), true);
        if (!program.declareOnce(`mailbox ${key}`, `Mailbox \`${address.text}\``, site.place(address))) continue;
        program.mailboxes.set(key, {
          kind: 'mail.mailbox',
          address: address.text,
          host: own,
          quota: block.quota?.SIZE ?? mailDefaults.quota,
          at: site.at,
        });
      }
    },
  }),
  step({
    id: 'send',
    pattern: 'HOST sends mail from FROM to TO [via SERVER]',
    slots: { HOST: subject, FROM: mailAddress, TO: list(mailAddress), SERVER: optional(host) },
    properties: {
      subject: property(
        'subject TEXT',
        { TEXT: text },
        {
          doc: 'The Subject header field. Without subject and headers, the message has only a body.',
          standard: 'RFC 5322 §3.6.5',
          example: 'subject "Condiments"',
        },
      ),
      body: property(
        'body TEXT',
        { TEXT: text },
        { doc: 'The text of the message; \\n ends a line.', default: 'empty', example: 'body "Do you like ketchup?"' },
      ),
      header: repeated(
        'header NAME TEXT',
        { NAME: headerName, TEXT: text },
        {
          doc: 'A further header field.',
          standard: 'RFC 5322 §2.2',
          example: 'header Reply-To "alice@crepes.fr"',
        },
      ),
      from: property(
        'from FILE',
        { FILE: fileName },
        {
          doc: 'Sends a message file as it is, instead of parts.',
          standard: 'RFC 5322',
          example: 'from "newsletter.eml"',
        },
      ),
    },
    doc: 'A user agent on the host hands a message to the sender’s mail server. It is done when the fate of every recipient is known.',
    standard: 'RFC 5321 §3.3',
    example:
      'host alice-pc\nzone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailbox alice@crepes.fr on mail.crepes.fr\nalice-pc sends mail from alice@crepes.fr to bob@hamburger.edu via mail.crepes.fr { subject "Condiments" body "Do you like ketchup?\\nHow about pickles?" header Reply-To "alice@crepes.fr" }',
    build(given, block, site) {
      const when = timing(given, site);
      const message: Composition | null = block.from
        ? readMessage(block.from.FILE, site)
        : {
            kind: 'parts',
            subject: block.subject?.TEXT ?? null,
            headers: (block.header ?? []).map(({ NAME, TEXT }) => [NAME.text, TEXT] as const),
            body: block.body?.TEXT ?? '',
          };
      if (block.from && (block.subject || block.body || block.header)) {
        site.report('no-message', site.property('from'), 'A message has parts, or comes from a file; not both.');
      }
      site.program.needsDns = true;
      const server = submissionServer(given.FROM, given.SERVER, site);
      for (const recipient of given.TO) usesMailbox(recipient, site);
      if (!when || server === null || message === null) return;
      const to = given.TO.map((name) => name.text);
      site.step(when, given.HOST, (agent) => ({ kind: 'mail.send', host: agent, from: given.FROM.text, to, server, message }));
    },
  }),
];
