/** A session with an FTP server, line by line. */
import type { FtpOperation } from '../../../engines/ftp/scenario.ts';
import { DAY } from '../../../engines/quantities.ts';
import { choice, duration, type GivenBlock, host, optional, quotedName, repeated, subject } from '../entry.ts';
import { saidCommand } from '../ftp-statements.ts';
import type { Site } from '../site.ts';
import {
  all,
  getting,
  listing,
  login,
  modes,
  onPath,
  path,
  putting,
  renaming,
  representation,
  resuming,
  serverExample,
  sessionStep,
  source,
  using,
} from './ftp-sessions.ts';
import { step } from './timing.ts';

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

export const ftpSession = step({
  id: 'ftp session',
  pattern: 'HOST opens ftp session with SERVER [MODE] [SECURITY]',
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
});
