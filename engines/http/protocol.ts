/** HTTP, as the engines know it: websites, web caches and browsers, the steps that ask, load and publish. */
import { type Process, wait } from '../kernel/process.ts';
import type { Address, Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import { Browser } from './browser.ts';
import type { ClientOptions } from './client.ts';
import { httpMetrics } from './metrics.ts';
import { PROXY_PORT, WebCache } from './proxy.ts';
import { BROWSER_CACHE, type BrowserService, type HttpService, type WebCacheService, type WebsiteService } from './scenario.ts';
import { type Handler, plainResponse, serveHttp } from './server.ts';
import { Website } from './website.ts';

export const http: Protocol = {
  name: 'http',
  metrics: httpMetrics,
  install,
};

function install(world: World): Installed {
  const services = world.scenario.services.filter((service): service is HttpService => service.kind.startsWith('http.'));
  const websites = services.filter((service): service is WebsiteService => service.kind === 'http.website');
  const caches = services.filter((service): service is WebCacheService => service.kind === 'http.cache');
  const browserServices = services.filter((service): service is BrowserService => service.kind === 'http.browser');
  const addressOf = seenAddresses(world.scenario);
  const seen = (host: string, by: string): Address => addressOf(host, by) ?? world.host(host).address;
  const unlisted = websites.filter(({ inDns }) => !inDns);

  /** How a host reaches the web: by its proxy, if it has one. */
  const optionsOf = (hostName: string): Pick<ClientOptions, 'hosts' | 'proxy'> => {
    const cache = caches.find(({ serves }) => serves.includes(hostName));
    const hosts = new Map(unlisted.map(({ name, host }) => [name, seen(host, hostName)]));
    return { hosts, ...(cache ? { proxy: { address: seen(cache.host, hostName), port: PROXY_PORT } } : {}) };
  };

  const sites = new Map<string, Website[]>();
  for (const service of websites) {
    const before = sites.get(service.host);
    const site = new Website(world.host(service.host), service);
    if (before) before.push(site);
    else sites.set(service.host, [site]);
  }
  for (const [name, served] of sites) world.boot(name, 'web server', (host) => webServer(host, served));
  for (const service of caches) world.boot(service.host, 'web cache', (host) => webCache(host, service, optionsOf(service.host)));

  const browsers = new Map<string, Browser>();
  const users = new Set(
    world.scenario.steps.flatMap(({ action }) => (action.kind === 'http.request' || action.kind === 'http.browse' ? [action.host] : [])),
  );
  for (const name of users) {
    const room = browserServices.find(({ host }) => host === name)?.cache ?? BROWSER_CACHE;
    // What a browser keeps is gone when its host crashes.
    // biome-ignore lint/correctness/useYield: a role that waits for nothing.
    world.boot(name, 'browser', function* (host): Process {
      browsers.set(name, new Browser(host, optionsOf(name), room));
    });
  }
  return {
    perform(action) {
      switch (action.kind) {
        case 'http.request':
          return onHost(world.host(action.host), function* (host) {
            const path = action.paths[action.paths.length > 1 ? host.random('choice of a resource').below(action.paths.length) : 0];
            return yield* (browsers.get(action.host) as Browser).request(action, path as string);
          });
        case 'http.browse':
          return onHost(world.host(action.host), () => (browsers.get(action.host) as Browser).browse(action));
        case 'http.publish':
          return onHost(world.host(action.host), function* () {
            const site = sites.get(action.host)?.find(({ name }) => name === action.site);
            const done = site?.publish(action.path, action.size) ?? false;
            return { outcome: done ? `${action.path} is changed` : `there is no ${action.path}`, succeeded: done };
          });
        default:
          return undefined;
      }
    },
  };
}

/** The websites of one host, told apart by the authority that is asked for (RFC 9110 §7.2, §7.4). */
function* webServer(host: Host, sites: readonly Website[]): Process {
  const [first] = sites;
  const siteOf = (authority: string) => sites.find(({ name }) => name === authority) ?? (authority === host.address ? first : undefined);
  const handler: Handler = function* (request) {
    // `OPTIONS *` and CONNECT are for no website.
    const site = request.url ? siteOf(request.url.host) : first;
    return site ? yield* site.handler(request) : plainResponse(421, `there is no website ${request.url?.host} here`);
  };
  const { persistent = true, idle } = first?.service ?? {};
  const failure = yield* serveHttp(host, counted(host, handler), { persistent, ...(idle === undefined ? {} : { idle }) });
  if (failure) host.narrator.note(`no web server: port 80 is ${failure.failure}`);
}

function* webCache(host: Host, service: WebCacheService, options: Pick<ClientOptions, 'hosts' | 'proxy'>): Process {
  const cache = new WebCache(host, service, options);
  const failure = yield* serveHttp(host, counted(host, cache.handler), { port: PROXY_PORT });
  if (failure) host.narrator.note(`no web cache: port ${PROXY_PORT} is ${failure.failure}`);
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

/** Runs a process on a host and waits for its outcome, which is a failure when the host is down or goes down. */
function* onHost(host: Host, process: (host: Host) => Process<StepOutcome>): Process<StepOutcome> {
  return yield* wait<StepOutcome>((resume) => {
    let outcome: StepOutcome = { outcome: `${host.name} is down`, succeeded: false };
    let began = false;
    let wanted = true;
    const tell = () => {
      if (wanted) resume(outcome);
    };
    const task = host.spawn(
      'user agent',
      (function* (): Process {
        began = true;
        outcome = { outcome: `${host.name} went down`, succeeded: false };
        try {
          outcome = yield* process(host);
        } finally {
          tell();
        }
      })(),
    );
    if (!began) tell();
    return () => {
      wanted = false;
      task.stop();
    };
  });
}
