/** Steps that are an FTP session for one purpose. */
import { choice, fileName, host, list, type Name, optional, property, subject, text } from '../entry.ts';
import type { GivenSource } from '../file-source.ts';
import type { Site } from '../site.ts';
import {
  all,
  fileSize,
  getting,
  listing,
  login,
  modes,
  onPath,
  path,
  putting,
  renaming,
  serverExample,
  sessionStep,
  type,
  using,
  usingPattern,
} from './ftp-sessions.ts';
import { step } from './timing.ts';

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
  from: property('from SOURCE', { SOURCE: fileName() }, { doc: 'The file holds what a real file holds.', example: 'from "real.txt"' }),
};

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

export const ftpSteps = [
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
    example: `host client\n${serverExample}\nclient puts "report.txt" to ftp.example.org { size 20 KiB  user "ann" password "secret" }\nexpect file "report.txt" on ftp.example.org = 20 KiB`,
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
    example: `host client\n${serverExample}\nclient appends "monday.txt" to ftp.example.org { text "Monday\\n"  as "readme.txt"  user "ann" password "secret" }`,
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
];
