/**
 * The FTP server's side of a session (RFC 959 §5, §6), without a network.
 *
 * Theory of operation. A command gives an act: a reply, or what the server is to do with data connections, which ends in a
 * reply. Whether a command may come in a state, and what it may be answered with, is the table in server-rules.ts. What is
 * told between commands (who is there, type, restart marker, what is to be renamed) is this session's state; the working
 * directory and what is done with files are in user-files.ts.
 */
import type { Endpoint } from '../network/host.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import { isAnonymous, logIn } from './account.ts';
import type { FileSystem } from './file-system.ts';
import { texts } from './reply-texts.ts';
import type { FtpServerService, Representation } from './scenario.ts';
import { asRefused, RULES, type State } from './server-rules.ts';
import type { Space } from './space.ts';
import { type Transfer, UserFiles } from './user-files.ts';
import { COMMANDS, type Command, type CommandError, decodeCommand, type Verb } from './wire/command.ts';
import { FACTS, type Fact } from './wire/listing.ts';
import type { Reply } from './wire/reply.ts';

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
  /** Log out: close what is open for transfers; with `clear`, the control connection is in clear from behind the reply on. */
  | { readonly kind: 'reinitialize'; readonly reply: Reply; readonly clear: boolean };

/** Commands not understood after which the server has had enough. */
const ERRORS_LIMIT = 50;
/** RFC 2577 §5: guessing passwords is to take time. */
const FAILED_LOGIN_DELAY: Nanoseconds = 5 * SECOND;

/** Commands that may stand between REST and the transfer that it is for: they say how that one goes. */
const KEEPS_MARKER: ReadonlySet<Verb> = new Set(['REST', 'PORT', 'PASV', 'EPRT', 'EPSV', 'RETR', 'STOR', 'NOOP', 'ABOR', 'STAT']);

export class ServerSession {
  readonly #service: FtpServerService;
  readonly #files: FileSystem;
  readonly #space: Space;
  readonly #client: string;
  readonly #now: () => Nanoseconds;
  #state: State = 'connected';
  #name = '';
  /** Of the user who is logged in. */
  #user: UserFiles | null = null;
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

  /** `client`: the address of the other end. */
  constructor(service: FtpServerService, files: FileSystem, space: Space, client: string, now: () => Nanoseconds) {
    this.#service = service;
    this.#files = files;
    this.#space = space;
    this.#client = client;
    this.#now = now;
  }

