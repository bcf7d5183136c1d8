/**
 * The server's command table (RFC 5321 §4.1.4): in which states each command may come, whether this server has it, and with which
 * replies it may be answered. The session runs on it, and the documentation is made of it.
 *
 * States: `connected` (no HELO yet, or none since TLS), `ready`, `sender` (MAIL was taken) and `recipients` (so was a RCPT).
 */
import type { Verb } from './wire/command.ts';

export type State = 'connected' | 'ready' | 'sender' | 'recipients';

export interface Rule {
  readonly states: readonly State[];
  /** A condition that does not hold has the command answered as one that is not implemented, or not known. */
  readonly supported: 'yes' | 'no' | 'in the extended dialect' | 'with TLS' | 'with authentication';
  /** Besides those of EVERY_COMMAND. */
  readonly replies: readonly number[];
}

/** What any command may be answered with: the session ends, a mistake in it, its state forbids it. */
export const EVERY_COMMAND: readonly number[] = [421, 500, 501, 503];

const ANY: readonly State[] = ['connected', 'ready', 'sender', 'recipients'];

const rule = (states: readonly State[], ...replies: number[]): Rule => ({ states, supported: 'yes', replies });
const absent: Rule = { states: ANY, supported: 'no', replies: [502] };

export const RULES: Readonly<Record<Verb, Rule>> = {
  HELO: rule(ANY, 250, 530),
  EHLO: { states: ANY, supported: 'in the extended dialect', replies: [250] },
  MAIL: rule(['ready'], 250, 450, 530, 550, 552, 555),
  RCPT: rule(['sender', 'recipients'], 250, 452, 530, 550, 555),
  DATA: rule(['recipients'], 250, 354, 530, 552, 554),
  RSET: rule(ANY, 250, 530),
  VRFY: rule(ANY, 250, 251, 252, 530, 550, 553),
  EXPN: rule(ANY, 250, 252, 530, 550, 553),
  HELP: rule(ANY, 214, 530),
  NOOP: rule(ANY, 250),
  QUIT: rule(ANY, 221),
  STARTTLS: { states: ANY, supported: 'with TLS', replies: [220, 502] },
  AUTH: { states: ['ready'], supported: 'with authentication', replies: [235, 334, 454, 502, 504, 530, 535, 538] },
  SEND: absent,
  SOML: absent,
  SAML: absent,
  TURN: absent,
};

/** All that a server may answer a command with. */
export function mayReply(verb: Verb, code: number): boolean {
  return RULES[verb].replies.includes(code) || EVERY_COMMAND.includes(code);
}
