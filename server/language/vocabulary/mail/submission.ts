/** How a message is submitted: what the step that sends may say besides the message. */
import type { SendAction } from '../../../../engines/mail/scenario.ts';
import { utf8Octets } from '../../../../engines/network/octets.ts';
import { choice, type GivenBlock, property, repeated, text } from '../../entry.ts';

export const submissionProperties = {
  password: property(
    'password TEXT',
    { TEXT: text },
    {
      doc: 'What the user agent logs in with, where the sender’s mail server has users log in.',
      default: 'the password of the sender’s mailbox',
      standard: 'RFC 4954',
      example: 'password "ketchup"',
    },
  ),
  notify: repeated(
    'notify EVENT',
    { EVENT: choice(['success', 'SUCCESS'], ['failure', 'FAILURE'], ['delay', 'DELAY'], ['never', 'NEVER']) },
    {
      doc: 'Of what the sender wants to be told by a delivery status notification; several may be asked for.',
      default: 'failure',
      standard: 'RFC 3461 §4.1',
      example: 'notify success',
    },
  ),
  returned: property(
    'return WHAT',
    { WHAT: choice(['full', 'FULL'], ['headers', 'HDRS']) },
    {
      doc: 'Whether the whole message comes back with a notification of failure, or its header section alone.',
      default: 'full, up to 64 KiB',
      standard: 'RFC 3461 §4.3',
      example: 'return headers',
    },
  ),
  envelopeId: property(
    'envelope-id TEXT',
    { TEXT: text },
    {
      doc: 'What the sender calls the message; notifications name it.',
      default: 'nothing',
      standard: 'RFC 3461 §4.4',
      example: 'envelope-id "order 66"',
    },
  ),
};

/** What a block says of it. Octets. */
export function submissionOf(block: GivenBlock<typeof submissionProperties>): Pick<SendAction, 'password' | 'reports'> {
  const events = block.notify?.map(({ EVENT }) => EVENT) ?? null;
  return {
    password: block.password ? utf8Octets(block.password.TEXT) : null,
    reports: {
      notify: events?.flatMap((event) => (event === 'NEVER' ? [] : [event])) ?? null,
      returned: block.returned?.WHAT ?? null,
      envelopeId: block.envelopeId ? utf8Octets(block.envelopeId.TEXT).slice(0, 100) : null,
    },
  };
}
