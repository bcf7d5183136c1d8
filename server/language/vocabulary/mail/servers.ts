/** Mail servers and what they are set to. */
import { DAY, SECOND } from '../../../../engines/quantities.ts';
import { mailDefaults } from '../../defaults/mail.ts';
import { domainName, duration, entry, host, list, property, repeated, size, text, wordChoice } from '../../entry.ts';
import { ownHost } from '../../hosts.ts';
import { written } from '../../units.ts';

const pause = duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] });

export const mailServerVocabulary = [
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
];
