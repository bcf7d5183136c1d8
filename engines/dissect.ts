/**
 * From a message's bytes to its fields, for the inspector. A pure function of the bytes, so a Run keeps bytes only and every
 * viewer dissects what it shows. This module pulls in wire formats and nothing else of the engines.
 */
import { dissectBitmessage } from './bitmessage/wire/dissect.ts';
import { dissectBitTorrent, dissectBlock, dissectUdpTrackerMessage } from './bittorrent/wire/dissect.ts';
import { withTrackers } from './bittorrent/wire/http-tracker-fields.ts';
import { dissect as dissectDnsMessage } from './dns/wire/dissect.ts';
import { dissectFramed, framedKinds } from './dns/wire/framing.ts';
import type { Dissector, Field } from './field.ts';
import { dissectFtp, dissectFtpData } from './ftp/wire/dissect.ts';
import { dissectHttp } from './http/wire/dissect.ts';
import { dissectImap } from './mail/imap/wire/dissect.ts';
import { dissectPop3 } from './mail/pop3/wire/dissect.ts';
import { dissectSmtp } from './mail/smtp/wire/dissect.ts';
import { dissectTls } from './tls/wire/dissect.ts';
import { dissectStream } from './video/streaming/wire/dissect.ts';

/** On TCP a message stands behind its length. */
const dissectDns: Dissector = (bytes, kind) =>
  kind === framedKinds.query || kind === framedKinds.response ? dissectFramed(bytes) : dissectDnsMessage(bytes);

/** By message protocol; one line a protocol. */
const dissectors: Readonly<Record<string, Dissector>> = {
  bitmessage: dissectBitmessage,
  bittorrent: dissectBitTorrent,
  'bittorrent-data': dissectBlock,
  dns: dissectDns,
  ftp: dissectFtp,
  'ftp-data': dissectFtpData,
  http: withTrackers(dissectHttp),
  imap: dissectImap,
  pop3: dissectPop3,
  smtp: dissectSmtp,
  tls: dissectTls,
  'udp-tracker': dissectUdpTrackerMessage,
  ...dissectStream,
};

/** The fields of a message. Total: a protocol without a dissector gives one field with all the bytes. */
export function dissect(protocol: string, kind: string, bytes: Uint8Array): readonly Field[] {
  const dissector = dissectors[protocol];
  return dissector ? dissector(bytes, kind) : [{ name: 'Data', value: `${bytes.length} B`, start: 0, end: bytes.length }];
}
