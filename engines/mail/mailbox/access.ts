/** Access to mailboxes, as the engines know it: servers of POP3 and IMAP, steps that read or guess, expectations of folders and devices. */
import { compare } from '../../comparison.ts';
import { count } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { onHost } from '../../on-host.ts';
import type { Judgement, StepOutcome, World } from '../../protocol.ts';
import type { Action, Comparison, ExpectationKind } from '../../scenario.ts';
import { secureAsClient, secureAsServer } from '../../tls/secured-connection.ts';
import type { Securing } from '../../tls/securing.ts';
import { imapServer } from '../imap/server.ts';
import { imapSession, readByImap } from '../imap/user-session.ts';
import { canonicalAddress } from '../message/address.ts';
import { pop3Server } from '../pop3/server.ts';
import { pop3Session, readByPop3 } from '../pop3/user-session.ts';
import type { MailboxService, MailServerService } from '../scenario.ts';
import { AccessTraffic } from './access-traffic.ts';
import { DeviceCopy } from './device-copy.ts';
import { hasFlag, INBOX } from './folder.ts';
import { Logins } from './logins.ts';
import { MailboxStore } from './mailbox-store.ts';
import { guessPassword } from './password-guessing.ts';
import type { AccessAction, AccessService, CopyExpectation, FolderExpectation } from './scenario.ts';

/** Where the scenario has no mail server of that host: its default (RFC 1870 would tell it). */
const MESSAGE_LIMIT = 10 * 1024 * 1024;

/** Sets the servers up on their hosts. */
export function installAccess(world: World): void {
  const { services } = world.scenario;
  for (const service of services) {
    if (service.kind !== 'mail.access') continue;
    const traffic = new AccessTraffic(world.host(service.host));
    const kept = services.filter((one): one is MailboxService => one.kind === 'mail.mailbox' && one.host === service.host);
    const server = services.find((one): one is MailServerService => one.kind === 'mail.server' && one.host === service.host);
    // Both protocols of a host count the same failed logins, and so does each of its lives.
    const surroundings = (host: Host) => ({
      host,
      service,
      logins: new Logins(host, service.logins, kept),
      traffic,
      secure: securingOf(world, host, service),
      maximumSize: server?.maximumSize ?? MESSAGE_LIMIT,
    });
    if (service.protocols.includes('pop3')) world.boot(service.host, 'pop3 server', (host) => pop3Server(surroundings(host)));
    if (service.protocols.includes('imap')) world.boot(service.host, 'imap server', (host) => imapServer(surroundings(host)));
  }
}

function securingOf(world: World, host: Host, { tls, certificate }: AccessService): Securing | null {
  if (tls === 'off') return null;
  return (connection) => secureAsServer(host, connection, { credentials: world.trust.credentials(certificate) });
}

/** Undefined for other actions. Done when the session is over, or the device went down. */
export function performAccess(world: World, action: Action): Process<StepOutcome> | undefined {
  switch (action.kind) {
    case 'mail.read':
    case 'mail.pop3':
    case 'mail.imap':
    case 'mail.guess':
      return onDevice(world, action);
    default:
      return undefined;
  }
}

function onDevice(world: World, action: AccessAction): Process<StepOutcome> {
  return onHost(world.host(action.host), (host) => {
    const secure: Securing = (connection) => secureAsClient(host, connection, { serverName: action.server, trust: world.trust.roots });
    return client(host, secure, action);
  });
}

function client(host: Host, secure: Securing, action: AccessAction): Process<StepOutcome> {
  switch (action.kind) {
    case 'mail.read':
      return action.protocol === 'pop3' ? readByPop3(host, secure, action) : readByImap(host, secure, action);
    case 'mail.pop3':
      return pop3Session(host, secure, action);
    case 'mail.imap':
      return imapSession(host, secure, action);
    case 'mail.guess':
      return guessPassword(host, secure, action);
  }
}

/** Undefined for other expectations. */
export function judgeAccess(world: World, expected: ExpectationKind): Judgement | undefined {
  switch (expected.kind) {
    case 'mail.folder':
      return judgeFolder(world, expected);
    case 'mail.copy':
      return judgeCopy(world, expected);
    default:
      return undefined;
  }
}

function judgeFolder(world: World, { address, folder, set, unset, comparison, messages }: FolderExpectation): Judgement {
  const expected = expectedMessages(comparison, messages);
  const mailbox = world.scenario.services.find(
    (one): one is MailboxService => one.kind === 'mail.mailbox' && canonicalAddress(one.address) === canonicalAddress(address),
  );
  if (!mailbox) return { passed: false, expected, measured: 'no such mailbox' };
  const store = new MailboxStore(world.host(mailbox.host).disk);
  if (!store.folder(address, folder)) {
    const nothing = folder === INBOX ? 'no such mailbox' : 'no such folder';
    return { passed: false, expected, measured: nothing };
  }
  const found = store
    .messages(address, folder)
    .filter(({ flags }) => set.every((flag) => hasFlag(flags, flag)) && !unset.some((flag) => hasFlag(flags, flag)));
  return { passed: compare(found.length, comparison, messages), expected, measured: count(found.length, 'message') };
}

function judgeCopy(world: World, { address, host, comparison, messages }: CopyExpectation): Judgement {
  const held = new DeviceCopy(world.host(host), address).messages().length;
  return {
    passed: compare(held, comparison, messages),
    expected: expectedMessages(comparison, messages),
    measured: count(held, 'message'),
  };
}

const WORDS: Readonly<Record<Comparison, string>> = {
  '=': '',
  '!=': 'not ',
  '<': 'fewer than ',
  '<=': 'at most ',
  '>=': 'at least ',
  '>': 'more than ',
};

/** `at least 2 messages`: how many were expected, as the language says it. */
export const expectedMessages = (comparison: Comparison, messages: number): string => `${WORDS[comparison]}${count(messages, 'message')}`;
