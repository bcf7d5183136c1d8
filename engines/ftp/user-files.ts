/**
 * The server's files as one user sees them (RFC 959 §4.1.3, RFC 3659): from a working directory, and within what the user may do.
 * What cannot be done is the reply that says so.
 */
import { type Contents, lengthOf, sliceOf } from '../contents.ts';
import { type Bytes, EPOCH, type Nanoseconds, SECOND } from '../quantities.ts';
import { type Account, mayRead, mayWrite, mayWriteIn } from './account.ts';
import { ASCII_LIMIT, lineAt, toAscii } from './ascii.ts';
import { literal } from './file-source.ts';
import type { Entry, FileSystem, Named } from './file-system.ts';
import type { Writing } from './file-writer.ts';
import { nameOf, parentOf, resolvePath } from './path.ts';
import { texts } from './reply-texts.ts';
import type { FtpServerService, Representation } from './scenario.ts';
import type { Space } from './space.ts';
import { type Fact, formatFacts, formatListLine, type ListedHere } from './wire/listing.ts';
import type { Reply } from './wire/reply.ts';
import { encodeTime } from './wire/time-value.ts';

/** What goes over a data connection. */
export type Transfer =
  | {
      readonly direction: 'out';
      /** The message kind of its data. */
      readonly kind: 'content' | 'listing' | 'names' | 'facts';
      /** For replies and labels: a file's path, or what is listed. */
      readonly what: string;
      readonly type: Representation;
      readonly content: Contents;
    }
  | {
      readonly direction: 'in';
      readonly what: string;
      readonly type: Representation;
      readonly writing: Writing;
      /** STOU: the server chose the name. */
      readonly unique: boolean;
    };

export class UserFiles {
  readonly account: Account;
  readonly #files: FileSystem;
  readonly #service: FtpServerService;
  readonly #space: Space;
  readonly #now: () => Nanoseconds;
  #directory: string;

  constructor(files: FileSystem, account: Account, service: FtpServerService, space: Space, now: () => Nanoseconds) {
    this.account = account;
    this.#files = files;
    this.#service = service;
    this.#space = space;
    this.#now = now;
    this.#directory = files.look(account.home)?.kind === 'directory' ? account.home : '/';
  }

  /** The working directory: absolute, normal. */
  get directory(): string {
    return this.#directory;
  }

  /** Absolute and normal; a reply for what cannot be a path, or may not be read. */
  #resolve(path: string): string | Reply {
    const resolved = resolvePath(this.#directory, path);
    if (resolved === null) return texts.badName(path.replace(/[\r\n\0]/g, '?').slice(0, 100));
    return mayRead(this.account, resolved, this.#service.users) ? resolved : texts.denied(path);
  }

  /** What is there; a reply where nothing is, or none may look. */
  #find(path: string): { readonly path: string; readonly entry: Entry } | Reply {
    const resolved = this.#resolve(path);
    if (typeof resolved !== 'string') return resolved;
    const entry = this.#files.look(resolved);
    return entry ? { path: resolved, entry } : texts.noSuchFile(path);
  }

  #mayWrite(path: string): boolean {
    return mayWrite(this.account, path, this.#service.users);
  }

