/**
 * IMAP commands (RFC 3501 §6, §9; RFC 2177, 2342, 3691, 4315, 4959, 6851): a tag, a name, and what it needs to know.
 *
 * Total. A command is one string of octets with its literals in place, as command-reader.ts puts it together, without its last
 * CRLF. One scan gives both what it says and its fields with their places, so the two can never disagree. Folder names are text,
 * decoded from modified UTF-7 (§5.1.3).
 */
import type { Field } from '../../../field.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../../network/octets.ts';
import { formatInternalDate, parseInternalDate } from './date.ts';
import { type FetchItem, scanFetchItems, writeFetchItems } from './fetch-item.ts';
import { decodeFolderName, encodeFolderName } from './modified-utf7.ts';
import { Scanner, writeAstring, writeLiteral, writeString } from './scanner.ts';
import { type SearchKey, scanSearchKey, writeSearchKey } from './search-key.ts';
import { formatSequenceSet, parseSequenceSet, type SequenceSet } from './sequence-set.ts';

type Syntax =
  | 'nothing'
  | 'mailbox'
  | 'two mailboxes'
  | 'login'
  | 'mechanism'
  | 'reference and pattern'
  | 'status'
  | 'append'
  | 'search'
  | 'fetch'
  | 'store'
  | 'set and mailbox'
  | 'uid';

interface Definition {
  readonly syntax: Syntax;
  readonly meaning: string;
  readonly standard: string;
}

const define = <const S extends Syntax>(syntax: S, meaning: string, standard: string): Definition & { readonly syntax: S } => ({
  syntax,
  meaning,
  standard,
});

/** Every command, in the order of the standards. */
export const COMMANDS = {
  CAPABILITY: define('nothing', 'asks what the server can do', 'RFC 3501 §6.1.1'),
  NOOP: define('nothing', 'asks only for what is new', 'RFC 3501 §6.1.2'),
  LOGOUT: define('nothing', 'ends the session', 'RFC 3501 §6.1.3'),
  STARTTLS: define('nothing', 'asks to go on over TLS', 'RFC 3501 §6.2.1'),
  AUTHENTICATE: define('mechanism', 'authentication by a SASL mechanism', 'RFC 3501 §6.2.2, RFC 4959 §3'),
  LOGIN: define('login', 'who it is, and the password in the clear', 'RFC 3501 §6.2.3'),
  SELECT: define('mailbox', 'opens a folder, to read and to change', 'RFC 3501 §6.3.1'),
  EXAMINE: define('mailbox', 'opens a folder, to read alone', 'RFC 3501 §6.3.2'),
  CREATE: define('mailbox', 'makes a folder', 'RFC 3501 §6.3.3'),
  DELETE: define('mailbox', 'deletes a folder with its messages', 'RFC 3501 §6.3.4'),
  RENAME: define('two mailboxes', 'renames a folder and those below it', 'RFC 3501 §6.3.5'),
  SUBSCRIBE: define('mailbox', 'puts a folder on the list of those that the user looks at', 'RFC 3501 §6.3.6'),
  UNSUBSCRIBE: define('mailbox', 'takes it off that list', 'RFC 3501 §6.3.7'),
  LIST: define('reference and pattern', 'asks which folders there are', 'RFC 3501 §6.3.8'),
  LSUB: define('reference and pattern', 'asks which folders the user is subscribed to', 'RFC 3501 §6.3.9'),
  STATUS: define('status', 'asks for counts of a folder without opening it', 'RFC 3501 §6.3.10'),
  APPEND: define('append', 'puts a message into a folder', 'RFC 3501 §6.3.11'),
  CHECK: define('nothing', 'asks the server to put its house in order', 'RFC 3501 §6.4.1'),
  CLOSE: define('nothing', 'removes what is marked as deleted, and closes the folder', 'RFC 3501 §6.4.2'),
  EXPUNGE: define('nothing', 'removes what is marked as deleted', 'RFC 3501 §6.4.3'),
  SEARCH: define('search', 'asks which messages have some properties', 'RFC 3501 §6.4.4'),
  FETCH: define('fetch', 'asks for parts of messages', 'RFC 3501 §6.4.5'),
  STORE: define('store', 'changes flags of messages', 'RFC 3501 §6.4.6'),
  COPY: define('set and mailbox', 'copies messages into another folder', 'RFC 3501 §6.4.7'),
  UID: define('uid', 'FETCH, STORE, COPY, MOVE, SEARCH or EXPUNGE by unique identifiers', 'RFC 3501 §6.4.8, RFC 4315 §2.1'),
  IDLE: define('nothing', 'waits for what is new until the client says DONE', 'RFC 2177 §3'),
  NAMESPACE: define('nothing', 'asks where folders lie', 'RFC 2342 §5'),
  UNSELECT: define('nothing', 'closes the folder and removes nothing', 'RFC 3691 §2'),
  MOVE: define('set and mailbox', 'moves messages into another folder', 'RFC 6851 §3.1'),
} as const satisfies Record<string, Definition>;

