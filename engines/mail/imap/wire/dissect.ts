/** The IMAP dissector: a message's fields by its kind. */
import type { Dissector } from '../../../field.ts';
import { dissectCommandLine } from '../../../network/command-line.ts';
import { octetsOf, textOfOctets } from '../../../network/octets.ts';
import { dissectCommand } from './command.ts';
import { dissectResponses } from './response.ts';

export const dissectImap: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'command':
      return dissectCommand(bytes);
    case 'response':
    case 'message':
      return dissectResponses(bytes);
    case 'answer':
      return dissectCommandLine(bytes, (line) => [
        {
          name: 'Answer',
          value: textOfOctets(line),
          start: 0,
          end: line.length,
          meaning: 'to what the server said behind +',
          standard: 'RFC 3501 §7.5',
        },
      ]);
    case 'literal':
      return [
        {
          name: 'Literal',
          value: textOfOctets(octetsOf(bytes)).slice(0, 200),
          start: 0,
          end: bytes.length,
          meaning: 'the octets that were announced, and the rest of the command',
          standard: 'RFC 3501 §4.3',
        },
      ];
    default:
      return [{ name: 'message', value: `no kind of IMAP message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};
