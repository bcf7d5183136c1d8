/** Where TLS comes in, after STLS, STARTTLS or AUTH TLS: a function that turns a connection into a secured one, which can become clear again. */
import type { Process } from '../kernel/process.ts';
import type { Connection } from '../network/host.ts';

export interface SecuringFailure {
  /** What went wrong, in one line. */
  readonly failure: string;
}

export interface Secured extends Connection {
  /** Ends the protection on both sides: the connection in clear from there on; null where it ended instead. */
  clear(): Process<Connection | null>;
}

/** The handshake over an open connection. Where it fails, the connection is closed, and is of no more use. */
export type Securing = (connection: Connection) => Process<Secured | SecuringFailure>;
