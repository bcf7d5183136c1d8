/** Where TLS comes in, after STLS, STARTTLS or AUTH TLS: a function that turns a connection into a secured one. */
import type { Process } from '../kernel/process.ts';
import type { Connection } from '../network/host.ts';

export interface SecuringFailure {
  /** What went wrong, in one line. */
  readonly failure: string;
}

/** The handshake over an open connection. Where it fails, the connection is closed, and is of no more use. */
export type Securing = (connection: Connection) => Process<Connection | SecuringFailure>;
