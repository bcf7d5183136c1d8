/** The textbook's mail scenario for tests: Alice at crepes.fr, Bob at hamburger.edu, their two servers, and one name server for all. */
import type { ResourceRecord } from '../dns/records.ts';
import { octetsOf } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { DAY, MINUTE } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, Expectation, HostDeclaration, Scenario, Service, Step } from '../scenario.ts';
import type { Composition, Dialect, MailboxService, MailServerService, SendAction } from './scenario.ts';

/** A post office: a domain, the host that serves it, its users. */
export interface Office {
  readonly domain: string;
  readonly host: string;
  readonly users: readonly string[];
  readonly service?: Partial<MailServerService>;
  readonly quota?: number;
}

export interface MailTest {
  readonly dialect: Dialect;
  readonly steps: readonly Action[];
  readonly offices?: readonly Office[];
  /** Further records, after those of the offices. Names absolute. */
  readonly records?: readonly ResourceRecord[];
  readonly hosts?: Readonly<Record<string, Partial<HostDeclaration>>>;
  /** Service settings of every server. */
  readonly service?: Partial<MailServerService>;
  readonly expectations?: readonly Expectation['expected'][];
  readonly seed?: number;
  /** Steps start side by side. */
  readonly together?: boolean;
}

/** What a server is where a test says nothing. */
export const serverDefaults = {
  maximumSize: 10_485_760,
  maximumRecipients: 100,
  without: [],
  tls: 'off',
  authentication: 'off',
  mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
  relayFor: [],
  backupFor: [],
  smartHost: null,
  aliases: [],
  verifies: false,
  limits: { sessions: 100, connectionsPerClient: null, messagesPerClient: null },
  warning: null,
  retry: [15 * MINUTE, 30 * MINUTE],
  expiry: 5 * DAY,
} as const satisfies Partial<MailServerService>;

export const CREPES: Office = { domain: 'crepes.fr', host: 'mail.crepes.fr', users: ['alice'] };
export const HAMBURGER: Office = { domain: 'hamburger.edu', host: 'mail.hamburger.edu', users: ['bob'] };

const NOWHERE = { source: 0, start: 0, end: 0 };
const NAME_SERVER = 'ns';

export function mailScenario(test: MailTest): Scenario {
  const offices = test.offices ?? [CREPES, HAMBURGER];
  const names = [NAME_SERVER, 'alice-pc', ...offices.map((office) => office.host), ...Object.keys(test.hosts ?? {})];
  const hosts = Object.fromEntries(names.map((name) => [name, { nameservers: ['10.0.0.1'], ...test.hosts?.[name] }]));
  const address = (name: string) => `10.0.0.${[...new Set(names)].indexOf(name) + 1}`;
  const a = (name: string): ResourceRecord => ({ name: `${name}.`, ttl: 3600, data: { type: 'A', address: address(name) } });
  const records: ResourceRecord[] = [
    {
      name: '.',
      ttl: 3600,
      data: { type: 'SOA', primary: 'ns.', mailbox: 'admin.ns.', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 },
    },
    { name: '.', ttl: 3600, data: { type: 'NS', server: 'ns.' } },
    ...[...new Set(names)].map(a),
    ...offices.map(
      ({ domain, host }): ResourceRecord => ({ name: `${domain}.`, ttl: 3600, data: { type: 'MX', preference: 10, exchange: `${host}.` } }),
    ),
    ...(test.records ?? []),
  ];
  const services: Service[] = [
    { kind: 'dns.zone', origin: '.', servers: [NAME_SERVER], records, operators: [], implicit: true, at: null },
    ...offices.flatMap((office): Service[] => [
      {
        kind: 'mail.server',
        host: office.host,
        domains: [office.domain],
        greeting: office.domain,
        helo: office.domain,
        dialect: test.dialect,
        certificate: { names: [office.host], flaw: null },
        ...serverDefaults,
        at: null,
        ...test.service,
        ...office.service,
      },
      ...office.users.map(
        (user): MailboxService => ({
          kind: 'mail.mailbox',
          address: `${user}@${office.domain}`,
          host: office.host,
          password: user,
          quota: office.quota ?? 10_000_000,
          at: null,
        }),
      ),
    ]),
  ];
  const parent = test.together ? 0 : -1;
  const steps = test.steps.map((action): Step => ({ parent, timing: { kind: 'then' }, action, text: action.kind, at: NOWHERE }));
  const together: Step = { parent: -1, timing: { kind: 'then' }, action: { kind: 'together' }, text: 'together', at: NOWHERE };
  return scenarioForTests(hosts, {
    seed: test.seed ?? 1,
    services,
    steps: test.together ? [together, ...steps] : steps,
    expectations: (test.expectations ?? []).map((expected) => ({
      expected,
      after: test.steps.length + (test.together ? 1 : 0),
      text: expected.kind,
      at: NOWHERE,
    })),
  });
}

/** Alice sends a message by her server. */
export function aliceSends(
  to: readonly string[],
  message: Partial<Composition & { kind: 'parts' }> = {},
  rest: Partial<SendAction> = {},
): SendAction {
  return {
    kind: 'mail.send',
    host: 'alice-pc',
    from: 'alice@crepes.fr',
    to,
    server: 'mail.crepes.fr',
    message: { kind: 'parts', subject: 'Condiments', headers: [], body: 'Do you like ketchup?\nHow about pickles?', ...message },
    tls: false,
    password: null,
    reports: { notify: null, returned: null, envelopeId: null },
    ...rest,
  };
}

/** The mail data that a host received last, as its SMTP server reads it: dots single, without the terminating line. */
export function lastContent(run: Run, to: string): string {
  for (let i = run.messages.rows - 1; i >= 0; i--) {
    if (run.hosts[run.messages.to[i] as number]?.name !== to || run.strings[run.messages.kind[i] as number] !== 'content') continue;
    const start = run.messages.start[i] as number;
    return octetsOf(run.bytes.subarray(start, start + (run.messages.length[i] as number)))
      .slice(0, -3)
      .replaceAll('\r\n..', '\r\n.');
  }
  throw new Error(`${to} received no mail data`);
}
