/** FTP: servers with their users and files, transfers, sessions, what lies on a host's disk. */
import { resolvePath } from '../../../engines/ftp/path.ts';
import type { DataMode, DeclaredFile, FtpOperation, FtpUser, Representation } from '../../../engines/ftp/scenario.ts';
import { utf8Octets } from '../../../engines/network/octets.ts';
import { DAY, SECOND } from '../../../engines/quantities.ts';
import { ftpDefaults } from '../defaults/ftp.ts';
import {
  choice,
  count,
  duration,
  entry,
  fileName,
  type Given,
  type GivenBlock,
  host,
  list,
  type Name,
  optional,
  property,
  quotedName,
  repeated,
  size,
  subject,
  text,
  wordChoice,
} from '../entry.ts';
import {
  absolutePath,
  fileSource,
  ftpServer,
  type GivenSource,
  type Login,
  pathOctets,
  saidCommand,
  sessionAction,
} from '../ftp-session.ts';
import { ownHost } from '../hosts.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { comparison } from './expectations.ts';
import { step, timing, type timingSlots } from './timing.ts';

/** Message protocols that views can be limited to: the two kinds of connections. */
export const ftpProtocols = ['ftp', 'ftp-data'] as const;

const path = quotedName('a path in quotes');
const userName = quotedName('a user’s name in quotes');
const fileSize = size({ minimum: 0, maximum: 2 ** 40, units: ['KiB', 'MB', 'B'] });
const source = { SIZE: optional(fileSize), TEXT: optional(text), SOURCE: optional(fileName) };
const representation = wordChoice('binary', 'ascii');
const mode = wordChoice('active', 'passive', 'extended active', 'extended passive');
const resuming = choice(['resuming', true]);

/** Of every step that logs in. */
const login = property(
  'user NAME password PASSWORD',
  { NAME: text, PASSWORD: text },
  {
    doc: 'Who logs in.',
    default: 'anonymous, where the server lets such users in; else the server’s first user',
    standard: 'RFC 959 §4.1.1',
    example: 'user "ann" password "secret"',
  },
);

const type = property(
  'type TYPE',
  { TYPE: representation },
  {
    doc: '`binary`: octets as they are; `ascii`: lines of text, whose ends become CRLF on the wire and the receiver’s own behind it.',
    default: 'binary',
    standard: 'RFC 959 §3.1.1',
    example: 'type ascii',
  },
);

const resume = property(
  'resume HOW',
  { HOW: choice(['on', true], ['off', false]) },
  {
    doc: 'Goes on where an earlier transfer of the file broke off, by REST.',
    default: 'off',
    standard: 'RFC 3659 §5',
    example: 'resume on',
  },
);

const holds = {
  size: property('size SIZE', { SIZE: fileSize }, { doc: 'The file holds so many octets.', example: 'size 2 MB' }),
  text: property('text TEXT', { TEXT: text }, { doc: 'The file holds this text; \\n ends a line.', example: 'text "Hello\\n"' }),
  from: property('from SOURCE', { SOURCE: fileName }, { doc: 'The file holds what a real file holds.', example: 'from "real.txt"' }),
};

const serverExample = 'ftp ftp.example.org { file "readme.txt" 12 KiB  file "pub/disk.iso" 5 MB  user "ann" password "secret" }';

/** The data mode is written after `using ftp`. */
const using = { MODE: optional(mode) };
type Using = { readonly MODE: DataMode | null };
const usingPattern = '[using ftp [MODE]]';
const modes =
  ' With `active`, the client listens and the server connects from port 20; with `passive` (where nothing is said), the server listens. The extended forms use EPRT and EPSV.';

/** A step that is one session with one server. */
function sessionStep(
  given: Given<typeof timingSlots> & Using & { readonly HOST: readonly Name[]; readonly SERVER: Name },
  block: GivenBlock<{ user: typeof login; type: typeof type }>,
  site: Site,
  operations: () => readonly FtpOperation[] | null,
): void {
  const when = timing(given, site);
  const server = ftpServer(given.SERVER, site);
  const made = operations();
  if (!when || server === null || made === null) return;
  const who: Login | null = block.user ? { user: utf8Octets(block.user.NAME), password: utf8Octets(block.user.PASSWORD) } : null;
  const representation: Representation = block.type?.TYPE ?? 'binary';
  site.step(when, given.HOST, (client) => sessionAction(client, server, given.MODE ?? 'passive', representation, who, made, site));
}

