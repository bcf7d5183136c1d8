/** Websites over TLS (RFC 9110 §4.2.2): who sees what, what it costs, and what becomes of names that do not agree. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { contentOf, innerOf } from '../message-content.ts';
import { writePcapng } from '../network/capture/pcapng.ts';
import { MILLISECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import type { ServerCertificate } from '../tls/scenario.ts';
import type { WebsiteService } from './scenario.ts';
import { browse, lastOf, outcomes, request, resource, webScenario, website } from './scenario-for-tests.ts';

const HTTPS = { scheme: 'https', port: 443 } as const;
const PAGE = [resource('/', 3000, { embeds: ['/a.png'] }), resource('/a.png', 5000)];
const site = (more: Partial<WebsiteService> = {}) => website('www', PAGE, { https: 'offered', ...more });

/** Requests and responses, `🔒` before those that were protected. */
function exchanges(run: Run): string[] {
  const { messages, strings } = run;
  const lines: string[] = [];
  for (let row = 0; row < messages.rows; row++) {
    const inner = innerOf(run, row);
    if ((inner?.protocol ?? strings[messages.protocol[row]!]) !== 'http') continue;
    lines.push(inner ? `🔒 ${inner.label}` : strings[messages.label[row]!]!);
  }
  return lines;
}

const overheard = (run: Run): Buffer => Buffer.concat(Array.from({ length: run.messages.rows }, (_, row) => bytesOf(contentOf(run, row))));

describe.each(['packets', 'flows'] as const)('https at fidelity %s', (fidelity) => {
  test('carries the same requests, of which nothing is overheard but the name of the website', () => {
    const clear = simulate(webScenario([site()], [browse('/')], {}, { fidelity }));
    const secured = simulate(webScenario([site()], [browse('/', HTTPS)], {}, { fidelity }));
    expect(exchanges(clear)).toEqual(['GET /', '200 OK, 3 kB', 'GET /a.png', '200 OK, 5 kB']);
    expect(exchanges(secured)).toEqual(exchanges(clear).map((line) => `🔒 ${line}`));
    for (const text of ['GET /a.png', 'ETag: ']) {
      expect(overheard(clear).includes(text), text).toBe(true);
      expect(overheard(secured).includes(text), text).toBe(false);
    }
    expect(overheard(secured).includes('www')).toBe(true);
  });

  test('costs a round trip more for each connection', () => {
    const time = (more: object) =>
      lastOf(simulate(webScenario([site()], [request('/', more)], {}, { fidelity })), 'response time', ['pc', 'www.'])!;
    const difference = (time(HTTPS) - time({})) / MILLISECOND;
    expect(difference).toBeGreaterThanOrEqual(40);
    expect(difference).toBeLessThan(42);
  });

  test.each<[flaw: ServerCertificate, why: string]>([
    [{ names: ['www'], flaw: 'expired' }, 'the certificate of “www” expired at 2025-12-31 00:00:00 UTC'],
    [{ names: ['www'], flaw: 'self-signed' }, '“www” vouches for itself, and is not trusted'],
    [{ names: ['other'], flaw: null }, 'the certificate is for other, not for www'],
  ])('a website with certificate %j is asked for nothing', (certificate, why) => {
    const run = simulate(webScenario([site({ certificate })], [browse('/', HTTPS)], {}, { fidelity }));
    expect(outcomes(run)).toEqual([`TLS failed: ${why}`]);
    expect(exchanges(run)).toEqual([]);
  });
});

test('a website without https has nobody on port 443', () => {
  const run = simulate(webScenario([site({ https: 'off' })], [request('/', HTTPS)]));
  expect(outcomes(run)).toEqual(['connection refused']);
});

describe('from http to https', () => {
  test('a website that requires it sends everybody there, methods and paths kept', () => {
    const required = site({ https: 'required', accepts: [{ method: 'POST', path: '/form' }] });
    const run = simulate(
      webScenario([required], [request('/a.png?x=1'), request('/form', { method: 'POST', content: { kind: 'text', text: 'a=1' } })]),
    );
    expect(exchanges(run).filter((line) => !line.includes('200 OK') && !line.includes('404'))).toEqual([
      'GET /a.png?x=1',
      '308 Permanent Redirect, 50 B',
      '🔒 GET /a.png?x=1',
      'POST /form',
      '308 Permanent Redirect, 45 B',
      '🔒 POST /form',
    ]);
    expect(outcomes(run)[1]).toBe('200 OK, 17 B after 1 redirect');
  });

  test('a redirect to the same resource on https is followed once', () => {
    const redirects = [{ path: '/', to: 'https://www/', status: 301 as const }];
    const run = simulate(webScenario([site({ redirects })], [request('/')]));
    expect(outcomes(run)).toEqual(['200 OK, 3 kB after 1 redirect']);
  });
});

describe('two websites on one host', () => {
  const a = website('a', [resource('/', 150)], { host: 'www', https: 'offered' });
  const b = website('b', [resource('/', 200)], { host: 'www', https: 'offered' });
  const c = website('c', [resource('/', 250)], { host: 'www' });

  test('each show the certificate for the name that is asked for', () => {
    const run = simulate(webScenario([a, b], [request('/', { ...HTTPS, site: 'a' }), request('/', { ...HTTPS, site: 'b' })]));
    expect(outcomes(run)).toEqual(['200 OK, 150 B', '200 OK, 200 B']);
  });

  test('a Host that is not the name of the handshake is misdirected (RFC 9110 §15.5.20)', () => {
    const run = simulate(webScenario([a, b], [request('/', { ...HTTPS, site: 'a', fields: [['Host', 'b']] })]));
    expect(outcomes(run)).toEqual([expect.stringMatching(/^421 Misdirected Request/)]);
  });

  test('one that is not on https is not found there', () => {
    const run = simulate(webScenario([a, c], [request('/', { ...HTTPS, site: 'c' }), request('/', { site: 'c' })]));
    expect(outcomes(run)).toEqual([expect.stringMatching(/^TLS failed: /), '200 OK, 250 B']);
  });
});

test('goes past a web cache, which sees nothing of it', () => {
  const proxy = { kind: 'http.cache', host: 'proxy', serves: ['pc'], size: 1e6, connections: 6, at: null } as const;
  const run = simulate(webScenario([site(), proxy], [request('/', HTTPS), request('/')], { proxy: {} }));
  const { messages, hosts } = run;
  const through = exchanges(run);
  expect(through).toEqual(['🔒 GET /', '🔒 200 OK, 3 kB', 'GET http://www/', 'GET /', '200 OK, 3 kB', '200 OK, 3 kB']);
  const first = hosts.findIndex(({ name }) => name === 'proxy');
  const rows = [...messages.connection.keys()].filter((row) => innerOf(run, row) !== null);
  expect(rows.some((row) => messages.from[row] === first || messages.to[row] === first)).toBe(false);
});

test.skipIf(spawnSync('tshark', ['--version']).status !== 0)(
  'tshark opens the requests with the secrets of a capture, and not without them',
  () => {
    const run = simulate(webScenario([site()], [browse('/', HTTPS)]));
    const folder = mkdtempSync(join(tmpdir(), 'https-'));
    const seen = (withoutSecrets: boolean) => {
      const file = join(folder, 'run.pcapng');
      writeFileSync(file, writePcapng(run, { withoutSecrets }));
      return execFileSync('tshark', ['-r', file, '-Y', 'http.request', '-T', 'fields', '-e', 'http.request.full_uri'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    };
    try {
      expect(seen(false)).toBe('https://www/\nhttps://www/a.png\n');
      expect(seen(true)).toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
