/** Steps that read mail or guess passwords, and expectations of folders and devices. */
import { FOLDER_NAME_LIMIT, folderName, INBOX } from '../../../../engines/mail/mailbox/folder.ts';
import type { Proof } from '../../../../engines/mail/mailbox/scenario.ts';
import { utf8Octets } from '../../../../engines/network/octets.ts';
import { DAY } from '../../../../engines/quantities.ts';
import {
  choice,
  count,
  duration,
  entry,
  fileName,
  host,
  list,
  mailAddress,
  type Name,
  optional,
  property,
  quotedName,
  subject,
  text,
  wordChoice,
} from '../../entry.ts';
import { accessTo, readMailbox, wordsOf } from '../../mail-access.ts';
import type { Site } from '../../site.ts';
import { step, timing } from '../timing.ts';

const protocol = wordChoice('pop3', 'imap');
/** How the connection is protected. */
export const security = choice(['over tls', 'tls' as const], ['over starttls', 'starttls' as const]);
export const folder = quotedName('a folder in quotes, such as "Archive"');

const proofs: readonly (readonly [string, Proof])[] = [
  ['password', 'password'],
  ['apop', 'apop'],
  ['plain', 'plain'],
  ['login', 'login'],
  ['cram-md5', 'cram-md5'],
];

export const loginProperties = {
  user: property(
    'user TEXT',
    { TEXT: text },
    { doc: 'The name it logs in with.', default: 'the mailbox’s address', standard: 'RFC 1939 §7, RFC 3501 §6.2.3', example: 'user "bob"' },
  ),
  password: property(
    'password TEXT',
    { TEXT: text },
    {
      doc: 'What it logs in with.',
      default: 'the mailbox’s password',
      standard: 'RFC 1939 §7, RFC 3501 §6.2.3',
      example: 'password "pickles"',
    },
  ),
  login: property(
    'login by HOW',
    { HOW: choice(...proofs) },
    {
      doc: 'How the password is proved: said in clear, by APOP (POP3 alone), or by a SASL mechanism.',
      default: 'password',
      standard: 'RFC 1939 §7, RFC 5034, RFC 3501 §6.2.2',
      example: 'login by cram-md5',
    },
  ),
};

const declared =
  'zone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }\nmailbox bob@hamburger.edu on mail.hamburger.edu { password "pickles" }';

/** A mailbox, and a device to read it on. */
export const mailboxExample = `host bob-pc\n${declared}`;

/** The folder as the engines know it; null (and reported) for what can be no name. */
export function folderOf(name: Name, site: Site): string | null {
  const plain = folderName(name.text);
  if (plain !== null) return plain;
  const why = `A folder’s name has up to ${FOLDER_NAME_LIMIT} characters, levels between slashes, and no *, % or control characters.`;
  site.report('malformed-path', name, why);
  return null;
}

const amount = {
  HOW: optional(choice(['at least', '>='], ['at most', '<='], ['more than', '>'], ['fewer than', '<'])),
  N: count({ maximum: 1e9 }),
  NOUN: wordChoice('messages', 'message'),
};

const STATES: Readonly<Record<string, { readonly set: readonly string[]; readonly unset: readonly string[] }>> = {
  unread: { set: [], unset: ['\\Seen'] },
  read: { set: ['\\Seen'], unset: [] },
  answered: { set: ['\\Answered'], unset: [] },
  flagged: { set: ['\\Flagged'], unset: [] },
  deleted: { set: ['\\Deleted'], unset: [] },
};

