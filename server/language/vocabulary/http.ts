/** The web: websites, web caches, browsers, and who asks for what. */
import type { ChangingMethod, HeaderRule, Loading, Redirect } from '../../../engines/http/scenario.ts';
import { DEFAULT_PORTS } from '../../../engines/http/wire/request-target.ts';
import { DAY, SECOND } from '../../../engines/quantities.ts';
import { checkCatalogue } from '../cdn.ts';
import { webDefaults } from '../defaults/http.ts';
import {
  choice,
  count,
  domainName,
  duration,
  entry,
  fileName,
  folderName,
  headerName,
  host,
  list,
  type Name,
  optional,
  property,
  repeated,
  size,
  subject,
  text,
  webPath,
  wordChoice,
} from '../entry.ts';
import { ownHost } from '../hosts.ts';
import { written } from '../units.ts';
import {
  checkPath,
  checkRange,
  checkRedirect,
  checkResource,
  headerField,
  isReference,
  pathsOf,
  plain,
  ResourceList,
  usedWebsite,
} from '../website.ts';
import { step, timing } from './timing.ts';
import { certificate, shownCertificate } from './tls.ts';

/** Message protocols that views can be limited to. */
export const httpProtocols = ['http'] as const;

const contentSize = size({ minimum: 0, maximum: 2 ** 40, units: ['KiB', 'kB', 'MB'] });
const using = choice(['using https', 'https'], ['using http', 'http']);
const redirectStatus = choice(['301', 301], ['302', 302], ['303', 303], ['307', 307], ['308', 308]);
const loading = wordChoice('persistent', 'non-persistent', 'pipelined');

