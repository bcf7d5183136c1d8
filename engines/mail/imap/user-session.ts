/** What a user's agent does by IMAP: bring its copy of a folder up to date, or go through a session command by command. */
import { count, formatSize, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { StepOutcome } from '../../protocol.ts';
import type { Securing } from '../../tls/securing.ts';
import type { AccessProblem } from '../mailbox/access-client.ts';
import { failure, success, summary } from '../mailbox/access-outcome.ts';
import { DeviceCopy, type HeldMessage } from '../mailbox/device-copy.ts';
import type { ImapOperation, ImapSessionAction, ReadAction } from '../mailbox/scenario.ts';
import { composeMessage } from '../message/composition.ts';
import { virtualDateTime } from '../message/date-time.ts';
import { type Answer, type ClientSession, type Data, openSession, problemIn } from './client.ts';
import type { Command } from './wire/command.ts';
import type { FetchItem, Section } from './wire/fetch-item.ts';
import { parseSequenceSet, type SequenceSet, setOf } from './wire/sequence-set.ts';
import { isAtom, isList, type Value } from './wire/value.ts';

const WHOLE: Section = { part: [], text: null, fields: [] };

/**
 * What the server no longer has, the device has no longer; flags become the server's; what nobody has read is fetched, and is
 * read by that, here and on every other device.
 */
export function* readByImap(host: Host, secure: Securing, action: ReadAction): Process<StepOutcome> {
  const session = yield* logIn(host, secure, action);
  if ('reason' in session) return failure(session.reason);
  const opened = yield* session.ask({ verb: 'SELECT', mailbox: action.folder });
  if ('reason' in opened) return yield* leave(session, opened);
  const validity = codeOf(opened, 'UIDVALIDITY') ?? '0';
  const exists = numberOf(opened, 'EXISTS') ?? 0;
  const copy = new DeviceCopy(host, action.address);
  // What POP3 has fetched is another copy, though it be of the same message.
  const prefix = `${action.folder} ${validity}.`;
  const idOf = (uid: number) => `${prefix}${uid}`;
  let listed: readonly Listed[] = [];
  if (exists > 0) {
    const set = parseSequenceSet('1:*') as SequenceSet;
    const items: FetchItem[] = [{ item: 'UID' }, { item: 'FLAGS' }];
    const answer = yield* session.ask({ verb: 'FETCH', uid: false, set, items });
    if ('reason' in answer) return yield* leave(session, answer);
    listed = answer.untagged.flatMap((response) => listedIn(response) ?? []);
  }
  const there = new Set(listed.map(({ uid }) => idOf(uid)));
  // Also those of another UIDVALIDITY: they are of a folder that is no more (RFC 3501 §2.3.1.1).
  const ofFolder = (id: string) => id.startsWith(`${action.folder} `) && /^\d+\.\d+$/.test(id.slice(action.folder.length + 1));
  for (const { id } of copy.messages()) if (ofFolder(id) && !there.has(id)) copy.drop(id);
  const missing: number[] = [];
  for (const { uid, flags } of listed) {
    const held = copy.get(idOf(uid));
    if (held) copy.put({ ...held, flags });
    else missing.push(uid);
  }
  if (action.preview !== null) return yield* preview(session, listed);
  const unread = listed.filter(({ flags }) => !flags.includes('\\Seen')).length;
  let octets = 0;
  if (missing.length > 0) {
    const got = yield* session.ask({ verb: 'FETCH', uid: true, set: setOf(missing), items: [wholeText(false)] });
    if ('reason' in got) return yield* leave(session, got);
    for (const response of got.untagged) {
      const message = messageIn(response);
      if (!message) continue;
      octets += message.octets.length;
      copy.put({
        id: idOf(message.uid),
        octets: message.octets,
        flags: message.flags ?? listed.find(({ uid }) => uid === message.uid)?.flags ?? [],
      });
    }
  }
  yield* session.leave();
  const fetched = missing.length === 0 ? 'nothing new' : `${count(missing.length, 'message')} fetched (${formatSize(octets)})`;
  return success(`${action.folder} has ${count(listed.length, 'message')}, ${unread} unread: ${fetched}`);
}

/** Who wrote, and what about: nothing is marked as read. */
function* preview(session: ClientSession, listed: readonly Listed[]): Process<StepOutcome> {
  if (listed.length > 0) {
    const items: FetchItem[] = [{ item: 'ENVELOPE' }];
    const answer = yield* session.ask({ verb: 'FETCH', uid: true, set: setOf(listed.map(({ uid }) => uid)), items });
    if ('reason' in answer) return yield* leave(session, answer);
  }
  yield* session.leave();
  return success(`looked at ${count(listed.length, 'message')}`);
}

const wholeText = (peek: boolean): FetchItem => ({ item: 'BODY[]', section: WHOLE, peek, partial: null });

export function* imapSession(host: Host, secure: Securing, action: ImapSessionAction): Process<StepOutcome> {
  const session = yield* logIn(host, secure, action);
  if ('reason' in session) return failure(session.reason);
  const outcomes: StepOutcome[] = [];
  for (const operation of action.operations) {
    if (!session.usable) break;
    outcomes.push(yield* perform(host, session, action, operation));
  }
  const missed = action.operations.length - outcomes.length;
  yield* session.leave();
  return summary(outcomes, missed);
}

function* perform(host: Host, session: ClientSession, action: ImapSessionAction, operation: ImapOperation): Process<StepOutcome> {
  switch (operation.kind) {
    case 'wait':
      yield* host.sleep(operation.duration);
      return success(`waited ${formatValue(operation.duration, 'ns')}`);
    case 'hang up':
      session.hangUp();
      return success('hung up without LOGOUT');
    case 'idle': {
      let news = 0;
      const answer = yield* session.idle(operation.duration, (response) => {
        if (response.kind === 'data') news++;
      });
      return 'reason' in answer
        ? failure(answer.reason)
        : success(`waited ${formatValue(operation.duration, 'ns')}, told of ${news} changes`);
    }
    case 'fetch':
      return counted(yield* session.askLine(`FETCH ${operation.messages} ${operation.what}`), 'FETCH', 'message', 'fetched');
    case 'search': {
      const answer = yield* session.askLine(`SEARCH ${operation.what}`);
      if ('reason' in answer) return failure(answer.reason);
      const found = answer.untagged.flatMap((one) => (one.kind === 'data' && one.name === 'SEARCH' ? one.values : []));
      return success(
        found.length === 0 ? 'nothing found' : `found ${found.flatMap((value) => (isAtom(value) ? [value.atom] : [])).join(' ')}`,
      );
    }
    case 'list':
      return counted(yield* session.ask(commandOf(operation, host, action)), operation.subscribed ? 'LSUB' : 'LIST', 'folder', 'listed');
    case 'select':
    case 'examine': {
      const answer = yield* session.ask(commandOf(operation, host, action));
      return 'reason' in answer
        ? failure(answer.reason)
        : success(`${operation.folder} has ${count(numberOf(answer, 'EXISTS') ?? 0, 'message')}`);
    }
    case 'command':
      return told(yield* session.askLine(operation.line));
    default:
      return told(yield* session.ask(commandOf(operation, host, action)));
  }
}

type Spoken = Exclude<ImapOperation, { readonly kind: 'wait' | 'hang up' | 'idle' | 'fetch' | 'search' | 'command' }>;

function commandOf(operation: Spoken, host: Host, { address }: ImapSessionAction): Command {
  switch (operation.kind) {
    case 'select':
    case 'examine':
    case 'create':
    case 'delete':
    case 'subscribe':
    case 'unsubscribe':
      return { verb: VERBS[operation.kind], mailbox: operation.folder };
    case 'status':
      return { verb: 'STATUS', mailbox: operation.folder, items: ['MESSAGES', 'UNSEEN', 'UIDNEXT'] };
    case 'rename':
      return { verb: 'RENAME', mailbox: operation.folder, to: operation.to };
    case 'list':
      return { verb: operation.subscribed ? 'LSUB' : 'LIST', reference: '', pattern: operation.pattern };
    case 'store': {
      const { messages, how, flags } = operation;
      return { verb: 'STORE', uid: false, set: parseSequenceSet(messages) ?? [], how, silent: false, flags };
    }
    case 'copy':
    case 'move': {
      const set = parseSequenceSet(operation.messages) ?? [];
      return { verb: operation.kind === 'copy' ? 'COPY' : 'MOVE', uid: false, set, mailbox: operation.to };
    }
    case 'append': {
      const right = address.slice(address.lastIndexOf('@') + 1);
      const heading = { from: address, to: [address], date: virtualDateTime(host.now()), messageId: `<draft.${host.now()}@${right}>` };
      const octets = composeMessage(operation.message, heading, 'extended');
      return { verb: 'APPEND', mailbox: operation.folder, flags: operation.flags, date: null, octets };
    }
    case 'expunge':
      return { verb: 'EXPUNGE', set: null };
    case 'capabilities':
      return { verb: 'CAPABILITY' };
    case 'close':
      return { verb: 'CLOSE' };
    case 'check':
      return { verb: 'CHECK' };
    case 'noop':
      return { verb: 'NOOP' };
  }
}

const VERBS = {
  select: 'SELECT',
  examine: 'EXAMINE',
  create: 'CREATE',
  delete: 'DELETE',
  subscribe: 'SUBSCRIBE',
  unsubscribe: 'UNSUBSCRIBE',
} as const;

function* logIn(host: Host, secure: Securing, action: ReadAction | ImapSessionAction): Process<ClientSession | AccessProblem> {
  const { server, security, user, password, proof } = action;
  const session = yield* openSession(host, { server, security, secure });
  if ('reason' in session) return session;
  const problem = yield* session.logIn(user, password, proof);
  if (!problem) return session;
  yield* session.leave();
  return problem;
}

function* leave(session: ClientSession, { reason }: AccessProblem): Process<StepOutcome> {
  yield* session.leave();
  return failure(reason);
}

function told(answer: Answer | AccessProblem): StepOutcome {
  const problem = problemIn(answer);
  return problem ? failure(problem.reason) : success((answer as Answer).status.text);
}

function counted(answer: Answer | AccessProblem, name: string, noun: string, done: string): StepOutcome {
  if ('reason' in answer) return failure(answer.reason);
  const number = answer.untagged.filter((response) => response.kind === 'data' && response.name === name).length;
  return success(`${count(number, noun)} ${done}`);
}

function codeOf({ untagged }: Answer, name: string): string | null {
  for (const response of untagged) if (response.kind === 'status' && response.code?.name === name) return response.code.argument;
  return null;
}

function numberOf({ untagged }: Answer, name: string): number | null {
  for (const response of untagged) if (response.kind === 'data' && response.name === name) return response.number;
  return null;
}

interface Listed {
  readonly uid: number;
  readonly flags: readonly string[];
}

/** The pairs of a FETCH response, by item; null for other responses. */
function itemsIn(response: Data | Answer['status']): ReadonlyMap<string, Value> | null {
  if (response.kind !== 'data' || response.name !== 'FETCH') return null;
  const [pairs] = response.values;
  const items = new Map<string, Value>();
  if (!isList(pairs)) return items;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i];
    if (isAtom(name)) items.set(name.atom.toUpperCase(), pairs[i + 1] as Value);
  }
  return items;
}

function listedIn(response: Data | Answer['status']): Listed | null {
  const items = itemsIn(response);
  const uid = numberIn(items?.get('UID'));
  return uid === null ? null : { uid, flags: flagsIn(items?.get('FLAGS')) ?? [] };
}

function messageIn(
  response: Data | Answer['status'],
): (Pick<HeldMessage, 'octets'> & { uid: number; flags: readonly string[] | null }) | null {
  const items = itemsIn(response);
  const [uid, octets] = [numberIn(items?.get('UID')), items?.get('BODY[]')];
  return uid === null || typeof octets !== 'string' ? null : { uid, octets, flags: flagsIn(items?.get('FLAGS')) };
}

function numberIn(value: Value | undefined): number | null {
  return isAtom(value) && /^\d{1,10}$/.test(value.atom) ? Number(value.atom) : null;
}

/** Without `\Recent`, which is a session's. */
function flagsIn(value: Value | undefined): string[] | null {
  if (!isList(value)) return null;
  return value.flatMap((flag) => (isAtom(flag) && flag.atom.toLowerCase() !== '\\recent' ? [flag.atom] : []));
}
