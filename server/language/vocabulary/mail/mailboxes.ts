/** Mailboxes. */
import { utf8Octets } from '../../../../engines/network/octets.ts';
import { mailDefaults } from '../../defaults/mail.ts';
import { entry, host, list, newMailbox, property, size, text } from '../../entry.ts';
import { ownHost } from '../../hosts.ts';
import { localPart, mailboxKey } from '../../mail-message.ts';
import { written } from '../../units.ts';

export const mailboxVocabulary = [
  entry({
    id: 'mailbox',
    role: 'declaration',
    pattern: 'mailbox ADDRESS on HOST',
    remembered: true,
    slots: { ADDRESS: list(newMailbox), HOST: host },
    properties: {
      password: property(
        'password TEXT',
        { TEXT: text },
        {
          doc: 'What its user must give to read or send.',
          default: 'the local part of its address',
          example: 'password "ketchup"',
        },
      ),
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
        if (!program.declareOnce(`mailbox ${key}`, `Mailbox \`${address.text}\``, site.place(address))) continue;
        program.mailboxes.set(key, {
          kind: 'mail.mailbox',
          address: address.text,
          host: own,
          password: block.password ? utf8Octets(block.password.TEXT) : utf8Octets(localPart(address.text)),
          quota: block.quota?.SIZE ?? mailDefaults.quota,
          at: site.at,
        });
      }
    },
  }),
];
