/** Loading pages: the textbook's counts of round trips, caches, proxies, and what happens when something is missing. */
import { describe, expect, test } from 'vitest';
import { octetsOf } from '../network/octets.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import { simulate } from '../simulation.ts';
import { bytesOfAll } from './contents.ts';
import { embeddedReferences } from './embedded.ts';
import { generatedPage, typeOf } from './page.ts';
import type { Loading, WebCacheService } from './scenario.ts';
import {
  after,
  browse,
  dialogue,
  lastOf,
  octetsSent,
  outcomes,
  request,
  resource,
  step,
  webScenario,
  website,
} from './scenario-for-tests.ts';

const OBJECTS = Array.from({ length: 10 }, (_, i) => `/o${i}.png`);
const site = website('www', [resource('/', 2_000, { embeds: OBJECTS }), ...OBJECTS.map((path) => resource(path, 500))]);

/** Round trips (of 40 ms) that the page takes. */
function roundTrips(loading: Loading): number {
  const run = simulate(webScenario([site], [browse('/', { loading })]));
  return (lastOf(run, 'page load time', ['pc', 'www.']) as number) / (40 * MILLISECOND);
}

describe('a page with ten objects', () => {
  test.each([
    ['non-persistent', 1, 2 + 10 * 2],
    ['non-persistent', 5, 2 + 2 * 2],
    ['non-persistent', 10, 2 + 2],
    ['persistent', 1, 2 + 10],
    ['persistent', 5, 2 + 3],
    ['pipelined', 1, 3],
  ] as const)('takes, %s with %i at once, %i round trips', (connections, parallel, expected) => {
    const taken = roundTrips({ connections, parallel });
    expect(taken).toBeGreaterThanOrEqual(expected);
    expect(taken).toBeLessThan(expected + 0.2);
  });

  test('opens as many connections', () => {
    const opened = (loading: Loading) => simulate(webScenario([site], [browse('/', { loading })])).connections.rows;
    expect(opened({ connections: 'non-persistent', parallel: 5 })).toBe(11);
    expect(opened({ connections: 'persistent', parallel: 6 })).toBe(6);
    expect(opened({ connections: 'pipelined', parallel: 6 })).toBe(1);
  });

  test('is asked for once: what two pages share comes from the cache', () => {
    const two = website('www', [
      resource('/1', 500, { embeds: ['/a.png', '/b.png', './a.png'] }),
      resource('/2', 500, { embeds: ['/b.png', '/c.png'] }),
      ...['/a.png', '/b.png', '/c.png'].map((path) => resource(path, 100)),
    ]);
    const run = simulate(webScenario([two], [browse('/1'), browse('/2')]));
    expect(octetsSent(run, 'request').map((octets) => octets.split(' ')[1])).toEqual(['/1', '/a.png', '/b.png', '/2', '/c.png']);
    expect(lastOf(run, 'web cache hit ratio', ['pc'])).toBeCloseTo(1 / 6);
    expect(outcomes(run)[1]).toMatch(/^page with 2 objects, 7\d\d B in/);
  });

  test('is fetched again by a browser without a cache', () => {
    const none = { kind: 'http.browser', host: 'pc', cache: 0, at: null } as const;
    const run = simulate(webScenario([site, none], [browse('/'), browse('/')]));
    expect(lastOf(run, 'web requests', ['www'])).toBe(22);
  });

  test('is asked about when it is reloaded', () => {
    const run = simulate(webScenario([site], [browse('/'), browse('/', { reload: true })]));
    const lines = dialogue(run);
    expect(lines.filter((line) => line.endsWith('304 Not Modified'))).toHaveLength(11);
  });

  test('lacks what is missing', () => {
    const broken = website('www', [resource('/', 500, { embeds: ['/a.png', '/gone.png'] }), resource('/a.png', 100)]);
    const run = simulate(webScenario([broken], [browse('/'), browse('/nothing')]));
    expect(run.steps.map(({ outcome, succeeded }) => [outcome.replace(/ in .*?,/, ','), succeeded])).toEqual([
      ['page with 2 objects, 600 B, 1 of 2 objects missing', false],
      ['404 Not Found', false],
    ]);
  });

  test('is not had where redirects lead in a circle, or to nobody; the step and the run say so', () => {
    const redirects = [
      { path: '/', to: '/again', status: 302 as const },
      { path: '/again', to: '/', status: 302 as const },
      { path: '/away', to: 'http://gone.org/', status: 301 as const },
      { path: '/old', to: '/new', status: 301 as const },
    ];
    const moved = website('www', [resource('/new', 100)], { redirects });
    const run = simulate(
      webScenario(
        [moved],
        [
          request('/'),
          browse('/'),
          request('/', { redirects: 0 }),
          request('/away'),
          request('/old'),
          request('/old', { ifChanged: true }),
        ],
      ),
    );
    const nobody = 'redirected to http://gone.org/: DNS lookup of gone.org got no answer';
    expect(run.steps.map(({ outcome, succeeded }) => [outcome, succeeded])).toEqual([
      ['redirects in a circle: 10 followed, and the next is to http://www/again', false],
      ['redirects in a circle: 20 followed, and the next is to http://www/again', false],
      [expect.stringMatching(/^302 Found/), true],
      [nobody, false],
      ['200 OK, 113 B after 1 redirect', true],
      ['304 Not Modified after 1 redirect', true],
    ]);
    expect(Array.from(run.states.note, (note) => run.strings[note])).toContain(`no response for http://www/away: ${nobody}`);
  });

  test('may be embedded from another website, and redirected', () => {
    const cdn = website('cdn', [resource('/logo.png', 100)]);
    const own = website('www', [resource('/', 500, { embeds: ['http://cdn/logo.png', '//cdn/old.png'] })]);
    const redirecting = { ...cdn, redirects: [{ path: '/old.png', to: 'http://www/missing', status: 302 as const }] };
    const run = simulate(webScenario([own, redirecting], [browse('/')], { cdn: {} }));
    expect(octetsSent(run, 'request').map((octets) => octets.split('\r\n').slice(0, 2).join(' '))).toEqual([
      'GET / HTTP/1.1 Host: www',
      'GET /logo.png HTTP/1.1 Host: cdn',
      'GET /old.png HTTP/1.1 Host: cdn',
      'GET /missing HTTP/1.1 Host: www',
    ]);
  });

  test('is not had from a server that is down, and a browser that goes down forgets', () => {
    const crash = (host: string) => step({ kind: 'network.crash', host, downFor: null });
    const down = simulate(webScenario([site], [crash('www'), browse('/')]));
    expect(outcomes(down)[1]).toBe('connection timed out');
    const forgetful = simulate(
      webScenario([site], [browse('/'), step({ kind: 'network.crash', host: 'pc', downFor: SECOND }), after(2, browse('/'))]),
    );
    expect(lastOf(forgetful, 'web requests', ['www'])).toBe(22);
    const gone = simulate(
      webScenario(
        [site],
        [browse('/'), step({ kind: 'network.crash', host: 'pc', downFor: null }, { kind: 'at', time: 50 * MILLISECOND })],
      ),
    );
    expect(outcomes(gone)[0]).toBe('pc went down');
  });

  test('waits for a connection on its own behalf: each message has the step that it is for', () => {
    const together = { ...step({ kind: 'together' }), parent: -1 };
    const asks = OBJECTS.map((path) => ({ ...step(request(path)), parent: 0 }));
    const { messages, strings } = simulate(webScenario([site], [together, ...asks]));
    const steps = new Map<string, number>();
    for (let i = 0; i < messages.rows; i++) steps.set(strings[messages.label[i]!]!, messages.step[i]!);
    expect(OBJECTS.map((path) => steps.get(`GET ${path}`))).toEqual(OBJECTS.map((_, i) => i + 1));
  });

  test('runs the same twice, and at both fidelities alike', () => {
    const scenario = webScenario([site], [browse('/', { loading: { connections: 'persistent', parallel: 6 } })]);
    expect(simulate(scenario).fingerprint).toBe(simulate(scenario).fingerprint);
    const flows = simulate({ ...scenario, fidelity: 'flows' });
    expect(dialogue(flows).sort()).toEqual(dialogue(simulate(scenario)).sort());
  });
});

