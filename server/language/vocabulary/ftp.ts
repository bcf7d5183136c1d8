/** FTP: servers with their users and files, transfers, sessions, what lies on a host's disk. */
import { resolvePath } from '../../../engines/ftp/path.ts';
import type { DeclaredFile, FtpUser } from '../../../engines/ftp/scenario.ts';
import { utf8Octets } from '../../../engines/network/octets.ts';
import { DAY, SECOND } from '../../../engines/quantities.ts';
import { ftpDefaults } from '../defaults/ftp.ts';
import {
  choice,
  count,
  duration,
  entry,
  folderName,
  host,
  type Name,
  optional,
  ports,
  property,
  quotedName,
  repeated,
  size,
  text,
  wordChoice,
} from '../entry.ts';
import { fileSource } from '../file-source.ts';
import { absolutePath, folderFiles, pathOctets } from '../ftp-statements.ts';
import { ownHost } from '../hosts.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { comparison } from './expectations.ts';
import { ftpSession } from './ftp-operations.ts';
import { fileSize, path, serverExample, source } from './ftp-sessions.ts';
import { ftpSteps } from './ftp-steps.ts';
import { certificate, shownCertificate } from './tls.ts';

/** Message protocols that views can be limited to: the two kinds of connections. */
export const ftpProtocols = ['ftp', 'ftp-data'] as const;

const userName = quotedName('a user’s name in quotes');

