/** Who may send for a domain: what servers check, and what they sign. */
import { senderCheckDefaults } from '../../defaults/mail-sender-authentication.ts';
import { choice, domainName, entry, host, property, wordChoice } from '../../entry.ts';
import { ownHost } from '../../hosts.ts';

const bank =
  'zone crepes.fr on ns.crepes.fr {\n  @ MX 10 mail.crepes.fr\n}\nzone bank.com on ns.bank.com {\n  @      MX  10 mail.bank.com\n  @      TXT "v=spf1 mx -all"\n  _dmarc TXT "v=DMARC1; p=reject"\n}\nmailbox alice@crepes.fr on mail.crepes.fr\nmailbox ceo@bank.com on mail.bank.com\n';

export const senderAuthenticationVocabulary = [
  entry({
    id: 'sendercheck',
    role: 'declaration',
    pattern: 'sendercheck HOST',
    slots: { HOST: host },
    properties: {
      spf: property(
        'spf ACTION',
        { ACTION: wordChoice('tell', 'junk', 'reject', 'off') },
        {
          doc: 'Whether the client may send for the domain of the envelope’s sender, and what is done where it may not.',
          default: senderCheckDefaults.spf,
          standard: 'RFC 7208 §8.4',
          example: 'spf reject',
        },
      ),
      dkim: property(
        'dkim SWITCH',
        { SWITCH: choice(['on', true], ['off', false]) },
        {
          doc: 'Whether signatures of the message hold. Alone it refuses nothing.',
          default: 'on',
          standard: 'RFC 6376 §6',
          example: 'dkim off',
        },
      ),
      dmarc: property(
        'dmarc ACTION',
        { ACTION: wordChoice('follow', 'tell', 'off') },
        {
          doc: 'Whether SPF or DKIM vouches for the domain in From; `follow`: where neither does, what that domain wants is done.',
          default: senderCheckDefaults.dmarc,
          standard: 'RFC 7489 §6.6',
          example: 'dmarc tell',
        },
      ),
    },
    doc: 'A mail server checks who sends the messages that come in from others, by the domains’ TXT records, and writes what it found in front of them. Its own users’ messages are not checked.',
    standard: 'RFC 8601',
    example: `${bank}sendercheck mail.crepes.fr { spf reject }\nhost mallory-pc\nmallory-pc sends mail from ceo@bank.com to alice@crepes.fr via mail.crepes.fr { subject "Urgent"  body "Pay at once." }`,
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`sendercheck ${own.toLowerCase()}`, `The sender check of \`${own}\``, site.place(HOST)))
        return;
      program.needsDns = true;
      program.senderChecks.set(own.toLowerCase(), {
        kind: 'mail.sender-check',
        host: own,
        spf: block.spf?.ACTION ?? senderCheckDefaults.spf,
        dkim: block.dkim?.SWITCH ?? senderCheckDefaults.dkim,
        dmarc: block.dmarc?.ACTION ?? senderCheckDefaults.dmarc,
        at: site.place(HOST),
      });
    },
  }),
  entry({
    id: 'dkim',
    role: 'declaration',
    pattern: 'dkim DOMAIN on HOST',
    slots: { DOMAIN: domainName, HOST: host },
    properties: {
      selector: property(
        'selector NAME',
        { NAME: domainName },
        {
          doc: 'Which of the domain’s keys it is: the key stands at NAME._domainkey in the domain’s zone.',
          default: senderCheckDefaults.selector,
          standard: 'RFC 6376 §3.1',
          example: 'selector spring2026',
        },
      ),
    },
    doc: 'A mail server signs what its users send under addresses of the domain, with an Ed25519 key. The record with the other half of the key is added to the zone, unless there is one.',
    standard: 'RFC 6376, RFC 8463',
    example: `${bank}dkim bank.com on mail.bank.com { selector spring2026 }\nsendercheck mail.crepes.fr\nhost ceo-pc\nceo-pc sends mail from ceo@bank.com to alice@crepes.fr { subject "Thanks" }`,
    build({ DOMAIN, HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      const domain = DOMAIN.text.toLowerCase();
      if (
        own === null ||
        !program.declareOnce(`dkim ${domain} ${own.toLowerCase()}`, `The signing of \`${DOMAIN.text}\``, site.place(DOMAIN))
      )
        return;
      program.needsDns = true;
      program.dkimSignings.push({
        kind: 'mail.dkim',
        host: own,
        domain,
        selector: (block.selector?.NAME.text ?? senderCheckDefaults.selector).toLowerCase(),
        at: site.place(DOMAIN),
      });
    },
  }),
];
