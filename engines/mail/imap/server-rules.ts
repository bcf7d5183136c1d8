/**
 * The server's command table (RFC 3501 §3, §6): in which states each command may come, whether this server has it, the untagged
 * responses that it may bring and the codes of its tagged one. The session runs on it, and the documentation is made of it.
 *
 * States: `not authenticated`; `authenticated`; `selected`, a folder is open. Whatever the command, what is new in an open
 * folder may be told with it: EXISTS, RECENT, FETCH, and EXPUNGE where that cannot confuse numbers (§7.4.1).
 */
import type { Verb } from './wire/command.ts';

export type State = 'not authenticated' | 'authenticated' | 'selected';

export interface Rule {
  readonly states: readonly State[];
  /** `with TLS`: where the server has none, the command is answered as one that it does not know. */
  readonly supported: 'yes' | 'with TLS';
  /** Untagged responses of its own. */
  readonly untagged: readonly string[];
  /** Response codes, untagged and tagged. */
  readonly codes: readonly string[];
  /** Messages may be told to be gone with it: it names none by their sequence numbers (§7.4.1). */
  readonly expunges: boolean;
}

const ANY: readonly State[] = ['not authenticated', 'authenticated', 'selected'];
const OUT: readonly State[] = ['not authenticated'];
const IN: readonly State[] = ['authenticated', 'selected'];
const OPEN: readonly State[] = ['selected'];

const rule = (states: readonly State[], untagged: readonly string[] = [], codes: readonly string[] = [], expunges = true): Rule => ({
  states,
  supported: 'yes',
  untagged,
  codes,
  expunges,
});

const LOGIN_CODES = ['CAPABILITY', 'AUTHENTICATIONFAILED', 'PRIVACYREQUIRED', 'UNAVAILABLE'];
const SELECTING = ['FLAGS', 'EXISTS', 'RECENT', 'OK'];
const SELECT_CODES = ['UNSEEN', 'PERMANENTFLAGS', 'UIDNEXT', 'UIDVALIDITY', 'NONEXISTENT'];
const COPY_CODES = ['COPYUID', 'TRYCREATE', 'OVERQUOTA', 'EXPUNGEISSUED'];

export const RULES: Readonly<Record<Verb, Rule>> = {
  CAPABILITY: rule(ANY, ['CAPABILITY']),
  NOOP: rule(ANY),
  LOGOUT: rule(ANY, ['BYE']),
  STARTTLS: { ...rule(OUT), supported: 'with TLS' },
  AUTHENTICATE: rule(OUT, [], [...LOGIN_CODES, 'CANNOT']),
  LOGIN: rule(OUT, [], LOGIN_CODES),
  SELECT: rule(IN, SELECTING, [...SELECT_CODES, 'READ-WRITE']),
  EXAMINE: rule(IN, SELECTING, [...SELECT_CODES, 'READ-ONLY']),
  CREATE: rule(IN, [], ['ALREADYEXISTS', 'CANNOT', 'LIMIT']),
  DELETE: rule(IN, [], ['NONEXISTENT', 'CANNOT']),
  RENAME: rule(IN, [], ['NONEXISTENT', 'ALREADYEXISTS', 'CANNOT', 'LIMIT']),
  SUBSCRIBE: rule(IN, [], ['CANNOT', 'LIMIT']),
  UNSUBSCRIBE: rule(IN, [], ['CANNOT']),
  LIST: rule(IN, ['LIST']),
  LSUB: rule(IN, ['LSUB']),
  STATUS: rule(IN, ['STATUS'], ['NONEXISTENT']),
  APPEND: rule(IN, [], ['APPENDUID', 'TRYCREATE', 'OVERQUOTA', 'TOOBIG']),
  CHECK: rule(OPEN),
  CLOSE: rule(OPEN),
  EXPUNGE: rule(OPEN, ['EXPUNGE'], ['READ-ONLY']),
  SEARCH: rule(OPEN, ['SEARCH'], ['BADCHARSET'], false),
  FETCH: rule(OPEN, ['FETCH'], ['EXPUNGEISSUED', 'LIMIT'], false),
  STORE: rule(OPEN, ['FETCH'], ['READ-ONLY', 'EXPUNGEISSUED'], false),
  COPY: rule(OPEN, [], COPY_CODES),
  UID: rule(OPEN),
  IDLE: rule(IN),
  NAMESPACE: rule(IN, ['NAMESPACE']),
  UNSELECT: rule(OPEN),
  MOVE: rule(OPEN, ['OK', 'EXPUNGE'], [...COPY_CODES, 'READ-ONLY']),
};
