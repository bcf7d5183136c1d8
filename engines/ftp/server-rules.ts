/**
 * The server's command table (RFC 959 §5.4, §6): in which states each command may come, whether this server has it, and with
 * which replies it may be answered. The session runs on it, and the documentation is made of it.
 *
 * States: `connected` (nobody has said who they are), `named` (USER was given, the password is awaited), `ready` (logged in)
 * and `renaming` (RNFR was given, and RNTO must follow at once).
 */
import type { Verb } from './wire/command.ts';
import type { Reply } from './wire/reply.ts';

export type State = 'connected' | 'named' | 'ready' | 'renaming';

export interface Rule {
  readonly states: readonly State[];
  /** `with TLS`: where the server has none, the command is answered as one that is not implemented. */
  readonly supported: 'yes' | 'no' | 'with TLS';
  /** Besides those of EVERY_COMMAND. */
  readonly replies: readonly number[];
}

/** What any command may be answered with: the session ends, a mistake in it, its state forbids it. */
export const EVERY_COMMAND: readonly number[] = [421, 500, 501, 503, 530];

const ANY: readonly State[] = ['connected', 'named', 'ready', 'renaming'];
const LOGGED_IN: readonly State[] = ['ready', 'renaming'];

const rule = (states: readonly State[], ...replies: number[]): Rule => ({ states, supported: 'yes', replies });
const absent = (...replies: number[]): Rule => ({ states: ANY, supported: 'no', replies });
const secured = (states: readonly State[], ...replies: number[]): Rule => ({ states, supported: 'with TLS', replies: [502, ...replies] });

/** All that a transfer may be answered with, before and after it. */
const SENDING = [125, 150, 226, 425, 426, 521, 522];

export const RULES: Readonly<Record<Verb, Rule>> = {
  USER: rule(ANY, 331),
  PASS: rule(['named'], 230),
  ACCT: rule(ANY, 202),
  CWD: rule(LOGGED_IN, 250, 550),
  CDUP: rule(LOGGED_IN, 250),
  SMNT: absent(502),
  REIN: rule(ANY, 220),
  QUIT: rule(ANY, 221),
  PORT: rule(LOGGED_IN, 200, 504),
  PASV: rule(LOGGED_IN, 227, 425),
  TYPE: rule(LOGGED_IN, 200, 504),
  STRU: rule(LOGGED_IN, 200, 504),
  MODE: rule(LOGGED_IN, 200, 504),
  RETR: rule(LOGGED_IN, ...SENDING, 550, 554),
  STOR: rule(LOGGED_IN, ...SENDING, 452, 552, 553, 554),
  STOU: rule(LOGGED_IN, ...SENDING, 452, 552, 553),
  APPE: rule(LOGGED_IN, ...SENDING, 452, 552, 553),
  ALLO: rule(LOGGED_IN, 202, 504),
  REST: rule(LOGGED_IN, 350),
  RNFR: rule(LOGGED_IN, 350, 550),
  RNTO: rule(['renaming'], 250, 553),
  ABOR: rule(LOGGED_IN, 225, 226, 426),
  DELE: rule(LOGGED_IN, 250, 550),
  RMD: rule(LOGGED_IN, 250, 550),
  MKD: rule(LOGGED_IN, 257, 550),
  PWD: rule(LOGGED_IN, 257),
  LIST: rule(LOGGED_IN, ...SENDING, 450),
  NLST: rule(LOGGED_IN, ...SENDING, 450),
  SITE: rule(LOGGED_IN, 200),
  SYST: rule(ANY, 215),
  STAT: rule(LOGGED_IN, 211, 212, 213, 450),
  HELP: rule(ANY, 214),
  NOOP: rule(ANY, 200),
  FEAT: rule(ANY, 211),
  OPTS: rule(ANY, 200, 504),
  EPRT: rule(LOGGED_IN, 200, 504, 522),
  EPSV: rule(LOGGED_IN, 200, 229, 425, 522),
  MDTM: rule(LOGGED_IN, 213, 550),
  SIZE: rule(LOGGED_IN, 213, 550),
  MLST: rule(LOGGED_IN, 250, 550),
  MLSD: rule(LOGGED_IN, ...SENDING, 550),
  AUTH: secured(['connected', 'named', 'ready', 'renaming'], 234, 504, 534),
  ADAT: absent(502),
  PBSZ: secured(ANY, 200),
  PROT: secured(ANY, 200, 504, 534, 536),
  CCC: secured(ANY, 533, 534),
  MIC: absent(502),
  CONF: absent(502),
  ENC: absent(502),
};

/** What is not reported as a session's end (421), a mistake (500, 501), or a question of order (503, 530). */
export function mayReply(verb: Verb, code: number): boolean {
  return RULES[verb].replies.includes(code) || EVERY_COMMAND.includes(code);
}

/** By which of its codes a command says that something cannot be done with a path (RFC 959 §5.4): `reply` with that one, if it says so. */
export function asRefused(verb: Verb, reply: Reply): Reply {
  if (!PATH_REFUSALS.includes(reply.code)) return reply;
  return { ...reply, code: PATH_REFUSALS.find((code) => RULES[verb].replies.includes(code)) ?? reply.code };
}

const PATH_REFUSALS = [550, 553, 450];