/** Every element, or null where one could not be made (it has been reported). */
function all<T>(values: readonly (T | null)[]): readonly T[] | null {
  return values.includes(null) ? null : (values as readonly T[]);
}

/** An operation on one path. */
function onPath(kind: (FtpOperation & { to?: never })['kind'], name: Name, site: Site): FtpOperation | null {
  const octets = pathOctets(name, site);
  return octets === null ? null : ({ kind, path: octets } as FtpOperation);
}

function getting(name: Name, as: Name | null, again: boolean, abortAfter: number | null, site: Site): FtpOperation | null {
  const octets = pathOctets(name, site);
  const local = as === null ? null : pathOctets(as, site);
  return octets === null || (as !== null && local === null) ? null : { kind: 'get', path: octets, as: local, resume: again, abortAfter };
}

function putting(
  how: 'store' | 'append' | 'unique',
  name: Name,
  as: Name | null,
  again: boolean,
  content: GivenSource,
  site: Site,
): FtpOperation | null {
  const octets = pathOctets(name, site);
  const remote = as === null ? null : pathOctets(as, site);
  const held = fileSource(content, site);
  if (octets === null || (as !== null && remote === null) || held === 'missing') return null;
  return { kind: 'put', how, path: octets, as: remote, resume: again, source: held };
}

function renaming(name: Name, to: Name, site: Site): FtpOperation | null {
  const [from, target] = [pathOctets(name, site), pathOctets(to, site)];
  return from === null || target === null ? null : { kind: 'rename', path: from, to: target };
}

function listing(how: 'list' | 'names' | 'facts', name: Name | null, site: Site): FtpOperation | null {
  const octets = name === null ? null : pathOctets(name, site);
  return name !== null && octets === null ? null : { kind: 'list', how, path: octets };
}

/** Reported where a block gives a file's content in two ways. */
function heldBy(
  block: { readonly size?: { SIZE: number }; readonly text?: { TEXT: string }; readonly from?: { SOURCE: Name } },
  site: Site,
): GivenSource {
  if ([block.size, block.text, block.from].filter(Boolean).length > 1) {
    const second = site.property(block.from ? 'from' : 'text');
    site.report('duplicate-property', second, 'A file holds one thing: its size, its text or the real file is given.');
  }
  return { SIZE: block.size?.SIZE ?? null, TEXT: block.text?.TEXT ?? null, SOURCE: block.from?.SOURCE ?? null };
}

