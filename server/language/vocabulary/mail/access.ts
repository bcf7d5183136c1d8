/** What a mail server's block says of access to its mailboxes. */
import { DAY, SECOND } from '../../../../engines/quantities.ts';
import { accessDefaults, type ProgramAccess } from '../../defaults/mail-access.ts';
import { choice, count, duration, type GivenBlock, property } from '../../entry.ts';
import { written } from '../../units.ts';

const { logins } = accessDefaults;
const pause = duration({ maximum: 100 * DAY, units: ['s', 'min'] });

export const accessProperties = {
  access: property(
    'access PROTOCOLS',
    { PROTOCOLS: choice(['pop3 and imap', ['pop3', 'imap']], ['pop3', ['pop3']], ['imap', ['imap']], ['none', []]) },
    {
      doc: 'How users read their mail: by POP3 on port 110, by IMAP on 143, each with TLS from the start on 995 and 993 where it has TLS.',
      default: accessDefaults.protocols.join(' and '),
      standard: 'RFC 8314 §3',
      example: 'access imap',
    },
  ),
  attempts: property(
    'attempts N',
    { N: count({ minimum: 1, maximum: 1e6 }) },
    {
      doc: 'Failed logins after which POP3, IMAP and SMTP close the connection.',
      default: String(logins.perConnection),
      standard: 'RFC 2577 §5',
      example: 'attempts 5',
    },
  ),
  failedLogin: property(
    'failed login waits TIME',
    { TIME: pause },
    {
      doc: 'How long a failed login waits for its reply.',
      default: written(logins.delay, 'duration'),
      standard: 'RFC 2577 §5',
      example: 'failed login waits 5 s',
    },
  ),
  lock: property(
    'lock after N for TIME',
    { N: count({ minimum: 1, maximum: 1e6 }), TIME: duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 'h'] }) },
    {
      doc: 'After so many failed logins in a row nobody logs in to the mailbox for that time, by POP3, IMAP, SMTP or webmail, with the right password either.',
      default: 'never',
      example: 'lock after 5 for 10 min',
    },
  ),
  loginDelay: property(
    'login delay TIME',
    { TIME: pause },
    {
      doc: 'The least time between two POP3 logins to a mailbox.',
      default: 'none',
      standard: 'RFC 2449 §6.5',
      example: 'login delay 1 min',
    },
  ),
};

export function accessOf(block: GivenBlock<typeof accessProperties>): ProgramAccess {
  return {
    protocols: block.access?.PROTOCOLS ?? accessDefaults.protocols,
    logins: {
      delay: block.failedLogin?.TIME ?? logins.delay,
      perConnection: block.attempts?.N ?? logins.perConnection,
      lockOut: block.lock ? { after: block.lock.N, time: block.lock.TIME } : null,
    },
    loginDelay: block.loginDelay?.TIME ?? accessDefaults.loginDelay,
  };
}
