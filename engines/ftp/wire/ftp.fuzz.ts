/** What holds for any bytes that an FTP parser may meet: total, in step with its own encoder, fields inside of the bytes. */
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { type Command, commandLine, decodeCommand } from './command.ts';
import { dissectFtp, dissectFtpData } from './dissect.ts';
import { findExtendedPort, findHostPort } from './host-port.ts';
import { listingLines, parseFacts, parseListLine } from './listing.ts';
import { decodeReply, replyLines } from './reply.ts';

/** Well-formed inputs to begin from. */
function corpus(): Uint8Array[] {
  return [
    'USER ann\r\n',
    'PASS pass word\r\n',
    'PORT 10,0,0,1,192,5\r\n',
    'EPRT |1|10.0.0.1|49157|\r\n',
    'EPRT |2|2001:db8::1|49157|\r\n',
    'EPSV ALL\r\n',
    'EPSV 1\r\n',
    'TYPE L 8\r\n',
    'PBSZ 0\r\n',
    'TYPE A N\r\n',
    'MODE S\r\n',
    'ALLO 1000 R 80\r\n',
    'REST 1048576\r\n',
    'RETR /pub/a "quoted" name\r\n',
    'OPTS MLST type;size;\r\n',
    '\xff\xf4\xff\xf2ABOR\r\n',
    '220 ftp.example.org FTP server ready\r\n',
    '227 Entering Passive Mode (10,0,0,2,192,6)\r\n',
    '229 Entering Extended Passive Mode (|||49158|)\r\n',
    '257 "/pub/""x""" created\r\n',
    '211-Features:\r\n MLST type*;size*;\r\n REST STREAM\r\n211 End\r\n',
    'drwxr-xr-x   1 ann      ftp               0 Jan  1 00:00 pub\r\n-rw-r--r--   1 ann      ftp         12288 Mar 14  2024 readme.txt\r\n',
    'type=file;size=12288;modify=20260101000000.123;perm=r;unique=U7; readme.txt\r\ntype=dir; pub\r\n',
  ].map(bytesOfOctets);
}

/** Throws when a property is broken. */
function run(bytes: Uint8Array): void {
  const octets = octetsOf(bytes);
  const lines = listingLines(octets);
  for (const line of lines.length === 0 ? [''] : lines.slice(0, 100)) {
    const command = decodeCommand(line);
    if (!('error' in command)) sameAgain(command);
    findHostPort(line);
    findExtendedPort(line);
    const listed = parseListLine(line, 1_767_225_600);
    if (listed && /[/\0\r\n]/.test(listed.name)) throw new Error('a listed name with a slash, NUL, CR or LF');
    const facts = parseFacts(line);
    if (facts && /[\0\r\n]/.test(facts.name)) throw new Error('a name with NUL, CR or LF among facts');
  }
  const reply = decodeReply(lines);
  if (!('error' in reply)) {
    const again = decodeReply(replyLines(reply));
    if ('error' in again || again.code !== reply.code || again.lines.join('\r\n') !== reply.lines.join('\r\n')) {
      throw new Error('a reply is not the same after encoding and decoding');
    }
  }
  for (const kind of ['command', 'reply', 'other']) checkFields(dissectFtp(bytes, kind), bytes.length);
  for (const kind of ['content', 'listing', 'names', 'facts']) checkFields(dissectFtpData(bytes, kind), bytes.length);
}

function sameAgain(command: Command): void {
  const line = commandLine(command);
  const again = decodeCommand(line);
  if ('error' in again || commandLine(again) !== line) throw new Error(`a command is not the same after encoding: ${line}`);
}

const target: FuzzTarget = { name: 'ftp', corpus, run };

export default target;
