/** What several statements about FTP share: slots, the login, how a step becomes a session. */
import type { DataMode, FtpOperation, Representation } from '../../../engines/ftp/scenario.ts';
import { utf8Octets } from '../../../engines/network/octets.ts';
import {
  choice,
  fileName,
  type Given,
  type GivenBlock,
  type Name,
  optional,
  pathName,
  property,
  size,
  text,
  wordChoice,
} from '../entry.ts';
import { fileSource, type GivenSource } from '../file-source.ts';
import { ftpServer, type Login, pathOctets, sessionAction } from '../ftp-statements.ts';
import type { Site } from '../site.ts';
import { timing, type timingSlots } from './timing.ts';
import { overTls } from './tls.ts';

export const path = pathName;
export const fileSize = size({ minimum: 0, maximum: 2 ** 40, units: ['KiB', 'MB', 'B'] });
export const source = { SIZE: optional(fileSize), TEXT: optional(text), SOURCE: optional(fileName()) };
export const representation = wordChoice('binary', 'ascii');
export const mode = wordChoice('active', 'passive', 'extended active', 'extended passive');
export const resuming = choice(['resuming', true]);

/** Of every step that logs in. */
export const login = property(
  'user NAME password PASSWORD',
  { NAME: text, PASSWORD: text },
  {
    doc: 'Who logs in.',
    default: 'anonymous, where the server lets such users in; else the server’s first user',
    standard: 'RFC 959 §4.1.1',
    example: 'user "ann" password "secret"',
  },
);

export const type = property(
  'type TYPE',
  { TYPE: representation },
  {
    doc: '`binary`: octets as they are; `ascii`: lines of text, whose ends become CRLF on the wire and the receiver’s own behind it.',
    default: 'binary',
    standard: 'RFC 959 §3.1.1',
    example: 'type ascii',
  },
);

export const serverExample = 'ftp ftp.example.org { file "readme.txt" 12 KiB  file "pub/disk.iso" 5 MB  user "ann" password "secret" }';

/** The data mode is written after `using ftp`. */
export const using = { MODE: optional(mode), ...overTls };
export type Using = { readonly MODE: DataMode | null; readonly SECURITY: true | null };
export const usingPattern = '[using ftp [MODE] [SECURITY]]';
export const modes =
  ' With `active`, the client listens and the server connects from port 20; with `passive` (where nothing is said), the server listens. The extended forms use EPRT and EPSV. `over tls` secures control and data connections (RFC 4217); a server that cannot be trusted is told nothing.';

/** A step that is one session with one server. */
export function sessionStep(
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
  const type: Representation = block.type?.TYPE ?? 'binary';
  site.step(when, given.HOST, (client) =>
    sessionAction(client, server, { mode: given.MODE ?? 'passive', tls: given.SECURITY ?? false, type }, who, made, site),
  );
}

/** Every element, or null where one could not be made (it has been reported). */
export function all<T>(values: readonly (T | null)[]): readonly T[] | null {
  return values.includes(null) ? null : (values as readonly T[]);
}

/** An operation on one path. */
export function onPath(kind: (FtpOperation & { to?: never })['kind'], name: Name, site: Site): FtpOperation | null {
  const octets = pathOctets(name, site);
  return octets === null ? null : ({ kind, path: octets } as FtpOperation);
}

export function getting(name: Name, as: Name | null, again: boolean, abortAfter: number | null, site: Site): FtpOperation | null {
  const octets = pathOctets(name, site);
  const local = as === null ? null : pathOctets(as, site);
  return octets === null || (as !== null && local === null) ? null : { kind: 'get', path: octets, as: local, resume: again, abortAfter };
}

export function putting(
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

export function renaming(name: Name, to: Name, site: Site): FtpOperation | null {
  const [from, target] = [pathOctets(name, site), pathOctets(to, site)];
  return from === null || target === null ? null : { kind: 'rename', path: from, to: target };
}

export function listing(how: 'list' | 'names' | 'facts', name: Name | null, site: Site): FtpOperation | null {
  const octets = name === null ? null : pathOctets(name, site);
  return name !== null && octets === null ? null : { kind: 'list', how, path: octets };
}
