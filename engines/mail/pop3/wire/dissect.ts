/** The POP3 dissector: a message's fields by its kind. */
import type { Dissector } from '../../../field.ts';
import { dissectAnswer, dissectCommand } from './command.ts';
import { dissectChallenge, dissectReply } from './reply.ts';

export const dissectPop3: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'command':
      return dissectCommand(bytes);
    case 'reply':
    case 'lines':
    case 'message':
      return dissectReply(bytes, kind);
    case 'challenge':
      return dissectChallenge(bytes);
    case 'answer':
      return dissectAnswer(bytes);
    default:
      return [{ name: 'message', value: `no kind of POP3 message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};
