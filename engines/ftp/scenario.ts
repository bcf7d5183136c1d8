/** What a scenario can say about FTP. Pathnames are octets, one char (0–255) each: UTF-8 as RFC 2640 wants it. */
import type { FileSource } from '../file-source.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { Comparison, SourceRange } from '../scenario.ts';
import type { ServerCertificate } from '../tls/scenario.ts';

export interface DeclaredFile {
  /** Absolute, normal (see path.ts). */
  readonly path: string;
  readonly source: FileSource;
}

export interface FtpUser {
  readonly name: string;
  readonly password: string;
  /** Where a session begins: absolute, normal. A home other than the root is its user's alone. */
  readonly home: string;
  readonly writes: boolean;
}

/** What a server has of TLS (RFC 4217 §10): nothing; for who asks for it; or nothing without it, neither users nor data. */
export type TlsPolicy = 'off' | 'offered' | 'required';

/** A server that listens on port 21. */
export interface FtpServerService {
  readonly kind: 'ftp.server';
  readonly host: string;
  /** Text of the 220 reply. */
  readonly greeting: string;
  readonly users: readonly FtpUser[];
  /** What a user without an account may do (RFC 1635); null: there is none. */
  readonly anonymous: 'read' | 'write' | null;
  readonly files: readonly DeclaredFile[];
  /** Empty ones and others: absolute, normal. */
  readonly directories: readonly string[];
  /** Room for files; what goes beyond it is refused. */
  readonly space: Bytes;
  /** A session without a command for this long is closed. */
  readonly idle: Nanoseconds;
  /** Failed logins after which the session is closed (RFC 2577 §5). */
  readonly attempts: number;
  /** Sessions at one time; further ones get 421. */
  readonly sessions: number;
  readonly tls: TlsPolicy;
  /** What it shows to clients that ask for TLS. */
  readonly certificate: ServerCertificate;
  readonly at: SourceRange | null;
}

export type FtpService = FtpServerService;

/** Who opens data connections, and by which commands: PORT, PASV, EPRT, EPSV. */
export type DataMode = 'active' | 'passive' | 'extended active' | 'extended passive';

export type Representation = 'binary' | 'ascii';

export type FtpOperation =
  /** `as`: the local name; null for the last part of the path. `resume`: from where an earlier transfer broke off. */
  | {
      readonly kind: 'get';
      readonly path: string;
      readonly as: string | null;
      readonly resume: boolean;
      /** Breaks the transfer off by ABOR that long after it began. */
      readonly abortAfter: Nanoseconds | null;
    }
  /** `path` is a local file, written first where `source` is given; `as`: its name on the server, null for the same; of `unique`, the server chooses. */
  | {
      readonly kind: 'put';
      readonly how: 'store' | 'append' | 'unique';
      readonly path: string;
      readonly as: string | null;
      readonly resume: boolean;
      readonly source: FileSource | null;
    }
  /** `list`: for people; `names`: for programs; `facts`: by MLSD. */
  | { readonly kind: 'list'; readonly how: 'list' | 'names' | 'facts'; readonly path: string | null }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | {
      readonly kind: 'change directory' | 'delete' | 'make directory' | 'remove directory' | 'size' | 'modified';
      readonly path: string;
    }
  | { readonly kind: 'directory above' | 'working directory' }
  | { readonly kind: 'type'; readonly type: Representation }
  /** A command as it stands, for what no other operation says; not one that opens data connections. */
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'wait'; readonly duration: Nanoseconds };

/** A client on `host` logs in, does what it is to do, and says QUIT. Done when the control connection is closed, or broke. */
export interface FtpSessionAction {
  readonly kind: 'ftp.session';
  readonly host: string;
  readonly server: string;
  /** The server's address is asked of DNS by its name. */
  readonly lookup: boolean;
  readonly user: string;
  readonly password: string;
  readonly mode: DataMode;
  /** Control and data connections go over TLS (RFC 4217), or there is no session. */
  readonly tls: boolean;
  /** Of files; listings are always ASCII. */
  readonly type: Representation;
  readonly operations: readonly FtpOperation[];
}

export type FtpAction = FtpSessionAction;

/** Compares the size of a file on a host's disk; one that is not there compares with nothing. */
export interface FileSizeExpectation {
  readonly kind: 'ftp.file';
  readonly host: string;
  readonly path: string;
  readonly comparison: Comparison;
  readonly size: Bytes;
}

/** Two files hold the same octets. */
export interface SameFileExpectation {
  readonly kind: 'ftp.same-file';
  readonly host: string;
  readonly path: string;
  readonly otherHost: string;
  readonly otherPath: string;
}

export interface NoFileExpectation {
  readonly kind: 'ftp.no-file';
  readonly host: string;
  readonly path: string;
}

export type FtpExpectation = FileSizeExpectation | SameFileExpectation | NoFileExpectation;
