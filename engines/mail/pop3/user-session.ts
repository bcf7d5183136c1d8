/** What a user's agent does by POP3: get the new mail, or go through a session command by command. */
import { count, formatSize, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { StepOutcome } from '../../protocol.ts';
import type { Securing } from '../../tls/securing.ts';
import type { AccessProblem } from '../mailbox/access-client.ts';
import { failure, success, summary } from '../mailbox/access-outcome.ts';
import { DeviceCopy } from '../mailbox/device-copy.ts';
import type { Pop3Operation, Pop3SessionAction, ReadAction } from '../mailbox/scenario.ts';
import { type Answer, type ClientSession, openSession } from './client.ts';

/** Gets what the device has not had yet; without `keep`, what it got is deleted (RFC 1939 §8). */
export function* readByPop3(host: Host, secure: Securing, action: ReadAction): Process<StepOutcome> {
  const session = yield* logIn(host, secure, action);
  if ('reason' in session) return failure(session.reason);
  const copy = new DeviceCopy(host, action.address);
  const ids = yield* session.ask({ verb: 'UIDL', message: null });
  if ('reason' in ids) return yield* leave(session, ids);
  const listed = idsIn(ids.content);
  copy.forgetAllBut(new Set(listed.map(({ id }) => id)));
  const fresh = listed.filter(({ id }) => !copy.hasSeen(id));
  if (action.preview !== null) return yield* preview(session, fresh, action.preview);
  let octets = 0;
  if (!action.keep) {
    // Taken before, and its deletion was never confirmed.
    for (const { number, id } of listed) {
      if (!copy.hasSeen(id)) continue;
      const marked = yield* session.ask({ verb: 'DELE', message: number });
      if ('reason' in marked) return yield* leave(session, marked);
    }
  }
  for (const { number, id } of fresh) {
    const got = yield* session.ask({ verb: 'RETR', message: number });
    if ('reason' in got) return yield* leave(session, got);
    octets += got.content.length;
    // On the disk before the server is told that it may forget it.
    copy.put({ id, octets: got.content, flags: [] });
    if (action.keep) continue;
    const marked = yield* session.ask({ verb: 'DELE', message: number });
    if ('reason' in marked) return yield* leave(session, marked);
  }
  const bye = yield* session.leave();
  // RFC 1939 §6: only the reply to QUIT says that they are deleted.
  if ('reason' in bye && !action.keep && fresh.length > 0)
    return failure(`${count(fresh.length, 'message')} taken, not deleted: ${bye.reason}`);
  if (fresh.length === 0) return success('no new message');
  const what = `${count(fresh.length, 'message')} (${formatSize(octets)})`;
  return success(action.keep ? `took ${what}, kept on the server` : `took ${what}, deleted on the server`);
}

function* preview(session: ClientSession, fresh: readonly { readonly number: number }[], lines: number): Process<StepOutcome> {
  for (const { number } of fresh) {
    const top = yield* session.ask({ verb: 'TOP', message: number, lines });
    if ('reason' in top) return yield* leave(session, top);
  }
  yield* session.leave();
  return success(`looked at ${count(fresh.length, 'message')}`);
}

export function* pop3Session(host: Host, secure: Securing, action: Pop3SessionAction): Process<StepOutcome> {
  const session = yield* logIn(host, secure, action);
  if ('reason' in session) return failure(session.reason);
  const outcomes: StepOutcome[] = [];
  for (const operation of action.operations) {
    if (!session.usable) break;
    outcomes.push(yield* perform(host, session, operation));
  }
  const missed = action.operations.length - outcomes.length;
  if (session.usable) yield* session.leave();
  return summary(outcomes, missed);
}

function* perform(host: Host, session: ClientSession, operation: Pop3Operation): Process<StepOutcome> {
  switch (operation.kind) {
    case 'status':
      return told(yield* session.ask({ verb: 'STAT' }));
    case 'list': {
      const answer = yield* session.ask({ verb: 'LIST', message: null });
      return 'reason' in answer ? failure(answer.reason) : success(`${count(lineCount(answer), 'message')} listed`);
    }
    case 'unique-ids': {
      const answer = yield* session.ask({ verb: 'UIDL', message: null });
      return 'reason' in answer ? failure(answer.reason) : success(`${count(lineCount(answer), 'unique-id')} listed`);
    }
    case 'capabilities': {
      const answer = yield* session.ask({ verb: 'CAPA' });
      return 'reason' in answer ? failure(answer.reason) : success(`${count(lineCount(answer), 'capability', 'capabilities')}`);
    }
    case 'undelete':
      return told(yield* session.ask({ verb: 'RSET' }));
    case 'retrieve':
      return got(operation.message, yield* session.ask({ verb: 'RETR', message: operation.message }));
    case 'top':
      return got(operation.message, yield* session.ask({ verb: 'TOP', message: operation.message, lines: operation.lines }));
    case 'delete':
      return told(yield* session.ask({ verb: 'DELE', message: operation.message }));
    case 'command':
      return told(yield* session.askLine(operation.line));
    case 'wait':
      yield* host.sleep(operation.duration);
      return success(`waited ${formatValue(operation.duration, 'ns')}`);
    case 'hang up':
      session.hangUp();
      return success('hung up without QUIT');
  }
}

function* logIn(host: Host, secure: Securing, action: ReadAction | Pop3SessionAction): Process<ClientSession | AccessProblem> {
  const { server, security, user, password, proof } = action;
  const session = yield* openSession(host, { server, security, secure });
  if ('reason' in session) return session;
  const problem = yield* session.logIn(user, password, proof);
  if (!problem) return session;
  yield* session.leave();
  return problem;
}

function* leave(session: ClientSession, { reason }: AccessProblem): Process<StepOutcome> {
  if (session.usable) yield* session.leave();
  return failure(reason);
}

function told(answer: Answer | AccessProblem): StepOutcome {
  return 'reason' in answer ? failure(answer.reason) : success(answer.reply.text === '' ? 'done' : answer.reply.text);
}

function got(message: number, answer: Answer | AccessProblem): StepOutcome {
  return 'reason' in answer ? failure(answer.reason) : success(`message ${message}: ${formatSize(answer.content.length)}`);
}

function lineCount({ content }: Answer): number {
  return content === '' ? 0 : content.replace(/\r\n$/, '').split('\r\n').length;
}

/** The lines of UIDL's listing (RFC 1939 §7); others are read over. */
export function idsIn(content: string): { readonly number: number; readonly id: string }[] {
  return content.split('\r\n').flatMap((line) => {
    const parts = /^(\d{1,9}) ([!-~]{1,70})$/.exec(line);
    return parts ? [{ number: Number(parts[1]), id: parts[2] as string }] : [];
  });
}
