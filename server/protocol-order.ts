/**
 * The life of a server, as the protocol has it (LSP 3.17, Server lifecycle): nothing is answered before `initialize` or behind `shutdown`, and
 * it is initialized once. What comes out of turn is refused with the code that is there for it; a notification is dropped.
 *
 * The library calls handlers whenever a message comes. So a request out of turn is given another method on its way to them, whose
 * handler refuses it.
 */
import {
  type Connection,
  type ConnectionOptions,
  ErrorCodes,
  Message,
  type NotificationMessage,
  type RequestMessage,
  ResponseError,
} from 'vscode-languageserver';

const REFUSE = 'netscenario/refuse';

interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** Of one connection. */
export function inProtocolOrder(): ConnectionOptions {
  let state: 'new' | 'initialized' | 'shut down' = 'new';
  const refusalOf = (method: string): Refusal | null => {
    if (method === 'initialize') {
      if (state !== 'new') return { code: ErrorCodes.InvalidRequest, message: 'The server has been initialized.' };
      state = 'initialized';
    } else if (state === 'new') return { code: ErrorCodes.ServerNotInitialized, message: 'The server has not been initialized.' };
    else if (state === 'shut down') return { code: ErrorCodes.InvalidRequest, message: 'The server has been shut down.' };
    else if (method === 'shutdown') state = 'shut down';
    return null;
  };
  return {
    messageStrategy: {
      handleMessage(message, next) {
        if (Message.isRequest(message)) {
          const refusal = refusalOf((message as RequestMessage).method);
          return next(refusal ? ({ ...message, method: REFUSE, params: refusal } as RequestMessage) : message);
        }
        const isDropped = Message.isNotification(message) && state !== 'initialized' && (message as NotificationMessage).method !== 'exit';
        return isDropped ? undefined : next(message);
      },
    },
  };
}

export function refuseOutOfOrder(connection: Connection): void {
  connection.onRequest(REFUSE, ({ code, message }: Refusal) => {
    throw new ResponseError(code, message);
  });
}