export const mailReadingVocabulary = [
  step({
    id: 'read mail',
    pattern: 'HOST reads mail of ADDRESS [using PROTOCOL] [SECURITY]',
    slots: { HOST: subject, ADDRESS: mailAddress, PROTOCOL: optional(protocol), SECURITY: optional(security) },
    properties: {
      keep: property('keep', {}, { doc: 'By POP3: what was fetched stays on the server.', standard: 'RFC 1939 §8', example: 'keep' }),
      delete: property(
        'delete',
        {},
        {
          doc: 'By POP3: what was fetched is deleted on the server. As the standard has it, where nothing is said.',
          standard: 'RFC 1939 §8',
          example: 'delete',
        },
      ),
      preview: property(
        'preview N lines',
        { N: count({ maximum: 1e6 }) },
        {
          doc: 'Only header sections and this many lines (TOP), by IMAP the envelopes: nothing is marked as read, and nothing deleted.',
          default: 'whole messages',
          standard: 'RFC 1939 §7, RFC 3501 §7.4.2',
          example: 'preview 5 lines',
        },
      ),
      folder: property(
        'folder FOLDER',
        { FOLDER: folder },
        { doc: 'By IMAP: which folder.', default: '"INBOX"', standard: 'RFC 3501 §6.3.1', example: 'folder "Archive"' },
      ),
      ...loginProperties,
    },
    doc: 'A user agent on the host gets the mail of a mailbox. By `pop3` it fetches what it has not had yet, and deletes it on the server unless it is to `keep` it. By `imap`, where nothing is said (it leaves mail where other devices find it), it brings its copy of a folder up to date. `over tls` is TLS from the start, on a port of its own; `over starttls` is on the usual one, as all TLS is where mail is sent.',
    standard: 'RFC 1939, RFC 3501',
    example: `${mailboxExample}\nbob-pc reads mail of bob@hamburger.edu using pop3 { keep }\nexpect copy of bob@hamburger.edu on bob-pc has 0 messages`,
    build(given, block, site) {
      const when = timing(given, site);
      const spoken = given.PROTOCOL ?? 'imap';
      const access = accessTo(given.ADDRESS, spoken, given.SECURITY, block, site);
      if (block.keep && block.delete)
        site.report('without-effect', site.property('delete'), 'Mail is kept on the server, or deleted; not both.');
      if (spoken === 'imap') {
        const idle = block.keep ? 'keep' : block.delete ? 'delete' : null;
        if (idle) site.report('without-effect', site.property(idle), `\`${idle}\` is for POP3: by IMAP, mail stays on the server.`);
      } else if (block.folder) site.report('without-effect', site.property('folder'), 'POP3 knows no folders: it reads INBOX.');
      const chosen = block.folder ? folderOf(block.folder.FOLDER, site) : INBOX;
      if (!when || !access || chosen === null) return;
      const preview = block.preview?.N ?? null;
      site.step(when, given.HOST, (device) => ({
        kind: 'mail.read',
        host: device,
        ...access,
        protocol: spoken,
        keep: block.keep !== undefined,
        folder: chosen,
        preview,
      }));
    },
  }),
  step({
    id: 'guess password',
    pattern: 'HOST guesses password of ADDRESS [using PROTOCOL] [SECURITY] ( from FILE | among WORD )',
    slots: {
      HOST: subject,
      ADDRESS: mailAddress,
      PROTOCOL: optional(protocol),
      SECURITY: optional(security),
      FILE: optional(fileName('.txt', '.lst', '.dic')),
      WORD: optional(list(text)),
    },
    properties: {
      every: property(
        'every INTERVAL',
        { INTERVAL: duration({ maximum: DAY, units: ['s', 'ms'] }) },
        { doc: 'The least time between two guesses.', default: 'none: as fast as the server lets it', example: 'every 1 s' },
      ),
      stop: property(
        'stop after TIME',
        { TIME: duration({ maximum: 100 * DAY, units: ['h', 'min', 'd'] }) },
        { doc: 'When it gives up.', default: 'when no word is left', example: 'stop after 1 h' },
      ),
      user: loginProperties.user,
    },
    doc: 'A host tries one password after another, from a file with one in a line or among those that are given, over as many connections as it takes. Done when one was right, or none is left. What it costs depends on the server: `failed login waits`, `attempts`, `lock after`.',
    standard: 'RFC 2577 §5',
    example: `host mallory\n${declared}\nmallory guesses password of bob@hamburger.edu using imap among "123456", "secret", "pickles"\nexpect failed logins of mail.hamburger.edu = 2`,
    build(given, block, site) {
      const when = timing(given, site);
      const spoken = given.PROTOCOL ?? 'imap';
      const access = accessTo(given.ADDRESS, spoken, given.SECURITY, block, site);
      const words = given.FILE ? wordsOf(given.FILE, site) : (given.WORD ?? []).map(utf8Octets);
      if (!when || !access || !words) return;
      const { server, address, user } = access;
      site.step(when, given.HOST, (guesser) => ({
        kind: 'mail.guess',
        host: guesser,
        server,
        address,
        user,
        protocol: spoken,
        security: access.security,
        words,
        interval: block.every?.INTERVAL ?? 0,
        limit: block.stop?.TIME ?? null,
      }));
    },
  }),
  entry({
    id: 'expect folder',
    role: 'expectation',
    pattern: 'expect folder FOLDER of ADDRESS has [HOW] N [STATE] NOUN',
    slots: {
      FOLDER: folder,
      ADDRESS: mailAddress,
      ...amount,
      STATE: optional(wordChoice('unread', 'read', 'answered', 'flagged', 'deleted')),
    },
    doc: 'Expects a number of messages in a folder of a mailbox, or of those in some state, once the steps above are done.',
    standard: 'RFC 3501 §2.3.2',
    example: `${declared}\nexpect folder "INBOX" of bob@hamburger.edu has 0 unread messages`,
    build({ FOLDER, ADDRESS, HOW, N, STATE }, _block, site) {
      const mailbox = readMailbox(ADDRESS, site);
      const chosen = folderOf(FOLDER, site);
      if (!mailbox || chosen === null) return;
      const { set, unset } = STATES[STATE ?? ''] ?? { set: [], unset: [] };
      site.program.expectations.push({
        expected: { kind: 'mail.folder', address: mailbox.address, folder: chosen, set, unset, comparison: HOW ?? '=', messages: N },
        after: site.stepsAbove,
        text: site.text,
        at: site.at,
      });
    },
  }),
  entry({
    id: 'expect copy',
    role: 'expectation',
    pattern: 'expect copy of ADDRESS on HOST has [HOW] N NOUN',
    slots: { ADDRESS: mailAddress, HOST: host, ...amount },
    doc: 'Expects a number of a mailbox’s messages on a device: fetched by POP3, or held in step with the server by IMAP.',
    example: `${mailboxExample}\nbob-pc reads mail of bob@hamburger.edu\nexpect copy of bob@hamburger.edu on bob-pc has 0 messages`,
    build({ ADDRESS, HOST, HOW, N }, _block, site) {
      const mailbox = readMailbox(ADDRESS, site);
      const device = site.host(HOST);
      if (!mailbox || device === null) return;
      site.program.expectations.push({
        expected: { kind: 'mail.copy', address: mailbox.address, host: device, comparison: HOW ?? '=', messages: N },
        after: site.stepsAbove,
        text: site.text,
        at: site.at,
      });
    },
  }),
];
