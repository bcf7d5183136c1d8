/** Alice writes to Bob, who has a laptop and a phone: the textbook's mail scenario with access to mailboxes, for tests. */
import type { Run } from '../../run.ts';
import type { Action, Scenario } from '../../scenario.ts';
import { aliceSends, type MailTest, mailScenario } from '../scenario-for-tests.ts';
import type {
  AccessService,
  GuessAction,
  ImapOperation,
  ImapSessionAction,
  Pop3Operation,
  Pop3SessionAction,
  ReadAction,
} from './scenario.ts';

export const BOB = 'bob@hamburger.edu';
const SERVER = 'mail.hamburger.edu';

export const accessForTests: AccessService = {
  kind: 'mail.access',
  host: SERVER,
  protocols: ['pop3', 'imap'],
  tls: 'off',
  certificate: { names: [SERVER], flaw: null },
  logins: { delay: 0, perConnection: 3, lockOut: null },
  loginDelay: 0,
  at: null,
};

const bob = (host: string) => ({
  host,
  server: SERVER,
  address: BOB,
  user: 'bob',
  password: 'bob',
  security: 'clear' as const,
  proof: 'password' as const,
});

export function reads(rest: Partial<ReadAction> = {}): ReadAction {
  return { kind: 'mail.read', ...bob('laptop'), protocol: 'pop3', keep: false, folder: 'INBOX', preview: null, ...rest };
}

export function pop3(operations: readonly Pop3Operation[], rest: Partial<Pop3SessionAction> = {}): Pop3SessionAction {
  return { kind: 'mail.pop3', ...bob('laptop'), operations, ...rest };
}

export function imap(operations: readonly ImapOperation[], rest: Partial<ImapSessionAction> = {}): ImapSessionAction {
  return { kind: 'mail.imap', ...bob('laptop'), operations, ...rest };
}

export function guesses(words: readonly string[], rest: Partial<GuessAction> = {}): GuessAction {
  const { host: _, password: _password, proof: _proof, ...whom } = bob('laptop');
  return { kind: 'mail.guess', host: 'phone', ...whom, protocol: 'pop3', words, interval: 0, limit: null, ...rest };
}

export const letter = (subject: string, body = 'Do you like ketchup?'): Action => aliceSends([BOB], { subject, body });

export interface AccessTest extends Partial<MailTest> {
  readonly access?: Partial<AccessService>;
}

/** Hosts `laptop` and `phone` besides those of `mailScenario`. */
export function accessScenario(steps: readonly Action[], { access, ...rest }: AccessTest = {}): Scenario {
  const scenario = mailScenario({ dialect: 'extended', hosts: { laptop: {}, phone: {} }, steps, ...rest });
  return { ...scenario, services: [...scenario.services, { ...accessForTests, ...access }] };
}

export const outcomes = ({ steps }: Run): string[] => steps.map(({ outcome }) => outcome);

/** The dialogue of a protocol, `C: ` and `S: ` before each message's label. */
export function dialogue({ messages, strings }: Run, protocol: string): string[] {
  const lines: string[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i] as number] !== protocol) continue;
    const fromClient = ['command', 'answer', 'literal'].includes(strings[messages.kind[i] as number] as string);
    lines.push(`${fromClient ? 'C' : 'S'}: ${strings[messages.label[i] as number]}`);
  }
  return lines;
}
