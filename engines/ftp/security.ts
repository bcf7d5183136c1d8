/**
 * Where TLS comes in (RFC 4217): whoever has it hands in a function that turns a connection into a secured one, and a server
 * that has none offers none.
 */
import type { Process } from '../kernel/process.ts';
import type { Connection } from '../network/host.ts';

/** The handshake over an open connection; null when it failed, and then the connection is of no more use. */
export type Securing = (connection: Connection) => Process<Connection | null>;
