/**
 * The files that open programs name, as far as they have been read. A change on disk forgets a file; whoever needs it next
 * has it read again. A file that no open program names any more is forgotten, too: while a name is typed, each of its beginnings
 * is a name. The client watches exactly the files that are kept here.
 */
import { type Connection, DidChangeWatchedFilesNotification, type Disposable } from 'vscode-languageserver';
import type { FileContent, FileTable, FolderEntry } from './language/compilation.ts';

export type FileReader = (uri: string) => Promise<FileContent>;

export class NamedFiles {
  readonly #read: FileReader;
  readonly #contents = new Map<string, FileContent>();
  /** A reading that is not here any more when it ends was made void meanwhile. */
  readonly #reading = new Map<string, Promise<void>>();
  /** By program: what its last compilation looked up. */
  readonly #names = new Map<string, Set<string>>();
  #watched = '';
  #watching: Promise<Disposable | undefined> = Promise.resolve(undefined);

  constructor(read: FileReader) {
    this.#read = read;
  }

  /** URIs of the files that are kept, in order. */
  get known(): string[] {
    return [...this.#contents.keys()].sort();
  }

  /** For one compilation of a program: what it looks up is what the program names from now on. */
  tableFor(program: string): FileTable {
    const names = new Set<string>();
    this.#names.set(program, names);
    return {
      get: (uri) => {
        names.add(uri);
        return this.#contents.get(uri);
      },
    };
  }

  /** As far as it is known. */
  content(uri: string): FileContent | undefined {
    return this.#contents.get(uri);
  }

  /** Reads what is not known yet; true if anything was read. */
  async fetch(uris: readonly string[]): Promise<boolean> {
    const wanted = uris.filter((uri) => !this.#contents.has(uri));
    await Promise.all(wanted.map((uri) => this.#reading.get(uri) ?? this.#begin(uri)));
    return wanted.length > 0;
  }

  /** What lies in a folder now, nothing where it cannot be read. It is not kept: nobody hears of changes in it. */
  async entriesOf(folder: string): Promise<readonly FolderEntry[]> {
    const content = await this.#read(folder).catch(() => null);
    return content?.kind === 'folder' ? content.entries : [];
  }

  #begin(uri: string): Promise<void> {
    const reading = this.#read(uri)
      .catch((error: unknown): FileContent => ({ kind: 'unreadable', reason: `it cannot be read (${String(error)})` }))
      .then((content) => {
        if (this.#reading.get(uri) !== reading) return;
        this.#reading.delete(uri);
        this.#contents.set(uri, content);
      });
    this.#reading.set(uri, reading);
    return reading;
  }

  /** A file that is open counts as it stands in the editor. True if some program names it. */
  edited(uri: string, text: string): boolean {
    const key = this.#key(uri);
    if (key === undefined) return false;
    this.#reading.delete(key);
    this.#contents.set(key, { kind: 'bytes', bytes: new TextEncoder().encode(text) });
    return true;
  }

  /** True if the file was known, or the folder that it lies in. */
  forget(uri: string): boolean {
    const known = this.#forget(uri);
    return this.#forget(uri.slice(0, uri.lastIndexOf('/', uri.length - 2) + 1)) || known;
  }

  #forget(uri: string): boolean {
    const key = this.#key(uri);
    if (key === undefined) return false;
    this.#reading.delete(key);
    return this.#contents.delete(key);
  }

  /** As the programs name it. */
  #key(uri: string): string | undefined {
    return [...this.#contents.keys(), ...this.#reading.keys()].find((known) => same(known, uri));
  }

  /** Forgets all but the documents that are open; true if there was any. */
  forgetClosed(open: readonly string[]): boolean {
    const closed = [...this.#contents.keys(), ...this.#reading.keys()].filter((uri) => !open.some((other) => same(other, uri)));
    for (const uri of closed) {
      this.#reading.delete(uri);
      this.#contents.delete(uri);
    }
    return closed.length > 0;
  }

  /** A program that is not open any more names nothing. */
  closed(program: string): void {
    this.#names.delete(program);
  }

  /** Forgets what no open program names. */
  keepNamed(): void {
    const named = new Set([...this.#names.values()].flatMap((names) => [...names]));
    for (const uri of this.#contents.keys()) if (!named.has(uri)) this.#contents.delete(uri);
  }

  /** Has the client watch the files that are known, and no others; by their paths, where it knows no patterns relative to a folder. */
  watch(connection: Connection, relative: boolean): void {
    const uris = this.known;
    if (uris.join('\n') === this.#watched) return;
    this.#watched = uris.join('\n');
    const before = this.#watching;
    this.#watching = (async () => {
      (await before)?.dispose();
      if (uris.length === 0) return undefined;
      const watchers = uris.map((uri) => {
        if (!relative) return { globPattern: pathPattern(uri) };
        const slash = uri.lastIndexOf('/');
        // A name with characters of the pattern language is watched by its folder; so is what lies in a folder.
        const name = decode(uri.slice(slash + 1));
        const folder = uri.slice(0, slash);
        // The root of a virtual file system keeps its slash.
        return {
          globPattern: {
            baseUri: /^[^:]+:\/\/[^/]*$/.test(folder) ? `${folder}/` : folder,
            pattern: name === '' || /[*?{}[\]\\]/.test(name) ? '*' : name,
          },
        };
      });
      return connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => undefined);
    })();
  }
}

/** The pattern of one path, or of what lies in a folder; a sign of the pattern language stands for any character. */
function pathPattern(uri: string): string {
  const path = decode(uri.replace(/^[^:]+:(?:\/\/[^/]*)?/, '')).replace(/[*?{}[\]\\]/g, '?');
  // `/c:/w/a`: a drive's path has no slash in front.
  return path.replace(/^\/(?=[A-Za-z]:)/, '') + (path.endsWith('/') ? '*' : '');
}

/** Whether two URIs name the same file. */
export const same = (a: string, b: string): boolean => a === b || decode(a) === decode(b);

/** Clients differ in what they percent-encode. */
function decode(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