  greet(): Reply {
    return texts.greeting(this.#service.greeting);
  }

  /** Data connections are to be secured (RFC 4217 §9). */
  get protectsData(): boolean {
    return this.#protection === 'P';
  }

  /** EPSV ALL was said: nothing but EPSV opens data connections any more (RFC 2428 §4). */
  get onlyExtended(): boolean {
    return this.#onlyExtended;
  }

  /** For the state timeline, in this order; null for what does not hold. */
  state(): readonly (readonly [key: string, value: string | null])[] {
    const user = this.#user;
    return [
      ['user', user?.account.name ?? null],
      ['directory', user?.directory ?? null],
      ['type', user ? this.#type : null],
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
      if (command.error !== 'syntax') return say(texts.unknownCommand(command.word));
      return say(this.#has(command.word as Verb) ? texts.syntax(command.text) : texts.notImplemented(command.word));
    }
    const { verb } = command;
    const { states } = RULES[verb];
    if (!this.#has(verb)) return say(texts.notImplemented(verb));
    const state = this.#state;
    // RFC 959 §4.1.3: RNTO follows RNFR at once, or there is nothing to be renamed.
    if (state === 'renaming' && verb !== 'RNTO') this.#state = 'ready';
    if (!KEEPS_MARKER.has(verb)) this.#restart = 0;
    if (!states.includes(state)) return say(this.#outOfOrder(verb, state));
    const act = this.#user ? this.#obeyUser(command, this.#user) : this.#obeyAnybody(command);
    return act.kind === 'reply' ? { ...act, reply: asRefused(verb, act.reply) } : act;
  }

  #has(verb: Verb): boolean {
    const { supported } = RULES[verb];
    return supported === 'yes' || (supported === 'with TLS' && this.#service.tls !== 'off');
  }

  /** What is only for users who are logged in; everything else as for anybody. */
  #obeyUser(command: Command, user: UserFiles): Act {
    const { verb } = command;
    // RFC 4217 §10.2: it is for the command that needs data to be refused, not for PORT or PASV.
    if (this.#service.tls === 'required' && !this.protectsData && opensData(verb)) return say(texts.dataInClear());
    switch (command.verb) {
      case 'ALLO':
        return say(command.recordSize === null ? texts.superfluous(verb) : texts.notForParameter('records'));
      case 'CWD':
        return say(user.changeDirectory(command.argument));
      case 'CDUP':
        return say(user.changeDirectory('..'));
      case 'PWD':
        return say(texts.directory(user.directory));
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
        return move(user.retrieve(command.argument, this.#takeMarker(), this.#type));
      case 'STOR':
        return move(user.store(command.argument, 'store', this.#takeMarker(), this.#type));
      case 'APPE':
        return move(user.store(command.argument, 'append', 0, this.#type));
      case 'STOU':
        return move(user.store(command.argument, 'unique', 0, this.#type));
      case 'REST':
        this.#restart = command.offset;
        return say(texts.restart(command.offset));
      case 'RNFR':
        return say(this.#renameFrom(command.argument, user));
      case 'RNTO':
        this.#state = 'ready';
        return say(user.renameTo(this.#renaming, command.argument));
      case 'ABOR':
        return { kind: 'abort' };
      case 'DELE':
        return say(user.delete(command.argument));
      case 'RMD':
        return say(user.removeDirectory(command.argument));
      case 'MKD':
        return say(user.makeDirectory(command.argument));
      case 'LIST':
        return move(user.list(withoutOptions(command.argument), 'listing', this.#facts));
      case 'NLST':
        return move(user.list(withoutOptions(command.argument), 'names', this.#facts));
      case 'MLSD':
        return move(user.list(command.argument, 'facts', this.#facts));
      case 'MLST':
        return say(user.factsOf(command.argument, this.#facts));
      case 'SIZE':
        return say(user.size(command.argument, this.#type));
      case 'MDTM':
        return say(user.modified(command.argument));
      case 'STAT':
        return say(command.argument === '' ? this.#status(user) : user.statusOf(withoutOptions(command.argument)));
      case 'SITE':
        return say(command.argument.toUpperCase() === 'HELP' ? texts.siteHelp() : texts.syntax('SITE HELP is the only one'));
      default:
        return this.#obeyAnybody(command);
    }
  }

  #obeyAnybody(command: Command): Act {
    const { verb } = command;
    switch (command.verb) {
      case 'USER':
        return say(this.#userCommand(command.argument));
      case 'PASS':
        return this.#pass(command.argument);
      case 'ACCT':
        return say(texts.superfluous(verb));
      case 'REIN':
        return this.#reinitialize();
      case 'QUIT':
        return { kind: 'reply', reply: texts.closing(), next: 'close' };
      case 'SYST':
        return say(texts.system());
      case 'HELP':
        return say(this.#help(command.argument));
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
        // RFC 4217 §5 leaves it to the server: what is secured stays so.
        return say(this.#secured ? texts.staysSecure() : texts.clearAlready());
      default:
        // The table says of all others that this server does not have them.
        return say(texts.notImplemented(verb));
    }
  }

  #outOfOrder(verb: Verb, state: State): Reply {
    if (verb === 'RNTO' && this.#user) return texts.noRename();
    if (verb === 'PASS') return this.#user ? texts.alreadyLoggedIn() : texts.noUser();
    return state === 'connected' || state === 'named' ? texts.notLoggedIn() : texts.noUser();
  }

  // Access (RFC 959 §4.1.1) --------------------------------------------------------------------------------------------

  #userCommand(name: string): Reply {
    this.#logOut();
    // RFC 4217 §10.1: before a password travels.
    if (this.#service.tls === 'required' && !this.#secured) return texts.tlsRequired();
    this.#name = name;
    this.#state = 'named';
    // Whether the user exists is told to nobody who does not know the password (RFC 2577 §7).
    return texts.password(name, isAnonymous(name, this.#service));
  }

  #pass(password: string): Act {
    const account = logIn(this.#name, password, this.#service);
    if (!account) {
      this.#state = 'connected';
      const last = ++this.#failedLogins >= this.#service.attempts;
      const reply = last ? texts.tooManyLogins() : texts.loginIncorrect();
      return { kind: 'reply', reply, delay: FAILED_LOGIN_DELAY, ...(last ? { next: 'close' } : {}) };
    }
    this.#user = new UserFiles(this.#files, account, this.#service, this.#space, this.#now);
    this.#state = 'ready';
    return say(texts.loggedIn(account.name));
  }

  /** RFC 959 §4.1.1: a new USER leaves the transfer parameters as they are. */
  #logOut(): void {
    this.#state = 'connected';
    this.#user = null;
    this.#restart = 0;
  }

  /** Everything is as at the beginning but the security of the connection. */
  #reset(): void {
    this.#logOut();
    this.#type = 'ascii';
    this.#onlyExtended = false;
    this.#facts = FACTS;
  }

  /** RFC 959 §4.1.1; RFC 4217 §13: control and data connections are in clear again. */
  #reinitialize(): Act {
    this.#reset();
    const clear = this.#secured;
    this.#secured = false;
    this.#bufferSize = false;
    this.#protection = 'C';
    return { kind: 'reinitialize', reply: this.greet(), clear };
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

  #help(word: string): Reply {
    const verb = word.toUpperCase();
    if (word === '') {
      const verbs = (Object.keys(RULES) as Verb[]).filter((known) => this.#has(known));
      const rows: string[] = [];
      for (let i = 0; i < verbs.length; i += 10) rows.push(verbs.slice(i, i + 10).join(' '));
      return texts.commands(rows);
    }
    if (!Object.hasOwn(COMMANDS, verb)) return texts.syntax(`${word} is no command`);
    return texts.helpOn(verb, COMMANDS[verb as Verb].meaning.replace(/’/g, "'"));
  }

  #options(argument: string): Reply {
    const [command, ...rest] = argument.split(' ') as [string, ...string[]];
    if (command.toUpperCase() === 'UTF8') {
      const wanted = rest.join(' ').toUpperCase();
      if (wanted === 'OFF') return texts.notForParameter('UTF8 OFF');
      return wanted === '' || wanted === 'ON' ? texts.done('UTF8 is always on') : texts.syntax('ON is expected');
    }
    if (command.toUpperCase() !== 'MLST') return texts.syntax(`no options for ${command}`);
    // RFC 3659 §7.9: what is not known among the facts is left out.
    const wanted = rest.join(' ').toLowerCase().split(';');
    this.#facts = FACTS.filter((fact) => wanted.includes(fact));
    return texts.done(`MLST OPTS ${this.#facts.map((fact) => `${fact};`).join('')}`.trimEnd());
  }

  #features(): string[] {
    const facts = FACTS.map((fact) => `${fact}${this.#facts.includes(fact) ? '*' : ''};`).join('');
    const secure = this.#service.tls === 'off' ? [] : ['AUTH TLS', 'PBSZ', 'PROT'];
    return [...secure, 'EPRT', 'EPSV', 'MDTM', `MLST ${facts}`, 'REST STREAM', 'SIZE', 'TVFS', 'UTF8'];
  }

  #renameFrom(path: string, user: UserFiles): Reply {
    const from = user.renameFrom(path);
    if (typeof from !== 'string') return from;
    this.#state = 'renaming';
    this.#renaming = from;
    return texts.renameFrom();
  }

  #takeMarker(): Bytes {
    const marker = this.#restart;
    this.#restart = 0;
    return marker;
  }

  #status({ account }: UserFiles): Reply {
    const protection = this.#secured ? [`TLS, data connections ${this.protectsData ? 'private' : 'clear'}`] : [];
    const type = `TYPE: ${this.#type === 'ascii' ? 'ASCII' : 'Image'}, STRU: File, MODE: Stream`;
    return texts.status([`Connected from ${this.#client}`, `Logged in as ${account.name}`, type, ...protection]);
  }

  // Security (RFC 2228, 4217) ------------------------------------------------------------------------------------------

  #authenticate(mechanism: string): Act {
    if (this.#secured) return say(texts.alreadySecure());
    if (!['TLS', 'TLS-C'].includes(mechanism.toUpperCase())) return say(texts.noMechanism(mechanism));
    // RFC 4217 §4.2: who they are is to be said anew, under protection, and all parameters are as at the beginning.
    this.#reset();
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
    // RFC 2228 §3.
    if (level === 'C' && this.#service.tls === 'required') return texts.protectionTooLow();
    this.#protection = level;
    return texts.protection(level);
  }
}

/** Whether the command asks for a transfer. */
function opensData(verb: Verb): boolean {
  return RULES[verb].replies.includes(150);
}

function say(reply: Reply): Act {
  return { kind: 'reply', reply };
}

/** A transfer, or the reply that refuses it. */
function move(transfer: Transfer | Reply): Act {
  return 'code' in transfer ? say(transfer) : { kind: 'transfer', transfer };
}

/** Many clients send options of `ls`, as in `LIST -a`; they are read over. */
function withoutOptions(argument: string): string {
  return argument.replace(/^(?:-[A-Za-z1]+(?: +|$))+/, '');
}
