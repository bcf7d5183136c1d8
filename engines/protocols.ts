/** Every protocol, one line each. They are installed, and their boot order on a host is, as listed. */
import { bitmessage } from './bitmessage/protocol.ts';
import { bittorrent } from './bittorrent/protocol.ts';
import { cdn } from './cdn/protocol.ts';
import { dash } from './dash/protocol.ts';
import { dns } from './dns/protocol.ts';
import { ftp } from './ftp/protocol.ts';
import { http } from './http/protocol.ts';
import { mail } from './mail/protocol.ts';
import type { Protocol } from './protocol.ts';
import { transfer } from './transfer/protocol.ts';
import { video } from './video/protocol.ts';

export const protocols: readonly Protocol[] = [dns, mail, bitmessage, ftp, http, bittorrent, cdn, dash, transfer, video];
