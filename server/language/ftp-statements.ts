/** What the statements about FTP need to know: servers, paths, who logs in, what is in a file. */
import { resolvePath } from '../../engines/ftp/path.ts';
import type { DeclaredFile, FtpOperation, FtpServerService, FtpSessionAction } from '../../engines/ftp/scenario.ts';
import { decodeCommand, type Verb } from '../../engines/ftp/wire/command.ts';
import { octetsOf, utf8Octets } from '../../engines/network/octets.ts';
import { nameOf } from './defaults/addresses.ts';
import type { Name } from './entry.ts';
import { namedFolder } from './files.ts';
import { forwardAdvice, serverReached } from './middleboxes.ts';
import type { Site } from './site.ts';

/** The octets of a path, as it is said to a server; null (and reported) for what cannot be one. */
export function pathOctets(name: Name, site: Site): string | null {
  const octets = utf8Octets(name.text);
  if (octets !== '' && resolvePath('/', octets) !== null) return octets;
  const why = octets === '' ? 'it is empty' : /[\0\r\n]/.test(octets) ? 'it holds a NUL or line end' : 'it is too long';
  site.report('malformed-path', name, `This cannot be a path: ${why}.`);
  return null;
}

/** The path on a host's disk, from its root; null (and reported) for what cannot be one. */
export function absolutePath(name: Name, site: Site): string | null {
  const octets = pathOctets(name, site);
  const path = octets === null ? null : resolvePath('/', octets);
  if (path !== '/') return path;
  site.report('malformed-path', name, 'This is the root directory: name a file.');
  return null;
}

/** The files of a real folder as a server has them, from its root on; none (and reported) where it cannot be read. */
export function folderFiles(folder: Name, site: Site): readonly DeclaredFile[] {
  return (namedFolder(folder, site) ?? []).flatMap(({ path, bytes }) => {
    const at = absolutePath({ ...folder, text: path }, site);
    return at === null ? [] : [{ path: at, source: { kind: 'octets' as const, octets: octetsOf(bytes) } }];
  });
}

/** RFC 959 §8: where control connections are opened to. */
const CONTROL_PORT = 21;

/** The FTP server on a host, or behind a NAT’s router that forwards to it; null (and reported) where there is none. */
export function ftpServer(name: Name, site: Site): FtpServerService | null {
  const { program } = site;
  const named = site.host(name);
  if (named === null) return null;
  const host = serverReached(program, named, CONTROL_PORT, (one) => program.ftpServers.has(one.toLowerCase()));
  const server = program.ftpServers.get(host.toLowerCase());
  if (server) {
    program.checkAbove('FTP server', host, server.at, site.place(name));
    return server;
  }
  if (program.incomplete || program.excused.has(`ftp ${host.toLowerCase()}`)) return null;
  site.report('not-an-ftp-server', name, `\`${host}\` runs no FTP server.${forwardAdvice(program, host, CONTROL_PORT)}`, {
    fixes: [{ title: `Declare FTP server \`${host}\``, edits: [program.declarationEdit(`ftp ${host}`, 'ftp', site)], preferred: true }],
  });
  return null;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Who logs in where nothing is said: the anonymous user with their address as password (RFC 1635 §2), else the server's first user. */
export function defaultLogin({ anonymous, users }: FtpServerService, host: string): Login {
  const [first] = users;
  if (anonymous !== null || !first) return { user: 'anonymous', password: `user@${host}` };
  return { user: first.name, password: first.password };
}

/** The action of a step; null where something in it was reported. */
export function sessionAction(
  host: string,
  server: FtpServerService,
  how: Pick<FtpSessionAction, 'mode' | 'tls' | 'type'>,
  login: Login | null,
  operations: readonly FtpOperation[],
  site: Site,
): FtpSessionAction {
  const { user, password } = login ?? defaultLogin(server, host);
  // A server in a declared zone is looked up there; of another one the client knows the address.
  const lookup = site.program.zoneAbove(nameOf(server.host).toLowerCase()) !== null;
  return { kind: 'ftp.session', host, server: server.host, lookup, user, password, ...how, operations };
}

/** Commands that go with data connections, or after which the session is not what the client takes it for. */
const WITH_WORDS: ReadonlySet<Verb> = new Set([
  'USER',
  'PASS',
  'REIN',
  'QUIT',
  'PORT',
  'PASV',
  'EPRT',
  'EPSV',
  'TYPE',
  'RETR',
  'STOR',
  'STOU',
  'APPE',
  'REST',
  'ABOR',
  'LIST',
  'NLST',
  'MLSD',
  'AUTH',
  'PBSZ',
  'PROT',
  'CCC',
]);

/** The octets of a command line; null (and reported) for one that is not to be said as it stands. */
export function saidCommand(line: Name, site: Site): string | null {
  const octets = utf8Octets(line.text);
  const command = decodeCommand(octets);
  let why: string | null = null;
  if (/[\r\n]/.test(octets)) why = 'A command is one line.';
  else if (octets.length > 4000) why = 'A command is no longer than 4000 octets.';
  else if ('verb' in command && WITH_WORDS.has(command.verb)) {
    why = `\`${command.verb}\` is not said as it stands: the client says it where it is needed, as for \`get\`, \`put\` and \`list\`.`;
  }
  if (why === null) return octets;
  site.report('malformed-command', line, why);
  return null;
}
