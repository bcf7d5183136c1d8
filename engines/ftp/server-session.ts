/**
 * The FTP server's side of a session (RFC 959 §5, §6), without a network.
 *
 * Theory of operation. A command gives an act: a reply, or what the server is to do with data connections, which ends in a
 * reply. Whether a command may come in a state, and what it may be answered with, is the table in server-rules.ts. What is
 * told between commands (directory, type, restart marker, what is to be renamed) is this session's state.
 */
import type { Endpoint } from '../network/host.ts';
import { type Bytes, EPOCH, type Nanoseconds, SECOND } from '../quantities.ts';
import { type Account, isAnonymous, logIn, mayRead, mayWrite } from './account.ts';
import { ASCII_LIMIT, cut, type FileContent, lengthOf, literal, toAscii } from './file-content.ts';
import type { Entry, FileSystem, Named } from './file-system.ts';
import { nameOf, parentOf, resolvePath } from './path.ts';
import { texts } from './reply-texts.ts';
import type { FtpServerService, Representation } from './scenario.ts';
import { RULES, type State } from './server-rules.ts';
import { COMMANDS, type Command, type CommandError, decodeCommand, type Verb } from './wire/command.ts';
import { FACTS, type Fact, formatFacts, formatListLine, type ListedHere } from './wire/listing.ts';
import type { Reply } from './wire/reply.ts';
import { encodeTime } from './wire/time-value.ts';

/** What goes over a data connection. */
export type Transfer =
  | {
      readonly direction: 'out';
      /** The message kind of its data. */
      readonly kind: 'content' | 'listing' | 'names' | 'facts';
      /** For replies and labels: a file's path, or what is listed. */
      readonly what: string;
      readonly type: Representation;
      readonly content: FileContent;
    }
  | {
      readonly direction: 'in';
      readonly what: string;
      readonly type: Representation;
      /** Absolute. */
      readonly path: string;
      /** Octets of the file that stay. */
      readonly offset: Bytes;
      /** STOU: the server chose the name. */
      readonly unique: boolean;
      readonly owner: string;
      /** Octets that still fit on the server. */
      readonly room: Bytes;
    };

export type Act =
  | {
      readonly kind: 'reply';
      readonly reply: Reply;
      readonly next?: 'close' | 'secure';
      /** Before the reply is sent (RFC 2577 §5). */
      readonly delay?: Nanoseconds;
    }
  /** The client listens there. */
  | { readonly kind: 'port'; readonly endpoint: Endpoint; readonly reply: Reply }
  /** Listen, and tell where. */
  | { readonly kind: 'listen'; readonly extended: boolean }
  | { readonly kind: 'transfer'; readonly transfer: Transfer }
  /** Break the transfer off, or close what is open for one. */
  | { readonly kind: 'abort' }
  /** Log out: close what is open for transfers. */
  | { readonly kind: 'reinitialize'; readonly reply: Reply };

/** Commands not understood after which the server has had enough. */
const ERRORS_LIMIT = 50;
/** RFC 2577 §5: guessing passwords is to take time. */
const FAILED_LOGIN_DELAY: Nanoseconds = 5 * SECOND;

/** Commands that may stand between REST and the transfer that it is for: they say how that one goes. */
const KEEPS_MARKER: ReadonlySet<Verb> = new Set(['REST', 'PORT', 'PASV', 'EPRT', 'EPSV', 'RETR', 'STOR', 'NOOP', 'ABOR', 'STAT']);

export class ServerSession {
  readonly #service: FtpServerService;
  readonly #files: FileSystem;
  readonly #client: string;
  readonly #now: () => Nanoseconds;
  readonly #tls: boolean;
  #state: State = 'connected';
  #user = '';
  #account: Account | null = null;
  #directory = '/';
  #type: Representation = 'ascii';
  #restart: Bytes = 0;
  #renaming = '';
  #onlyExtended = false;
  #facts: readonly Fact[] = FACTS;
  #secured = false;
  #bufferSize = false;
  #protection: 'C' | 'P' = 'C';
  #failedLogins = 0;
  #errors = 0;

