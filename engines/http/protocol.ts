/** HTTP, as the engines know it: websites, web caches and browsers, the steps that ask, load and publish. */
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Protocol, World } from '../protocol.ts';
import { secureAsServer } from '../tls/secured-connection.ts';
import type { Trust } from '../tls/simulated-trust.ts';
import { Browser } from './browser.ts';
import { httpMetrics } from './metrics.ts';
import { PROXY_PORT, WebCache } from './proxy.ts';
import { HTTP_1_1, type Reaching, reachingOf } from './reaching.ts';
import { BROWSER_CACHE, type BrowserService, type HttpService, type WebCacheService, type WebsiteService } from './scenario.ts';
import { type Handler, plainResponse, type ServedRequest, type ServedResponse, type ServerOptions, serveHttp } from './server.ts';
import { Website } from './website.ts';
import { DEFAULT_PORTS, encodeUrl, type Url } from './wire/request-target.ts';

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
  const optionsOf = reachingOf(world);

  const sites = new Map<string, Website[]>();
  for (const service of websites) {
    const before = sites.get(service.host);
    const site = new Website(world.host(service.host), service);
    if (before) before.push(site);
    else sites.set(service.host, [site]);
  }
  for (const [name, served] of sites) world.boot(name, 'web server', (host) => webServer(host, served, world.trust));
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

/** The websites of one host: on port 80, and those that have https on port 443, too. */
function* webServer(host: Host, sites: readonly Website[], trust: Trust): Process {
  const handler = counted(host, (request) => answerOf(host, sites, request));
  const { persistent = true, idle } = sites[0]?.service ?? {};
  const options: ServerOptions = { persistent, ...(idle === undefined ? {} : { idle }) };
  const onHttps = sites.filter(({ service }) => service.https !== 'off');
  if (onHttps.length > 0) {
    // Who asks for no name gets the first.
    const credentials = (serverName: string | null) => {
      const site = serverName === null ? onHttps[0] : onHttps.find(({ name }) => name === serverName.toLowerCase());
      return site ? trust.credentials(site.service.certificate) : null;
    };
    const secure: ServerOptions['secure'] = (connection) => secureAsServer(host, connection, { credentials, protocols: [HTTP_1_1] });
    host.spawn('https server', serving(host, handler, { ...options, secure }, DEFAULT_PORTS.https));
  }
  yield* serving(host, handler, options, DEFAULT_PORTS.http);
}

function* serving(host: Host, handler: Handler, options: ServerOptions, port: number): Process {
  const failure = yield* serveHttp(host, handler, { ...options, port });
  if (failure) host.narrator.note(`no web server: port ${port} is ${failure.failure}`);
}

/** By the website that is asked for, told by its authority (RFC 9110 §7.2, §7.4). */
function* answerOf(host: Host, sites: readonly Website[], request: ServedRequest): Process<ServedResponse> {
  const [first] = sites;
  const { url, tls } = request;
  const scheme = tls ? 'https' : 'http';
  // `OPTIONS *` and CONNECT are for no website.
  const site = url && url.host !== host.address ? sites.find(({ name }) => name === url.host) : first;
  if (!site || (tls && site.service.https === 'off')) return plainResponse(421, `there is no website ${url?.host} here`);
  if (url && url.scheme !== scheme) return plainResponse(421, `this is no connection for ${url.scheme}`);
  // RFC 9110 §15.5.20: the certificate that the client saw was shown for another website.
  const shown = tls?.serverName?.toLowerCase() ?? url?.host;
  if (url && shown !== url.host) return plainResponse(421, `the connection was secured for ${shown}`);
  if (url && !tls && site.service.https === 'required') return elsewhere({ ...url, host: site.name });
  return yield* site.handler(request);
}

/** The same on https, for good; a method that changes something stays what it is (RFC 9110 §15.4.9). */
function elsewhere(url: Url): ServedResponse {
  const there = encodeUrl({ ...url, scheme: 'https', port: DEFAULT_PORTS.https });
  return plainResponse(308, `see ${there}`, [{ name: 'Location', value: there }]);
}

function* webCache(host: Host, service: WebCacheService, options: Pick<Reaching, 'hosts' | 'proxy'>): Process {
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
