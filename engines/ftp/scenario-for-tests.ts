/** A client, a server with some files, and sessions between them, for tests. */
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MINUTE } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, Expectation, HostDeclaration, Scenario, Step, Timing } from '../scenario.ts';
import type { FtpOperation, FtpServerService, FtpSessionAction } from './scenario.ts';

const NOWHERE = { source: 0, start: 0, end: 0 };

export const serviceForTests: FtpServerService = {
  kind: 'ftp.server',
  host: 'server',
  greeting: 'server FTP server ready',
  users: [
    { name: 'ann', password: 'secret', home: '/', writes: true },
    { name: 'bob', password: 'hunter2', home: '/home/bob', writes: true },
    { name: 'eve', password: 'looks', home: '/', writes: false },
  ],
  anonymous: 'read',
  files: [
    { path: '/readme.txt', source: { kind: 'octets', octets: 'Hello\nworld\n' } },
    { path: '/pub/disk.iso', source: { kind: 'size', size: 1_000_000 } },
    { path: '/home/bob/diary.txt', source: { kind: 'octets', octets: 'Dear diary\n' } },
  ],
  directories: ['/incoming'],
  space: 2 ** 40,
  idle: 5 * MINUTE,
  attempts: 3,
  sessions: 100,
  passivePorts: null,
  passiveHost: null,
  tls: 'off',
  certificate: { names: ['server'], flaw: null },
  at: null,
};

export function session(operations: readonly FtpOperation[], rest: Partial<FtpSessionAction> = {}): FtpSessionAction {
  return {
    kind: 'ftp.session',
    host: 'client',
    server: 'server',
    lookup: false,
    user: 'ann',
    password: 'secret',
    mode: 'passive',
    tls: false,
    type: 'binary',
    operations,
    ...rest,
  };
}

export const get = (path: string, rest: Partial<FtpOperation & { kind: 'get' }> = {}): FtpOperation => ({
  kind: 'get',
  path,
  as: null,
  resume: false,
  abortAfter: null,
  ...rest,
});

export const put = (path: string, rest: Partial<FtpOperation & { kind: 'put' }> = {}): FtpOperation => ({
  kind: 'put',
  how: 'store',
  path,
  as: null,
  resume: false,
  source: null,
  ...rest,
});

export const say = (line: string): FtpOperation => ({ kind: 'command', line });

export interface FtpTest {
  readonly steps: readonly (Action | { readonly action: Action; readonly timing: Timing })[];
  readonly service?: Partial<FtpServerService>;
  readonly client?: Partial<HostDeclaration>;
  readonly server?: Partial<HostDeclaration>;
  readonly expectations?: readonly Expectation['expected'][];
  readonly fidelity?: Scenario['fidelity'];
  /** Steps start side by side. */
  readonly together?: boolean;
}

/** Hosts `client` (10.0.0.1) and `server` (10.0.0.2), a round trip of 40 ms apart. */
export function ftpScenario({
  steps,
  service,
  client,
  server,
  expectations = [],
  fidelity = 'packets',
  together = false,
}: FtpTest): Scenario {
  const parent = together ? 0 : -1;
  const made = steps.map((given): Step => {
    const { action, timing } = 'timing' in given ? given : { action: given, timing: { kind: 'then' } as const };
    return { parent, timing, action, text: action.kind, at: NOWHERE };
  });
  const group: Step = { parent: -1, timing: { kind: 'then' }, action: { kind: 'together' }, text: 'together', at: NOWHERE };
  return scenarioForTests(
    { client: client ?? {}, server: server ?? {} },
    {
      fidelity,
      services: [{ ...serviceForTests, ...service }],
      steps: together ? [group, ...made] : made,
      expectations: expectations.map((expected) => ({
        expected,
        after: made.length + (together ? 1 : 0),
        text: expected.kind,
        at: NOWHERE,
      })),
    },
  );
}

export const outcomes = ({ steps }: Run): (readonly [string, boolean])[] => steps.map(({ outcome, succeeded }) => [outcome, succeeded]);

/** The dialogue on control connections, `C: ` and `S: ` before each message's label. */
export function dialogue({ messages, strings }: Run): string[] {
  const lines: string[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i] as number] !== 'ftp') continue;
    lines.push(`${strings[messages.kind[i] as number] === 'command' ? 'C' : 'S'}: ${strings[messages.label[i] as number]}`);
  }
  return lines;
}

/** Each data message: its kind, label and length. */
export function dataMessages({ messages, strings }: Run): string[] {
  const lines: string[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i] as number] !== 'ftp-data') continue;
    lines.push(`${strings[messages.kind[i] as number]} ${strings[messages.label[i] as number]}: ${messages.length[i]}`);
  }
  return lines;
}
