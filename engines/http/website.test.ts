/** Websites: methods, redirects, conditions, ranges and virtual hosts, as a client meets them. */
import { describe, expect, test } from 'vitest';
import { bulkBytes } from '../content.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { MINUTE } from '../quantities.ts';
import { simulate } from '../simulation.ts';
import type { RequestAction, WebsiteService } from './scenario.ts';
import { after, dialogue, octetsSent, outcomes, request, resource, webScenario, website } from './scenario-for-tests.ts';
import { seedOf } from './website.ts';

const site = (more: Partial<WebsiteService> = {}) =>
  website(
    'www',
    [
      resource('/', 3_000, { embeds: ['/a.png'] }),
      resource('/a.png', 1_000),
      resource('/file.txt', 0, { type: 'text/plain; charset=utf-8', content: { kind: 'bytes', bytes: bytesOfOctets('0123456789') } }),
      resource('/dynamic', 20_000, { dynamic: true }),
      resource('/empty.bin', 0),
    ],
    {
      redirects: [
        { path: '/old', to: '/file.txt', status: 301 },
        { path: '/round', to: '/round', status: 302 },
      ],
      ...more,
    },
  );

/** The status and head of each final response, to these requests in turn. */
function answers(actions: readonly RequestAction[], more: Partial<WebsiteService> = {}): string[] {
  return octetsSent(simulate(webScenario([site(more)], actions)), 'response').map((octets) => octets.replace(/^Date:.*\r\n/m, ''));
}
const answer = (action: RequestAction, more?: Partial<WebsiteService>) => answers([action], more)[0]!;
const field = (octets: string, name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(octets)?.[1];
const content = (octets: string) => octets.slice(octets.indexOf('\r\n\r\n') + 4);
const code = (octets: string) => Number(octets.slice(9, 12));
const withFields = (path: string, ...fields: [string, string][]) => request(path, { fields });

describe('methods (RFC 9110 §9)', () => {
  test('GET gives the representation and what describes it', () => {
    const octets = answer(request('/file.txt'));
    expect(octets).toMatch(/^HTTP\/1\.1 200 OK\r\nLast-Modified: Mon, 22 Dec 2025 00:00:00 GMT\r\nETag: "[0-9a-f]+-a"\r\n/);
    expect(field(octets, 'Accept-Ranges')).toBe('bytes');
    expect([field(octets, 'Content-Type'), field(octets, 'Content-Length'), content(octets)]).toEqual([
      'text/plain; charset=utf-8',
      '10',
      '0123456789',
    ]);
  });
  test('what is generated is the same at every time, and named by its seed', () => {
    const [first, second] = answers([request('/a.png'), request('/a.png')]).map(content);
    expect(first).toBe(second);
    expect(first).toBe(octetsOf(bulkBytes(seedOf('www /a.png 1'), 0, 1_000)));
  });
  test('HEAD gives the same without the content', () => {
    const octets = answer(request('/file.txt', { method: 'HEAD' }));
    expect([code(octets), field(octets, 'Content-Length'), content(octets)]).toEqual([200, '10', '']);
  });
  test('what is not there is 404, what is not allowed 405 with Allow, what is not known 501', () => {
    expect(code(answer(request('/nothing')))).toBe(404);
    const post = answer(request('/file.txt', { method: 'POST', content: { kind: 'text', text: 'x' } }));
    expect([code(post), field(post, 'Allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    for (const method of ['TRACE', 'PATCH', 'get']) expect(code(answer(request('/', { method })))).toBe(method === 'TRACE' ? 405 : 501);
  });
  test('OPTIONS tells what a resource has', () => {
    const octets = answer(request('/notes/1', { method: 'OPTIONS' }), { accepts: [{ method: 'PUT', path: '/notes/' }] });
    expect([code(octets), field(octets, 'Allow')]).toEqual([204, 'PUT, OPTIONS']);
  });

  const accepts: WebsiteService['accepts'] = [
    { method: 'PUT', path: '/notes/' },
    { method: 'DELETE', path: '/notes/' },
    { method: 'POST', path: '/form' },
  ];
  const put = (path: string, text: string, ...fields: [string, string][]) =>
    request(path, { method: 'PUT', content: { kind: 'text', text }, fields });
  test('PUT creates, replaces, and DELETE removes', () => {
    const made = answers(
      [
        put('/notes/a.txt', 'one'),
        request('/notes/a.txt'),
        put('/notes/a.txt', 'two!'),
        request('/notes/a.txt'),
        request('/notes/a.txt', { method: 'DELETE' }),
        request('/notes/a.txt'),
      ],
      { accepts },
    );
    expect(made.map(code)).toEqual([201, 200, 204, 200, 204, 404]);
    expect([content(made[1]!), content(made[3]!)]).toEqual(['one', 'two!']);
    expect(field(made[1]!, 'ETag')).not.toBe(field(made[3]!, 'ETag'));
    expect(field(made[0]!, 'ETag')).toBe(field(made[1]!, 'ETag'));
  });
  test('a lost update is seen (RFC 9110 §13.1.1)', () => {
    const made = answers(
      [
        put('/notes/a', 'one', ['If-None-Match', '*']),
        put('/notes/a', 'two', ['If-None-Match', '*']),
        put('/notes/a', 'two', ['If-Match', '"x"']),
      ],
      { accepts },
    );
    expect(made.map(code)).toEqual([201, 412, 412]);
  });
  test('content has a limit', () => {
    const large = request('/form', { method: 'POST', content: { kind: 'generated', size: 5_000 } });
    expect(code(answer(large, { accepts, maximumContent: 4_999 }))).toBe(413);
    expect(content(answer(large, { accepts, maximumContent: 5_000 }))).toBe('5000 bytes received\n');
    const careful = { ...large, fields: [['Expect', '100-continue']] as [string, string][] };
    expect(answers([careful], { accepts, maximumContent: 4_999 }).map(code)).toEqual([413]);
    expect(answers([careful], { accepts, maximumContent: 5_000 }).map(code)).toEqual([100, 200]);
  });
  test('what was put there outlives a crash', () => {
    const steps = [put('/notes/a', 'one'), { kind: 'network.crash', host: 'www', downFor: 1_000_000_000 } as const];
    const run = simulate(
      webScenario(
        [site({ accepts })],
        [
          ...steps,
          {
            ...{ parent: -1, text: '', at: { source: 0, start: 0, end: 0 } },
            timing: { kind: 'after', delay: 2e9 },
            action: request('/notes/a'),
          },
        ],
      ),
    );
    expect(outcomes(run).at(-1)).toBe('200 OK, 3 B');
  });
});

describe('redirects (RFC 9110 §15.4)', () => {
  test('are followed', () => {
    const run = simulate(webScenario([site()], [request('/old')]));
    expect(dialogue(run)).toEqual([
      'pc → www GET /old',
      'www → pc 301 Moved Permanently, 37 B',
      'pc → www GET /file.txt',
      'www → pc 200 OK, 10 B',
    ]);
    expect(outcomes(run)).toEqual(['200 OK, 10 B after 1 redirect']);
  });
  test('up to a limit', () => {
    const run = simulate(webScenario([site()], [request('/round', { redirects: 3 })]));
    expect(octetsSent(run, 'request')).toHaveLength(4);
    expect(run.steps[0]).toMatchObject({
      outcome: 'redirects in a circle: 3 followed, and the next is to http://www/round',
      succeeded: false,
    });
  });
  test.each([
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ] as const)('%i makes POST %s', (status, method) => {
    const run = simulate(
      webScenario(
        [site({ redirects: [{ path: '/old', to: '/new', status }] })],
        [request('/old', { method: 'POST', content: { kind: 'text', text: 'x' } })],
      ),
    );
    expect(octetsSent(run, 'request')[1]).toMatch(new RegExp(`^${method} /new `));
  });
});

describe('conditions (RFC 9110 §13)', () => {
  const tag = field(answer(request('/file.txt')), 'ETag')!;
  const MODIFIED = 'Mon, 22 Dec 2025 00:00:00 GMT';
  const EARLIER = 'Sun, 21 Dec 2025 23:59:59 GMT';
  test.each([
    [[['If-None-Match', tag]], 304],
    [[['If-None-Match', `"other", W/${tag}`]], 304],
    [[['If-None-Match', '*']], 304],
    [[['If-None-Match', '"other"']], 200],
    [[['If-Modified-Since', MODIFIED]], 304],
    [[['If-Modified-Since', EARLIER]], 200],
    [[['If-Modified-Since', 'no date']], 200],
    // The tag goes before the date.
    [
      [
        ['If-None-Match', '"other"'],
        ['If-Modified-Since', MODIFIED],
      ],
      200,
    ],
    [[['If-Match', tag]], 200],
    [[['If-Match', `W/${tag}`]], 412],
    [[['If-Match', '*']], 200],
    [[['If-Unmodified-Since', EARLIER]], 412],
    [[['If-Unmodified-Since', MODIFIED]], 200],
    [
      [
        ['If-Match', tag],
        ['If-Unmodified-Since', EARLIER],
      ],
      200,
    ],
  ] as [[string, string][], number][])('%j gives %i', (fields, status) => {
    const octets = answer(withFields('/file.txt', ...fields));
    expect(code(octets)).toBe(status);
    if (status === 304) expect([field(octets, 'ETag'), content(octets)]).toEqual([tag, '']);
  });
  test('what is made anew has no validators, and no conditions on them', () => {
    const octets = answer(withFields('/dynamic', ['If-Modified-Since', MODIFIED]));
    expect([code(octets), field(octets, 'ETag'), field(octets, 'Transfer-Encoding')]).toEqual([200, undefined, 'chunked']);
  });
  test('a new version has another tag and date', () => {
    const run = simulate(
      webScenario(
        [site()],
        [
          request('/file.txt'),
          { kind: 'http.publish', host: 'www', site: 'www', path: '/file.txt', size: 500 },
          request('/file.txt', { ifChanged: true }),
          request('/file.txt', { ifChanged: true }),
        ],
      ),
    );
    expect(outcomes(run)).toEqual(['200 OK, 10 B', '/file.txt is changed', '200 OK, 500 B', '304 Not Modified']);
  });
});

describe('ranges (RFC 9110 §14)', () => {
  const ranged = (value: string, ...more: [string, string][]) => answer(withFields('/file.txt', ['Range', value], ...more));
  test.each([
    ['bytes=0-3', 'bytes 0-3/10', '0123'],
    ['bytes=-2', 'bytes 8-9/10', '89'],
    ['bytes=7-', 'bytes 7-9/10', '789'],
  ])('%s', (value, told, text) => {
    const octets = ranged(value);
    expect([code(octets), field(octets, 'Content-Range'), field(octets, 'Content-Length'), content(octets)]).toEqual([
      206,
      told,
      String(text.length),
      text,
    ]);
  });
  test('several come as parts', () => {
    const octets = ranged('bytes=0-1,5-6');
    const boundary = /boundary=(.*)/.exec(field(octets, 'Content-Type')!)![1];
    expect(content(octets)).toBe(
      [
        `--${boundary}`,
        'Content-Type: text/plain; charset=utf-8',
        'Content-Range: bytes 0-1/10',
        '',
        '01',
        `--${boundary}`,
        'Content-Type: text/plain; charset=utf-8',
        'Content-Range: bytes 5-6/10',
        '',
        '56',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });
  test('behind the end there is none', () => {
    const octets = ranged('bytes=10-');
    expect([code(octets), field(octets, 'Content-Range')]).toEqual([416, 'bytes */10']);
  });
  test.each(['lines=0-1', 'bytes=3-1', 'bytes=0-9,0-9'])('%s does not count', (value) => expect(code(ranged(value))).toBe(200));
  test('If-Range wants the very same, or gives the whole (§13.1.5)', () => {
    const tag = field(answer(request('/file.txt')), 'ETag')!;
    expect(code(ranged('bytes=0-1', ['If-Range', tag]))).toBe(206);
    expect(code(ranged('bytes=0-1', ['If-Range', `W/${tag}`]))).toBe(200);
    expect(code(ranged('bytes=0-1', ['If-Range', '"other"']))).toBe(200);
    expect(code(ranged('bytes=0-1', ['If-Range', 'Mon, 22 Dec 2025 00:00:00 GMT']))).toBe(206);
    expect(code(ranged('bytes=0-1', ['If-Range', 'Tue, 23 Dec 2025 00:00:00 GMT']))).toBe(200);
  });
  test('If-Range does not take a date that is younger than a minute for strong (§8.8.2.2)', () => {
    const publish = { kind: 'http.publish', host: 'www', site: 'www', path: '/file.txt', size: 100 } as const;
    const ask = (seconds: number) =>
      after(seconds, withFields('/file.txt', ['Range', 'bytes=0-1'], ['If-Range', 'Thu, 01 Jan 2026 00:00:00 GMT']));
    expect(outcomes(simulate(webScenario([site()], [publish, ask(10), ask(60)]))).slice(1)).toEqual([
      '200 OK, 100 B',
      '206 Partial Content, 2 B',
    ]);
  });
  test('of 700 MB cost nothing but what is sent', () => {
    const big = website('www', [resource('/big.iso', 700e6)]);
    const run = simulate(webScenario([big], [withFields('/big.iso', ['Range', 'bytes=699999990-'])]));
    const [octets] = octetsSent(run, 'response');
    expect(field(octets!, 'Content-Range')).toBe('bytes 699999990-699999999/700000000');
    expect(content(octets!)).toBe(octetsOf(bulkBytes(seedOf('www /big.iso 1'), 699_999_990, 10)));
  });
});

describe('virtual hosts (RFC 9110 §7.2, §7.4)', () => {
  const a = website('a', [resource('/', 150)], { host: 'www' });
  const b = website('b', [resource('/', 200)], { host: 'www' });
  test('are told apart by Host', () => {
    const run = simulate(webScenario([a, b], [request('/', { site: 'a' }), request('/', { site: 'b' })]));
    expect(outcomes(run)).toEqual(['200 OK, 150 B', '200 OK, 200 B']);
  });
  test('others are misdirected; the address alone means the first', () => {
    const run = simulate(webScenario([a, b], [request('/', { site: 'a', fields: [['Host', 'c']] }), request('/', { site: '10.0.0.2' })]));
    expect(outcomes(run)).toEqual([expect.stringMatching(/^421 Misdirected Request/), '200 OK, 150 B']);
  });
});

test('header rules are for one path or all', () => {
  const rules = [
    { path: null, name: 'Server', value: 'netscenario' },
    { path: '/a.png', name: 'Cache-Control', value: 'max-age=60' },
  ];
  const [page, image] = answers([request('/'), request('/a.png')], { rules });
  expect([field(page!, 'Server'), field(page!, 'Cache-Control')]).toEqual(['netscenario', undefined]);
  expect([field(image!, 'Server'), field(image!, 'Cache-Control')]).toEqual(['netscenario', 'max-age=60']);
});

describe.each(['packets', 'flows'] as const)('over a slow line at %s, silence counts from the last byte', (fidelity) => {
  const big = website('www', [resource('/film.mp4', 6e6)], { accepts: [{ method: 'PUT', path: '/up' }] });
  test('a response may take longer than a client waits for the next of it', () => {
    const run = simulate(webScenario([big], [request('/film.mp4')], { www: { up: 200e3 } }, { fidelity }));
    expect(outcomes(run)).toEqual(['200 OK, 6 MB']);
    expect(run.steps[0]!.endedAt).toBeGreaterThan(4 * MINUTE);
  });
  test('and a request: the time that its buffers take to go out is not the server’s', () => {
    const put = request('/up', { method: 'PUT', content: { kind: 'generated', size: 800e3 } });
    const run = simulate(webScenario([big], [put], { pc: { up: 30e3, queue: 4e6 } }, { fidelity }));
    expect(outcomes(run)).toEqual(['201 Created']);
  });
});
