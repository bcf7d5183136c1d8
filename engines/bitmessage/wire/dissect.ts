/** The Bitmessage dissector. */
import type { Dissector } from '../../field.ts';
import { dissectMessage } from './messages.ts';

export const dissectBitmessage: Dissector = (bytes) => dissectMessage(bytes);