  changeDirectory(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'directory') return texts.notADirectory(path);
    this.#directory = found.path;
    return texts.changed(found.path);
  }

  /** From octet `offset` of what is transferred. */
  retrieve(path: string, offset: Bytes, type: Representation): Transfer | Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    const content = this.#represented(found.path, type);
    if (content === null) return texts.asciiTooLarge(ASCII_LIMIT);
    const length = lengthOf(content);
    if (offset > length) return texts.cannotRestart(length);
    const what = { direction: 'out', kind: 'content', what: path, type } as const;
    return { ...what, content: sliceOf(content, offset, length) };
  }

  /** A file as it would be transferred; null where it is too large to be converted. */
  #represented(path: string, type: Representation): Contents | null {
    const content = this.#files.read(path);
    return type === 'ascii' ? toAscii(content) : content;
  }

  /** `marker`: octets on the wire of what the file holds, that stay where it is stored (RFC 3659 §5.2). */
  store(name: string, how: 'store' | 'append' | 'unique', marker: Bytes, type: Representation): Transfer | Reply {
    const path = how === 'unique' ? this.#unusedName(name === '' ? 'ftp' : name) : this.#resolve(name);
    if (typeof path !== 'string') return path;
    if (!this.#mayWrite(path)) return texts.denied(name);
    const known = this.#files.look(path);
    if (known?.kind === 'directory') return texts.notAFile(name);
    const above = this.#files.look(parentOf(path));
    if (above?.kind !== 'directory') return texts.noSuchFile(name);
    const size = known?.size ?? 0;
    const place = how === 'append' ? { offset: size, afterCr: false } : this.#placeOf(path, marker, type);
    if ('code' in place) return place;
    if (this.#space.free + size - place.offset <= 0) return texts.noSpace(this.#space.limit);
    const what = how === 'unique' ? nameOf(path) : name;
    return { direction: 'in', what, type, unique: how === 'unique', writing: { path, ...place, type, owner: this.account.name } };
  }

  /** Where a restart marker of what is stored lies in the file. */
  #placeOf(path: string, marker: Bytes, type: Representation): Pick<Writing, 'offset' | 'afterCr'> | Reply {
    if (marker === 0) return { offset: 0, afterCr: false };
    const content = this.#files.read(path);
    const size = lengthOf(content);
    if (type === 'binary') return marker > size ? texts.cannotRestart(size) : { offset: marker, afterCr: false };
    const wire = toAscii(content);
    const place = lineAt(content, marker);
    if (wire === null) return { ...texts.asciiTooLarge(ASCII_LIMIT), code: 554 };
    return place ? { offset: place.kept, afterCr: place.afterCr } : texts.cannotRestart(lengthOf(wire));
  }

  /** The name itself where it is free, else with a number behind it. */
  #unusedName(name: string): string | Reply {
    for (let i = 0; ; i++) {
      const path = this.#resolve(i === 0 ? name : `${name}.${i}`);
      if (typeof path !== 'string' || !this.#files.look(path)) return path;
    }
  }

  /** The absolute path of what is to be renamed. */
  renameFrom(path: string): string | Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    return this.#mayWrite(found.path) ? found.path : texts.denied(path);
  }

  /** `from`: absolute. */
  renameTo(from: string, path: string): Reply {
    const to = this.#resolve(path);
    if (typeof to !== 'string') return to;
    if (!this.#files.look(from)) return texts.noSuchFile(from);
    if (!this.#mayWrite(to)) return texts.denied(path);
    if (this.#files.look(to)) return texts.exists(path);
    if (this.#files.look(parentOf(to))?.kind !== 'directory') return texts.noSuchFile(path);
    // A directory cannot move into itself.
    if (to.startsWith(`${from}/`)) return texts.badName(path);
    this.#files.rename(from, to);
    return texts.renamed();
  }

  delete(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    if (!this.#mayWrite(found.path)) return texts.denied(path);
    this.#files.remove(found.path);
    return texts.removed('File');
  }

  removeDirectory(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'directory') return texts.notADirectory(path);
    if (!this.#mayWrite(found.path)) return texts.denied(path);
    if (this.#files.list(found.path).length > 0) return texts.notEmpty(path);
    this.#files.remove(found.path);
    return texts.removed('Directory');
  }

  makeDirectory(path: string): Reply {
    const resolved = this.#resolve(path);
    if (typeof resolved !== 'string') return resolved;
    if (this.#files.look(resolved)) return texts.exists(path);
    if (!this.#mayWrite(resolved)) return texts.denied(path);
    if (this.#files.look(parentOf(resolved))?.kind !== 'directory') return texts.noSuchFile(path);
    this.#files.makeDirectory(resolved, this.account.name, this.#now());
    return texts.made(resolved);
  }

  /** `facts`: those that MLSD tells. */
  list(path: string, kind: 'listing' | 'names' | 'facts', facts: readonly Fact[]): Transfer | Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    // RFC 3659 §7.2.1: MLSD is of directories alone, and of anything else a mistake in its argument. RFC 959 §4.1.3: NLST is of directories, too.
    if (found.entry.kind === 'file' && kind !== 'listing') {
      const reply = texts.notADirectory(path);
      return kind === 'facts' ? { ...reply, code: 501 } : reply;
    }
    const what = { direction: 'out', kind, type: 'ascii', what: path === '' ? 'file list' : path } as const;
    const lines = this.#linesOf(found, kind, facts, path);
    return { ...what, content: literal(lines.map((line) => `${line}\r\n`).join('')) };
  }

  /** `asked`: the directory as it was asked for. */
  #linesOf(
    { path, entry }: { path: string; entry: Entry },
    kind: 'listing' | 'names' | 'facts',
    facts: readonly Fact[],
    asked = '',
  ): string[] {
    // RFC 1123 §4.1.2.7: names are to be usable as they are, so they begin with the directory that was asked for.
    const before = asked === '' || asked.endsWith('/') ? asked : `${asked}/`;
    const inside: Named[] = entry.kind === 'file' ? [{ ...entry, path, name: nameOf(path) }] : this.#files.list(path);
    const readable = inside.filter((one) => mayRead(this.account, one.path, this.#service.users));
    const now = EPOCH + Math.floor(this.#now() / SECOND);
    return readable.map((one) => {
      if (kind === 'names') return before + one.name;
      const listed = this.#listed(one);
      return kind === 'listing' ? formatListLine(listed, now) : formatFacts(listed, facts);
    });
  }

  #listed({ path, name, kind, size, modifiedAt, owner, id }: Named): ListedHere {
    const modified = EPOCH + Math.floor(modifiedAt / SECOND);
    const movable = this.#mayWrite(path);
    const writable = kind === 'file' ? movable : mayWriteIn(this.account, path, this.#service.users);
    return { name, kind, size, modified, owner: listedOwner(owner), writable, movable, unique: `U${id}` };
  }

  factsOf(path: string, facts: readonly Fact[]): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    const listed = this.#listed({ ...found.entry, path: found.path, name: nameOf(found.path) });
    return texts.facts(formatFacts(listed, facts, found.path), found.path);
  }

  /** RFC 3659 §4: what a transfer would take, so of text with its line ends as they go over the wire. */
  size(path: string, type: Representation): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    if (type === 'binary') return texts.size(found.entry.size);
    const content = this.#represented(found.path, type);
    return content === null ? texts.asciiTooLarge(ASCII_LIMIT) : texts.size(lengthOf(content));
  }

  modified(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    if (found.entry.kind !== 'file') return texts.notAFile(path);
    return texts.time(encodeTime(EPOCH + Math.floor(found.entry.modifiedAt / SECOND)));
  }

  statusOf(path: string): Reply {
    const found = this.#find(path);
    if ('code' in found) return found;
    return texts.listed(found.entry.kind === 'file' ? 213 : 212, found.path, this.#linesOf(found, 'listing', []).slice(0, 500));
  }
}

/** An owner's name as a listing can show it. */
function listedOwner(owner: string): string {
  return owner.replace(/[^!-~]/g, '?').slice(0, 64) || '?';
}
