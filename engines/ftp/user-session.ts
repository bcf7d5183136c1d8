/**
 * What a user does in one session: logs in, carries the operations out one after the other, says QUIT.
 *
 * An operation that is refused does not keep the next one from being tried; a broken control connection ends the session.
 */
import { addressesOf } from '../dns/stub-resolver.ts';
import { count, formatRate, formatSize, formatValue } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { textOfOctets } from '../network/octets.ts';
import type { StepOutcome } from '../protocol.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import type { Securing } from '../tls/securing.ts';
import { type ClientSession, isPositive, type Moved, openSession, type Problem, problemOf } from './client.ts';
import { ASCII_LIMIT, cut, lengthOf, toAscii } from './file-content.ts';
import { contentOf } from './file-source.ts';
import type { FileSystem } from './file-system.ts';
import { FileWriter } from './file-writer.ts';
import { filesOf, tellTransferred } from './host-files.ts';
import type { ArrivalObserver } from './observer.ts';
import { nameOf, resolvePath } from './path.ts';
import type { FtpOperation, FtpSessionAction } from './scenario.ts';
import { CONTROL_PORT } from './server.ts';
import type { Traffic } from './traffic.ts';
import type { Command } from './wire/command.ts';
import { listingLines } from './wire/listing.ts';
import { type Reply, replyLabel } from './wire/reply.ts';

export interface UserSurroundings {
  readonly host: Host;
  /** The server's address, where it is not looked up. */
  readonly address: string;
  readonly observer: ArrivalObserver;
  /** Of the server; null where nobody counts. */
  readonly traffic: Traffic | null;
  /** null: the session is in clear. */
  readonly secure: Securing | null;
}

export function* userSession(surroundings: UserSurroundings, action: FtpSessionAction): Process<StepOutcome> {
  const { host, secure, traffic } = surroundings;
  const address = yield* addressOf(surroundings, action);
  if (typeof address !== 'string') return failure(address.reason);
  const session = yield* openSession(host, { address, port: CONTROL_PORT }, action.mode, (bytes) => traffic?.arrived(bytes));
  if ('reason' in session) return failure(session.reason);
  const problem = (secure ? yield* session.secure(secure) : null) ?? (yield* session.logIn(action.user, action.password));
  if (problem) {
    yield* session.quit();
    return failure(problem.reason);
  }
  const user = new User(surroundings, session, action);
  const outcomes: StepOutcome[] = [];
  for (const operation of action.operations) {
    if (!session.usable) break;
    outcomes.push(yield* user.perform(operation));
  }
  const missed = action.operations.length - outcomes.length;
  yield* session.quit();
  return summary(outcomes, missed);
}

const failure = (outcome: string): StepOutcome => ({ outcome, succeeded: false });
const success = (outcome: string): StepOutcome => ({ outcome, succeeded: true });

/** One outcome in its own words; of several, what failed, or how many there were. */
function summary(outcomes: readonly StepOutcome[], missed: number): StepOutcome {
  const failed = outcomes.filter(({ succeeded }) => !succeeded);
  const succeeded = failed.length === 0 && missed === 0;
  const untried = missed > 0 ? [`${count(missed, 'operation')} not tried`] : [];
  if (outcomes.length <= 3)
    return { outcome: [...outcomes.map(({ outcome }) => outcome), ...untried].join('; ') || 'logged in', succeeded };
  if (succeeded) return { outcome: `${outcomes.length} operations done`, succeeded };
  return { outcome: [...failed.slice(0, 3).map(({ outcome }) => outcome), ...untried].join('; '), succeeded };
}

function* addressOf({ host, address }: UserSurroundings, { server, lookup }: FtpSessionAction): Process<string | Problem> {
  if (!lookup) return address;
  const found = yield* addressesOf(host, server);
  if (found.kind === 'addresses' && found.addresses[0] !== undefined) return found.addresses[0];
  return { reason: `no address of ${server}`, reply: null };
}

