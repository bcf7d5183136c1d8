/**
 * Who tries one password after another at a server (RFC 2577 §5 has it for FTP, and the cure). A connection is used for as many
 * guesses as the server lets it; then the next one is opened.
 */
import { count, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { textOfOctets } from '../../network/octets.ts';
import type { StepOutcome } from '../../protocol.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import * as imap from '../imap/client.ts';
import * as pop3 from '../pop3/client.ts';
import type { AccessProblem } from './access-client.ts';
import { failure, success } from './access-outcome.ts';
import type { GuessAction } from './scenario.ts';

/** Connections in a row that come to nothing before it gives up. */
const DEAD_ENDS_LIMIT = 5;

/** A session in which a login can be tried. */
interface Door {
  readonly usable: boolean;
  logIn(user: string, password: string, proof: 'password'): Process<AccessProblem | null>;
  hangUp(): void;
}

export function* guessPassword(host: Host, secure: Securing, action: GuessAction): Process<StepOutcome> {
  const startedAt = host.now();
  const outcome = yield* guess(host, secure, action, startedAt);
  host.narrator.measure('guessing time', [host.name], host.now() - startedAt);
  return outcome;
}

function* guess(host: Host, secure: Securing, action: GuessAction, startedAt: Nanoseconds): Process<StepOutcome> {
  const { server, security, user, words, interval, limit, protocol } = action;
  const open = (): Process<Door | AccessProblem> =>
    (protocol === 'pop3' ? pop3.openSession : imap.openSession)(host, { server, security, secure });
  let door: Door | null = null;
  let tried = 0;
  let deadEnds = 0;
  const told = () => `${count(tried, 'guess', 'guesses')} in ${formatValue(host.now() - startedAt, 'ns')}`;
  for (const word of words) {
    if (tried > 0) yield* host.sleep(Math.max(0, startedAt + tried * interval - host.now()));
    if (limit !== null && host.now() - startedAt >= limit) {
      door?.hangUp();
      return success(`gave up: ${told()}, ${count(words.length - tried, 'word')} not tried`);
    }
    for (;;) {
      if (!door?.usable) {
        const opened: Door | AccessProblem = yield* open();
        if ('reason' in opened) {
          if (++deadEnds >= DEAD_ENDS_LIMIT) return failure(`${opened.reason}, after ${told()}`);
          yield* host.sleep(SECOND);
          continue;
        }
        door = opened;
      }
      const problem: AccessProblem | null = yield* door.logIn(user, word, 'password');
      if (problem === null) {
        host.narrator.measure('password guesses', [host.name], ++tried);
        host.narrator.note(`the password of ${action.address} is “${textOfOctets(word)}”`);
        door.hangUp();
        return success(`found “${textOfOctets(word)}” after ${told()}`);
      }
      if (problem.refused) break;
      // The connection broke under it: the word has not been judged.
      if (++deadEnds >= DEAD_ENDS_LIMIT) return failure(`${problem.reason}, after ${told()}`);
    }
    deadEnds = 0;
    host.narrator.measure('password guesses', [host.name], ++tried);
  }
  door?.hangUp();
  return success(`not found: ${told()}`);
}
