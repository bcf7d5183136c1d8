/**
 * The IMAP server's side of a session (RFC 3501), without a network: a command gives an act. Whether a command may come in a
 * state is the table in server-rules.ts; numbers and news of the open folder are in selected-folder.ts.
 */

import { textOfOctets } from '../../network/octets.ts';
import { type Bytes, EPOCH, type Nanoseconds, SECOND } from '../../quantities.ts';
import { flagSet, HIERARCHY_SEPARATOR, hasFlag, type StoredMessage, SYSTEM_FLAGS } from '../mailbox/folder.ts';
import type { Logins } from '../mailbox/logins.ts';
import type { Folder, MailboxStore, StoreProblem } from '../mailbox/mailbox-store.ts';
import type { AccessService } from '../mailbox/scenario.ts';
import { isMechanism, MECHANISMS, ServerExchange, type ServerTurn } from '../sasl/exchange.ts';
import type { Account } from '../sasl/mechanism.ts';
import type { MailAddress } from '../scenario.ts';
import { brings, distinct, fetched, reads } from './fetching.ts';
import { folderPattern } from './folder-pattern.ts';
import { matches } from './search.ts';
import { SelectedFolder } from './selected-folder.ts';
import { RULES, type State } from './server-rules.ts';
import { type Command, decodeCommand, type StatusItem } from './wire/command.ts';
import { encodeFolderName } from './wire/modified-utf7.ts';
import { encodeResponse, type Status } from './wire/response.ts';
import { writeAstring } from './wire/scanner.ts';
import { formatSequenceSet, inSet, type SequenceSet, setOf } from './wire/sequence-set.ts';
import { atom, type Value } from './wire/value.ts';

/** What goes to the client; `brings`: a message's text, so that it is told by itself. */
export interface Untagged {
  readonly octets: string;
  readonly brings: boolean;
}

export type Act =
  | {
      readonly kind: 'reply';
      readonly untagged: readonly Untagged[];
      readonly tagged: string;
      readonly next?: 'close' | 'secure';
      /** Before the reply is sent. */
      readonly delay?: Nanoseconds;
    }
  /** A line that the client is to answer. */
  | { readonly kind: 'challenge'; readonly line: string }
  /** Tell the news as they come, until DONE. */
  | { readonly kind: 'idle' };

export interface SessionSurroundings {
  readonly service: Pick<AccessService, 'tls' | 'logins'>;
  readonly logins: Logins;
  readonly store: MailboxStore;
  /** Never the same twice. */
  readonly nonce: string;
  /** TLS from the start. */
  readonly secured: boolean;
  now(): Nanoseconds;
}

const ERRORS_LIMIT = 50;
/** Of what one FETCH brings beyond the text of each message once: a short command can ask for the same octets any number of times. */
const FETCH_LIMIT: Bytes = 128 * 1024 * 1024;
const CHARSETS = ['US-ASCII', 'UTF-8'];

export class ServerSession {
  readonly #surroundings: SessionSurroundings;
  #secured: boolean;
  #address: MailAddress | null = null;
  #selected: SelectedFolder | null = null;
  #exchange: ServerExchange | null = null;
  #claimed = '';
  /** Of the command whose exchange or IDLE is under way. */
  #tag = '';
  #failedLogins = 0;
  #errors = 0;

  constructor(surroundings: SessionSurroundings) {
    this.#surroundings = surroundings;
    this.#secured = surroundings.secured;
  }

  greet(): string {
    return status(null, 'OK', 'IMAP4rev1 server ready', 'CAPABILITY', this.#capabilities().join(' '));
  }

  get #state(): State {
    return this.#selected ? 'selected' : this.#address ? 'authenticated' : 'not authenticated';
  }

  get loggedIn(): boolean {
    return this.#address !== null;
  }

  /** The next line is an answer to a challenge, and no command. */
  get inExchange(): boolean {
    return this.#exchange !== null;
  }

  /** The folder that may have news, in IDLE. */
  get selected(): SelectedFolder | null {
    return this.#selected;
  }