class User {
  readonly #surroundings: UserSurroundings;
  readonly #session: ClientSession;
  readonly #server: string;
  readonly #files: FileSystem;
  #type: FtpSessionAction['type'];

  constructor(surroundings: UserSurroundings, session: ClientSession, { server, type }: FtpSessionAction) {
    this.#surroundings = surroundings;
    this.#session = session;
    this.#server = server;
    this.#files = filesOf(surroundings.host);
    this.#type = type;
  }

  *perform(operation: FtpOperation): Process<StepOutcome> {
    switch (operation.kind) {
      case 'get':
        return yield* this.#get(operation);
      case 'put':
        return yield* this.#put(operation);
      case 'list':
        return yield* this.#list(operation.how, operation.path ?? '');
      case 'change directory':
        return yield* this.#ask({ verb: 'CWD', argument: operation.path });
      case 'directory above':
        return yield* this.#ask({ verb: 'CDUP' });
      case 'working directory':
        return yield* this.#ask({ verb: 'PWD' });
      case 'delete':
        return yield* this.#ask({ verb: 'DELE', argument: operation.path });
      case 'make directory':
        return yield* this.#ask({ verb: 'MKD', argument: operation.path });
      case 'remove directory':
        return yield* this.#ask({ verb: 'RMD', argument: operation.path });
      case 'size':
        return yield* this.#size(operation.path);
      case 'modified':
        return yield* this.#ask({ verb: 'MDTM', argument: operation.path });
      case 'rename':
        return yield* this.#rename(operation.path, operation.to);
      case 'type':
        this.#type = operation.type;
        return told(yield* this.#session.setType(operation.type), `type ${operation.type}`);
      case 'command':
        return outcomeOf(yield* this.#session.askLine(operation.line));
      case 'wait':
        yield* this.#surroundings.host.sleep(operation.duration);
        return success(`waited ${formatValue(operation.duration, 'ns')}`);
    }
  }

  *#ask(command: Command): Process<StepOutcome> {
    return outcomeOf(yield* this.#session.ask(command));
  }

  /** RFC 3659 §4: the size depends on the type. */
  *#size(path: string): Process<StepOutcome> {
    const problem = yield* this.#session.setType(this.#type);
    return problem ? failure(problem.reason) : yield* this.#ask({ verb: 'SIZE', argument: path });
  }

  *#rename(path: string, to: string): Process<StepOutcome> {
    const ready = yield* this.#session.ask({ verb: 'RNFR', argument: path });
    if ('reason' in ready || ready.code !== 350) return failure(problemOf(ready).reason);
    return yield* this.#ask({ verb: 'RNTO', argument: to });
  }

  *#get({ path, as, resume, abortAfter }: FtpOperation & { kind: 'get' }): Process<StepOutcome> {
    const { host } = this.#surroundings;
    const local = resolvePath('/', as ?? nameOf(`/${path}`));
    if (local === null || local === '/') return failure(`${textOfOctets(as ?? path)} is no name for a file`);
    const known = this.#files.look(local);
    if (known?.kind === 'directory') return failure(`${textOfOctets(local)} is a directory here`);
    const problem = yield* this.#session.setType(this.#type);
    if (problem) return failure(problem.reason);
    const offset = resume ? (known?.size ?? 0) : 0;
    const startedAt = host.now();
    let writer: FileWriter | null = null;
    const take = (): FileWriter => {
      // Only now that data comes: a refusal leaves what is there.
      writer ??= new FileWriter(this.#files, local, offset, this.#type, host.name, () => host.now());
      return writer;
    };
    const stop = abortAfter === null ? null : () => host.sleep(abortAfter);
    let moved: Moved | Problem;
    try {
      moved = yield* this.#session.retrieve({ verb: 'RETR', argument: path }, offset, (content) => take().add(content), stop);
      // An empty file is a file.
      if (!('reason' in moved)) take();
    } finally {
      this.#end(writer, local);
    }
    const size = this.#files.look(local)?.size ?? 0;
    const name = textOfOctets(path);
    if ('reason' in moved) {
      const outcome = `${name}: ${moved.reason}${writer ? ` after ${formatSize(size - offset)}` : ''}`;
      return moved.aborted ? success(outcome) : failure(outcome);
    }
    return success(`${name}: ${this.#measure(this.#server, host.name, size - offset, startedAt, moved.at)}`);
  }

