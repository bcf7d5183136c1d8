/**
 * The discard service (RFC 863) on TCP: reads whatever comes and throws it away, answers nothing, and closes when the other
 * side does.
 */
import type { Process } from '../kernel/process.ts';
import { type Connection, failed, type Host, type ListenFailure } from '../network/host.ts';
import type { Bytes } from '../quantities.ts';

export const DISCARD_PORT = 9;

/** Sees what a service reads; changes nothing of what it does. */
export interface DiscardObserver {
  received(connection: Connection, bytes: Bytes): void;
  /** The other side has closed, and all that it sent was read. */
  finished(connection: Connection): void;
}

/** Serves until the listener is closed. A failure to listen is the result. */
export function* discard(host: Host, observer: DiscardObserver): Process<ListenFailure | null> {
  const listener = yield* host.listen(DISCARD_PORT);
  if (failed(listener)) return listener as ListenFailure;
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return null;
    host.spawn('discard', readAway(connection, observer));
  }
}

function* readAway(connection: Connection, observer: DiscardObserver): Process {
  for (;;) {
    const content = yield* connection.read();
    if (content === null) break;
    observer.received(connection, content.length);
  }
  if (connection.ending === 'closed') observer.finished(connection);
  connection.close();
}
