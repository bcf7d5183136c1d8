/** Mail servers and what they are set to. */
import { DAY, SECOND } from '../../../../engines/quantities.ts';
import { mailDefaults } from '../../defaults/mail.ts';
import {
  choice,
  count,
  domainName,
  duration,
  entry,
  host,
  list,
  mailAddress,
  optional,
  property,
  repeated,
  size,
  text,
  wordChoice,
} from '../../entry.ts';
import { ownHost } from '../../hosts.ts';
import { usesMailbox } from '../../mail-message.ts';
import { written } from '../../units.ts';
import { certificate, shownCertificate } from '../tls.ts';
import { accessOf, accessProperties } from './access.ts';

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
      warn: property(
        'warn after TIME',
        { TIME: pause },
        {
          doc: 'A sender is told of a message that has been queued this long and is still being tried.',
          default: 'only who asked for it by `notify delay`, after 4 h',
          standard: 'RFC 5321 §4.5.4.1, RFC 3461 §5.2.6',
          example: 'warn after 4 h',
        },
      ),
      recipients: property(
        'recipients N',
        { N: count({ minimum: 1, maximum: 100_000 }) },
        {
          doc: 'Recipients of one message; others get 452, and a good client sends to them afterwards.',
          default: String(mailDefaults.maximumRecipients),
          standard: 'RFC 5321 §4.5.3.1.8',
          example: 'recipients 1000',
        },
      ),
      without: repeated(
        'without EXTENSION',
        {
          EXTENSION: choice(
            ['pipelining', 'PIPELINING'],
            ['size', 'SIZE'],
            ['8bitmime', '8BITMIME'],
            ['enhanced-status-codes', 'ENHANCEDSTATUSCODES'],
            ['dsn', 'DSN'],
          ),
        },
        {
          doc: 'An extension of the extended dialect that it neither offers nor uses.',
          default: 'it has them all',
          standard: 'RFC 2920, RFC 1870, RFC 6152, RFC 2034, RFC 3461',
          example: 'without pipelining',
        },
      ),
      tls: property(
        'tls POLICY',
        { POLICY: wordChoice('off', 'offered', 'required') },
        {
          doc: 'Whether connections are secured by STARTTLS. `offered`: by clients that want to, and where it sends, with any server that offers it, in clear otherwise; `required`: others can neither send nor get mail, and servers it sends to must be trustworthy.',
          default: mailDefaults.tls,
          standard: 'RFC 3207',
          example: 'tls offered',
        },
      ),
      certificate,
      authentication: property(
        'authentication POLICY',
        { POLICY: wordChoice('off', 'offered', 'required') },
        {
          doc: 'Whether its users log in to send, by the passwords of their mailboxes. `required`: nobody else submits mail on port 587, or has mail relayed. Other servers need not log in.',
          default: mailDefaults.authentication,
          standard: 'RFC 4954, RFC 6409 §4.3',
          example: 'authentication required',
        },
      ),
      mechanism: repeated(
        'mechanism NAME',
        { NAME: choice(['plain', 'PLAIN'], ['login', 'LOGIN'], ['cram-md5', 'CRAM-MD5']) },
        {
          doc: 'How users may prove who they are. `plain` and `login` say the password; a server with TLS has them only over TLS.',
          default: 'all three',
          standard: 'RFC 4616, RFC 2195',
          example: 'mechanism cram-md5',
        },
      ),
      relay: repeated(
        'relay for ( WHO | HOST )',
        { WHO: optional(choice(['anyone', 'anyone'])), HOST: optional(list(host)) },
        {
          doc: 'Hosts that may send to others through it. `anyone` makes it an open relay, which spammers look for.',
          default: 'nobody but its own users',
          standard: 'RFC 5321 §7.9',
          example: 'relay for office-pc',
        },
      ),
      backup: repeated(
        'backup for NAME',
        { NAME: list(domainName) },
        {
          doc: 'Domains whose mail it takes and keeps until their preferred mail exchangers can be reached.',
          default: 'none',
          standard: 'RFC 5321 §5.1',
          example: 'backup for hamburger.edu',
        },
      ),
      smarthost: property(
        'smarthost HOST',
        { HOST: host },
        {
          doc: 'The mail server that all mail for others goes to, instead of the mail exchangers of their domains.',
          default: 'none',
          standard: 'RFC 5321 §3.6',
          example: 'smarthost mail.provider.net',
        },
      ),
      alias: repeated(
        'alias ADDRESS to MEMBER',
        { ADDRESS: mailAddress, MEMBER: list(mailAddress) },
        {
          doc: 'An address that stands for others, here or elsewhere. Failures are reported to the sender.',
          standard: 'RFC 5321 §3.9.1',
          example: 'alias sales@crepes.fr to ann@crepes.fr, bob@hamburger.edu',
        },
      ),
      verify: property(
        'verify SWITCH',
        { SWITCH: choice(['on', true], ['off', false]) },
        {
          doc: 'Whether it tells by VRFY and EXPN who its users are and who is behind an alias.',
          default: 'off: it answers 252',
          standard: 'RFC 5321 §3.5, §7.3',
          example: 'verify on',
        },
      ),
      sessions: property(
        'sessions N',
        { N: count({ minimum: 1, maximum: 1e6 }) },
        {
          doc: 'Connections at one time; further ones get 421.',
          default: String(mailDefaults.limits.sessions),
          standard: 'RFC 5321 §7.8',
          example: 'sessions 20',
        },
      ),
      connections: property(
        'limit connections N',
        { N: count({ minimum: 1, maximum: 1e6 }) },
        {
          doc: 'Connections at one time from one client address; further ones get 421.',
          default: 'any number',
          standard: 'RFC 5321 §7.8',
          example: 'limit connections 5',
        },
      ),
      messages: property(
        'limit messages N per TIME',
        { N: count({ minimum: 1, maximum: 1e6 }), TIME: duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] }) },
        {
          doc: 'Messages that it takes from one client address in that time; further ones get 450, and may come again later.',
          default: 'any number',
          standard: 'RFC 5321 §7.8',
          example: 'limit messages 10 per 1 min',
        },
      ),
      ...accessProperties,
    },
    doc: 'Makes the host a mail server, on port 25 for other servers and on 587 for users: it takes mail in, queues it, and delivers it to mailboxes or other servers.',
    standard: 'RFC 5321',
    example:
      'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailserver mail.crepes.fr { greeting "crepes.fr"  dialect classic }\nmailbox alice@crepes.fr on mail.crepes.fr',
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`mailserver ${own.toLowerCase()}`, `Mail server \`${own}\``, site.place(HOST))) return;
      program.needsDns = true;
      const aliases = (block.alias ?? []).map(({ ADDRESS, MEMBER }) => {
        for (const name of [ADDRESS, ...MEMBER]) usesMailbox(name, site);
        return { address: ADDRESS.text, members: MEMBER.map((name) => name.text) };
      });
      const relays = block.relay ?? [];
      const tls = block.tls?.POLICY ?? mailDefaults.tls;
      if (tls === 'off' && block.certificate)
        site.report('without-effect', site.property('certificate'), 'Without `tls offered` or `tls required`, no certificate is shown.');
      const { limits } = mailDefaults;
      program.mailAccess.set(own.toLowerCase(), accessOf(block));
      program.mailServers.set(own.toLowerCase(), {
        host: own,
        domains: (block.domain ?? []).flatMap(({ NAME }) => NAME.map((name) => name.text)),
        greeting: block.greeting?.TEXT ?? null,
        helo: block.helo?.NAME.text ?? null,
        dialect: block.dialect?.DIALECT ?? mailDefaults.dialect,
        maximumSize: block.size?.SIZE ?? mailDefaults.maximumSize,
        maximumRecipients: block.recipients?.N ?? mailDefaults.maximumRecipients,
        without: (block.without ?? []).map(({ EXTENSION }) => EXTENSION),
        tls,
        certificate: shownCertificate(block.certificate, own),
        authentication: block.authentication?.POLICY ?? mailDefaults.authentication,
        mechanisms: block.mechanism?.map(({ NAME }) => NAME) ?? mailDefaults.mechanisms,
        relayFor: relays.some(({ WHO }) => WHO !== null)
          ? 'anyone'
          : relays.flatMap(({ HOST: hosts }) => (hosts ?? []).flatMap((name) => site.host(name) ?? [])),
        backupFor: (block.backup ?? []).flatMap(({ NAME }) => NAME.map((name) => name.text)),
        smartHost: block.smarthost ? site.host(block.smarthost.HOST) : null,
        aliases,
        verifies: block.verify?.SWITCH ?? mailDefaults.verifies,
        limits: {
          sessions: block.sessions?.N ?? limits.sessions,
          connectionsPerClient: block.connections?.N ?? limits.connectionsPerClient,
          messagesPerClient: block.messages ? { count: block.messages.N, per: block.messages.TIME } : limits.messagesPerClient,
        },
        warning: block.warn?.TIME ?? mailDefaults.warning,
        retry: block.retry?.WAIT ?? mailDefaults.retry,
        expiry: block.expire?.TIME ?? mailDefaults.expiry,
        at: site.at,
      });
    },
  }),
];