  #end(writer: FileWriter | null, local: string): void {
    if (!writer) return;
    writer.end();
    tellTransferred(this.#surroundings.host, local, writer.size);
  }

  *#put({ how, path, as, resume, source }: FtpOperation & { kind: 'put' }): Process<StepOutcome> {
    const { host, observer } = this.#surroundings;
    const local = resolvePath('/', path);
    const name = textOfOctets(path);
    if (local === null) return failure(`${name} is no name for a file`);
    if (source) this.#files.write(local, contentOf(source, host), host.name, host.now());
    if (this.#files.look(local)?.kind !== 'file') return failure(`${name}: no such file on ${host.name}`);
    const problem = yield* this.#session.setType(this.#type);
    if (problem) return failure(problem.reason);
    const content = this.#type === 'ascii' ? toAscii(this.#files.read(local)) : this.#files.read(local);
    if (content === null) return failure(`${name}: more than ${formatSize(ASCII_LIMIT)} are not converted to lines of text`);
    const remote = as ?? nameOf(local);
    let offset: Bytes = 0;
    if (resume) {
      const size = yield* this.#session.ask({ verb: 'SIZE', argument: remote });
      if (!this.#session.usable) return failure(problemOf(size).reason);
      // Nothing there yet is nothing to go on from.
      offset = isPositive(size) ? Math.min(sizeIn(size), lengthOf(content)) : 0;
    }
    const startedAt = host.now();
    const rest = cut(content, offset, lengthOf(content));
    const verb = ({ store: 'STOR', append: 'APPE', unique: 'STOU' } as const)[how];
    const moved = yield* this.#session.store(
      { verb, argument: how === 'unique' && as === null ? '' : remote },
      offset,
      rest,
      textOfOctets(remote),
    );
    if ('reason' in moved) return failure(`${name}: ${moved.reason}`);
    const arrivedAt = observer.take(moved.connection) ?? host.now();
    return success(`${name}: ${this.#measure(host.name, this.#server, lengthOf(rest), startedAt, arrivedAt)}`);
  }

  *#list(how: 'list' | 'names' | 'facts', argument: string): Process<StepOutcome> {
    const problem = yield* this.#session.setType('ascii');
    if (problem) return failure(problem.reason);
    const verb = ({ list: 'LIST', names: 'NLST', facts: 'MLSD' } as const)[how];
    const listed = yield* this.#session.list({ verb, argument });
    if ('reason' in listed) return failure(listed.reason);
    const lines = listingLines(listed.octets).length;
    return success(`${argument === '' ? 'the working directory' : textOfOctets(argument)} holds ${count(lines, 'entry', 'entries')}`);
  }

  #measure(from: string, to: string, size: Bytes, startedAt: Nanoseconds, endedAt: Nanoseconds): string {
    const { narrator } = this.#surroundings.host;
    const time = endedAt - startedAt;
    // Without latency, a byte at the highest rate takes less than a nanosecond.
    const goodput = (size * 8 * SECOND) / Math.max(1, time);
    narrator.measure('transfer time', [from, to], time);
    narrator.measure('goodput', [from, to], goodput);
    return `${formatSize(size)} in ${formatValue(time, 'ns')}, ${formatRate(goodput)}`;
  }
}

function outcomeOf(reply: Reply | Problem): StepOutcome {
  return isPositive(reply) ? success(replyLabel(reply)) : failure(problemOf(reply).reason);
}

function told(problem: Problem | null, done: string): StepOutcome {
  return problem ? failure(problem.reason) : success(done);
}

/** The number in a 213 reply; 0 where it is none. */
function sizeIn({ lines: [text] }: Reply): Bytes {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
}
