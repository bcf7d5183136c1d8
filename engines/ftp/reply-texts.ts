/** What the server says, in the words that FTP servers have used for decades. */
import { formatSize } from '../format.ts';
import type { Endpoint } from '../network/host.ts';
import type { Bytes } from '../quantities.ts';
import { encodeHostPort } from './wire/host-port.ts';
import { quotedPath, type Reply } from './wire/reply.ts';

const reply = (code: number, ...lines: string[]): Reply => ({ code, lines });

export const texts = {
  greeting: (greeting: string) => reply(220, greeting),
  full: () => reply(421, 'Too many users, try again later'),
  timedOut: () => reply(421, 'Idle for too long, closing control connection'),
  tooManyErrors: () => reply(421, 'Too many errors, closing control connection'),
  tooManyLogins: () => reply(421, 'Too many failed logins, closing control connection'),
  closing: () => reply(221, 'Goodbye'),

  password: (user: string, anonymous: boolean) =>
    reply(331, anonymous ? 'Anonymous login ok, send your mail address as password' : `Password required for ${shown(user)}`),
  loggedIn: (user: string) => reply(230, `User ${shown(user)} logged in`),
  loginIncorrect: () => reply(530, 'Login incorrect'),
  notLoggedIn: () => reply(530, 'Please log in with USER and PASS'),
  noUser: () => reply(503, 'Log in with USER first'),
  alreadyLoggedIn: () => reply(503, 'You are logged in already'),
  noRename: () => reply(503, 'RNFR is needed before RNTO'),
  superfluous: (verb: string) => reply(202, `${verb} is not needed here`),

  unknownCommand: (word: string) => reply(500, `Command not understood: ${shown(word)}`),
  lineTooLong: () => reply(500, 'Line too long'),
  syntax: (problem: string) => reply(501, `Syntax error: ${shown(problem)}`),
  notImplemented: (verb: string) => reply(502, `${verb} is not implemented`),
  notForParameter: (what: string) => reply(504, `Not implemented for ${shown(what)}`),
  done: (what: string) => reply(200, what),

  portSet: (verb: string) => reply(200, `${verb} command successful`),
  bounce: () => reply(504, 'Data connections go to your own address, and to no port below 1024'),
  passive: (endpoint: Endpoint) => reply(227, `Entering Passive Mode (${encodeHostPort(endpoint)})`),
  extendedPassive: (port: number) => reply(229, `Entering Extended Passive Mode (|||${port}|)`),
  onlyExtended: (verb: string) => reply(503, `EPSV ALL was said: ${verb} is not allowed any more`),
  otherProtocol: () => reply(522, 'Network protocol not supported, use (1)'),

  opening: (what: string, type: string, size: Bytes | null) =>
    reply(150, `Opening ${type} mode data connection for ${what}${size === null ? '' : ` (${size} bytes)`}`),
  open: (what: string, type: string) => reply(125, `Data connection already open; ${type} transfer of ${what} starting`),
  /** RFC 1123 §4.1.2.9: the name that was chosen, in this form. */
  unique: (name: string, open: boolean) => reply(open ? 125 : 150, `FILE: ${name}`),
  noDataPort: () => reply(425, 'EPSV ALL was said: use EPSV first'),
  cannotOpen: (why: string) => reply(425, `Cannot open data connection: ${why}`),
  complete: () => reply(226, 'Transfer complete'),
  broken: (why: string) => reply(426, `Transfer broken off: ${why}`),
  aborted: () => reply(226, 'ABOR command successful'),
  nothingToAbort: (open: boolean) => (open ? reply(225, 'Data connection open, no transfer to abort') : reply(226, 'No transfer to abort')),
  restart: (offset: Bytes) => reply(350, `Restarting at ${offset}, send STOR or RETR`),
  cannotRestart: (size: Bytes) => reply(554, `The restart point lies beyond the end of the file (${size} bytes)`),
  noSpace: (space: Bytes) => reply(452, `No room: this server keeps ${formatSize(space)}`),
  outOfSpace: (space: Bytes) => reply(552, `Broken off, no room: this server keeps ${formatSize(space)}`),

  changed: (path: string) => reply(250, `Working directory is ${quotedPath(path)}`),
  directory: (path: string) => reply(257, `${quotedPath(path)} is the working directory`),
  made: (path: string) => reply(257, `${quotedPath(path)} created`),
  removed: (what: string) => reply(250, `${what} removed`),
  renameFrom: () => reply(350, 'Ready for RNTO'),
  renamed: () => reply(250, 'Renamed'),
  noSuchFile: (path: string) => reply(550, `${path}: No such file or directory`),
  notAFile: (path: string) => reply(550, `${path}: Not a plain file`),
  notADirectory: (path: string) => reply(550, `${path}: Not a directory`),
  notEmpty: (path: string) => reply(550, `${path}: Directory not empty`),
  exists: (path: string) => reply(550, `${path}: File exists`),
  denied: (path: string) => reply(550, `${path}: Permission denied`),
  badName: (path: string) => reply(553, `${path}: Not an allowed name`),
  asciiTooLarge: (limit: Bytes) => reply(550, `Files of more than ${limit} bytes are transferred with TYPE I only`),

  system: () => reply(215, 'UNIX Type: L8'),
  size: (size: Bytes) => reply(213, String(size)),
  time: (time: string) => reply(213, time),
  features: (features: readonly string[]) => reply(211, 'Features:', ...features, 'End'),
  facts: (line: string, path: string) => reply(250, `Listing ${path}`, line, 'End'),
  listed: (code: 212 | 213, path: string, lines: readonly string[]) => reply(code, `Status of ${path}:`, ...lines, 'End of status'),
  status: (lines: readonly string[]) => reply(211, 'FTP server status:', ...lines, 'End of status'),
  commands: (rows: readonly string[]) => reply(214, 'The following commands are recognized:', ...rows, 'Help OK'),
  helpOn: (verb: string, meaning: string) => reply(214, `${verb}: ${meaning}`),
  siteHelp: () => reply(200, 'The only SITE command is HELP'),

  tlsRequired: () => reply(530, 'Secure the connection with AUTH TLS first'),
  dataInClear: () => reply(521, 'Data connections must be private: PROT P is needed first'),
  dataNotSecured: (why: string) => reply(522, `TLS failed on the data connection: ${shown(why)}`),
  protectionTooLow: () => reply(534, 'Data connections must be private'),
  secure: () => reply(234, 'Begin TLS negotiation'),
  noMechanism: (name: string) => reply(504, `Security mechanism not known: ${shown(name)}`),
  alreadySecure: () => reply(534, 'The control connection is secured already'),
  bufferSize: () => reply(200, 'PBSZ=0'),
  protection: (level: string) => reply(200, `Protection level set to ${level}`),
  noProtection: (level: string) => reply(536, `Protection level ${shown(level)} is not offered with TLS`),
  notSecured: () => reply(503, 'AUTH is needed first'),
  noBufferSize: () => reply(503, 'PBSZ is needed first'),
  staysSecure: () => reply(534, 'The control connection stays secured'),
  clearAlready: () => reply(533, 'The control connection is clear already'),
};

/** A client's own words, made fit for a reply's line. */
function shown(text: string): string {
  return text
    .replace(/[“”]/g, '"')
    .replace(/’/g, "'")
    .replace(/[^ -~]/g, '?')
    .slice(0, 100);
}