  /** Literals in place, without the last CRLF. */
  command(octets: string): Act {
    const decoded = decodeCommand(octets);
    if ('error' in decoded) return this.#mistake(decoded.tag, decoded.text);
    const { tag, command } = decoded;
    const { states, supported, expunges } = RULES[command.verb];
    if (supported === 'with TLS' && this.#surroundings.service.tls === 'off') return this.#mistake(tag, `no such command: ${command.verb}`);
    if (!states.includes(this.#state)) return this.#mistake(tag, `${command.verb} is not for the state ${this.#state}`);
    this.#tag = tag;
    const act = this.#obey(tag, command);
    if (act.kind !== 'reply' || !this.#selected) return act;
    // §7.4.1: with UID, no numbers are named by the client that could have moved.
    const news = this.#selected.news(expunges || ('uid' in command && command.uid));
    return { ...act, untagged: [...act.untagged, ...news.map(plain)] };
  }

  /** One that was not taken. Behind what is too long, where the next command begins is not known (§4.3): the session is over. */
  refused(tag: string | null, why: 'too long' | 'too big'): Act {
    if (why === 'too big') return reply(status(tag, tag === null ? 'BAD' : 'NO', 'More than the server takes', 'TOOBIG'));
    const text = 'The command is too long';
    return { kind: 'reply', untagged: [plain(this.bye(text))], tagged: status(tag, 'BAD', text), next: 'close' };
  }

  /** The answer to a challenge; null for one that was too long. */
  answer(line: string | null): Act {
    const exchange = this.#exchange as ServerExchange;
    return this.#turn(line === null ? { kind: 'failure', reason: 'malformed' } : exchange.answer(line));
  }

  /** What a client says within IDLE (RFC 2177 §3). */
  doneIdling(line: string | null): Act {
    const news = (this.#selected?.news(true) ?? []).map(plain);
    if (line?.toUpperCase() === 'DONE') return { ...reply(ok(this.#tag, 'IDLE completed')), untagged: news };
    const act = this.#mistake(this.#tag, 'DONE is expected');
    return act.kind === 'reply' ? { ...act, untagged: [...news, ...act.untagged] } : act;
  }

  /** TLS is there now: what was said before is forgotten (§6.2.1). */
  secured(): void {
    this.#secured = true;
  }

  bye(text: string): string {
    return status(null, 'BYE', text);
  }

  /** However it ended. */
  end(): void {
    this.#close();
  }

  #mistake(tag: string | null, text: string): Act {
    const said = status(tag, 'BAD', `${text.charAt(0).toUpperCase()}${text.slice(1)}`);
    if (++this.#errors < ERRORS_LIMIT) return reply(said);
    return { kind: 'reply', untagged: [plain(this.bye('Too many errors'))], tagged: said, next: 'close' };
  }

  #obey(tag: string, command: Command): Act {
    const address = this.#address;
    if (address === null) return this.#obeyStranger(tag, command);
    if (!this.#selected) return this.#obeyUser(tag, command, address);
    return this.#obeySelected(tag, command, address, this.#selected);
  }

  // Not authenticated --------------------------------------------------------------------------------------------------

  #obeyStranger(tag: string, command: Command): Act {
    switch (command.verb) {
      case 'LOGIN': {
        if (this.#inClear) return reply(status(tag, 'NO', 'TLS is needed: say STARTTLS first', 'PRIVACYREQUIRED'));
        const account = this.#surroundings.logins.accounts(command.user);
        return this.#logIn(command.user, account?.password === command.password ? account : null);
      }
      case 'AUTHENTICATE': {
        if (this.#inClear) return reply(status(tag, 'NO', 'TLS is needed: say STARTTLS first', 'PRIVACYREQUIRED'));
        if (!isMechanism(command.mechanism)) return reply(status(tag, 'NO', `No such mechanism: ${command.mechanism}`, 'CANNOT'));
        this.#claimed = '';
        const accounts = (user: string) => {
          this.#claimed = user;
          return this.#surroundings.logins.accounts(user);
        };
        this.#exchange = new ServerExchange(command.mechanism, accounts, this.#surroundings.nonce);
        return this.#turn(this.#exchange.begin(command.initial));
      }
      case 'STARTTLS':
        return this.#secured ? this.#mistake(tag, 'TLS is there already') : { ...reply(ok(tag, 'Begin TLS negotiation')), next: 'secure' };
      default:
        return this.#anybody(tag, command);
    }
  }

  get #inClear(): boolean {
    return this.#surroundings.service.tls === 'required' && !this.#secured;
  }

  #turn(turn: ServerTurn): Act {
    if (turn.kind === 'challenge') return { kind: 'challenge', line: turn.line };
    this.#exchange = null;
    if (turn.kind === 'success') return this.#logIn(turn.account.name, turn.account);
    if (turn.reason === 'refused') return this.#logIn(this.#claimed, null);
    // §6.2.2: a client that cancels, or says what is no base64, gets BAD.
    return this.#mistake(this.#tag, `authentication ${turn.reason === 'cancelled' ? 'cancelled' : `failed: ${turn.reason}`}`);
  }

  #logIn(claimed: string, proved: Account | null): Act {
    const { logins, service } = this.#surroundings;
    const result = logins.judge(claimed, proved);
    if (result.kind === 'in') {
      this.#address = result.address;
      return reply(status(this.#tag, 'OK', `${result.address} logged in`, 'CAPABILITY', this.#capabilities().join(' ')));
    }
    const locked = result.why === 'locked';
    const text = locked ? 'Too many failed logins, try again later' : 'Wrong user name or password';
    const tagged = status(this.#tag, 'NO', text, locked ? 'UNAVAILABLE' : 'AUTHENTICATIONFAILED');
    const over = ++this.#failedLogins >= service.logins.perConnection;
    const untagged = over ? [plain(this.bye('Too many failed logins'))] : [];
    return { kind: 'reply', untagged, tagged, delay: result.delay, ...(over ? { next: 'close' as const } : {}) };
  }

  /** §7.2.1; what may change with the state is left out where it no longer holds. */
  #capabilities(): string[] {
    const { service } = this.#surroundings;
    const before = this.#address === null;
    return [
      'IMAP4rev1',
      'LITERAL+',
      'IDLE',
      'NAMESPACE',
      'UIDPLUS',
      'UNSELECT',
      'MOVE',
      'SASL-IR',
      ...(before && service.tls !== 'off' && !this.#secured ? ['STARTTLS'] : []),
      ...(before && this.#inClear ? ['LOGINDISABLED'] : []),
      ...(before && !this.#inClear ? Object.keys(MECHANISMS).map((name) => `AUTH=${name}`) : []),
    ];
  }

  // Any state ----------------------------------------------------------------------------------------------------------

  #anybody(tag: string, command: Command): Act {
    switch (command.verb) {
      case 'CAPABILITY':
        return reply(ok(tag, 'CAPABILITY completed'), data('CAPABILITY', this.#capabilities().map(atom)));
      case 'LOGOUT':
        this.#close();
        return { ...reply(ok(tag, 'LOGOUT completed'), this.bye('Goodbye')), next: 'close' };
      default:
        return reply(ok(tag, `${command.verb} completed`));
    }
  }

  // Authenticated ------------------------------------------------------------------------------------------------------

  #obeyUser(tag: string, command: Command, address: MailAddress): Act {
    const { store } = this.#surroundings;
    const done = (problem: StoreProblem | null): Act => reply(problem ? refusal(tag, problem) : ok(tag, `${command.verb} completed`));
    switch (command.verb) {
      case 'SELECT':
      case 'EXAMINE':
        return this.#select(tag, command.verb, command.mailbox, address);
      case 'CREATE':
        return done(store.createFolder(address, command.mailbox));
      case 'DELETE':
        return done(store.deleteFolder(address, command.mailbox));
      case 'RENAME':
        return done(store.renameFolder(address, command.mailbox, command.to));
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        return done(store.subscribe(address, command.mailbox, command.verb === 'SUBSCRIBE'));
      case 'LIST':
        return this.#list(tag, command.reference, command.pattern, address);
      case 'LSUB':
        return this.#listSubscribed(tag, command.reference, command.pattern, address);
      case 'STATUS':
        return this.#status(tag, command.mailbox, command.items, address);
      case 'APPEND':
        return this.#append(tag, command, address);
      case 'NAMESPACE': {
        const personal: Value = [['', HIERARCHY_SEPARATOR]];
        return reply(ok(tag, 'NAMESPACE completed'), data('NAMESPACE', [personal, null, null]));
      }
      case 'IDLE':
        return { kind: 'idle' };
      default:
        return this.#anybody(tag, command);
    }
  }

  #select(tag: string, verb: 'SELECT' | 'EXAMINE', name: string, address: MailAddress): Act {
    // §6.3.1: also where it fails, what was open is closed.
    this.#close();
    const { store } = this.#surroundings;
    const folder = store.folder(address, name);
    if (!folder?.selectable) return reply(refusal(tag, 'no such folder'));
    const readOnly = verb === 'EXAMINE';
    const selected = new SelectedFolder(store, address, folder, readOnly);
    this.#selected = selected;
    const messages = store.messages(address, folder.name);
    const unseen = messages.findIndex(({ flags }) => !hasFlag(flags, '\\Seen'));
    const keywords = [...new Set(messages.flatMap(({ flags }) => flags))].filter((flag) => !flag.startsWith('\\'));
    const permanent = readOnly ? '()' : `(${[...SYSTEM_FLAGS, ...keywords, '\\*'].join(' ')})`;
    return reply(
      status(tag, 'OK', `${verb} completed`, readOnly ? 'READ-ONLY' : 'READ-WRITE'),
      numbered(selected.count, 'EXISTS'),
      numbered(selected.recentCount, 'RECENT'),
      data('FLAGS', [[...SYSTEM_FLAGS, ...keywords].map(atom)]),
      ...(unseen < 0 ? [] : [status(null, 'OK', 'The first unread message', 'UNSEEN', String(unseen + 1))]),
      status(null, 'OK', 'Flags that last', 'PERMANENTFLAGS', permanent),
      status(null, 'OK', 'The next UID', 'UIDNEXT', String(folder.nextUid)),
      status(null, 'OK', 'UIDs are good', 'UIDVALIDITY', String(folder.validity)),
    );
  }

  #list(tag: string, reference: string, pattern: string, address: MailAddress): Act {
    // §6.3.8: an empty pattern asks for the separator and the root of the name.
    if (pattern === '') {
      return reply(ok(tag, 'LIST completed'), data('LIST', [[atom('\\Noselect')], HIERARCHY_SEPARATOR, '']));
    }
    const wanted = folderPattern(reference + pattern);
    const found = this.#surroundings.store.folders(address).filter(({ name }) => wanted(name));
    const listed = found
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, selectable }) => listLine('LIST', selectable ? [] : ['\\Noselect'], name));
    return reply(ok(tag, 'LIST completed'), ...listed);
  }

  #listSubscribed(tag: string, reference: string, pattern: string, address: MailAddress): Act {
    const wanted = folderPattern(reference + pattern);
    const names = [...this.#surroundings.store.subscriptions(address)].sort();
    const found = names.filter((name) => wanted(name));
    // §6.3.9: with %, a level whose subscribed name lies below it is told, too, as one that cannot be opened.
    const levels = names.flatMap((name) => levelsAbove(name)).filter((level) => wanted(level) && !found.includes(level));
    const below = pattern.endsWith('%') ? [...new Set(levels)] : [];
    const listed = [...found.map((name) => listLine('LSUB', [], name)), ...below.map((name) => listLine('LSUB', ['\\Noselect'], name))];
    return reply(ok(tag, 'LSUB completed'), ...listed);
  }

  #status(tag: string, name: string, items: readonly StatusItem[], address: MailAddress): Act {
    const { store } = this.#surroundings;
    const folder = store.folder(address, name);
    if (!folder?.selectable) return reply(refusal(tag, 'no such folder'));
    const messages = store.messages(address, folder.name);
    const counts: Readonly<Record<StatusItem, number>> = {
      MESSAGES: folder.count,
      RECENT: messages.filter(({ uid }) => uid >= folder.recentFrom).length,
      UIDNEXT: folder.nextUid,
      UIDVALIDITY: folder.validity,
      UNSEEN: messages.filter(({ flags }) => !hasFlag(flags, '\\Seen')).length,
    };
    const told = items.flatMap((item) => [item, counts[item]]).join(' ');
    return reply(ok(tag, 'STATUS completed'), `* STATUS ${writtenName(folder.name)} (${told})`);
  }

  #append(tag: string, command: Command & { verb: 'APPEND' }, address: MailAddress): Act {
    const { store } = this.#surroundings;
    const folder = store.folder(address, command.mailbox);
    if (!folder?.selectable) return reply(status(tag, 'NO', 'No such folder', 'TRYCREATE'));
    const { octets, flags, date } = command;
    // What lies before the beginning of virtual time has come at its beginning.
    const arrivedAt = date === null ? this.#surroundings.now() : Math.min(Math.max(0, date - EPOCH) * SECOND, Number.MAX_SAFE_INTEGER);
    const stored = store.append(address, folder.id, { octets, flags, arrivedAt });
    if (typeof stored === 'string') return reply(refusal(tag, stored));
    return reply(status(tag, 'OK', 'APPEND completed', 'APPENDUID', `${folder.validity} ${stored.uid}`));
  }

  // Selected -----------------------------------------------------------------------------------------------------------

  #obeySelected(tag: string, command: Command, address: MailAddress, selected: SelectedFolder): Act {
    const { store } = this.#surroundings;
    switch (command.verb) {
      case 'CLOSE':
        if (!selected.readOnly) store.remove(address, selected.id, this.#deleted(selected));
        this.#close();
        return reply(ok(tag, 'CLOSE completed'));
      case 'UNSELECT':
        this.#close();
        return reply(ok(tag, 'UNSELECT completed'));
      case 'EXPUNGE': {
        if (selected.readOnly) return reply(readOnly(tag));
        const chosen = command.set === null ? selected.uids : inSet(command.set, selected.uids);
        const deleted = new Set(this.#deleted(selected));
        store.remove(
          address,
          selected.id,
          chosen.filter((uid) => deleted.has(uid)),
        );
        return reply(ok(tag, 'EXPUNGE completed'));
      }
      case 'SEARCH':
        return this.#search(tag, command, selected);
      case 'FETCH':
        return this.#fetch(tag, command, address, selected);
      case 'STORE':
        return this.#store(tag, command, address, selected);
      case 'COPY':
      case 'MOVE':
        return this.#copy(tag, command, address, selected);
      default:
        return this.#obeyUser(tag, command, address);
    }
  }

  #deleted(selected: SelectedFolder): number[] {
    return selected.uids.filter((uid) => hasFlag(selected.message(uid)?.flags ?? [], '\\Deleted'));
  }

  /** Ascending; null for sequence numbers beyond the last message, which is a mistake of the client. */
  #chosen(set: SequenceSet, uid: boolean, selected: SelectedFolder): number[] | null {
    if (uid) return inSet(set, selected.uids);
    const known = selected.count;
    if (set.some(([from, to]) => [from, to].some((end) => (Number.isFinite(end) ? end > known : known === 0)))) return null;
    const sequences = inSet(
      set,
      selected.uids.map((_, i) => i + 1),
    );
    return sequences.map((sequence) => selected.uids[sequence - 1] as number);
  }

  #search(tag: string, { uid, charset, keys }: Command & { verb: 'SEARCH' }, selected: SelectedFolder): Act {
    if (charset !== null && !CHARSETS.includes(charset.toUpperCase())) {
      return reply(status(tag, 'NO', 'No such charset', 'BADCHARSET', `(${CHARSETS.join(' ')})`));
    }
    const context = { lastSequence: selected.count, lastUid: selected.uids.at(-1) ?? 0, text: textOfOctets };
    const found = selected.uids.flatMap((one, i) => {
      const message = selected.message(one);
      const candidate = message && { message, sequence: i + 1, recent: selected.isRecent(one) };
      return candidate && matches(keys, candidate, context) ? [uid ? one : i + 1] : [];
    });
    return reply(ok(tag, `${uid ? 'UID ' : ''}SEARCH completed`), data('SEARCH', found.map(atom)));
  }

  #fetch(tag: string, { uid, set, items }: Command & { verb: 'FETCH' }, address: MailAddress, selected: SelectedFolder): Act {
    const chosen = this.#chosen(set, uid, selected);
    if (chosen === null) return this.#mistake(tag, 'no such message');
    const asked = distinct(uid ? [...items, { item: 'UID' }] : items);
    const marks = !selected.readOnly && items.some(reads);
    const whole = items.some(brings);
    const untagged: Untagged[] = [];
    const name = `${uid ? 'UID ' : ''}FETCH`;
    let gone = false;
    let left = FETCH_LIMIT;
    for (const one of chosen) {
      const stored = selected.message(one);
      if (!stored) {
        gone = true;
        continue;
      }
      const marked = marks && !hasFlag(stored.flags, '\\Seen');
      const message = marked ? { ...stored, flags: flagSet([...stored.flags, '\\Seen']) } : stored;
      // §7.4.2: flags that changed are told.
      const told = marked ? distinct([...asked, { item: 'FLAGS' }]) : asked;
      const once = whole ? message.octets.length : 0;
      const found = fetched(told, message, selected.flagsOf(message), once + left);
      // What is not told is not marked, either.
      if (found === null)
        return { kind: 'reply', untagged, tagged: status(tag, 'NO', `${name}: more than the server tells at once`, 'LIMIT') };
      left -= Math.max(0, found.size - once);
      if (marked) selected.silently(() => this.#surroundings.store.setFlags(address, selected.id, one, message.flags));
      if (told.some(({ item }) => item === 'FLAGS')) selected.toldFlags(one);
      untagged.push({ octets: numbered(selected.sequenceOf(one), 'FETCH', [found.value]), brings: whole });
    }
    return { kind: 'reply', untagged, tagged: gone ? expunged(tag, name) : ok(tag, `${name} completed`) };
  }

  #store(tag: string, { uid, set, how, silent, flags }: Command & { verb: 'STORE' }, address: MailAddress, selected: SelectedFolder): Act {
    if (selected.readOnly) return reply(readOnly(tag));
    const chosen = this.#chosen(set, uid, selected);
    if (chosen === null) return this.#mistake(tag, 'no such message');
    const untagged: string[] = [];
    let gone = false;
    for (const one of chosen) {
      const message = selected.message(one);
      if (!message) {
        gone = true;
        continue;
      }
      let stored: StoredMessage | null = null;
      selected.silently(() => {
        stored = this.#surroundings.store.setFlags(address, selected.id, one, changedFlags(message.flags, how, flags));
      });
      if (silent || stored === null) continue;
      selected.toldFlags(one);
      const told: Value[] = [atom('FLAGS'), selected.flagsOf(stored), ...(uid ? [atom('UID'), atom(one)] : [])];
      untagged.push(numbered(selected.sequenceOf(one), 'FETCH', [told]));
    }
    const name = `${uid ? 'UID ' : ''}STORE`;
    return reply(gone ? expunged(tag, name) : ok(tag, `${name} completed`), ...untagged);
  }

  #copy(
    tag: string,
    { verb, uid, set, mailbox }: Command & { verb: 'COPY' | 'MOVE' },
    address: MailAddress,
    selected: SelectedFolder,
  ): Act {
    const { store } = this.#surroundings;
    if (verb === 'MOVE' && selected.readOnly) return reply(readOnly(tag));
    const chosen = this.#chosen(set, uid, selected);
    if (chosen === null) return this.#mistake(tag, 'no such message');
    const to = store.folder(address, mailbox);
    if (!to?.selectable) return reply(status(tag, 'NO', 'No such folder', 'TRYCREATE'));
    const name = `${uid ? 'UID ' : ''}${verb}`;
    const there = chosen.filter((one) => selected.message(one) !== null);
    // §6.4.7: where one message cannot be copied, none is.
    if (there.length < chosen.length) return reply(expunged(tag, name));
    const copied = store.copy(address, selected.id, there, to.id, verb === 'MOVE');
    if (typeof copied === 'string') return reply(refusal(tag, copied));
    const done = `${name} completed`;
    if (copied.length === 0) return reply(ok(tag, done));
    const [from, into] = [0, 1].map((side) => formatSequenceSet(setOf(copied.map((pair) => pair[side as 0 | 1]))));
    const code = `${to.validity} ${from} ${into}`;
    // RFC 6851 §4.3: of MOVE it is told before the messages are gone.
    return verb === 'COPY'
      ? reply(status(tag, 'OK', done, 'COPYUID', code))
      : reply(ok(tag, done), status(null, 'OK', 'Moved', 'COPYUID', code));
  }

