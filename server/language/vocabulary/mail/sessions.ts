/** Sessions with POP3 and IMAP servers, line by line. */
import type { ImapOperation, Pop3Operation } from '../../../../engines/mail/mailbox/scenario.ts';
import { utf8Octets } from '../../../../engines/network/octets.ts';
import { DAY } from '../../../../engines/quantities.ts';
import {
  count,
  duration,
  type GivenBlock,
  mailAddress,
  type Name,
  optional,
  quotedName,
  repeated,
  subject,
  text,
  wordChoice,
} from '../../entry.ts';
import { accessTo, imapSyntax, messageSet } from '../../mail-access.ts';
import type { Site } from '../../site.ts';
import { step, timing } from '../timing.ts';
import { folder, folderOf, loginProperties, mailboxExample, security } from './reading.ts';

const message = count({ minimum: 1, maximum: 1e9 });
const messages = quotedName('messages in quotes, such as "1:3"');
const line = quotedName('a command in quotes');
const pause = duration({ maximum: 100 * DAY, units: ['s', 'min'] });

const shared = {
  say: repeated(
    'say LINE',
    { LINE: line },
    { doc: 'Says a command as it stands; in IMAP, without its tag. Not for what has more than one line.', example: 'say "NOOP"' },
  ),
  wait: repeated('wait TIME', { TIME: pause }, { doc: 'Says nothing for a while.', example: 'wait 10 s' }),
  hang: repeated(
    'hang up',
    {},
    { doc: 'Breaks the connection off: what POP3 was to delete stays.', standard: 'RFC 1939 §6', example: 'hang up' },
  ),
};

const pop3Operations = {
  stat: repeated('stat', {}, { doc: 'Asks for the number of messages and their size.', standard: 'RFC 1939 §5', example: 'stat' }),
  list: repeated('list', {}, { doc: 'Asks for the size of each message.', standard: 'RFC 1939 §5', example: 'list' }),
  uidl: repeated('uidl', {}, { doc: 'Asks for the unique-id of each message.', standard: 'RFC 1939 §7', example: 'uidl' }),
  capa: repeated('capa', {}, { doc: 'Asks what the server can do.', standard: 'RFC 2449 §5', example: 'capa' }),
  retrieve: repeated('retrieve N', { N: message }, { doc: 'Fetches a message.', standard: 'RFC 1939 §5', example: 'retrieve 1' }),
  top: repeated(
    'top N with LINES lines',
    { N: message, LINES: count({ maximum: 1e6 }) },
    { doc: 'Fetches a header section and so many lines of the body.', standard: 'RFC 1939 §7', example: 'top 1 with 5 lines' },
  ),
  delete: repeated(
    'delete N',
    { N: message },
    { doc: 'Marks a message as deleted; it goes when the session ends by QUIT.', standard: 'RFC 1939 §5', example: 'delete 1' },
  ),
  undelete: repeated('undelete', {}, { doc: 'Takes all marks back (RSET).', standard: 'RFC 1939 §5', example: 'undelete' }),
  ...shared,
};

const flag = wordChoice('seen', 'answered', 'flagged', 'deleted', 'draft');
const flagCalled = (word: string): string => `\\${word.charAt(0).toUpperCase()}${word.slice(1)}`;
const onFolder = (word: string, doc: string, standard: string) =>
  repeated(`${word} FOLDER`, { FOLDER: folder }, { doc, standard, example: `${word} "Archive"` });
const plain = (word: string, doc: string, standard: string) => repeated(word, {}, { doc, standard, example: word });

