/** How mailboxes are reached where the author says nothing. */
import type { AccessProtocol, AccessService, LoginLimits } from '../../../engines/mail/mailbox/scenario.ts';
import { type Nanoseconds, SECOND } from '../../../engines/quantities.ts';
import type { Program } from '../program.ts';

/** What a mail server's block says of access to its mailboxes. */
export interface ProgramAccess {
  readonly protocols: readonly AccessProtocol[];
  readonly logins: LoginLimits;
  readonly loginDelay: Nanoseconds;
}

export const accessDefaults: ProgramAccess = {
  protocols: ['pop3', 'imap'],
  logins: { delay: 2 * SECOND, perConnection: 3, lockOut: null },
  loginDelay: 0,
};

/** The services of those mail servers that keep mailboxes. */
export function accessServices(program: Program): AccessService[] {
  const keeping = new Set([...program.mailboxes.values()].map(({ host }) => host.toLowerCase()));
  return [...program.mailServers].flatMap(([key, { host, tls, certificate, at }]) => {
    const access = program.mailAccess.get(key) ?? accessDefaults;
    // Also where nobody reads mail: SMTP and webmail have the same limits.
    if (!keeping.has(key)) return [];
    return [{ kind: 'mail.access' as const, host, tls, certificate, ...access, at }];
  });
}
