/** FTP, as the engines know it: servers with their files, the step that is a session, expectations of files. */
import { compare } from '../comparison.ts';
import { same } from '../contents.ts';
import { formatSize } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import { textOfOctets } from '../network/octets.ts';
import { SessionStates } from '../network/session-states.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Judgement, Protocol, StepOutcome, World } from '../protocol.ts';
import { secureAsClient, secureAsServer } from '../tls/secured-connection.ts';
import type { Securing } from '../tls/securing.ts';
import { contentOf } from './file-source.ts';
import { FileSystem } from './file-system.ts';
import { filesOf } from './host-files.ts';
import { ftpMetrics } from './metrics.ts';
import { ArrivalObserver } from './observer.ts';
import type { FtpExpectation, FtpServerService, FtpSessionAction } from './scenario.ts';
import { type ServerSurroundings, serve } from './server.ts';
import { Traffic } from './traffic.ts';
import { userSession } from './user-session.ts';

export const ftp: Protocol = {
  name: 'ftp',
  metrics: ftpMetrics,
  install,
};

function install(world: World): Installed {
  const observer = new ArrivalObserver();
  const traffics = new Map<string, Traffic>();
  for (const service of world.scenario.services) {
    if (service.kind !== 'ftp.server') continue;
    const traffic = new Traffic(world.host(service.host));
    const states = new SessionStates();
    traffics.set(service.host, traffic);
    world.boot(service.host, 'ftp server', (host) => {
      const secure: Securing | null =
        service.tls === 'off'
          ? null
          : (connection) => secureAsServer(host, connection, { credentials: world.trust.credentials(service.certificate) });
      const passiveAddress = service.passiveHost === null ? null : world.host(service.passiveHost).address;
      return server(host, { service, observer, traffic, passiveAddress, states, secure });
    });
  }
  return {
    perform: (action) =>
      action.kind === 'ftp.session' ? perform(world, observer, traffics.get(action.server) ?? null, action) : undefined,
    judge: (expected) => (expected.kind.startsWith('ftp.') ? judge(world, expected as FtpExpectation) : undefined),
  };
}

const INSTALLED = 'ftp/installed';

/** The role of a server's host: runs from boot to crash. */
function* server(host: Host, surroundings: Omit<ServerSurroundings, 'host'>): Process {
  if (host.disk.get<boolean>(INSTALLED) !== true) fill(host, surroundings.service);
  const failure = yield* serve({ host, ...surroundings });
  if (failure) host.narrator.note(`no FTP server: port 21 is ${failure.failure}`);
}

/** Puts the declared files on the disk: once, as a restart finds there what the disk held. */
function fill(host: Host, { users, files, directories }: FtpServerService): void {
  const system = filesOf(host);
  for (const { name, home } of users) if (home !== '/') system.makeDirectory(home, name, host.now());
  for (const path of directories) system.makeDirectory(path, 'ftp', host.now());
  for (const { path, source } of files) system.write(path, contentOf(source, host), 'ftp', host.now());
  host.disk.set(INSTALLED, true);
}

/** Done when the control connection is closed or broke, or the client went down. */
function perform(world: World, observer: ArrivalObserver, traffic: Traffic | null, action: FtpSessionAction): Process<StepOutcome> {
  const address = seenAddresses(world.scenario)(action.server, action.host) ?? world.host(action.server).address;
  return onHost(world.host(action.host), (host) => {
    const secure: Securing | null = action.tls
      ? (connection) => secureAsClient(host, connection, { serverName: action.server, trust: world.trust.roots })
      : null;
    return userSession({ host, address, observer, traffic, secure }, action);
  });
}

function judge(world: World, expected: FtpExpectation): Judgement {
  const files = new FileSystem(world.host(expected.host).disk);
  const entry = files.look(expected.path);
  const decided = entry ? { decidedAt: entry.modifiedAt } : {};
  switch (expected.kind) {
    case 'ftp.file': {
      const wanted = `${expected.comparison} ${formatSize(expected.size)}`;
      if (entry?.kind !== 'file') return { passed: false, expected: wanted, measured: 'no such file' };
      const passed = compare(entry.size, expected.comparison, expected.size);
      return { passed, expected: wanted, measured: formatSize(entry.size), ...decided };
    }
    case 'ftp.no-file':
      return { passed: entry === null, expected: 'no such file', measured: entry ? formatSize(entry.size) : 'no such file', ...decided };
    case 'ftp.same-file': {
      const other = new FileSystem(world.host(expected.otherHost).disk);
      const wanted = `the same as ${textOfOctets(expected.otherPath)} on ${expected.otherHost}`;
      const otherEntry = other.look(expected.otherPath);
      if (entry?.kind !== 'file') return { passed: false, expected: wanted, measured: 'no such file' };
      if (otherEntry?.kind !== 'file') return { passed: false, expected: wanted, measured: `no such file on ${expected.otherHost}` };
      const passed = same(files.read(expected.path), other.read(expected.otherPath));
      const sizes = `${formatSize(entry.size)} and ${formatSize(otherEntry.size)}`;
      return { passed, expected: wanted, measured: passed ? 'the same' : `different: ${sizes}`, ...decided };
    }
  }
}