const imapOperations = {
  select: onFolder('select', 'Opens a folder, to read and to change.', 'RFC 3501 §6.3.1'),
  examine: onFolder('examine', 'Opens a folder, to read alone.', 'RFC 3501 §6.3.2'),
  create: onFolder('create', 'Makes a folder.', 'RFC 3501 §6.3.3'),
  delete: onFolder('delete', 'Deletes a folder with its messages.', 'RFC 3501 §6.3.4'),
  rename: repeated(
    'rename FOLDER to NEW',
    { FOLDER: folder, NEW: folder },
    { doc: 'Renames a folder and those below it.', standard: 'RFC 3501 §6.3.5', example: 'rename "Archive" to "2025"' },
  ),
  subscribe: onFolder('subscribe', 'Puts a folder on the list of those that the user looks at.', 'RFC 3501 §6.3.6'),
  unsubscribe: onFolder('unsubscribe', 'Takes a folder off that list.', 'RFC 3501 §6.3.7'),
  list: repeated(
    'list [PATTERN]',
    { PATTERN: optional(quotedName('a pattern in quotes')) },
    { doc: 'Lists folders: `*` stands for anything, `%` for one level.', default: '"*"', standard: 'RFC 3501 §6.3.8', example: 'list "%"' },
  ),
  lsub: repeated(
    'lsub [PATTERN]',
    { PATTERN: optional(quotedName('a pattern in quotes')) },
    { doc: 'Lists the folders that the user has subscribed to.', default: '"*"', standard: 'RFC 3501 §6.3.9', example: 'lsub' },
  ),
  status: onFolder('status', 'Asks for counts of a folder without opening it.', 'RFC 3501 §6.3.10'),
  fetch: repeated(
    'fetch MESSAGES WHAT',
    { MESSAGES: messages, WHAT: quotedName('what to fetch in quotes, such as "BODY[]"') },
    {
      doc: 'Fetches parts of messages, written as in the standard.',
      standard: 'RFC 3501 §6.4.5',
      example: 'fetch "1:*" "(FLAGS ENVELOPE)"',
    },
  ),
  search: repeated(
    'search WHAT',
    { WHAT: quotedName('what to look for in quotes, such as "UNSEEN"') },
    { doc: 'Looks for messages, by the keys of the standard.', standard: 'RFC 3501 §6.4.4', example: 'search "UNSEEN FROM alice"' },
  ),
  mark: repeated(
    'mark MESSAGES FLAG',
    { MESSAGES: messages, FLAG: flag },
    { doc: 'Sets a flag of messages.', standard: 'RFC 3501 §6.4.6', example: 'mark "1" flagged' },
  ),
  unmark: repeated(
    'unmark MESSAGES FLAG',
    { MESSAGES: messages, FLAG: flag },
    { doc: 'Takes a flag off messages.', standard: 'RFC 3501 §6.4.6', example: 'unmark "1" seen' },
  ),
  copy: repeated(
    'copy MESSAGES to FOLDER',
    { MESSAGES: messages, FOLDER: folder },
    { doc: 'Copies messages into another folder.', standard: 'RFC 3501 §6.4.7', example: 'copy "1" to "Archive"' },
  ),
  move: repeated(
    'move MESSAGES to FOLDER',
    { MESSAGES: messages, FOLDER: folder },
    { doc: 'Moves messages into another folder.', standard: 'RFC 6851 §3.1', example: 'move "1" to "Archive"' },
  ),
  append: repeated(
    'append to FOLDER subject SUBJECT body BODY [FLAG]',
    { FOLDER: folder, SUBJECT: text, BODY: text, FLAG: optional(flag) },
    {
      doc: 'Puts a message of one’s own into a folder.',
      standard: 'RFC 3501 §6.3.11',
      example: 'append to "Drafts" subject "Hello" body "Hi." draft',
    },
  ),
  expunge: plain('expunge', 'Removes what is marked as deleted.', 'RFC 3501 §6.4.3'),
  close: plain('close', 'Removes what is marked as deleted, and closes the folder.', 'RFC 3501 §6.4.2'),
  check: plain('check', 'Asks the server to put its house in order.', 'RFC 3501 §6.4.1'),
  noop: plain('noop', 'Asks only for what is new.', 'RFC 3501 §6.1.2'),
  capability: plain('capability', 'Asks what the server can do.', 'RFC 3501 §6.1.1'),
  idle: repeated(
    'idle TIME',
    { TIME: pause },
    { doc: 'Waits for what is new, and is told as it comes.', standard: 'RFC 2177', example: 'idle 5 min' },
  ),
  ...shared,
};

