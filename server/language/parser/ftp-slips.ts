/** Slips in what is said about FTP: habits of its clients’ and servers’ users. */
import { TokenKind } from '../scanner.ts';
import type { SyntaxFix } from '../syntax.ts';
import { type Reading, replacement } from './reading.ts';
import type { Impasse, Slip } from './slips.ts';

const MODES = /^(?:extended[ \t]+)?(?:active|passive)\b/;
/** Words that end a session in FTP clients. */
const GOODBYES = new Set(['quit', 'bye', 'exit', 'close', 'disconnect', 'logout']);
const TYPES: ReadonlyMap<string, string> = new Map([
  ['bin', 'binary'],
  ['binary', 'binary'],
  ['image', 'binary'],
  ['ascii', 'ascii'],
]);
/** Commands of the protocol that a session says as they stand. */
const COMMANDS = new Set(['stat', 'status', 'feat', 'features', 'syst', 'system', 'noop', 'help', 'site', 'mlst', 'allo', 'opts', 'acct']);
const YES = new Set(['on', 'yes', 'true', 'enabled', 'allowed']);

/** What follows, up to the end of a line of usual length. */
const ahead = ({ scanner, text }: Reading): string => text.slice(scanner.start, scanner.start + 80).replace(/[\r\n{}][\s\S]*/, '');

/** `using ftps`, `using sftp`, `opens ftps session with …`. */
export function otherProtocol({ state, found, reading }: Impasse): Slip | null {
  if (found === null || !state.words.has('ftp')) return null;
  const { start, end } = reading.scanner;
  const range = { start, end };
  const word = found.toLowerCase();
  if (word === 'sftp' || word === 'scp') {
    const message = `${word.toUpperCase()} is no FTP but another protocol, over SSH, which is not simulated; FTP over TLS is \`ftp … over tls\`.`;
    return { range, code: 'expected', message, fixes: [] };
  }
  if (word !== 'ftps') return null;
  const message = 'FTP over TLS is FTP that is told so behind its mode: `ftp … over tls`.';
  const behind = /^ftps([ \t]+(?:extended[ \t]+)?(?:active|passive)\b)?/i.exec(ahead(reading))!;
  const opening = /^ftps[ \t]+session\b/i.test(ahead(reading));
  const fixes = opening ? [] : [replacement({ start, end: start + behind[0].length }, `ftp${behind[1] ?? ''} over tls`)];
  return { range, code: 'expected', message, fixes };
}

/** `gets "a" from SERVER passive`, `gets "a" from SERVER over tls`. */
export function modeWithoutProtocol({ state, found, node, reading }: Impasse): Slip | null {
  if (found === null || !state.words.has('using') || node.slots.SERVER === undefined) return null;
  const { start } = reading.scanner;
  const written = MODES.exec(ahead(reading)) ?? /^over[ \t]+(?:tls|ssl)\b/.exec(ahead(reading)) ?? /^ftps?\b/.exec(ahead(reading));
  // Pages are fetched over connections, too; where their words are meant, FTP is not.
  if (!written) return null;
  const range = { start, end: start + written[0].length };
  const meant = written[0].startsWith('ftp') ? `using ${written[0] === 'ftps' ? 'ftp over tls' : 'ftp'}` : `using ftp ${written[0]}`;
  return { range, code: 'expected', message: `How it is done stands behind \`using\`: \`${meant}\`.`, fixes: [replacement(range, meant)] };
}

/** `over ssl`. */
export function olderName({ state, found, reading }: Impasse): Slip | null {
  if (found?.toLowerCase() !== 'ssl' || !state.words.has('tls')) return null;
  const range = { start: reading.scanner.start, end: reading.scanner.end };
  return { range, code: 'expected', message: 'SSL has become TLS: write `tls`.', fixes: [replacement(range, 'tls')] };
}

/** `quit`, `binary`, `stat` in a session’s block. */
export function clientCommand({ blockOf, node, found, reading }: Impasse): Slip | null {
  const { start, end } = reading.scanner;
  if (blockOf?.id !== 'ftp session' || found === null || start !== node.start) return null;
  const range = { start, end };
  const word = found.toLowerCase();
  const said = (message: string, fixes: readonly SyntaxFix[]): Slip => ({ range, code: 'unknown-property', message, fixes });
  if (GOODBYES.has(word)) {
    const away: SyntaxFix = { title: 'Take it away', edits: [{ start, end, text: '' }], preferred: true };
    return said('A session says QUIT by itself, behind its last line.', [away]);
  }
  const type = TYPES.get(word);
  if (type) return said(`The type of what follows is set by \`type ${type}\`.`, [replacement(range, `type ${type}`)]);
  if (MODES.test(word))
    return said('The mode is that of the whole session: it stands behind the server’s name, in front of the block.', []);
  if (word === 'lcd' || word === 'lls')
    return said('The client’s own files lie at the root of its disk: `as` gives a file another name there.', []);
  if (!COMMANDS.has(word)) return null;
  const command = word === 'status' || word === 'features' || word === 'system' ? word.slice(0, 4).toUpperCase() : word.toUpperCase();
  return said(`A command without a word of its own is said as it stands: \`say "${command}"\`.`, []);
}

/** `user … readonly`, `anonymous on`, `tls on`, `port 2121`. */
export function serverSetting({ blockOf, state, node, found, reading }: Impasse): Slip | null {
  if (blockOf?.id !== 'ftp' || found === null) return null;
  const { start, end, kind } = reading.scanner;
  const range = { start, end };
  const word = found.toLowerCase();
  const behindUser = start === node.start && /^(?:read-?only|readonly|ro)$/.test(word);
  if (behindUser || (state.words.has('read') && /^(?:read-?only|ro)$/.test(word) && !state.words.has('off'))) {
    return { range, code: 'expected', message: 'A user who may only read is `read only`.', fixes: [replacement(range, 'read only')] };
  }
  if (state.words.has('offered') && YES.has(word)) {
    const fixes = [replacement(range, 'offered'), { ...replacement(range, 'required'), preferred: false }];
    return { range, code: 'expected', message: 'A server with TLS has it `offered`, to who asks for it, or `required` of all.', fixes };
  }
  if (state.words.has('read') && state.words.has('off') && (YES.has(word) || /^read-?only$/.test(word))) {
    return { range, code: 'expected', message: 'Anonymous users may `read`, or `write` as well.', fixes: [replacement(range, 'read')] };
  }
  if (start !== node.start || kind !== TokenKind.word) return null;
  if (word === 'port') return { range, code: 'unknown-property', message: 'An FTP server listens on port 21 (RFC 959 §8).', fixes: [] };
  if (word !== 'home') return null;
  return { range, code: 'unknown-property', message: 'A home is a user’s: `user NAME password PASSWORD home HOME`.', fixes: [] };
}