describe('a web cache (RFC 9110 §3.7, RFC 9111)', () => {
  const proxy = (more: Partial<WebCacheService> = {}): WebCacheService => ({
    kind: 'http.cache',
    host: 'proxy',
    serves: ['pc', 'tv'],
    size: 1_000_000,
    connections: 32,
    at: null,
    ...more,
  });
  const hosts = { proxy: { latency: 0 }, tv: {} };
  const fresh = website('www', [resource('/a.png', 500), resource('/big.iso', 300_000)], {
    rules: [{ path: null, name: 'Cache-Control', value: 'max-age=60' }],
    accepts: [{ method: 'PUT', path: '/a.png' }],
  });

  test('asks for one what it gives to all', () => {
    const run = simulate(webScenario([fresh, proxy()], [request('/a.png'), request('/a.png', { host: 'tv' })], hosts));
    expect(dialogue(run)).toEqual([
      'pc → proxy GET http://www/a.png',
      'proxy → www GET /a.png',
      'www → proxy 200 OK, 500 B',
      'proxy → pc 200 OK, 500 B',
      'tv → proxy GET http://www/a.png',
      'proxy → tv 200 OK, 500 B',
    ]);
    expect(lastOf(run, 'web cache hit ratio', ['proxy'])).toBe(0.5);
    const [, toOrigin] = octetsSent(run, 'request');
    expect(toOrigin).toBe('GET /a.png HTTP/1.1\r\nHost: www\r\nVia: 1.1 proxy\r\n\r\n');
    const [, miss, hit] = octetsSent(run, 'response');
    expect(miss).toContain('Via: 1.1 proxy\r\nCache-Status: proxy; fwd=uri-miss; stored\r\n');
    expect(hit).toContain('Age: 0\r\nVia: 1.1 proxy\r\nCache-Status: proxy; hit\r\n');
  });

  test('passes a large content on while it comes in', () => {
    const slow = simulate(webScenario([fresh, proxy()], [request('/big.iso')], { ...hosts, www: { up: 2e6 } }));
    const direct = simulate(webScenario([fresh], [request('/big.iso')], { ...hosts, www: { up: 2e6 } }));
    const time = (run: typeof slow) => lastOf(run, 'response time', ['pc', 'www.']) as number;
    // Stored and then forwarded, it would take a second handshake and slow start more.
    expect(time(slow) - time(direct)).toBeLessThan(120 * MILLISECOND);
    expect(
      octetsSent(slow, 'content')
        .map(({ length }) => length)
        .reduce((sum, length) => sum + length, 0),
    ).toBe(600_000);
  });

  test('passes on what changes something, and forgets what it had', () => {
    const put = request('/a.png', { method: 'PUT', content: { kind: 'text', text: 'new' } });
    const run = simulate(webScenario([fresh, proxy()], [request('/a.png'), put, request('/a.png')], hosts));
    expect(outcomes(run)).toEqual(['200 OK, 500 B', '204 No Content', '200 OK, 3 B']);
  });

  test('says so when it cannot reach the server', () => {
    const run = simulate(webScenario([fresh, proxy()], [request('/', { site: 'nowhere' })], hosts));
    expect(outcomes(run)[0]).toMatch(/^504 Gateway Timeout/);
  });

  test('is a proxy only, and not its own', () => {
    const asked = (fields: [string, string][]) =>
      outcomes(simulate(webScenario([fresh, proxy()], [request('/a.png', { fields })], hosts)))[0];
    expect(asked([['Via', '1.1 proxy']])).toMatch(/^502 Bad Gateway/);
    const direct = webScenario([fresh, proxy({ serves: [] })], [request('/a.png', { site: '10.0.0.3', port: 8080 })], hosts);
    expect(outcomes(simulate(direct))[0]).toMatch(/^403 Forbidden/);
  });

  test('passes on what is for the server, not what is about one connection (RFC 9110 §7.6.1)', () => {
    const own = ['TE', 'Upgrade', 'Proxy-Authorization', 'Keep-Alive', 'X-Own'].map((name): [string, string] => [name, 'x']);
    const fields: [string, string][] = [...own, ['Connection', 'X-Own'], ['Cookie', 'a=b']];
    const run = simulate(webScenario([fresh, proxy()], [request('/a.png', { fields })], hosts));
    expect(octetsSent(run, 'request')[1]).toBe('GET /a.png HTTP/1.1\r\nHost: www\r\nCookie: a=b\r\nVia: 1.1 proxy\r\n\r\n');
  });

  test('answers itself what may go no further (RFC 9110 §7.6.2)', () => {
    const options = (hops: string) => request('/a.png', { method: 'OPTIONS', fields: [['Max-Forwards', hops]] });
    const run = simulate(webScenario([fresh, proxy()], [options('0'), options('1')], hosts));
    expect(octetsSent(run, 'request')).toHaveLength(3);
    expect(octetsSent(run, 'request')[2]).toContain('Max-Forwards: 0\r\n');
  });

  test('may have a web cache of its own', () => {
    const parent = proxy({ host: 'parent', serves: ['proxy'] });
    const run = simulate(webScenario([fresh, proxy(), parent], [request('/a.png')], { ...hosts, parent: {} }));
    expect(octetsSent(run, 'response').at(-1)).toContain(
      'Via: 1.1 parent, 1.1 proxy\r\nCache-Status: parent; fwd=uri-miss; stored, proxy; fwd=uri-miss; stored\r\n',
    );
  });
});