/** Every line's operation in the order in which they were written; null where one could not be made (it has been reported). */
class Operations<O> {
  readonly #made = new Map<object, O | null>();

  each<T extends object>(given: readonly T[] | undefined, operation: (one: T) => O | null): void {
    for (const one of given ?? []) this.#made.set(one, operation(one));
  }

  inOrder(site: Site): readonly O[] | null {
    const all = site.asWritten([...this.#made.keys()]).map((one) => this.#made.get(one) ?? null);
    return all.includes(null) ? null : (all as O[]);
  }
}

function pop3OperationsOf(block: GivenBlock<typeof pop3Operations>, site: Site): readonly Pop3Operation[] | null {
  const made = new Operations<Pop3Operation>();
  made.each(block.stat, () => ({ kind: 'status' }));
  made.each(block.list, () => ({ kind: 'list' }));
  made.each(block.uidl, () => ({ kind: 'unique-ids' }));
  made.each(block.capa, () => ({ kind: 'capabilities' }));
  made.each(block.retrieve, ({ N }) => ({ kind: 'retrieve', message: N }));
  made.each(block.top, ({ N, LINES }) => ({ kind: 'top', message: N, lines: LINES }));
  made.each(block.delete, ({ N }) => ({ kind: 'delete', message: N }));
  made.each(block.undelete, () => ({ kind: 'undelete' }));
  made.each(block.say, ({ LINE }) => said(LINE, /^(quit|retr|top|capa|stls|auth|list|uidl)\b/i, site));
  made.each(block.wait, ({ TIME }) => ({ kind: 'wait', duration: TIME }));
  made.each(block.hang, () => ({ kind: 'hang up' }));
  return made.inOrder(site);
}

function imapOperationsOf(block: GivenBlock<typeof imapOperations>, site: Site): readonly ImapOperation[] | null {
  const made = new Operations<ImapOperation>();
  for (const kind of ['select', 'examine', 'create', 'delete', 'subscribe', 'unsubscribe', 'status'] as const) {
    made.each(block[kind], ({ FOLDER }) => {
      const chosen = folderOf(FOLDER, site);
      return chosen === null ? null : { kind, folder: chosen };
    });
  }
  made.each(block.rename, ({ FOLDER, NEW }) => {
    const [from, to] = [folderOf(FOLDER, site), folderOf(NEW, site)];
    return from === null || to === null ? null : { kind: 'rename', folder: from, to };
  });
  made.each(block.list, ({ PATTERN }) => ({ kind: 'list', subscribed: false, pattern: PATTERN?.text ?? '*' }));
  made.each(block.lsub, ({ PATTERN }) => ({ kind: 'list', subscribed: true, pattern: PATTERN?.text ?? '*' }));
  made.each(block.fetch, ({ MESSAGES, WHAT }) => {
    const set = messageSet(MESSAGES, site);
    if (set === null || !imapSyntax(`FETCH ${set} ${WHAT.text}`, WHAT, site)) return null;
    return { kind: 'fetch', messages: set, what: utf8Octets(WHAT.text) };
  });
  made.each(block.search, ({ WHAT }) =>
    imapSyntax(`SEARCH ${WHAT.text}`, WHAT, site) ? { kind: 'search', what: utf8Octets(WHAT.text) } : null,
  );
  for (const [given, how] of [
    [block.mark, 'add'],
    [block.unmark, 'remove'],
  ] as const) {
    made.each(given, ({ MESSAGES, FLAG }) => {
      const set = messageSet(MESSAGES, site);
      return set === null ? null : { kind: 'store', messages: set, how, flags: [flagCalled(FLAG)] };
    });
  }
  for (const kind of ['copy', 'move'] as const) {
    made.each(block[kind], ({ MESSAGES, FOLDER }) => {
      const [set, to] = [messageSet(MESSAGES, site), folderOf(FOLDER, site)];
      return set === null || to === null ? null : { kind, messages: set, to };
    });
  }
  made.each(block.append, ({ FOLDER, SUBJECT, BODY, FLAG }) => {
    const to = folderOf(FOLDER, site);
    if (to === null) return null;
    return {
      kind: 'append',
      folder: to,
      message: { kind: 'parts', subject: SUBJECT, headers: [], body: BODY },
      flags: FLAG === null ? [] : [flagCalled(FLAG)],
    };
  });
  made.each(block.expunge, () => ({ kind: 'expunge' }));
  made.each(block.close, () => ({ kind: 'close' }));
  made.each(block.check, () => ({ kind: 'check' }));
  made.each(block.noop, () => ({ kind: 'noop' }));
  made.each(block.capability, () => ({ kind: 'capabilities' }));
  made.each(block.idle, ({ TIME }) => ({ kind: 'idle', duration: TIME }));
  made.each(block.say, ({ LINE }) => said(LINE, /^(logout|starttls|authenticate|idle)\b/i, site));
  made.each(block.wait, ({ TIME }) => ({ kind: 'wait', duration: TIME }));
  made.each(block.hang, () => ({ kind: 'hang up' }));
  return made.inOrder(site);
}

/** `elsewhere`: what the client says where it is needed, as it has more to say or to read with it. */
function said(given: Name, elsewhere: RegExp, site: Site): { readonly kind: 'command'; readonly line: string } | null {
  const octets = utf8Octets(given.text);
  let why: string | null = null;
  if (/[\r\n]/.test(octets)) why = 'A command is one line.';
  else if (octets.length > 4000) why = 'A command is no longer than 4000 octets.';
  else if (/\{\d+\+?\}$/.test(octets)) why = 'A literal is not said as it stands.';
  else if (elsewhere.test(octets)) why = `\`${octets.split(' ', 1)[0]}\` is not said as it stands: other lines of the block are for it.`;
  if (why === null) return { kind: 'command', line: octets };
  site.report('malformed-command', given, why);
  return null;
}

export const mailSessionsVocabulary = [
  step({
    id: 'pop3 session',
    pattern: 'HOST opens pop3 session for ADDRESS [SECURITY]',
    slots: { HOST: subject, ADDRESS: mailAddress, SECURITY: optional(security) },
    properties: { ...loginProperties, ...pop3Operations },
    blockRequired: true,
    doc: 'The host logs in to the mailbox’s server by POP3, does what the block says line by line, and says QUIT. What is refused does not keep the next line from being tried.',
    standard: 'RFC 1939',
    example: `${mailboxExample}\nbob-pc opens pop3 session for bob@hamburger.edu {\n  stat\n  list\n}`,
    build(given, block, site) {
      const when = timing(given, site);
      const access = accessTo(given.ADDRESS, 'pop3', given.SECURITY, block, site);
      const operations = pop3OperationsOf(block, site);
      if (!when || !access || !operations) return;
      site.step(when, given.HOST, (device) => ({ kind: 'mail.pop3', host: device, ...access, operations }));
    },
  }),
  step({
    id: 'imap session',
    pattern: 'HOST opens imap session for ADDRESS [SECURITY]',
    slots: { HOST: subject, ADDRESS: mailAddress, SECURITY: optional(security) },
    properties: { ...loginProperties, ...imapOperations },
    blockRequired: true,
    doc: 'The host logs in to the mailbox’s server by IMAP, does what the block says line by line, and says LOGOUT. What is refused does not keep the next line from being tried.',
    standard: 'RFC 3501',
    example: `${mailboxExample}\nbob-pc opens imap session for bob@hamburger.edu {\n  create "Archive"\n  select "INBOX"\n  search "UNSEEN"\n  idle 10 s\n}\nexpect folder "Archive" of bob@hamburger.edu has 0 messages`,
    build(given, block, site) {
      const when = timing(given, site);
      const access = accessTo(given.ADDRESS, 'imap', given.SECURITY, block, site);
      const operations = imapOperationsOf(block, site);
      if (!when || !access || !operations) return;
      site.step(when, given.HOST, (device) => ({ kind: 'mail.imap', host: device, ...access, operations }));
    },
  }),
];