export const httpVocabulary = [
  entry({
    id: 'website',
    role: 'declaration',
    pattern: 'website NAME [on HOST]',
    slots: { NAME: domainName, HOST: optional(host) },
    properties: {
      page: repeated(
        'page PATH SIZE',
        { PATH: webPath, SIZE: contentSize },
        {
          doc: 'An HTML page. It is as large as its markup at least, where many objects are embedded in it.',
          example: 'page "/" 20 KiB',
        },
      ),
      object: repeated(
        'object PATH SIZE [in PAGE]',
        { PATH: webPath, SIZE: contentSize, PAGE: optional(list(webPath)) },
        {
          doc: 'An object that is embedded in pages: a browser fetches it with them. Its type goes by the end of its name.',
          default: 'embedded in the first page',
          example: 'object "/logo.png" 30 kB',
        },
      ),
      objects: repeated(
        'objects N of SIZE [named PATH] [in PAGE]',
        { N: count({ minimum: 1, maximum: 10_000 }), SIZE: contentSize, PATH: optional(webPath), PAGE: optional(list(webPath)) },
        {
          doc: 'So many objects, numbered from 1 where the `*` stands in the path.',
          default: 'named "/object*.jpg", embedded in the first page',
          example: 'objects 10 of 5 kB',
        },
      ),
      file: repeated(
        'file PATH from FILE',
        { PATH: webPath, FILE: fileName() },
        { doc: 'A resource with the content of a real file.', example: 'file "/style.css" from "style.css"' },
      ),
      from: repeated(
        'from FOLDER',
        { FOLDER: folderName },
        {
          doc: 'Serves the files of a real folder and of the folders in it; an `index.html` also as its folder’s page. Names that begin with a dot are left out.',
          example: 'from "site"',
        },
      ),
      dynamic: repeated(
        'dynamic PATH SIZE',
        { PATH: webPath, SIZE: contentSize },
        {
          doc: 'A page that is made anew for each request: sent in chunks, without ETag and Last-Modified.',
          standard: 'RFC 9112 §7.1',
          example: 'dynamic "/search" 12 KiB',
        },
      ),
      redirect: repeated(
        'redirect PATH to TARGET [status STATUS]',
        { PATH: webPath, TARGET: webPath, STATUS: optional(redirectStatus) },
        {
          doc: 'Sends who asks for the path elsewhere: to a path, or another website by a whole URI. The status is 301, 302, 303, 307 or 308.',
          default: 'status 302',
          standard: 'RFC 9110 §15.4',
          example: 'redirect "/old" to "/new" status 301',
        },
      ),
      accepts: repeated(
        'accepts METHOD at PATH',
        { METHOD: wordChoice('POST', 'PUT', 'DELETE'), PATH: webPath },
        {
          doc: 'Takes requests that change something, at the path or, where it ends with a slash, below it.',
          default: 'GET, HEAD and OPTIONS only',
          standard: 'RFC 9110 §9.3',
          example: 'accepts PUT at "/notes/"',
        },
      ),
      maxAge: repeated(
        'max-age TIME [for PATH]',
        { TIME: duration({ maximum: 1_000 * DAY, units: ['s', 'min', 'h', 'd'] }), PATH: optional(webPath) },
        {
          doc: 'How long caches may take responses for fresh (Cache-Control).',
          default: 'nothing is said; caches guess: a tenth of the time since the last change, 10 d before the run begins',
          standard: 'RFC 9111 §5.2.2.1',
          example: 'max-age 1 h for "/logo.png"',
        },
      ),
      header: repeated(
        'header NAME TEXT [for PATH]',
        { NAME: headerName, TEXT: text, PATH: optional(webPath) },
        {
          doc: 'A further header field of responses.',
          standard: 'RFC 9110 §6.3',
          example: 'header Cache-Control "no-store" for "/account"',
        },
      ),
      connections: property(
        'connections MODE',
        { MODE: choice(['persistent', true], ['non-persistent', false]) },
        {
          doc: 'Whether the server keeps connections for further requests. Of several websites on a host, the first says it.',
          default: 'persistent',
          standard: 'RFC 9112 §9.3',
          example: 'connections non-persistent',
        },
      ),
      idle: property(
        'idle TIME',
        { TIME: duration({ minimum: SECOND, maximum: DAY, units: ['s', 'min'] }) },
        {
          doc: 'How long the server keeps a connection without a request. Of several websites on a host, the first says it.',
          default: written(webDefaults.idle, 'duration'),
          standard: 'RFC 9112 §9.5',
          example: 'idle 15 s',
        },
      ),
      https: property(
        'https POLICY',
        { POLICY: wordChoice('off', 'offered', 'required') },
        {
          doc: 'Whether the website is on port 443, over TLS: `offered`, beside port 80; `required`, port 80 only sends there, by 308.',
          default: 'off',
          standard: 'RFC 9110 §4.2.2',
          example: 'https required',
        },
      ),
      certificate,
      limit: property(
        'limit SIZE',
        { SIZE: size({ minimum: 0, maximum: 2 ** 40, units: ['MiB', 'KiB'] }) },
        {
          doc: 'The greatest content of a request that it takes.',
          default: written(webDefaults.maximumContent, 'size'),
          standard: 'RFC 9110 §15.5.14',
          example: 'limit 1 MiB',
        },
      ),
    },
    doc: 'Declares a website: what a web server offers under a name, on port 80. Several on one host are told apart by the Host field. A name in a declared zone is looked up by DNS; any other is known to all hosts, as from a hosts file.',
    standard: 'RFC 9110, RFC 9112',
    example:
      'host alice-pc\nwebsite www.example.org {\n  page "/" 20 KiB\n  object "/logo.png" 30 kB\n  redirect "/home" to "/"\n  max-age 1 h for "/logo.png"\n}\nalice-pc browses www.example.org',
    build({ NAME, HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST ?? NAME, site);
      const name = plain(NAME.text);
      if (own === null || !program.declareOnce(`website ${name}`, `Website \`${NAME.text}\``, site.place(NAME))) return;
      const redirects: Redirect[] = [];
      for (const { PATH, TARGET, STATUS } of block.redirect ?? []) {
        if (!checkPath(PATH, site)) continue;
        if (!isReference(TARGET.text)) {
          site.report(
            'malformed-web-path',
            TARGET,
            `\`${TARGET.text}\` is neither a path (\`/new\`) nor a whole URI (\`http://www.example.org/\`).`,
          );
          continue;
        }
        site.program.afterSteps.push(() => checkRedirect(TARGET, site));
        redirects.push({ path: PATH.text, to: TARGET.text, status: STATUS ?? 302 });
      }
      const rules: HeaderRule[] = [];
      const rule = (path: Name | null, field: string, value: string) => {
        if (path === null || checkPath(path, site)) rules.push({ path: path?.text ?? null, name: field, value });
      };
      for (const { TIME, PATH } of block.maxAge ?? []) rule(PATH, 'Cache-Control', `max-age=${Math.floor(TIME / SECOND)}`);
      for (const { NAME: field, TEXT, PATH } of block.header ?? []) {
        const checked = headerField(field, TEXT, site);
        if (checked) rule(PATH, ...checked);
      }
      const https = block.https?.POLICY ?? 'off';
      if (https === 'off' && block.certificate)
        site.report(
          'without-effect',
          site.property('certificate'),
          'Without `https offered` or `https required`, no certificate is shown.',
        );
      const website = {
        kind: 'http.website' as const,
        host: own,
        name,
        inDns: false,
        resources: [] as readonly never[],
        redirects,
        accepts: (block.accepts ?? []).flatMap(({ METHOD, PATH }) =>
          checkPath(PATH, site) ? [{ method: METHOD as ChangingMethod, path: PATH.text }] : [],
        ),
        rules,
        persistent: block.connections?.MODE ?? true,
        idle: block.idle?.TIME ?? webDefaults.idle,
        maximumContent: block.limit?.SIZE ?? webDefaults.maximumContent,
        https,
        certificate: shownCertificate(block.certificate, name),
        at: site.at,
      };
      const resources = new ResourceList(site);
      for (const { PATH, SIZE } of block.page ?? []) resources.page(PATH, SIZE);
      for (const { PATH, SIZE } of block.dynamic ?? []) resources.page(PATH, SIZE, true);
      for (const { PATH, SIZE, PAGE } of block.object ?? []) resources.object(PATH, SIZE, PAGE ?? []);
      for (const { N, SIZE, PATH, PAGE } of block.objects ?? [])
        resources.objects(N, SIZE, PATH ?? { ...NAME, text: '/object*.jpg' }, PAGE ?? []);
      for (const { PATH, FILE } of block.file ?? []) resources.file(PATH, FILE);
      for (const { FOLDER } of block.from ?? []) resources.folder(FOLDER);
      program.websites.set(name, { ...website, resources: resources.all });
    },
  }),
  entry({
    id: 'webcache',
    role: 'declaration',
    pattern: 'webcache HOST',
    slots: { HOST: host },
    properties: {
      serves: repeated(
        'serves HOST',
        { HOST: list(host) },
        { doc: 'The hosts that ask it for everything on the web.', default: 'none', example: 'serves alice-pc, bob-pc' },
      ),
      size: property(
        'size SIZE',
        { SIZE: size({ minimum: 0, maximum: 2 ** 50, units: ['MiB', 'GiB'] }) },
        {
          doc: 'Room for the responses that it stores, heads and contents; what was used longest ago makes room.',
          default: written(webDefaults.cacheSize, 'size'),
          example: 'size 10 MiB',
        },
      ),
      connections: property(
        'connections N',
        { N: count({ minimum: 1, maximum: 10_000 }) },
        {
          doc: 'Connections that it has to one server at once.',
          default: String(webDefaults.cacheConnections),
          standard: 'RFC 9112 §9.4',
          example: 'connections 8',
        },
      ),
    },
    doc: 'Makes the host a web cache: a proxy, on port 8080, that answers the hosts that it serves out of its shared cache what it can, and asks web servers for the rest.',
    standard: 'RFC 9111, RFC 9110 §3.7',
    example:
      'host alice-pc, bob-pc\nwebsite www.example.org { page "/" 20 KiB  max-age 1 h }\nwebcache proxy.nyu.edu { serves alice-pc, bob-pc  size 10 MiB }\nalice-pc browses www.example.org\nbob-pc browses www.example.org\nexpect web cache hit ratio of proxy.nyu.edu = 50 %',
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`webcache ${own.toLowerCase()}`, `Web cache \`${own}\``, site.place(HOST))) return;
      const serves: string[] = [];
      program.webCaches.set(own.toLowerCase(), {
        kind: 'http.cache',
        host: own,
        serves,
        size: block.size?.SIZE ?? webDefaults.cacheSize,
        connections: block.connections?.N ?? webDefaults.cacheConnections,
        at: site.at,
      });
      site.later(() => {
        for (const { HOST: served } of block.serves ?? []) {
          for (const name of served) {
            const found = site.host(name);
            if (found === null) continue;
            if (program.declareOnce(`proxy of ${found.toLowerCase()}`, `The web cache of \`${found}\``, site.place(name)))
              serves.push(found);
          }
        }
      });
    },
  }),
  entry({
    id: 'webbrowser',
    role: 'declaration',
    pattern: 'webbrowser HOST',
    slots: { HOST: list(host) },
    properties: {
      cache: property(
        'cache SIZE',
        { SIZE: size({ minimum: 0, maximum: 2 ** 40, units: ['MiB', 'KiB'] }) },
        {
          doc: 'Room of the browser’s own cache, for heads and contents; 0 B for none.',
          default: written(webDefaults.browserCache, 'size'),
          standard: 'RFC 9111 §1',
          example: 'cache 0 B',
        },
      ),
    },
    doc: 'Settings of the browser on a host. Every host can browse without this line.',
    standard: 'RFC 9110 §3.5',
    example:
      'host alice-pc\nwebbrowser alice-pc { cache 0 B }\nwebsite www.example.org { page "/" 20 KiB }\nalice-pc browses www.example.org\nalice-pc browses www.example.org\nexpect web requests at www.example.org = 2',
    build({ HOST }, block, site) {
      const { program } = site;
      for (const name of HOST) {
        const own = ownHost(name, site);
        if (own === null || !program.declareOnce(`webbrowser ${own.toLowerCase()}`, `The browser of \`${own}\``, site.place(name)))
          continue;
        program.webBrowsers.set(own.toLowerCase(), {
          kind: 'http.browser',
          host: own,
          cache: block.cache?.SIZE ?? webDefaults.browserCache,
          at: site.at,
        });
      }
    },
  }),
  step({
    id: 'browse',
    pattern: 'HOST browses SITE [SCHEME] [page PAGE] [LOADING] [parallel N]',
    slots: {
      HOST: subject,
      SITE: domainName,
      SCHEME: optional(using),
      PAGE: optional(webPath),
      LOADING: optional(loading),
      N: optional(count({ minimum: 1, maximum: 1_000 })),
    },
    properties: {
      reload: property(
        'reload',
        {},
        {
          doc: 'Has everything validated that caches hold, though it may be fresh.',
          standard: 'RFC 9111 §5.2.1.4',
          example: 'reload',
        },
      ),
    },
    doc: 'A browser on the host loads a page with all objects embedded in it: over connections that are kept (`persistent`), one a request (`non-persistent`), or one over which requests do not wait for responses (`pipelined`); over so many at once where it says `parallel`, else over one. Without any of these: persistent, 6 in parallel, as browsers do. Without a path, the page is "/". What its cache has and is fresh is not asked for. `using https`, over TLS and past any web cache.',
    standard: 'RFC 9112 §9',
    example:
      'host alice-pc\nwebsite www.example.org { page "/news.html" 20 KiB  objects 10 of 5 kB }\nalice-pc browses www.example.org page "/news.html" non-persistent parallel 5 { reload }\nexpect page load time of alice-pc for www.example.org < 1 s',
    build(given, block, site) {
      const when = timing(given, site);
      const page = given.PAGE;
      const used = usedWebsite(given.SITE, site);
      if (!when || !used || (page !== null && !checkPath(page, site))) return;
      const scheme = given.SCHEME ?? 'http';
      const how: Loading = {
        connections: given.LOADING ?? 'persistent',
        parallel: given.N ?? (given.LOADING === null ? webDefaults.parallel : 1),
      };
      site.step(when, given.HOST, (browser) => ({
        kind: 'http.browse',
        host: browser,
        site: used.name,
        scheme,
        port: DEFAULT_PORTS[scheme],
        path: page?.text ?? '/',
        loading: how,
        reload: block.reload !== undefined,
      }));
    },
  }),
  step({
    id: 'request',
    pattern: 'HOST requests PATH from SITE [SCHEME]',
    slots: { HOST: subject, PATH: webPath, SITE: domainName, SCHEME: optional(using) },
    properties: {
      method: property(
        'method METHOD',
        { METHOD: wordChoice('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS') },
        { doc: 'The request’s method.', default: 'GET; with a content, POST', standard: 'RFC 9110 §9', example: 'method HEAD' },
      ),
      header: repeated(
        'header NAME TEXT',
        { NAME: headerName, TEXT: text },
        { doc: 'A header field of the request.', standard: 'RFC 9110 §6.3', example: 'header Accept-Language "da"' },
      ),
      range: property(
        'range TEXT',
        { TEXT: text },
        {
          doc: 'Asks for a part, or several: first and last byte, counted from 0.',
          standard: 'RFC 9110 §14.2',
          example: 'range "0-499, -500"',
        },
      ),
      ifChanged: property(
        'if-changed',
        {},
        {
          doc: 'Asks for it only if it is not what the host got last: a conditional request.',
          standard: 'RFC 9110 §13.1',
          example: 'if-changed',
        },
      ),
      body: property('body TEXT', { TEXT: text }, { doc: 'The request’s content.', example: 'body "name=Alice"' }),
      upload: property('upload SIZE', { SIZE: contentSize }, { doc: 'So many bytes as the request’s content.', example: 'upload 2 MB' }),
      expectContinue: property(
        'expect-continue',
        {},
        {
          doc: 'Asks whether the content is wanted before it is sent.',
          standard: 'RFC 9110 §10.1.1',
          example: 'expect-continue',
        },
      ),
      redirects: property(
        'redirects N',
        { N: count({ maximum: 100 }) },
        {
          doc: 'How many redirects are followed; one more, and the step fails. With 0, a redirect is the response.',
          default: String(webDefaults.redirects),
          standard: 'RFC 9110 §15.4',
          example: 'redirects 0',
        },
      ),
    },
    doc: 'The host asks for one resource, as a tool on the command line does: without a cache of its own; `using https`, over TLS. Where a `*` stands in the path, one of the website’s resources that fit is drawn each time.',
    standard: 'RFC 9110 §9',
    example:
      'host alice-pc\nwebsite www.example.org { object "/big.iso" 700 MB }\nalice-pc requests "/big.iso" from www.example.org { range "0-999"  header User-Agent "curl" }\nexpect response status of alice-pc for www.example.org = 206',
    build(given, block, site) {
      const when = timing(given, site);
      const scheme = given.SCHEME ?? 'http';
      const used = usedWebsite(given.SITE, site);
      const paths = used && pathsOf(given.PATH, used.website, site);
      if (!when || !used || !paths) return;
      checkCatalogue(given.PATH, site, used.name);
      const fields = (block.header ?? []).flatMap(({ NAME, TEXT }) => {
        const checked = headerField(NAME, TEXT, site);
        return checked ? [checked] : [];
      });
      if (block.range && checkRange(block.range.TEXT, site)) fields.push(['Range', `bytes=${block.range.TEXT}`]);
      if (block.expectContinue) fields.push(['Expect', '100-continue']);
      const content = block.body
        ? ({ kind: 'text', text: block.body.TEXT } as const)
        : block.upload
          ? ({ kind: 'generated', size: block.upload.SIZE } as const)
          : null;
      if (block.body && block.upload)
        site.report('without-effect', site.property('upload'), 'The content is the `body`; `upload` has no effect.');
      site.step(when, given.HOST, (client) => ({
        kind: 'http.request',
        host: client,
        site: used.name,
        scheme,
        port: DEFAULT_PORTS[scheme],
        method: block.method?.METHOD ?? (content ? 'POST' : 'GET'),
        paths,
        fields,
        content,
        ifChanged: block.ifChanged !== undefined,
        redirects: block.redirects?.N ?? webDefaults.redirects,
      }));
    },
  }),
  step({
    id: 'publish',
    pattern: 'HOST publishes PATH [SIZE] [on SITE]',
    slots: { HOST: subject, PATH: webPath, SIZE: optional(contentSize), SITE: optional(domainName) },
    doc: 'Puts a new version of a resource on the web server: other bytes, another ETag, another time of change.',
    standard: 'RFC 9110 §8.8',
    example:
      'host alice-pc\nwebsite www.example.org { page "/" 20 KiB }\nalice-pc browses www.example.org\nwww.example.org publishes "/" 25 KiB\nalice-pc browses www.example.org { reload }',
    build(given, _block, site) {
      const when = timing(given, site);
      if (!when || !checkPath(given.PATH, site)) return;
      const name = given.SITE;
      site.step(when, given.HOST, (own) => {
        const sites = [...site.program.websites.values()].filter((one) => one.host === own);
        const wanted = name === null ? sites[0] : sites.find((one) => one.name === plain(name.text));
        if (wanted && !checkResource(given.PATH, wanted, site)) return null;
        if (wanted) return { kind: 'http.publish', host: own, site: wanted.name, path: given.PATH.text, size: given.SIZE };
        const what = name === null ? 'no website' : `no website \`${name.text}\``;
        site.report('unknown-website', name ?? site.slot('HOST'), `There is ${what} on \`${own}\`.`);
        return null;
      });
    },
  }),
];