describe('generated pages', () => {
  test('are as large as they are said to be, and name their objects', () => {
    for (const size of [500, 20_480, 65_536, 100_000]) {
      const page = octetsOf(bytesOfAll(generatedPage('x', ['/a.png', '/b.css?x=1&y=2', '/c.js'], 7, size)));
      expect(page.length).toBe(size);
      expect(embeddedReferences(page)).toEqual(['/a.png', '/b.css?x=1&y=2', '/c.js']);
    }
    expect(octetsOf(bytesOfAll(generatedPage('x', ['/a.png'], 7, 10)))).toContain('<img src="/a.png"');
  });
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/a.b/c', 'text/html; charset=utf-8'],
    ['/x.PNG?v=1', 'image/png'],
    ['/x.weird', 'application/octet-stream'],
  ])('%s is %s', (path, type) => expect(typeOf(path)).toBe(type));
});

test('references are found where browsers look for them', () => {
  const html = `<!-- <img src="no.png"> --><IMG alt='>' SRC='a.png'><img data-src="no.png" src=b.png>
    <script src="c.js"></script><link href="d.css" rel="stylesheet"><link rel="alternate" href="no.xml">
    <a href="no.html"><p src="no"><video><source src="e.mp4"></video><img src="a.png"><img src=""><iframe src="f.html?x&amp;y"`;
  expect(embeddedReferences(html)).toEqual(['a.png', 'b.png', 'c.js', 'd.css', 'e.mp4']);
  expect(embeddedReferences('<'.repeat(100_000))).toEqual([]);
  expect(embeddedReferences(`<img ${' src'.repeat(50_000)}>`)).toEqual([]);
});
