/** The FTP dissectors: of the control connection a message's fields by its kind, of data connections those of listings. */
import type { Dissector } from '../../field.ts';
import { octetsOf } from '../../network/octets.ts';
import { dissectCommand } from './command.ts';
import { dissectListing } from './listing.ts';
import { dissectReply } from './reply.ts';

export const dissectFtp: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'command':
      return dissectCommand(bytes);
    case 'reply':
      return dissectReply(bytes);
    default:
      return [{ name: 'message', value: `no kind of FTP message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};

export const dissectFtpData: Dissector = (bytes, kind) =>
  kind === 'listing' || kind === 'names' || kind === 'facts'
    ? dissectListing(octetsOf(bytes), kind)
    : [{ name: 'file', value: `${bytes.length} B of the file`, start: 0, end: bytes.length, standard: 'RFC 959 §3.4' }];