/** What a session's block can say, each line an operation; with the operation that it stands for. */
const operations = {
  get: repeated(
    'get FILE [as NAME] [HOW] [abort after TIME]',
    { FILE: path, NAME: optional(path), HOW: optional(resuming), TIME: optional(duration({ maximum: DAY, units: ['s', 'ms'] })) },
    {
      doc: 'Fetches a file, over a data connection of its own; `resuming`, from where it broke off; `abort after`, it is broken off by ABOR.',
      standard: 'RFC 959 §4.1.3',
      example: 'get "readme.txt" as "copy.txt"',
    },
  ),
  put: repeated(
    'put FILE [size SIZE | text TEXT | from SOURCE] [as NAME] [HOW]',
    { FILE: path, ...source, NAME: optional(path), HOW: optional(choice(['resuming', 'resume'], ['uniquely', 'unique'])) },
    {
      doc: 'Stores a file of the client; `uniquely`, under a name that the server chooses.',
      standard: 'RFC 959 §4.1.3',
      example: 'put "report.txt" size 20 KiB',
    },
  ),
  append: repeated(
    'append FILE [size SIZE | text TEXT | from SOURCE] [as NAME]',
    { FILE: path, ...source, NAME: optional(path) },
    {
      doc: 'Puts a file of the client behind what the server has.',
      standard: 'RFC 959 §4.1.3',
      example: 'append "log.txt" text "Monday\\n"',
    },
  ),
  list: repeated(
    'list [in PATH]',
    { PATH: optional(path) },
    { doc: 'A listing for people.', standard: 'RFC 959 §4.1.3', example: 'list in "pub"' },
  ),
  names: repeated('names [in PATH]', { PATH: optional(path) }, { doc: 'The names alone.', standard: 'RFC 959 §4.1.3', example: 'names' }),
  facts: repeated(
    'facts [in PATH]',
    { PATH: optional(path) },
    { doc: 'Type, size and time of each file, for programs.', standard: 'RFC 3659 §7', example: 'facts' },
  ),
  cd: repeated(
    'cd PATH',
    { PATH: path },
    { doc: 'Changes the server’s working directory for this session.', standard: 'RFC 959 §4.1.1', example: 'cd "pub"' },
  ),
  up: repeated('up', {}, { doc: 'Changes to the directory above.', standard: 'RFC 959 §4.1.1', example: 'up' }),
  pwd: repeated('pwd', {}, { doc: 'Asks for the working directory.', standard: 'RFC 959 §4.1.3', example: 'pwd' }),
  rename: repeated(
    'rename FILE to NEW',
    { FILE: path, NEW: path },
    { doc: 'Renames or moves a file or directory.', standard: 'RFC 959 §4.1.3', example: 'rename "a" to "b"' },
  ),
  delete: repeated('delete FILE', { FILE: path }, { doc: 'Deletes a file.', standard: 'RFC 959 §4.1.3', example: 'delete "a"' }),
  mkdir: repeated('mkdir PATH', { PATH: path }, { doc: 'Makes a directory.', standard: 'RFC 959 §4.1.3', example: 'mkdir "new"' }),
  rmdir: repeated('rmdir PATH', { PATH: path }, { doc: 'Removes an empty directory.', standard: 'RFC 959 §4.1.3', example: 'rmdir "new"' }),
  size: repeated('size FILE', { FILE: path }, { doc: 'Asks for a file’s size.', standard: 'RFC 3659 §4', example: 'size "readme.txt"' }),
  modified: repeated(
    'modified FILE',
    { FILE: path },
    { doc: 'Asks when a file was last changed.', standard: 'RFC 3659 §3', example: 'modified "readme.txt"' },
  ),
  type: repeated(
    'type TYPE',
    { TYPE: representation },
    {
      doc: 'From here on: `binary` for octets as they are, `ascii` for lines of text.',
      default: 'binary',
      standard: 'RFC 959 §3.1.1',
      example: 'type ascii',
    },
  ),
  say: repeated(
    'say LINE',
    { LINE: quotedName('a command in quotes') },
    { doc: 'Says a command as it stands, such as `STAT` or `FEAT`.', standard: 'RFC 959 §5.3', example: 'say "FEAT"' },
  ),
  wait: repeated(
    'wait TIME',
    { TIME: duration({ maximum: 100 * DAY, units: ['s', 'min'] }) },
    { doc: 'Says nothing for a while.', example: 'wait 10 s' },
  ),
};

