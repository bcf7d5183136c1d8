/** The SMTP dissector: a message's fields by its kind. */
import type { Dissector } from '../../../field.ts';
import { dissectContent } from '../../message/dissect.ts';
import { dissectCommand, dissectResponse } from './command.ts';
import { dissectReply } from './reply.ts';

export const dissectSmtp: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'command':
      return dissectCommand(bytes);
    case 'response':
      return dissectResponse(bytes);
    case 'reply':
      return dissectReply(bytes);
    case 'content':
      return dissectContent(bytes);
    default:
      return [{ name: 'message', value: `no kind of SMTP message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};
