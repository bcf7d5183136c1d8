/**
 * SMTP's commands and replies, and messages. Whatever the bytes: no parser throws, the inspector's fields lie within them, and
 * what was read as a command or a reply is written and read to the same.
 */
import { checkFields, type FuzzTarget } from '../../../fuzz-target.ts';
import { octetsOf } from '../../../network/octets.ts';
import { dissectContent } from '../../message/dissect.ts';
import { readMessageFile } from '../../message/eml.ts';
import { decodeMessage } from '../../message/message-format.ts';
import { commandLine, decodeCommand, dissectCommand } from './command.ts';
import { decodeReply, dissectReply, replyLines } from './reply.ts';

const TEXTS = [
  'EHLO crepes.fr\r\n',
  'MAIL FROM:<alice@crepes.fr> SIZE=1000 BODY=8BITMIME\r\n',
  'RCPT TO:<@relay.fr,@other.fr:"bob \\"> smith"@hamburger.edu>\r\n',
  'VRFY bob\r\n',
  '250-crepes.fr greets alice-pc\r\n250-SIZE 1000\r\n250 ENHANCEDSTATUSCODES\r\n',
  '550 5.1.1 No such user here\r\n',
  'From: =?utf-8?q?Alice_Cr=C3=AApe?= <alice@crepes.fr>\r\nTo: bob@hamburger.edu,\r\n carol@hamburger.edu\r\nSubject: Lunch\r\nDate: Thu, 1 Jan 2026 12:00:00 +0000\r\n\r\nHi Bob,\r\n..\r\n',
];

const target: FuzzTarget = {
  name: 'smtp',
  corpus: () => TEXTS.map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0))),
  run(bytes) {
    for (const dissect of [dissectCommand, dissectReply, dissectContent]) checkFields(dissect(bytes), bytes.length);
    const octets = octetsOf(bytes);
    const lines = octets.replace(/\r\n$/, '').split('\r\n');
    const command = decodeCommand(lines[0] as string);
    if (!('error' in command)) same(decodeCommand(commandLine(command)), command, 'command');
    const reply = decodeReply(lines);
    if (!('error' in reply)) same(decodeReply(replyLines(reply)), reply, 'reply');
    const message = decodeMessage(octets);
    const file = readMessageFile(bytes);
    return JSON.stringify([command, reply, message, file]);
  },
};

export default target;

function same(again: unknown, first: unknown, what: string): void {
  if (JSON.stringify(again) !== JSON.stringify(first)) throw new Error(`the ${what} is written to something else than was read`);
}
