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
import { Logins, loginLimitsOf } from '../mailbox/logins.ts';
import { composeMessage } from '../message/composition.ts';
import { virtualDateTime } from '../message/date-time.ts';
import type { MailAddress, MailboxService } from '../scenario.ts';
import { ClientSession } from '../smtp/client.ts';
import { plainEnvelope } from '../smtp/envelope.ts';
import { nextMessageId, reach, type Submission } from '../smtp/user-agent.ts';
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
  submissionOf: (host: Host, wanted: { readonly from: MailAddress; readonly server: string }) => Submission,
): (action: WebmailAction) => Process<StepOutcome> {
  const { services, steps } = world.scenario;
  const sites = services.filter((service): service is WebmailService => service.kind === 'mail.webmail');
  const expected = new ExpectedMessages();
  for (const service of sites) {
    const kept = mailboxes.filter(({ host }) => host === service.host);
    const limits = loginLimitsOf(world.scenario, service.host);
    world.boot(service.host, 'webmail', (host) => {
      const sending = submitting(host, service, submissionOf, tracker, expected);
      return serving(
        world,
        host,
        service,
        new WebmailServer(host, service, new MailboxAccess(host, new Logins(host, limits, kept)), sending).handler,
      );
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

/** By SMTP to the mail server, which is on the same host, as any user agent submits: logged in as the user. */
function submitting(
  host: Host,
  { host: server }: WebmailService,
  submissionOf: (host: Host, wanted: { readonly from: MailAddress; readonly server: string }) => Submission,
  tracker: DeliveryTracker,
  expected: ExpectedMessages,
): Submit {
  return function* (from, to, subject, body) {
    const envelope = expected.take(from, to) ?? tracker.begin(from, to, host.now());
    const submission = submissionOf(host, { from, server });
    const heading = { from, to, date: virtualDateTime(host.now()), messageId: nextMessageId(host) };
    const content = composeMessage({ kind: 'parts', subject, headers: [], body }, heading, submission.dialect);
    const refused = (recipient: MailAddress, reason: string): string => {
      tracker.settle(envelope, recipient, { kind: 'refused', reason });
      return reason;
    };
    const session = yield* reach(host, server, submission);
    if (!(session instanceof ClientSession)) {
      for (const recipient of to) refused(recipient, session.reason);
      return session.reason;
    }
    tracker.handOver(session.connection, envelope);
    const results = yield* session.send({ ...plainEnvelope(from, to), content });
    const reasons = results.flatMap((result, i) => (result.kind === 'accepted' ? [] : [refused(to[i] as string, result.reason)]));
    yield* session.quit();
    return reasons.length === 0 ? null : [...new Set(reasons)].join('; ');
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