export const ftpVocabulary = [
  entry({
    id: 'ftp',
    role: 'declaration',
    pattern: 'ftp HOST',
    slots: { HOST: host },
    properties: {
      user: repeated(
        'user NAME password PASSWORD [home HOME] [ACCESS]',
        {
          NAME: userName,
          PASSWORD: text,
          HOME: optional(path),
          ACCESS: optional(choice(['read only', 'read'], ['read and write', 'write'])),
        },
        {
          doc: 'Who may log in, and where they begin. A home other than the root is its user’s alone. Users may write unless they are `read only`.',
          standard: 'RFC 959 §4.1.1',
          example: 'user "ann" password "secret" home "/home/ann"',
        },
      ),
      anonymous: property(
        'anonymous ACCESS',
        { ACCESS: choice(['read', 'read'], ['write', 'write'], ['off', null]) },
        {
          doc: 'What users without an account may do, who log in as `anonymous`.',
          default: '`read` where no user is declared, else `off`',
          standard: 'RFC 1635',
          example: 'anonymous read',
        },
      ),
      file: repeated(
        'file FILE ( SIZE | text TEXT | from SOURCE )',
        { FILE: path, ...source },
        {
          doc: 'A file, from the root on: so many octets, this text, or what a real file holds. Directories on its path are made.',
          example: 'file "pub/disk.iso" 5 MB',
        },
      ),
      from: repeated(
        'from FOLDER',
        { FOLDER: folderName },
        {
          doc: 'The files of a real folder and of the folders in it, from the root on; a file that is declared by itself takes its place. Names that begin with a dot are left out.',
          example: 'from "archive"',
        },
      ),
      directory: repeated('directory PATH', { PATH: path }, { doc: 'A directory, from the root on.', example: 'directory "incoming"' }),
      greeting: property(
        'greeting TEXT',
        { TEXT: text },
        { doc: 'What stands behind `220` when it greets.', default: 'its name', standard: 'RFC 959 §5.4', example: 'greeting "Welcome"' },
      ),
      space: property(
        'space SIZE',
        { SIZE: size({ minimum: 0, maximum: 2 ** 50, units: ['MiB', 'GiB'] }) },
        {
          doc: 'Room for files; what goes beyond it is refused.',
          default: written(ftpDefaults.space, 'size'),
          standard: 'RFC 959 §4.2',
          example: 'space 100 MiB',
        },
      ),
      idle: property(
        'idle TIME',
        { TIME: duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's'] }) },
        {
          doc: 'A session without a command for this long is closed.',
          default: written(ftpDefaults.idle, 'duration'),
          standard: 'RFC 1123 §4.1.3.2',
          example: 'idle 10 min',
        },
      ),
      attempts: property(
        'attempts N',
        { N: count({ minimum: 1, maximum: 1000 }) },
        {
          doc: 'Failed logins after which it closes the session.',
          default: String(ftpDefaults.attempts),
          standard: 'RFC 2577 §5',
          example: 'attempts 5',
        },
      ),
      sessions: property(
        'sessions N',
        { N: count({ minimum: 1, maximum: 1e6 }) },
        {
          doc: 'Sessions at one time; further ones are refused.',
          default: String(ftpDefaults.sessions),
          standard: 'RFC 959 §5.4',
          example: 'sessions 10',
        },
      ),
      passivePorts: property(
        'passive ports PORTS',
        { PORTS: ports },
        {
          doc: 'Where it listens for data connections in passive mode; a firewall or NAT in front of it lets these ports through. Where all are taken, `PASV` and `EPSV` are answered by 425.',
          default: 'any that is free, from 49152 on',
          standard: 'RFC 1579',
          example: 'passive ports 50000-50010',
        },
      ),
      passiveAddress: property(
        'passive address ROUTER',
        { ROUTER: host },
        {
          doc: 'The host whose address the 227 reply tells: the router of the NAT that the server stands behind.',
          default: 'the server itself',
          standard: 'RFC 959 §4.1.2',
          example: 'passive address office-router',
        },
      ),
      tls: property(
        'tls POLICY',
        { POLICY: wordChoice('off', 'offered', 'required') },
        {
          doc: 'Whether clients can secure a session: `offered`, those that want to; `required`, others get neither a user nor data.',
          default: 'off',
          standard: 'RFC 4217',
          example: 'tls required',
        },
      ),
      certificate,
    },
    doc: 'Makes the host an FTP server: it listens on port 21 for sessions, and keeps files.',
    standard: 'RFC 959',
    example: `host client\n${serverExample}\nclient gets "readme.txt" from ftp.example.org`,
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`ftp ${own.toLowerCase()}`, `FTP server \`${own}\``, site.place(HOST))) return;
      const key = own.toLowerCase();
      const users: FtpUser[] = [];
      for (const { NAME, PASSWORD, HOME, ACCESS } of block.user ?? []) {
        const home = HOME === null ? '/' : homeOf(HOME, site);
        if (home === null || !program.declareOnce(`ftp ${key} user ${NAME.text}`, `User \`${NAME.text}\``, site.place(NAME))) continue;
        users.push({ name: utf8Octets(NAME.text), password: utf8Octets(PASSWORD), home, writes: ACCESS !== 'read' });
      }
      const files: DeclaredFile[] = [];
      for (const { FILE, ...held } of block.file ?? []) {
        const at = absolutePath(FILE, site);
        const content = fileSource(held, site);
        if (at === null || content === null || content === 'missing') continue;
        if (program.declareOnce(`ftp ${key} file ${at}`, `File \`${FILE.text}\``, site.place(FILE)))
          files.push({ path: at, source: content });
      }
      for (const { FOLDER } of block.from ?? []) {
        for (const file of folderFiles(FOLDER, site)) if (!files.some(({ path }) => path === file.path)) files.push(file);
      }
      const directories = (block.directory ?? []).flatMap(({ PATH }) => absolutePath(PATH, site) ?? []);
      const passive = block.passivePorts?.PORTS;
      const tls = block.tls?.POLICY ?? 'off';
      if (tls === 'off' && block.certificate)
        site.report('without-effect', site.property('certificate'), 'Without `tls offered` or `tls required`, no certificate is shown.');
      program.ftpServers.set(key, {
        kind: 'ftp.server',
        host: own,
        greeting: utf8Octets((block.greeting?.TEXT ?? `${own} FTP server ready`).replace(/[\0-\x1f]/g, ' ').slice(0, 500)),
        users,
        anonymous: block.anonymous ? block.anonymous.ACCESS : users.length === 0 ? 'read' : null,
        files,
        directories,
        space: block.space?.SIZE ?? ftpDefaults.space,
        idle: block.idle?.TIME ?? ftpDefaults.idle,
        attempts: block.attempts?.N ?? ftpDefaults.attempts,
        sessions: block.sessions?.N ?? ftpDefaults.sessions,
        passivePorts: passive ? { first: passive.first, last: passive.last } : null,
        passiveHost: block.passiveAddress ? site.host(block.passiveAddress.ROUTER) : null,
        tls,
        certificate: shownCertificate(block.certificate, own),
        at: site.at,
      });
    },
  }),
  ...ftpSteps,
  ftpSession,
  entry({
    id: 'expect file',
    role: 'expectation',
    pattern: 'expect file FILE on HOST COMPARISON SIZE',
    slots: { FILE: path, HOST: host, COMPARISON: comparison, SIZE: fileSize },
    doc: 'Expects a file of some size on a host’s disk once the steps above are done. Where there is no such file, it does not hold.',
    example: `host client\n${serverExample}\nclient gets "readme.txt" from ftp.example.org\nexpect file "readme.txt" on client = 12 KiB`,
    build({ FILE, HOST, COMPARISON, SIZE }, _block, site) {
      const [at, on] = [absolutePath(FILE, site), site.host(HOST)];
      if (at === null || on === null) return;
      expected({ kind: 'ftp.file', host: on, path: at, comparison: COMPARISON, size: SIZE }, site);
    },
  }),
  entry({
    id: 'expect same file',
    role: 'expectation',
    pattern: 'expect file FILE on HOST is the same as OTHER on OTHER-HOST',
    slots: { FILE: path, HOST: host, OTHER: path, 'OTHER-HOST': host },
    doc: 'Expects that two files hold the same octets once the steps above are done.',
    example: `host client\n${serverExample}\nclient gets "readme.txt" from ftp.example.org\nexpect file "readme.txt" on client is the same as "readme.txt" on ftp.example.org`,
    build({ FILE, HOST, OTHER, 'OTHER-HOST': other }, _block, site) {
      const [at, on, otherPath, otherHost] = [absolutePath(FILE, site), site.host(HOST), absolutePath(OTHER, site), site.host(other)];
      if (at === null || on === null || otherPath === null || otherHost === null) return;
      expected({ kind: 'ftp.same-file', host: on, path: at, otherHost, otherPath }, site);
    },
  }),
  entry({
    id: 'expect no file',
    role: 'expectation',
    pattern: 'expect no file FILE on HOST',
    slots: { FILE: path, HOST: host },
    doc: 'Expects that a host’s disk holds no such file or directory once the steps above are done.',
    example: `host client\n${serverExample}\nclient deletes "readme.txt" on ftp.example.org\nexpect no file "readme.txt" on ftp.example.org`,
    build({ FILE, HOST }, _block, site) {
      const [at, on] = [absolutePath(FILE, site), site.host(HOST)];
      if (at !== null && on !== null) expected({ kind: 'ftp.no-file', host: on, path: at }, site);
    },
  }),
];

function homeOf(name: Name, site: Site): string | null {
  const octets = pathOctets(name, site);
  return octets === null ? null : resolvePath('/', octets);
}

function expected(expectation: Site['program']['expectations'][number]['expected'], site: Site): void {
  site.program.expectations.push({ expected: expectation, after: site.stepsAbove, text: site.text, at: site.at });
}
