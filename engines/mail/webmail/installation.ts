/** Webmail in a scenario: the servers on their hosts, the browsers of those who use it. */
import type { ClientOptions } from '../../http/client.ts';
import { type Handler, plainResponse, type ServerOptions, serveHttp } from '../../http/server.ts';
import { DEFAULT_PORTS, encodeUrl } from '../../http/wire/request-target.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { seenAddresses } from '../../network/middleboxes/seen-address.ts';
import { onHost } from '../../on-host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { secureAsClient, secureAsServer } from '../../tls/secured-connection.ts';
import type { Dialect, MailAddress, MailboxService } from '../scenario.ts';
import { submit } from '../smtp/user-agent.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import { WebmailBrowser } from './browsing.ts';
import { MailboxAccess } from './mailbox-access.ts';
import type { WebmailAction, WebmailService } from './scenario.ts';
import { type Submit, WebmailServer } from './webmail-server.ts';

/** RFC 7301 §6. */
const HTTP_1_1 = 'http/1.1';

/** Sets the servers up. What is returned performs a step. */
export function installWebmail(
  world: World,
  mailboxes: readonly MailboxService[],
  tracker: DeliveryTracker,
  dialectOf: (server: string) => Dialect,
): (action: WebmailAction) => Process<StepOutcome> {
  const { services, steps } = world.scenario;
  const sites = services.filter((service): service is WebmailService => service.kind === 'mail.webmail');
  const expected = new ExpectedMessages();
  for (const service of sites) {
    const kept = mailboxes.filter(({ host }) => host === service.host);
    world.boot(service.host, 'webmail', (host) => {
      const sending = submitting(host, service, dialectOf(service.host), tracker, expected);
      return serving(world, host, service, new WebmailServer(host, service, new MailboxAccess(host, kept), sending).handler);
    });
  }

  const addressOf = seenAddresses(world.scenario);
  const optionsOf = (name: string): ClientOptions => ({
    hosts: new Map(
      sites.filter(({ inDns }) => !inDns).map((site) => [site.name, addressOf(site.host, name) ?? world.host(site.host).address]),
    ),
    secure: (host, connection, serverName) =>
      secureAsClient(host, connection, { serverName, trust: world.trust.roots, protocols: [HTTP_1_1] }),
  });
  const browsers = new Map<string, WebmailBrowser>();
  for (const name of new Set(steps.flatMap(({ action }) => (action.kind === 'mail.webmail' ? [action.host] : [])))) {
    // What a browser keeps is gone when its host crashes.
    // biome-ignore lint/correctness/useYield: a role that waits for nothing.
    world.boot(name, 'webmail browser', function* (host): Process {
      browsers.set(name, new WebmailBrowser(host, optionsOf(name)));
    });
  }

  return function* (action) {
    const host = world.host(action.host);
    const { task, address } = action;
    if (task.kind !== 'send') {
      return yield* onHost(host, () => (browsers.get(action.host) as WebmailBrowser).perform(action, nothingSent));
    }
    const envelope = tracker.begin(address, task.to, host.now());
    expected.add(address, task.to, envelope);
    const outcome = yield* onHost(host, () =>
      (browsers.get(action.host) as WebmailBrowser).perform(action, () => tracker.outcome(envelope)),
    );
    expected.drop(envelope);
    return outcome;
  };
}

// biome-ignore lint/correctness/useYield: what was not sent has no fate to wait for.
function* nothingSent(): Process<StepOutcome> {
  return { outcome: 'nothing was sent', succeeded: false };
}

/**
 * Messages that people are about to send by webmail, so that the delivery tracker's envelopes find them where they become mail: an
 * observer, as the tracker is.
 */
class ExpectedMessages {
  readonly #waiting: { readonly key: string; readonly envelope: number }[] = [];

  add(from: MailAddress, to: readonly MailAddress[], envelope: number): void {
    this.#waiting.push({ key: keyOf(from, to), envelope });
  }

  /** The one that waited longest; null where nobody said that it would come. */
  take(from: MailAddress, to: readonly MailAddress[]): number | null {
    const i = this.#waiting.findIndex(({ key }) => key === keyOf(from, to));
    return i < 0 ? null : (this.#waiting.splice(i, 1)[0]?.envelope ?? null);
  }

  drop(envelope: number): void {
    const i = this.#waiting.findIndex((one) => one.envelope === envelope);
    if (i >= 0) this.#waiting.splice(i, 1);
  }
}

function keyOf(from: MailAddress, to: readonly MailAddress[]): string {
  return [from, ...to].join(' ').toLowerCase();
}

/** By SMTP to the mail server, which is on the same host. */
function submitting(
  host: Host,
  { host: server }: WebmailService,
  dialect: Dialect,
  tracker: DeliveryTracker,
  expected: ExpectedMessages,
): Submit {
  return function* (from, to, subject, body) {
    const envelope = expected.take(from, to) ?? tracker.begin(from, to, host.now());
    const message = { kind: 'parts', subject, headers: [], body } as const;
    yield* submit(host, { kind: 'mail.send', host: host.name, from, to, server, message }, dialect, tracker, envelope);
    const refusals = tracker.refusals(envelope);
    return refusals.length === 0 ? null : refusals.map(({ recipient, reason }) => `${recipient}: ${reason}`).join('; ');
  };
}

/** On port 443, with port 80 leading there; or in clear on port 80. */
function* serving(world: World, host: Host, service: WebmailService, pages: Handler): Process {
  const handler = counted(host, pages);
  const listening = function* (served: Handler, port: number, options: ServerOptions = {}): Process {
    const failure = yield* serveHttp(host, served, { port, ...options });
    if (failure) host.narrator.note(`no webmail: port ${port} is ${failure.failure}`);
  };
  if (!service.https) return yield* listening(handler, DEFAULT_PORTS.http);
  const credentials = () => world.trust.credentials(service.certificate);
  const secure: ServerOptions['secure'] = (connection) => secureAsServer(host, connection, { credentials, protocols: [HTTP_1_1] });
  host.spawn('https webmail', listening(handler, DEFAULT_PORTS.https, { secure }));
  // biome-ignore lint/correctness/useYield: it is known at once.
  yield* listening(function* ({ url }) {
    const there = encodeUrl({ scheme: 'https', host: service.name, port: DEFAULT_PORTS.https, path: url?.path ?? '/' });
    return plainResponse(308, `see ${there}`, [{ name: 'Location', value: there }]);
  }, DEFAULT_PORTS.http);
}

/** Counts the requests that are answered. */
function counted(host: Host, handler: Handler): Handler {
  let requests = 0;
  return function* (request) {
    const response = yield* handler(request);
    host.narrator.measure('web requests', [host.name], ++requests);
    return response;
  };
}
