/** End-to-end protection: S/MIME and OpenPGP, a server that tampers, and what a reader makes of a message. */
import type { EndToEndProtection, ReadingExpectation } from '../../../../engines/mail/scenario.ts';
import { utf8Octets } from '../../../../engines/network/octets.ts';
import { choice, entry, type GivenBlock, mailAddress, type Name, optional, property, subject, text, wordChoice } from '../../entry.ts';
import { keptMailbox, usesMailbox } from '../../mail-message.ts';
import type { Site } from '../../site.ts';
import { step, timing } from '../timing.ts';

const format = choice(['smime', 'smime'], ['openpgp', 'openpgp']);

/** Properties of the step that sends. */
export const protectionProperties = {
  sign: property(
    'sign with FORMAT [as SIGNER]',
    { FORMAT: format, SIGNER: optional(mailAddress) },
    {
      doc: 'The user agent signs the message, by S/MIME or OpenPGP, with the sender’s key, or with the one of who else it is.',
      default: 'not signed',
      standard: 'RFC 8551 §3.5, RFC 3156 §5',
      example: 'sign with smime',
    },
  ),
  encrypt: property(
    'encrypt with FORMAT',
    { FORMAT: format },
    {
      doc: 'The user agent encrypts what the message says, by S/MIME or OpenPGP, for its recipients alone. The header fields stay in clear, the subject among them.',
      default: 'not encrypted',
      standard: 'RFC 8551 §3.3, RFC 3156 §4',
      example: 'encrypt with openpgp',
    },
  ),
};

/** Nothing where the block asks for none. */
export function protectionOf(
  { sign, encrypt }: GivenBlock<typeof protectionProperties>,
  sender: string,
  site: Site,
): { readonly endToEnd?: EndToEndProtection } {
  if (!sign && !encrypt) return {};
  if (sign?.SIGNER) usesMailbox(sign.SIGNER, site);
  return {
    endToEnd: {
      sign: sign ? { format: sign.FORMAT, by: sign.SIGNER?.text ?? sender } : null,
      encrypt: encrypt?.FORMAT ?? null,
    },
  };
}

const SETTING = [
  'host alice-pc',
  'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }',
  'mailbox alice@crepes.fr, bob@crepes.fr on mail.crepes.fr',
  'alice-pc sends mail from alice@crepes.fr to bob@crepes.fr { subject "Lunch"  body "Ketchup?"  sign with smime  encrypt with smime }',
].join('\n');

function expectReading(
  [subject, address, reader]: readonly [subject: string, address: Name, reader: Name | null],
  expected: ReadingExpectation['expected'],
  site: Site,
): void {
  const kept = keptMailbox(address, site);
  if (!kept) return;
  if (reader) usesMailbox(reader, site);
  site.program.expectations.push({
    expected: { kind: 'mail.reading', address: kept.address, subject, reader: reader?.text ?? kept.address, expected },
    after: site.stepsAbove,
    text: site.text,
    at: site.at,
  });
}

/** Steps are built when all declarations are; mailboxes make their hosts servers. */
function checkServes(name: Name, site: Site): void {
  const server = site.host(name);
  if (server === null) return;
  const { mailServers, mailboxes } = site.program;
  const key = server.toLowerCase();
  if (mailServers.has(key) || [...mailboxes.values()].some((one) => one.host.toLowerCase() === key)) return;
  site.report('not-a-mail-server', name, `\`${server}\` runs no mail server.`);
}

export const endToEndVocabulary = [
  step({
    id: 'tamper',
    pattern: 'HOST replaces OLD by NEW in mail',
    slots: { HOST: subject, OLD: text, NEW: text },
    doc: 'From now on the mail server is hostile: it puts another text in the place of this one in the messages that it takes. Where a message is encrypted it finds no text, and turns over a bit of the ciphertext.',
    example:
      'zone crepes.fr on ns.crepes.fr\nmailbox alice@crepes.fr on mail.crepes.fr\nmail.crepes.fr replaces "ketchup" by "mustard" in mail',
    build(given, _block, site) {
      const when = timing(given, site);
      if (!when) return;
      if (given.OLD === '') {
        site.report('expected', site.slot('OLD'), 'Which text is replaced? It cannot be empty.');
        return;
      }
      const replace = utf8Octets(given.OLD);
      const by = utf8Octets(given.NEW);
      for (const name of given.HOST) checkServes(name, site);
      site.step(when, given.HOST, (server) => ({ kind: 'mail.tamper', host: server, replace, by }));
    },
  }),
  entry({
    id: 'expect readable mail',
    role: 'expectation',
    pattern: 'expect mail SUBJECT of ADDRESS is STATE [by READER]',
    slots: { SUBJECT: text, ADDRESS: mailAddress, STATE: wordChoice('readable', 'unreadable'), READER: optional(mailAddress) },
    doc: 'Expects of the last message with this subject in a mailbox that its owner, or whoever else got hold of it, can read it with the keys that are his. What is not encrypted, everybody can read.',
    standard: 'RFC 8551 §3.3, RFC 3156 §4',
    example: `${SETTING}\nexpect mail "Lunch" of bob@crepes.fr is unreadable by alice@crepes.fr`,
    build: ({ SUBJECT, ADDRESS, STATE, READER }, _block, site) => expectReading([SUBJECT, ADDRESS, READER], { kind: STATE }, site),
  }),
  entry({
    id: 'expect text of mail',
    role: 'expectation',
    pattern: 'expect mail SUBJECT of ADDRESS says TEXT',
    slots: { SUBJECT: text, ADDRESS: mailAddress, TEXT: text },
    doc: 'Expects that the owner of a mailbox reads this text in the last message with this subject.',
    example: `${SETTING}\nexpect mail "Lunch" of bob@crepes.fr says "Ketchup"`,
    build: ({ SUBJECT, ADDRESS, TEXT }, _block, site) => expectReading([SUBJECT, ADDRESS, null], { kind: 'says', text: TEXT }, site),
  }),
  entry({
    id: 'expect signature',
    role: 'expectation',
    pattern: 'expect signature of mail SUBJECT of ADDRESS is STATE',
    slots: { SUBJECT: text, ADDRESS: mailAddress, STATE: wordChoice('valid', 'invalid', 'missing') },
    doc: 'Expects what the owner of a mailbox finds of the signature of the last message with this subject. It is valid where nothing was altered and the signer is the author whom the message names.',
    standard: 'RFC 8551 §3.5, RFC 3156 §5',
    example: `${SETTING}\nexpect signature of mail "Lunch" of bob@crepes.fr is valid`,
    build: ({ SUBJECT, ADDRESS, STATE }, _block, site) =>
      expectReading([SUBJECT, ADDRESS, null], { kind: 'signature', state: STATE }, site),
  }),
];