  /** `client`: the address of the other end. `tls`: whether connections can be secured. */
  constructor(service: FtpServerService, files: FileSystem, client: string, now: () => Nanoseconds, tls: boolean) {
    this.#service = service;
    this.#files = files;
    this.#client = client;
    this.#now = now;
    this.#tls = tls;
  }

  greet(): Reply {
    return texts.greeting(this.#service.greeting);
  }

  /** Data connections are to be secured (RFC 4217 §9). */
  get protectsData(): boolean {
    return this.#protection === 'P';
  }

  /** For the state timeline, in this order; null for what does not hold. */
  state(): readonly (readonly [key: string, value: string | null])[] {
    const account = this.#account;
    return [
      ['user', account?.name ?? null],
      ['directory', account ? this.#directory : null],
      ['type', account ? this.#type : null],
      ['restart at', this.#restart > 0 ? String(this.#restart) : null],
      ['renaming', this.#state === 'renaming' ? this.#renaming : null],
      ['security', this.#secured ? `TLS, data connections ${this.protectsData ? 'private' : 'clear'}` : null],
    ];
  }

  /** A line without its CRLF; null for one that was too long. */
  command(line: string | null): Act {
    const act = line === null ? say(texts.lineTooLong()) : this.#obey(decodeCommand(line));
    if (act.kind === 'reply' && act.reply.code >= 500 && act.reply.code <= 504 && ++this.#errors >= ERRORS_LIMIT) {
      return { kind: 'reply', reply: texts.tooManyErrors(), next: 'close' };
    }
    return act;
  }

  #obey(command: Command | CommandError): Act {
    if ('error' in command) {
      if (this.#state === 'renaming') this.#state = 'ready';
      return say(command.error === 'syntax' ? texts.syntax(command.text) : texts.unknownCommand(command.word));
    }
    const { verb } = command;
    const { states, supported } = RULES[verb];
    if (supported === 'no' || (supported === 'with TLS' && !this.#tls)) return say(texts.notImplemented(verb));
    const state = this.#state;
    // RFC 959 §4.1.3: RNTO follows RNFR at once, or there is nothing to be renamed.
    if (state === 'renaming' && verb !== 'RNTO') this.#state = 'ready';
    if (!KEEPS_MARKER.has(verb)) this.#restart = 0;
    if (!states.includes(state)) return say(this.#outOfOrder(verb, state));
    switch (command.verb) {
      case 'USER':
        return say(this.#userCommand(command.argument));
      case 'PASS':
        return this.#pass(command.argument);
      case 'ACCT':
      case 'ALLO':
        if (command.verb === 'ALLO' && command.recordSize !== null) return say(texts.notForParameter('records'));
        return say(texts.superfluous(verb));
      case 'REIN':
        this.#logOut();
        return { kind: 'reinitialize', reply: this.greet() };
      case 'QUIT':
        return { kind: 'reply', reply: texts.closing(), next: 'close' };
      case 'CWD':
        return say(this.#changeDirectory(command.argument));
      case 'CDUP':
        return say(this.#changeDirectory('..'));
      case 'PWD':
        return say(texts.directory(this.#directory));
      case 'PORT':
        return this.#port(verb, command.endpoint);
      case 'EPRT':
        return command.endpoint.protocol === 1 ? this.#port(verb, command.endpoint) : say(texts.otherProtocol());
      case 'PASV':
        return this.#onlyExtended ? say(texts.onlyExtended(verb)) : { kind: 'listen', extended: false };
      case 'EPSV':
        return this.#extendedPassive(command.protocol);
      case 'TYPE':
        return say(this.#typeCommand(command.type, command.parameter));
      case 'STRU':
        return say(command.code === 'F' ? texts.done('Structure set to F') : texts.notForParameter(`STRU ${command.code}`));
      case 'MODE':
        return say(command.code === 'S' ? texts.done('Mode set to S') : texts.notForParameter(`MODE ${command.code}`));
      case 'RETR':
        return this.#retrieve(command.argument);
      case 'STOR':
        return this.#store(command.argument, 'store');
      case 'APPE':
        return this.#store(command.argument, 'append');
      case 'STOU':
        return this.#store(command.argument, 'unique');
      case 'REST':
        this.#restart = command.offset;
        return say(texts.restart(command.offset));
      case 'RNFR':
        return say(this.#renameFrom(command.argument));
      case 'RNTO':
        return say(this.#renameTo(command.argument));
      case 'ABOR':
        return { kind: 'abort' };
      case 'DELE':
        return say(this.#delete(command.argument));
      case 'RMD':
        return say(this.#removeDirectory(command.argument));
      case 'MKD':
        return say(this.#makeDirectory(command.argument));
      case 'LIST':
        return this.#list(withoutOptions(command.argument), 'listing');
      case 'NLST':
        return this.#list(withoutOptions(command.argument), 'names');
      case 'MLSD':
        return this.#list(command.argument, 'facts');
      case 'MLST':
        return say(this.#factsOf(command.argument));
      case 'SIZE':
        return say(this.#size(command.argument));
      case 'MDTM':
        return say(this.#modified(command.argument));
      case 'STAT':
        return say(command.argument === '' ? this.#status() : this.#statusOf(withoutOptions(command.argument)));
      case 'SITE':
        return say(command.argument.toUpperCase() === 'HELP' ? texts.siteHelp() : texts.syntax('SITE HELP is the only one'));
      case 'SYST':
        return say(texts.system());
      case 'HELP':
        return say(help(command.argument));
      case 'NOOP':
        return say(texts.done('OK'));
      case 'FEAT':
        return say(texts.features(this.#features()));
      case 'OPTS':
        return say(this.#options(command.argument));
      case 'AUTH':
        return this.#authenticate(command.argument);
      case 'PBSZ':
        return say(this.#protectionBufferSize());
      case 'PROT':
        return say(this.#protectionLevel(command.argument.toUpperCase()));
      case 'CCC':
        // RFC 4217 §6 leaves it to the server: what is secured stays so.
        return say(this.#secured ? texts.staysSecure() : texts.clearAlready());
      default:
        // The table says of all others that this server does not have them.
        return say(texts.notImplemented(verb));
    }
  }

  #outOfOrder(verb: Verb, state: State): Reply {
    if (verb === 'RNTO' && this.#account) return texts.noRename();
    if (verb === 'PASS') return this.#account ? texts.alreadyLoggedIn() : texts.noUser();
    return state === 'connected' || state === 'named' ? texts.notLoggedIn() : texts.noUser();
  }

  // Access (RFC 959 §4.1.1) --------------------------------------------------------------------------------------------

  #userCommand(name: string): Reply {
    this.#logOut();
    this.#user = name;
    this.#state = 'named';
    // Whether the user exists is told to nobody who does not know the password (RFC 2577 §6).
    return texts.password(name, isAnonymous(name, this.#service));
  }

  #pass(password: string): Act {
    const account = logIn(this.#user, password, this.#service);
    if (!account) {
      this.#state = 'connected';
      const last = ++this.#failedLogins >= this.#service.attempts;
      const reply = last ? texts.tooManyLogins() : texts.loginIncorrect();
      return { kind: 'reply', reply, delay: FAILED_LOGIN_DELAY, ...(last ? { next: 'close' } : {}) };
    }
    this.#account = account;
    this.#directory = this.#files.look(account.home)?.kind === 'directory' ? account.home : '/';
    this.#state = 'ready';
    return say(texts.loggedIn(account.name));
  }

  /** Everything is as at the beginning, the security of the connection excepted (RFC 959 §4.1.1, RFC 4217 §11). */
  #logOut(): void {
    this.#state = 'connected';
    this.#account = null;
    this.#directory = '/';
    this.#type = 'ascii';
    this.#restart = 0;
    this.#onlyExtended = false;
    this.#facts = FACTS;
  }

  // Transfer parameters (RFC 959 §4.1.2, RFC 2428) ---------------------------------------------------------------------

  #port(verb: Verb, { address, port }: Endpoint): Act {
    if (this.#onlyExtended) return say(texts.onlyExtended(verb));
    // RFC 2577 §3: else a client could make the server connect to anybody, and to their services.
    if (address !== this.#client || port < 1024) return say(texts.bounce());
    return { kind: 'port', endpoint: { address, port }, reply: texts.portSet(verb) };
  }

  #extendedPassive(protocol: number | 'ALL' | null): Act {
    if (protocol === 'ALL') {
      this.#onlyExtended = true;
      return say(texts.done('EPSV ALL ok'));
    }
    return protocol === null || protocol === 1 ? { kind: 'listen', extended: true } : say(texts.otherProtocol());
  }

  #typeCommand(type: 'A' | 'E' | 'I' | 'L', parameter: string | null): Reply {
    if (type === 'A' && (parameter === null || parameter === 'N')) this.#type = 'ascii';
    else if (type === 'I' || (type === 'L' && parameter === '8')) this.#type = 'binary';
    else return texts.notForParameter(`TYPE ${type}${parameter === null ? '' : ` ${parameter}`}`);
    return texts.done(`Type set to ${type}`);
  }

  #options(argument: string): Reply {
    const [command, ...rest] = argument.split(' ') as [string, ...string[]];
    if (command.toUpperCase() === 'UTF8') return texts.done('UTF8 is always on');
    if (command.toUpperCase() !== 'MLST') return texts.syntax(`no options for ${command}`);
    // RFC 3659 §7.9: what is not known among the facts is left out.
    const wanted = rest.join(' ').toLowerCase().split(';');
    this.#facts = FACTS.filter((fact) => wanted.includes(fact));
    return texts.done(`MLST OPTS ${this.#facts.map((fact) => `${fact};`).join('')}`.trimEnd());
  }

  #features(): string[] {
    const facts = FACTS.map((fact) => `${fact}${this.#facts.includes(fact) ? '*' : ''};`).join('');
    const secure = this.#tls ? ['AUTH TLS', 'PBSZ', 'PROT'] : [];
    return [...secure, 'EPRT', 'EPSV', 'MDTM', `MLST ${facts}`, 'REST STREAM', 'SIZE', 'TVFS', 'UTF8'];
  }

  // Files (RFC 959 §4.1.3, RFC 3659) -----------------------------------------------------------------------------------

  /** Absolute and normal; a reply for what cannot be a path, or may not be read. */
  #resolve(path: string): string | Reply {
    const resolved = resolvePath(this.#directory, path);
    if (resolved === null) return texts.badName(path.replace(/[\r\n\0]/g, '?').slice(0, 100));
    return mayRead(this.#account as Account, resolved, this.#service.users) ? resolved : texts.denied(path);
  }

  /** What is there; a reply where nothing is, or none may look. */
  #find(path: string): { readonly path: string; readonly entry: Entry } | Reply {
    const resolved = this.#resolve(path);
    if (typeof resolved !== 'string') return denial(resolved);
    const entry = this.#files.look(resolved);
    return entry ? { path: resolved, entry } : texts.noSuchFile(path);
  }

  #mayWrite(path: string): boolean {
    return mayWrite(this.#account as Account, path, this.#service.users);
  }

  #changeDirectory(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'directory') return texts.notADirectory(path);
    this.#directory = found.path;
    return texts.changed(found.path);
  }

  #retrieve(path: string): Act {
    const offset = this.#takeMarker();
    const found = this.#find(path);
    if ('code' in found) return say(found);
    if (found.entry.kind !== 'file') return say(texts.notAFile(path));
    const content = this.#represented(found.path);
    if (content === null) return say(texts.asciiTooLarge(ASCII_LIMIT));
    const length = lengthOf(content);
    if (offset > length) return say(texts.cannotRestart(length));
    const what = { direction: 'out', kind: 'content', what: path, type: this.#type } as const;
    return { kind: 'transfer', transfer: { ...what, content: cut(content, offset, length) } };
  }

  /** A file as it would be transferred; null where it is too large to be converted. */
  #represented(path: string): FileContent | null {
    const content = this.#files.read(path);
    return this.#type === 'ascii' ? toAscii(content) : content;
  }

  #store(name: string, how: 'store' | 'append' | 'unique'): Act {
    const marker = this.#takeMarker();
    const path = how === 'unique' ? this.#unusedName(name === '' ? 'ftp' : name) : this.#resolve(name);
    if (typeof path !== 'string') return say(path);
    if (!this.#mayWrite(path)) return say(texts.denied(name));
    const known = this.#files.look(path);
    if (known?.kind === 'directory') return say(texts.notAFile(name));
    const above = this.#files.look(parentOf(path));
    if (above?.kind !== 'directory') return say(texts.noSuchFile(name));
    const size = known?.size ?? 0;
    if (how === 'store' && marker > size) return say(texts.cannotRestart(size));
    const offset = how === 'append' ? size : marker;
    const room = this.#service.space - this.#files.used + (size - offset);
    if (room <= 0) return say(texts.noSpace(this.#service.space));
    const what = how === 'unique' ? nameOf(path) : name;
    const owner = (this.#account as Account).name;
    return {
      kind: 'transfer',
      transfer: { direction: 'in', what, type: this.#type, path, offset, unique: how === 'unique', owner, room },
    };
  }

  /** The name itself where it is free, else with a number behind it. */
  #unusedName(name: string): string | Reply {
    for (let i = 0; ; i++) {
      const path = this.#resolve(i === 0 ? name : `${name}.${i}`);
      if (typeof path !== 'string' || !this.#files.look(path)) return path;
    }
  }

  #takeMarker(): Bytes {
    const marker = this.#restart;
    this.#restart = 0;
    return marker;
  }

  #renameFrom(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (!this.#mayWrite(found.path)) return texts.denied(path);
    this.#state = 'renaming';
    this.#renaming = found.path;
    return texts.renameFrom();
  }

  #renameTo(path: string): Reply {
    this.#state = 'ready';
    const from = this.#renaming;
    const to = this.#resolve(path);
    if (typeof to !== 'string') return to;
    if (!this.#files.look(from)) return texts.noSuchFile(from);
    if (!this.#mayWrite(to)) return texts.denied(path);
    if (this.#files.look(to)) return texts.exists(path);
    if (this.#files.look(parentOf(to))?.kind !== 'directory') return texts.noSuchFile(path);
    // A directory cannot move into itself.
    if (to.startsWith(`${from}/`)) return texts.badName(path);
    this.#files.rename(from, to);
    return texts.renamed();
  }

  #delete(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    if (!this.#mayWrite(found.path)) return texts.denied(path);
    this.#files.remove(found.path);
    return texts.removed('File');
  }

  #removeDirectory(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'directory') return texts.notADirectory(path);
    if (!this.#mayWrite(found.path)) return texts.denied(path);
    if (this.#files.list(found.path).length > 0) return texts.notEmpty(path);
    this.#files.remove(found.path);
    return texts.removed('Directory');
  }

  #makeDirectory(path: string): Reply {
    const resolved = this.#resolve(path);
    if (typeof resolved !== 'string') return resolved;
    if (this.#files.look(resolved)) return texts.exists(path);
    if (!this.#mayWrite(resolved)) return texts.denied(path);
    if (this.#files.look(parentOf(resolved))?.kind !== 'directory') return texts.noSuchFile(path);
    this.#files.makeDirectory(resolved, (this.#account as Account).name, this.#now());
    return texts.made(resolved);
  }

  #list(path: string, kind: 'listing' | 'names' | 'facts'): Act {
    const found = this.#find(path);
    if ('code' in found) return say(found);
    // RFC 3659 §7.2.1: MLSD is of directories alone. RFC 959 §4.1.3: NLST is of directories, too.
    if (found.entry.kind === 'file' && kind !== 'listing') return say(texts.notADirectory(path));
    const what = { direction: 'out', kind, type: 'ascii', what: path === '' ? 'file list' : path } as const;
    const lines = this.#linesOf(found, kind);
    return { kind: 'transfer', transfer: { ...what, content: literal(lines.map((line) => `${line}\r\n`).join('')) } };
  }

  #linesOf({ path, entry }: { path: string; entry: Entry }, kind: 'listing' | 'names' | 'facts'): string[] {
    const inside: Named[] = entry.kind === 'file' ? [{ ...entry, path, name: nameOf(path) }] : this.#files.list(path);
    const readable = inside.filter((one) => mayRead(this.#account as Account, one.path, this.#service.users));
    const now = EPOCH + Math.floor(this.#now() / SECOND);
    return readable.map((one) => {
      if (kind === 'names') return one.name;
      const listed = this.#listed(one);
      return kind === 'listing' ? formatListLine(listed, now) : formatFacts(listed, this.#facts);
    });
  }

  #listed({ path, name, kind, size, modifiedAt, owner, id }: Named): ListedHere {
    const modified = EPOCH + Math.floor(modifiedAt / SECOND);
    return { name, kind, size, modified, owner: listedOwner(owner), writable: this.#mayWrite(path), unique: `U${id}` };
  }

  #factsOf(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    const listed = this.#listed({ ...found.entry, path: found.path, name: nameOf(found.path) });
    return texts.facts(formatFacts(listed, this.#facts, found.path), found.path);
  }

  /** RFC 3659 §4: what a transfer would take, so of text with its line ends as they go over the wire. */
  #size(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    if (this.#type === 'binary') return texts.size(found.entry.size);
    const content = this.#represented(found.path);
    return content === null ? texts.asciiTooLarge(ASCII_LIMIT) : texts.size(lengthOf(content));
  }

  #modified(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    return texts.time(encodeTime(EPOCH + Math.floor(found.entry.modifiedAt / SECOND)));
  }

  #statusOf(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    return texts.listed(found.entry.kind === 'file' ? 213 : 212, found.path, this.#linesOf(found, 'listing').slice(0, 500));
  }

  #status(): Reply {
    const account = this.#account as Account;
    const protection = this.#secured ? [`TLS, data connections ${this.protectsData ? 'private' : 'clear'}`] : [];
    const type = `TYPE: ${this.#type === 'ascii' ? 'ASCII' : 'Image'}, STRU: File, MODE: Stream`;
    return texts.status([`Connected from ${this.#client}`, `Logged in as ${account.name}`, type, ...protection]);
  }

  // Security (RFC 2228, 4217) ------------------------------------------------------------------------------------------

  #authenticate(mechanism: string): Act {
    if (this.#secured) return say(texts.alreadySecure());
    if (!['TLS', 'TLS-C'].includes(mechanism.toUpperCase())) return say(texts.noMechanism(mechanism));
    // RFC 4217 §4.3: who they are is to be said anew, under protection.
    this.#logOut();
    this.#secured = true;
    return { kind: 'reply', reply: texts.secure(), next: 'secure' };
  }

  #protectionBufferSize(): Reply {
    if (!this.#secured) return texts.notSecured();
    this.#bufferSize = true;
    return texts.bufferSize();
  }

  #protectionLevel(level: string): Reply {
    if (!this.#secured) return texts.notSecured();
    if (!this.#bufferSize) return texts.noBufferSize();
    if (level === 'S' || level === 'E') return texts.noProtection(level);
    if (level !== 'C' && level !== 'P') return texts.notForParameter(`PROT ${level}`);
    this.#protection = level;
    return texts.protection(level);
  }
}

function say(reply: Reply): Act {
  return { kind: 'reply', reply };
}

/** A name that is not allowed is, for one who only looks, a file that is not there. */
function denial(reply: Reply): Reply {
  return reply.code === 553 ? { ...reply, code: 550 } : reply;
}

/** Many clients send options of `ls`, as in `LIST -a`; they are read over. */
function withoutOptions(argument: string): string {
  return argument.replace(/^(?:-[A-Za-z1]+(?: +|$))+/, '');
}

/** An owner's name as a listing can show it. */
function listedOwner(owner: string): string {
  return owner.replace(/[^!-~]/g, '?').slice(0, 64) || '?';
}

function help(word: string): Reply {
  const verb = word.toUpperCase();
  if (word === '') {
    const verbs = Object.keys(RULES).filter((known) => RULES[known as Verb].supported === 'yes');
    const rows: string[] = [];
    for (let i = 0; i < verbs.length; i += 10) rows.push(verbs.slice(i, i + 10).join(' '));
    return texts.commands(rows);
  }
  if (!Object.hasOwn(COMMANDS, verb)) return texts.syntax(`${word} is no command`);
  return texts.helpOn(verb, COMMANDS[verb as Verb].meaning.replace(/’/g, "'"));
}