  #close(): void {
    this.#selected?.close();
    this.#selected = null;
  }
}

const plain = (octets: string): Untagged => ({ octets, brings: false });
const reply = (tagged: string, ...untagged: readonly string[]): Act & { kind: 'reply' } => ({
  kind: 'reply',
  untagged: untagged.map(plain),
  tagged,
});
const ok = (tag: string, text: string): string => status(tag, 'OK', text);
const data = (name: string, values: readonly Value[]): string => encodeResponse({ kind: 'data', name, number: null, values });
const numbered = (number: number, name: string, values: readonly Value[] = []): string =>
  encodeResponse({ kind: 'data', name, number, values });
const readOnly = (tag: string): string => status(tag, 'NO', 'The folder is open to read alone', 'READ-ONLY');
const expunged = (tag: string, name: string): string => status(tag, 'NO', `${name}: some of the messages are gone`, 'EXPUNGEISSUED');

function status(tag: string | null, which: Status, text: string, code?: string, argument = ''): string {
  return encodeResponse({ kind: 'status', tag, status: which, text, code: code === undefined ? null : { name: code, argument } });
}

function refusal(tag: string, problem: StoreProblem): string {
  switch (problem) {
    case 'exists':
      return status(tag, 'NO', 'There is a folder of this name', 'ALREADYEXISTS');
    case 'no such folder':
      return status(tag, 'NO', 'No such folder', 'NONEXISTENT');
    case 'not allowed':
      return status(tag, 'NO', 'That cannot be', 'CANNOT');
    case 'over quota':
      return status(tag, 'NO', 'The mailbox would be over its quota', 'OVERQUOTA');
    case 'too many':
      return status(tag, 'NO', 'More than the server allows', 'LIMIT');
  }
}

function changedFlags(flags: readonly string[], how: 'replace' | 'add' | 'remove', given: readonly string[]): readonly string[] {
  switch (how) {
    case 'replace':
      return given;
    case 'add':
      return [...flags, ...given];
    case 'remove':
      return flags.filter((flag) => !hasFlag(given, flag));
  }
}

function writtenName(name: Folder['name']): string {
  return writeAstring(encodeFolderName(name));
}

function listLine(response: 'LIST' | 'LSUB', attributes: readonly string[], name: string): string {
  return `* ${response} (${attributes.join(' ')}) "${HIERARCHY_SEPARATOR}" ${writtenName(name)}`;
}

function levelsAbove(name: string): string[] {
  const levels = name.split(HIERARCHY_SEPARATOR);
  return levels.slice(1).map((_, i) => levels.slice(0, i + 1).join(HIERARCHY_SEPARATOR));
}
