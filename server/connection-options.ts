/** How the server talks, whatever it talks over: requests in the protocol's order, and none begun that is not wanted any more. */
import type { ConnectionOptions } from 'vscode-languageserver';
import { inProtocolOrder } from './protocol-order.ts';
import { withoutStaleRequests } from './stale-requests.ts';

/** Of one connection: what has been initialized is known by it. */
export const connectionOptions = (): ConnectionOptions => ({ ...withoutStaleRequests, ...inProtocolOrder() });