/** The operations of a block, in the order in which they were written. */
function operationsOf(block: GivenBlock<typeof operations>, site: Site): readonly FtpOperation[] | null {
  const made = new Map<object, FtpOperation | null>();
  const each = <T extends object>(given: readonly T[] | undefined, operation: (one: T) => FtpOperation | null) => {
    for (const one of given ?? []) made.set(one, operation(one));
  };
  each(block.get, ({ FILE, NAME, HOW, TIME }) => getting(FILE, NAME, HOW ?? false, TIME, site));
  each(block.put, ({ FILE, NAME, HOW, ...held }) =>
    putting(HOW === 'unique' ? 'unique' : 'store', FILE, NAME, HOW === 'resume', held, site),
  );
  each(block.append, ({ FILE, NAME, ...held }) => putting('append', FILE, NAME, false, held, site));
  each(block.list, ({ PATH }) => listing('list', PATH, site));
  each(block.names, ({ PATH }) => listing('names', PATH, site));
  each(block.facts, ({ PATH }) => listing('facts', PATH, site));
  each(block.cd, ({ PATH }) => onPath('change directory', PATH, site));
  each(block.up, () => ({ kind: 'directory above' }));
  each(block.pwd, () => ({ kind: 'working directory' }));
  each(block.rename, ({ FILE, NEW }) => renaming(FILE, NEW, site));
  each(block.delete, ({ FILE }) => onPath('delete', FILE, site));
  each(block.mkdir, ({ PATH }) => onPath('make directory', PATH, site));
  each(block.rmdir, ({ PATH }) => onPath('remove directory', PATH, site));
  each(block.size, ({ FILE }) => onPath('size', FILE, site));
  each(block.modified, ({ FILE }) => onPath('modified', FILE, site));
  each(block.type, ({ TYPE }) => ({ kind: 'type', type: TYPE }));
  each(block.say, ({ LINE }) => {
    const line = saidCommand(LINE, site);
    return line === null ? null : { kind: 'command', line };
  });
  each(block.wait, ({ TIME }) => ({ kind: 'wait', duration: TIME }));
  return all(site.asWritten([...made.keys()]).map((one) => made.get(one) ?? null));
}

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
      const directories = (block.directory ?? []).flatMap(({ PATH }) => absolutePath(PATH, site) ?? []);
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
        at: site.at,
      });
    },
  }),
  step({
    id: 'get',
    pattern: `HOST gets FILE from SERVER ${usingPattern}`,
    slots: { HOST: subject, FILE: list(path), SERVER: host, ...using },
    properties: {
      user: login,
      type,
      resume,
      as: property('as NAME', { NAME: path }, { doc: 'The file’s name on the client.', default: 'its own', example: 'as "copy.txt"' }),
    },
    doc: `The host fetches files from an FTP server in one session, over a data connection each.${modes}`,
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient gets "pub/disk.iso" from ftp.example.org using ftp active { user "ann" password "secret" }\nexpect file "disk.iso" on client = 5 MB`,
    build(given, block, site: Site) {
      const as = block.as?.NAME ?? null;
      if (as && given.FILE.length > 1) site.report('one-name', as, `${given.FILE.length} files cannot have one name.`);
      sessionStep(given, block, site, () => all(given.FILE.map((file) => getting(file, as, block.resume?.HOW ?? false, null, site))));
    },
  }),
  step({
    id: 'put',
    pattern: `HOST puts FILE to SERVER ${usingPattern}`,
    slots: { HOST: subject, FILE: list(path), SERVER: host, ...using },
    properties: {
      user: login,
      type,
      resume,
      ...holds,
      as: property('as NAME', { NAME: path }, { doc: 'The file’s name on the server.', default: 'its own', example: 'as "copy.txt"' }),
    },
    doc: `The host stores files on an FTP server in one session, over a data connection each: files that it has, or what the block says.${modes}`,
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient puts "report.txt" to ftp.example.org { size 20 KiB user "ann" password "secret" }\nexpect file "report.txt" on ftp.example.org = 20 KiB`,
    build(given, block, site: Site) {
      const as = block.as?.NAME ?? null;
      if (as && given.FILE.length > 1) site.report('one-name', as, `${given.FILE.length} files cannot have one name.`);
      const held = heldBy(block, site);
      sessionStep(given, block, site, () =>
        all(given.FILE.map((file) => putting('store', file, as, block.resume?.HOW ?? false, held, site))),
      );
    },
  }),
  step({
    id: 'append',
    pattern: `HOST appends FILE to SERVER ${usingPattern}`,
    slots: { HOST: subject, FILE: path, SERVER: host, ...using },
    properties: {
      user: login,
      type,
      ...holds,
      as: property(
        'as NAME',
        { NAME: path },
        { doc: 'The file on the server.', default: 'the one of the same name', example: 'as "log.txt"' },
      ),
    },
    doc: `The host puts what a file holds behind what a file on an FTP server holds.${modes}`,
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient appends "monday.txt" to ftp.example.org { text "Monday\\n" as "readme.txt" user "ann" password "secret" }`,
    build(given, block, site: Site) {
      const held = heldBy(block, site);
      sessionStep(given, block, site, () => all([putting('append', given.FILE, block.as?.NAME ?? null, false, held, site)]));
    },
  }),
  step({
    id: 'list files',
    pattern: `HOST lists files [in PATH] on SERVER ${usingPattern}`,
    slots: { HOST: subject, PATH: optional(path), SERVER: host, ...using },
    properties: { user: login },
    doc: `The host asks an FTP server for a listing of a directory, which comes over a data connection.${modes}`,
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient lists files in "pub" on ftp.example.org`,
    build(given, block, site: Site) {
      sessionStep(given, block, site, () => all([listing('list', given.PATH, site)]));
    },
  }),
  step({
    id: 'rename file',
    pattern: `HOST renames FILE to NEW on SERVER ${usingPattern}`,
    slots: { HOST: subject, FILE: path, NEW: path, SERVER: host, ...using },
    properties: { user: login },
    doc: 'The host renames or moves a file or directory on an FTP server.',
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient renames "readme.txt" to "old.txt" on ftp.example.org`,
    build(given, block, site: Site) {
      sessionStep(given, block, site, () => all([renaming(given.FILE, given.NEW, site)]));
    },
  }),
  step({
    id: 'delete file',
    pattern: `HOST deletes FILE on SERVER ${usingPattern}`,
    slots: { HOST: subject, FILE: list(path), SERVER: host, ...using },
    properties: { user: login },
    doc: 'The host deletes files on an FTP server.',
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient deletes "readme.txt" on ftp.example.org\nexpect no file "readme.txt" on ftp.example.org`,
    build(given, block, site: Site) {
      sessionStep(given, block, site, () => all(given.FILE.map((file) => onPath('delete', file, site))));
    },
  }),
  step({
    id: 'make directory',
    pattern: `HOST makes directory PATH on SERVER ${usingPattern}`,
    slots: { HOST: subject, PATH: path, SERVER: host, ...using },
    properties: { user: login },
    doc: 'The host makes a directory on an FTP server.',
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient makes directory "reports" on ftp.example.org`,
    build(given, block, site: Site) {
      sessionStep(given, block, site, () => all([onPath('make directory', given.PATH, site)]));
    },
  }),
  step({
    id: 'remove directory',
    pattern: `HOST removes directory PATH on SERVER ${usingPattern}`,
    slots: { HOST: subject, PATH: path, SERVER: host, ...using },
    properties: { user: login },
    doc: 'The host removes an empty directory on an FTP server.',
    standard: 'RFC 959 §4.1.3',
    example: `host client\n${serverExample}\nclient removes directory "pub" on ftp.example.org`,
    build(given, block, site: Site) {
      sessionStep(given, block, site, () => all([onPath('remove directory', given.PATH, site)]));
    },
  }),
  step({
    id: 'ftp session',
    pattern: 'HOST opens ftp session with SERVER [MODE]',
    slots: { HOST: subject, SERVER: host, ...using },
    properties: { user: login, ...operations },
    blockRequired: true,
    doc: `The host logs in to an FTP server, does what the block says line by line, and says goodbye: one control connection, and a data connection for each file and listing.${modes} What is refused does not keep the next line from being tried.`,
    standard: 'RFC 959 §2.3',
    example: `host client\n${serverExample}\nclient opens ftp session with ftp.example.org passive {\n  user "ann" password "secret"\n  cd "pub"\n  list\n  get "disk.iso"\n  rename "disk.iso" to "old.iso"\n}\nexpect file "disk.iso" on client is the same as "pub/old.iso" on ftp.example.org`,
    build(given, block, site: Site) {
      const { user, ...rest } = block;
      sessionStep(given, user ? { user } : {}, site, () => operationsOf(rest, site));
    },
  }),
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
