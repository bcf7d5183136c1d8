/**
 * The server's command table (RFC 1939 §4–7): in which states each command may come, whether this server has it, what it may be
 * answered with. The session runs on it, and the documentation is made of it.
 *
 * States: `authorization` (nobody has proved who they are), `transaction` (the maildrop is this session's). UPDATE, which QUIT
 * enters from `transaction`, is no state in which anything could come.
 */
import type { Verb } from './wire/command.ts';

export type State = 'authorization' | 'transaction';

export interface Rule {
  readonly states: readonly State[];
  /** `with TLS`: where the server has none, the command is answered as one that it does not know. */
  readonly supported: 'yes' | 'with TLS';
  /** What `+OK` is followed by. */
  readonly reply: 'a line' | 'lines' | 'a message' | 'a line or lines';
  /** Response codes of `-ERR`. */
  readonly codes: readonly string[];
}

const rule = (states: readonly State[], reply: Rule['reply'] = 'a line', codes: readonly string[] = []): Rule => ({
  states,
  supported: 'yes',
  reply,
  codes,
});

const ANY: readonly State[] = ['authorization', 'transaction'];
const NOT_IN: readonly State[] = ['authorization'];
const IN: readonly State[] = ['transaction'];
const LOGIN_CODES = ['AUTH', 'IN-USE', 'LOGIN-DELAY', 'SYS/TEMP'];

export const RULES: Readonly<Record<Verb, Rule>> = {
  USER: rule(NOT_IN),
  PASS: rule(NOT_IN, 'a line', LOGIN_CODES),
  APOP: rule(NOT_IN, 'a line', LOGIN_CODES),
  QUIT: rule(ANY),
  STAT: rule(IN),
  LIST: rule(IN, 'a line or lines'),
  RETR: rule(IN, 'a message'),
  DELE: rule(IN),
  NOOP: rule(IN),
  RSET: rule(IN),
  TOP: rule(IN, 'a message'),
  UIDL: rule(IN, 'a line or lines'),
  CAPA: rule(ANY, 'lines'),
  STLS: { ...rule(NOT_IN), supported: 'with TLS' },
  AUTH: rule(NOT_IN, 'a line or lines', LOGIN_CODES),
};