export type Verb = keyof typeof COMMANDS;
type VerbOf<S extends Syntax> = { [V in Verb]: (typeof COMMANDS)[V]['syntax'] extends S ? V : never }[Verb];

export const STATUS_ITEMS = ['MESSAGES', 'RECENT', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN'] as const;
export type StatusItem = (typeof STATUS_ITEMS)[number];

/** `uid`: by UIDs, as behind UID. */
export type Command =
  | { readonly verb: Exclude<VerbOf<'nothing'>, 'EXPUNGE'> }
  /** `set`: of UID EXPUNGE. */
  | { readonly verb: 'EXPUNGE'; readonly set: SequenceSet | null }
  | { readonly verb: VerbOf<'mailbox'>; readonly mailbox: string }
  | { readonly verb: 'RENAME'; readonly mailbox: string; readonly to: string }
  /** Octets. */
  | { readonly verb: 'LOGIN'; readonly user: string; readonly password: string }
  /** Upper case; the initial response as it stands. */
  | { readonly verb: 'AUTHENTICATE'; readonly mechanism: string; readonly initial: string | null }
  | { readonly verb: 'LIST' | 'LSUB'; readonly reference: string; readonly pattern: string }
  | { readonly verb: 'STATUS'; readonly mailbox: string; readonly items: readonly StatusItem[] }
  /** `date`: seconds since 1970-01-01. */
  | {
      readonly verb: 'APPEND';
      readonly mailbox: string;
      readonly flags: readonly string[];
      readonly date: number | null;
      readonly octets: string;
    }
  | { readonly verb: 'SEARCH'; readonly uid: boolean; readonly charset: string | null; readonly keys: readonly SearchKey[] }
  | { readonly verb: 'FETCH'; readonly uid: boolean; readonly set: SequenceSet; readonly items: readonly FetchItem[] }
  | {
      readonly verb: 'STORE';
      readonly uid: boolean;
      readonly set: SequenceSet;
      readonly how: 'replace' | 'add' | 'remove';
      readonly silent: boolean;
      readonly flags: readonly string[];
    }
  | { readonly verb: 'COPY' | 'MOVE'; readonly uid: boolean; readonly set: SequenceSet; readonly mailbox: string };

export type Tagged = { readonly tag: string; readonly command: Command };

export interface CommandError {
  readonly error: 'unknown command' | 'syntax';
  /** null where there is none to answer by. */
  readonly tag: string | null;
  /** What is wrong, in a few words of printable ASCII. */
  readonly text: string;
}

/** Literals in place, without the last CRLF, one char an octet. */
export function decodeCommand(octets: string): Tagged | CommandError {
  return scan(octets).command;
}

/** With literals where octets want them, without the last CRLF. */
export function encodeCommand({ tag, command }: Tagged): string {
  return `${tag} ${written(command)}`;
}

function written(command: Command): string {
  const named = (mailbox: string) => writeAstring(encodeFolderName(mailbox));
  const uid = 'uid' in command && command.uid ? 'UID ' : '';
  switch (command.verb) {
    case 'LOGIN':
      return `LOGIN ${writeAstring(command.user)} ${writeString(command.password)}`;
    case 'AUTHENTICATE':
      return ['AUTHENTICATE', command.mechanism, command.initial].filter((part) => part !== null).join(' ');
    case 'RENAME':
      return `RENAME ${named(command.mailbox)} ${named(command.to)}`;
    case 'LIST':
    case 'LSUB':
      return `${command.verb} ${writeString(encodeFolderName(command.reference))} ${writeString(encodeFolderName(command.pattern))}`;
    case 'STATUS':
      return `STATUS ${named(command.mailbox)} (${command.items.join(' ')})`;
    case 'APPEND': {
      const date = command.date === null ? [] : [`"${formatInternalDate(command.date)}"`];
      const flags = command.flags.length > 0 ? [`(${command.flags.join(' ')})`] : [];
      return ['APPEND', named(command.mailbox), ...flags, ...date, writeLiteral(command.octets)].join(' ');
    }
    case 'SEARCH': {
      const charset = command.charset === null ? [] : [`CHARSET ${writeAstring(command.charset)}`];
      return [`${uid}SEARCH`, ...charset, ...command.keys.map(writeSearchKey)].join(' ');
    }
    case 'FETCH':
      return `${uid}FETCH ${formatSequenceSet(command.set)} ${writeFetchItems(command.items)}`;
    case 'STORE': {
      const sign = { replace: '', add: '+', remove: '-' }[command.how];
      return `${uid}STORE ${formatSequenceSet(command.set)} ${sign}FLAGS${command.silent ? '.SILENT' : ''} (${command.flags.join(' ')})`;
    }
    case 'COPY':
    case 'MOVE':
      return `${uid}${command.verb} ${formatSequenceSet(command.set)} ${named(command.mailbox)}`;
    case 'EXPUNGE':
      return command.set === null ? 'EXPUNGE' : `UID EXPUNGE ${formatSequenceSet(command.set)}`;
    default:
      return 'mailbox' in command ? `${command.verb} ${named(command.mailbox)}` : command.verb;
  }
}

/** One line for an arrow: literals as their length alone. */
export function commandLabel(octets: string): string {
  const end = octets.indexOf('\r\n');
  return textOfOctets(end < 0 ? octets : octets.slice(0, end)).slice(0, 500);
}

/** The bytes of a command, or of its part up to a literal that waits for the server's leave; CRLF included. */
export function dissectCommand(bytes: Uint8Array): Field[] {
  const octets = octetsOf(bytes);
  const ended = octets.endsWith('\r\n');
  const body = ended ? octets.slice(0, -2) : octets;
  const announced = /\{(\d{1,10})\+?\}$/.exec(body);
  if (ended && announced) {
    const start = body.length - announced[0].length;
    const { fields } = scan(`${body.slice(0, start).trimEnd()} ""`);
    const before = fields.filter((field) => field.end <= start && field.malformed !== true);
    return [...before, { name: 'Literal', value: `${announced[1]} octets follow`, start, end: body.length, standard: 'RFC 3501 §4.3' }];
  }
  const fields = [...scan(body).fields];
  if (!ended) fields.push({ name: 'CRLF', value: 'missing', start: body.length, end: body.length, malformed: true });
  return fields;
}

interface Scan {
  readonly command: Tagged | CommandError;
  readonly fields: readonly Field[];
}

const SET = /[\d*:,]+/y;
const FLAG = /\\?[^\0-\x20\x7f-\xff(){%*"\\\]]+/y;
const LETTERS = /[A-Za-z]+/y;
const MECHANISM = /[A-Za-z0-9_-]{1,20}/y;
const BASE64_OR_EMPTY = /=|[A-Za-z0-9+/=]+/y;
const DATE_TIME = /"([^"\r\n]{26})"/y;
const STORE_WHAT = /([+-]?)FLAGS(\.SILENT)?/iy;

function scan(octets: string): Scan {
  const scanner = new Scanner(octets);
  const fields: Field[] = [];
  /** Reads a piece, and tells where it stood. */
  const piece = <T>(name: string, read: () => T | null, shown: (value: T) => string, more: Partial<Field> = {}): T | null => {
    const start = scanner.at;
    const value = read();
    if (value !== null) fields.push({ name, value: shown(value), start, end: scanner.at, ...more });
    return value;
  };
  const tag = piece('Tag', () => scanner.tag(), String, { meaning: 'the reply will bear it', standard: 'RFC 3501 §2.2.1' });
  const wrong = (text: string, error: CommandError['error'] = 'syntax'): Scan => {
    const start = Math.min(scanner.at, octets.length);
    return {
      command: { error, tag, text },
      fields: [...fields, { name: 'Syntax', value: text, start, end: octets.length, malformed: true }],
    };
  };
  if (tag === null || !scanner.space()) return wrong('a tag and a command are expected');
  const wordAt = scanner.at;
  let word = scanner.match(LETTERS)?.[0].toUpperCase() ?? '';
  const uid = word === 'UID';
  if (uid) {
    if (!scanner.space()) return wrong('UID wants a command');
    word = scanner.match(LETTERS)?.[0].toUpperCase() ?? '';
    if (!['FETCH', 'STORE', 'COPY', 'MOVE', 'SEARCH', 'EXPUNGE'].includes(word)) {
      scanner.at = wordAt;
      return wrong('UID wants COPY, EXPUNGE, FETCH, MOVE, SEARCH or STORE');
    }
  }
  if (!isVerb(word)) {
    scanner.at = wordAt;
    return wrong(`no such command: ${word.slice(0, 40)}`, 'unknown command');
  }
  const { meaning, standard, syntax } = COMMANDS[word];
  fields.push({ name: 'Command', value: uid ? `UID ${word}` : word, start: wordAt, end: scanner.at, meaning, standard });

  const space = () => scanner.space();
  const folder = (name = 'Folder'): string | null => {
    const start = scanner.at;
    const decoded = space() ? piece(name, () => decoded7(scanner.astring()), String) : null;
    if (decoded === null) scanner.at = start;
    return decoded;
  };
  const set = (): SequenceSet | null =>
    space() ? piece(uid ? 'UIDs' : 'Messages', () => parseSequenceSet(scanner.match(SET)?.[0] ?? ''), formatSequenceSet) : null;
  const flags = (): string[] | null => scanner.list(() => scanner.match(FLAG)?.[0] ?? null);
  const done = (command: Command): Scan =>
    scanner.atEnd ? { command: { tag, command }, fields } : wrong(`${uid ? 'UID ' : ''}${word} has nothing more behind it`);

  switch (syntax) {
    case 'nothing': {
      if (word !== 'EXPUNGE') return done({ verb: word } as Command);
      if (!uid) return done({ verb: 'EXPUNGE', set: null });
      const uids = set();
      return uids ? done({ verb: 'EXPUNGE', set: uids }) : wrong('a set of UIDs is expected');
    }
    case 'mailbox': {
      const mailbox = folder();
      return mailbox === null ? wrong('a folder is expected') : done({ verb: word, mailbox } as Command);
    }
    case 'two mailboxes': {
      const mailbox = folder();
      const to = mailbox === null ? null : folder('New name');
      return mailbox === null || to === null ? wrong('two folders are expected') : done({ verb: 'RENAME', mailbox, to });
    }
    case 'login': {
      const user = space() ? piece('User name', () => scanner.astring(), textOfOctets) : null;
      const password = user !== null && space() ? piece('Password', () => scanner.astring(), textOfOctets) : null;
      return user === null || password === null
        ? wrong('a user name and a password are expected')
        : done({ verb: 'LOGIN', user, password });
    }
    case 'mechanism': {
      const mechanism = space() ? piece('Mechanism', () => scanner.match(MECHANISM)?.[0].toUpperCase() ?? null, String) : null;
      if (mechanism === null) return wrong('a mechanism is expected');
      if (!space()) return done({ verb: 'AUTHENTICATE', mechanism, initial: null });
      const initial = piece('Initial response', () => scanner.match(BASE64_OR_EMPTY)?.[0] ?? null, String);
      return initial === null ? wrong('an initial response is expected') : done({ verb: 'AUTHENTICATE', mechanism, initial });
    }
    case 'reference and pattern': {
      const reference = folder('Reference');
      const pattern =
        reference !== null && space()
          ? piece('Pattern', () => decoded7(scanner.pattern()), String, { meaning: '* any levels, % one' })
          : null;
      return reference === null || pattern === null
        ? wrong('a reference and a pattern are expected')
        : done({ verb: word as 'LIST' | 'LSUB', reference, pattern });
    }
    case 'status': {
      const mailbox = folder();
      const item = () => {
        const name = scanner.match(LETTERS)?.[0].toUpperCase() as StatusItem | undefined;
        return name && STATUS_ITEMS.includes(name) ? name : null;
      };
      const items =
        mailbox !== null && space()
          ? piece(
              'Items',
              () => scanner.list(item, 1),
              (all) => all.join(' '),
            )
          : null;
      return mailbox === null || items === null
        ? wrong('a folder and status items are expected')
        : done({ verb: 'STATUS', mailbox, items });
    }
    case 'append': {
      const mailbox = folder();
      if (mailbox === null || !space()) return wrong('a folder is expected');
      const hasFlags = octets[scanner.at] === '(';
      const given = hasFlags ? piece('Flags', flags, (all) => all.join(' ')) : [];
      if (given === null || (hasFlags && !space())) return wrong('flags are expected');
      const hasDate = octets[scanner.at] === '"';
      const date = hasDate
        ? piece('Internal date', () => parseInternalDate(scanner.match(DATE_TIME)?.[1] ?? ''), formatInternalDate)
        : null;
      if (hasDate && (date === null || !space())) return wrong('an internal date is expected');
      const message = piece(
        'Message',
        () => scanner.literal(),
        (all) => `${all.length} octets`,
        { standard: 'RFC 3501 §4.3' },
      );
      return message === null
        ? wrong('a message as a literal is expected')
        : done({ verb: 'APPEND', mailbox, flags: given, date, octets: message });
    }
    case 'search': {
      if (!space()) return wrong('a search key is expected');
      let charset: string | null = null;
      if (scanner.word('CHARSET ')) {
        charset = piece('Charset', () => scanner.astring(), String);
        if (charset === null || !space()) return wrong('a charset and a search key are expected');
      }
      const keys: SearchKey[] = [];
      do {
        const key = piece(
          'Search key',
          () => scanSearchKey(scanner),
          (one) => textOfOctets(writeSearchKey(one)),
        );
        if (key === null) return wrong('a search key is expected');
        keys.push(key);
      } while (space());
      return done({ verb: 'SEARCH', uid, charset, keys });
    }
    case 'fetch': {
      const messages = set();
      const items = messages && space() ? piece('Items', () => scanFetchItems(scanner), writeFetchItems) : null;
      return messages && items
        ? done({ verb: 'FETCH', uid, set: messages, items })
        : wrong('a set of messages and what to fetch are expected');
    }
    case 'store': {
      const messages = set();
      const what =
        messages && space()
          ? piece(
              'What',
              () => scanner.match(STORE_WHAT),
              ([all]) => all.toUpperCase(),
            )
          : null;
      if (!messages || !what || !space()) return wrong('a set of messages, FLAGS and flags are expected');
      const bare = () => {
        const found: string[] = [];
        do {
          const flag = scanner.match(FLAG)?.[0];
          if (flag === undefined) return null;
          found.push(flag);
        } while (space());
        return found;
      };
      const given = piece('Flags', octets[scanner.at] === '(' ? flags : bare, (all) => all.join(' '));
      if (given === null) return wrong('flags are expected');
      const how = what[1] === '+' ? 'add' : what[1] === '-' ? 'remove' : 'replace';
      return done({ verb: 'STORE', uid, set: messages, how, silent: what[2] !== undefined, flags: given });
    }
    case 'set and mailbox': {
      const messages = set();
      const mailbox = messages ? folder() : null;
      return messages && mailbox !== null
        ? done({ verb: word as 'COPY' | 'MOVE', uid, set: messages, mailbox })
        : wrong('a set of messages and a folder are expected');
    }
    case 'uid':
      return wrong('UID wants a command');
  }
}

/** The bytes of a command as one message. */
export function commandBytes(octets: string): Uint8Array {
  return bytesOfOctets(`${octets}\r\n`);
}

function decoded7(octets: string | null): string | null {
  return octets === null ? null : decodeFolderName(octets);
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(COMMANDS, word);
}
