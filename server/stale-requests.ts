/** What a client has asked for and does not want any more is not begun: typing fast leaves no queue of answers for old texts. */
import { type ConnectionOptions, LSPErrorCodes, type Message, type RequestMessage } from 'vscode-languageserver';

export const withoutStaleRequests: ConnectionOptions = {
  connectionStrategy: {
    cancelUndispatched: (message: Message) => ({
      jsonrpc: message.jsonrpc,
      id: (message as RequestMessage).id,
      error: { code: LSPErrorCodes.RequestCancelled, message: 'Cancelled before it was begun.' },
    }),
  },
};
