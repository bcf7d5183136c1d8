/** What a scenario can say about plain transfers: bytes over one TCP connection to the discard service (RFC 863, port 9). */
import type { Bytes } from '../quantities.ts';

export interface TransferAction {
  readonly kind: 'transfer.send';
  /** Host names. */
  readonly from: string;
  readonly to: string;
  /** 1 to 2^40. The step is done when the receiver has the last byte and knows that it is the last. */
  readonly size: Bytes;
}
