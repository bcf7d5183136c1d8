/** The cache between a client and an origin that answers as each test says (RFC 9111). Times are seconds of the run. */
import { describe, expect, test } from 'vitest';
import { bytesOfAll } from '../../contents.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { atOnce, type Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { HttpClient } from '../client.ts';
import { fetchWhole } from '../fetching.ts';
import { type ServedResponse, serveHttp } from '../server.ts';
import { formatHttpDate, instantOf } from '../wire/date.ts';
import { type Fields, fieldValue } from '../wire/header-field.ts';
import { HttpCache } from './cache.ts';

type Lines = Readonly<Record<string, string>>;
const fieldsOf = (lines: Lines): Fields => Object.entries(lines).map(([name, value]) => ({ name, value }));

/** One request, that long after the one before it was answered. */
interface Ask {
  readonly after?: number;
  readonly method?: string;
  readonly path?: string;
  readonly fields?: Lines;
}

/** What the origin answers to its nth request, from 1, with these fields. */
type Origin = (number: number, fields: Fields, method: string) => { status?: number; fields?: Lines; text?: string; cut?: true } | 'down';

/** What each request came to: `200 one`, `304`, or the failure; and how: `hit`, `fwd=…`. And how often the origin was asked. */
function run(asks: readonly Ask[], origin: Origin, shared = true, size = 1_000_000, until: number | null = null) {
  const scenario = scenarioForTests({ client: {}, server: {} });
  const kernel = new Kernel(1);
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(kernel, scenario, recorder);
  let asked = 0;
  network.boot('server', 'origin', function* (host): Process {
    yield* serveHttp(host, function* (request): Process<ServedResponse> {
      const answer = origin(++asked, request.fields, request.method);
      // A 502 stands for a server that does not come to an answer.
      if (answer === 'down') return { status: 502, fields: [] };
      const { status = 200, fields = {}, text = '', cut } = answer;
      if (cut) return { status, fields: fieldsOf(fields), body: { length: 1_000, problem: 'cut', read: () => atOnce(() => null) } };
      return { status, fields: fieldsOf(fields), body: [bytesOfOctets(text)] };
    });
  });
  // The origin is down from then on.
  if (until !== null) kernel.schedule(until * SECOND, () => network.crash('server'));
  const host = network.host('client');
  const cache = new HttpCache(host, { shared, size });
  const client = new HttpClient(host, { hosts: new Map([['www', '10.0.0.2']]) });
  const came: string[] = [];
  const hows: string[] = [];
  const heads: Fields[] = [];
  host.spawn(
    'client',
    (function* (): Process {
      for (const { after = 0, method = 'GET', path = '/x', fields = {} } of asks) {
        if (after > 0) yield* host.sleep(after * SECOND);
        let how = '';
        const ask = function* (request: Parameters<HttpClient['request']>[0]) {
          const response = yield* cache.fetch(request, (one) => client.request(one));
          if (!('failure' in response)) how = response.how;
          return response;
        };
        const fetched = yield* fetchWhole(
          { method, url: { scheme: 'http', host: 'www', port: 80, path }, fields: fieldsOf(fields) },
          ask,
          0,
        );
        came.push('failure' in fetched ? fetched.failure : `${fetched.status} ${octetsOf(bytesOfAll(fetched.contents))}`.trim());
        hows.push(how);
        heads.push('failure' in fetched ? [] : fetched.fields);
      }
    })(),
  );
  kernel.run(1_000_000);
  return { came, hows, heads, asked, tables: recorder.tables() };
}

/** The same answer each time, with its number as the content. */
const always =
  (fields: Lines, status = 200): Origin =>
  (number) => ({ status, fields, text: String(number) });
/** `304` to whoever has the tag, else the content. */
const tagged =
  (fields: Lines): Origin =>
  (number, asked) =>
    fieldValue(asked, 'If-None-Match') === '"v"'
      ? { status: 304, fields: { ETag: '"v"', ...fields } }
      : { fields: { ETag: '"v"', ...fields }, text: String(number) };
const at = (seconds: number) => formatHttpDate(instantOf(seconds * SECOND));

describe('freshness (RFC 9111 §4.2)', () => {
  test.each([
    ['max-age', { 'Cache-Control': 'max-age=60' }, 59, 61],
    ['s-maxage before max-age, in a shared cache', { 'Cache-Control': 'max-age=10, s-maxage=60' }, 59, 61],
    ['max-age before Expires', { 'Cache-Control': 'max-age=60', Expires: at(5) }, 59, 61],
    ['Expires', { Expires: at(60) }, 58, 62],
    ['a tenth of the time since the last change', { 'Last-Modified': at(-600) }, 58, 62],
    ['not more than a day of it', { 'Last-Modified': at(-8_640_000) }, 86_390, 86_410],
    ['Age counts in', { 'Cache-Control': 'max-age=60', Age: '20' }, 38, 42],
  ] as [string, Lines, number, number][])('%s', (_, fields, fresh, stale) => {
    expect(run([{}, { after: fresh }], always(fields)).came).toEqual(['200 1', '200 1']);
    expect(run([{}, { after: stale }], always(fields)).came).toEqual(['200 1', '200 2']);
  });
  test('in a private cache, s-maxage says nothing', () => {
    expect(run([{}, { after: 30 }], always({ 'Cache-Control': 'max-age=10, s-maxage=60' }), false).came).toEqual(['200 1', '200 2']);
  });
  test('an Expires that is no date is the past (§5.3)', () => {
    expect(run([{}, {}], always({ Expires: '0', 'Last-Modified': at(-8_640_000) })).came).toEqual(['200 1', '200 2']);
  });
  test('Age is told of what is stored (§5.1)', () => {
    const made = run([{}, { after: 7 }], always({ 'Cache-Control': 'max-age=60' }));
    expect(fieldValue(made.heads[1]!, 'Age')).toBe('7');
  });
});

describe('storing (RFC 9111 §3)', () => {
  const stored = (fields: Lines, asked: Lines = {}, shared = true, status = 200) =>
    run([{ fields: asked }, { fields: asked }], always(fields, status), shared).asked === 1;
  const fresh = 'max-age=60';
  test.each([
    ['no-store', { 'Cache-Control': `${fresh}, no-store` }, {}, true, false],
    ['no-store of the request', { 'Cache-Control': fresh }, { 'Cache-Control': 'no-store' }, true, false],
    ['private, in a shared cache', { 'Cache-Control': `${fresh}, private` }, {}, true, false],
    ['private, in a private one', { 'Cache-Control': `${fresh}, private` }, {}, false, true],
    ['with Authorization, in a shared cache (§3.5)', { 'Cache-Control': fresh }, { Authorization: 'Basic x' }, true, false],
    ['with Authorization and public', { 'Cache-Control': `${fresh}, public` }, { Authorization: 'Basic x' }, true, true],
    ['with Authorization and must-revalidate', { 'Cache-Control': `${fresh}, must-revalidate` }, { Authorization: 'Basic x' }, true, true],
    ['with Authorization, in a private one', { 'Cache-Control': fresh }, { Authorization: 'Basic x' }, false, true],
    ['no-store with must-understand (§5.2.2.3)', { 'Cache-Control': `${fresh}, no-store, must-understand` }, {}, true, true],
    ['what says nothing of itself', {}, {}, true, false],
    ['Vary: *', { 'Cache-Control': fresh, Vary: '*' }, {}, true, false],
  ] as [string, Lines, Lines, boolean, boolean][])('%s', (_, fields, asked, shared, expected) =>
    expect(stored(fields, asked, shared)).toBe(expected),
  );
  test.each([
    [404, true],
    [301, true],
    [410, true],
    [302, false],
    [403, false],
  ])('%i without explicit freshness: %s', (status, expected) => {
    expect(stored({ 'Last-Modified': at(-86_400) }, {}, true, status)).toBe(expected);
  });
  test('302 with explicit freshness', () => expect(stored({ 'Cache-Control': fresh }, {}, true, 302)).toBe(true));
  // 'HTTP/1.1 200 OK', Date, Cache-Control and Content-Length, with their line ends.
  const HEAD = 17 + 37 + 27 + 21 + 2;
  test('what is larger than the room, head and content, is not stored', () => {
    const text: Origin = (number) => ({ fields: { 'Cache-Control': fresh }, text: String(number).repeat(400) });
    expect(run([{}, {}], text, true, HEAD + 399)).toMatchObject({ asked: 2, hows: ['fwd=uri-miss', 'fwd=uri-miss'] });
    expect(run([{}, {}], text, true, HEAD + 400)).toMatchObject({ asked: 1, hows: ['fwd=uri-miss; stored', 'hit'] });
  });
  test('a cache of no room stores nothing, not even what is empty', () => {
    expect(run([{}, {}], () => ({ fields: { 'Cache-Control': fresh } }), true, 0).asked).toBe(2);
  });
  test('what was used longest ago makes room; heads take room, too', () => {
    const hows = (length: number, room: number) => {
      const text: Origin = () => ({ fields: { 'Cache-Control': fresh }, text: 'x'.repeat(length) });
      const paths = ['/a', '/b', '/a', '/c', '/a', '/b'].map((path) => ({ path }));
      return run(paths, text, true, room).hows.map((how) => (how === 'hit' ? how : how.slice(-6)));
    };
    expect(hows(400, 2 * (HEAD + 400))).toEqual(['stored', 'stored', 'hit', 'stored', 'hit', 'stored']);
    expect(hows(400, 2 * (HEAD + 400) - 1)).toEqual(['stored', 'stored', 'stored', 'stored', 'stored', 'stored']);
    // Redirects and the like have hardly any content.
    expect(hows(10, 2 * (HEAD - 1 + 10) - 1)).toEqual(['stored', 'stored', 'stored', 'stored', 'stored', 'stored']);
  });
  test('what broke off is not stored', () => {
    const origin: Origin = (number) => ({
      fields: { 'Cache-Control': fresh },
      text: 'whole',
      ...(number === 1 ? { cut: true as const } : {}),
    });
    expect(run([{}, {}, {}], origin)).toMatchObject({
      came: [expect.stringMatching(/^the response is not whole|^connection/), '200 whole', '200 whole'],
      asked: 2,
    });
  });
  test('what HEAD brought is not stored', () => {
    expect(run([{ method: 'HEAD' }, {}], always({ 'Cache-Control': fresh })).asked).toBe(2);
  });
});

describe('validation (RFC 9111 §4.3)', () => {
  test('a stale response is asked about, and is fresh again after 304', () => {
    const made = run([{}, { after: 61 }, { after: 30 }], tagged({ 'Cache-Control': 'max-age=60' }));
    expect(made.came).toEqual(['200 1', '200 1', '200 1']);
    expect(made.hows).toEqual(['fwd=uri-miss; stored', 'fwd=stale; fwd-status=304', 'hit']);
  });
  test('304 brings new fields, and leaves what describes the content (§4.3.4)', () => {
    const origin: Origin = (number, asked) =>
      fieldValue(asked, 'If-None-Match') === null
        ? { fields: { ETag: '"v"', 'Cache-Control': 'max-age=1', 'Content-Type': 'text/plain', X: '1' }, text: 'abc' }
        : { status: 304, fields: { ETag: '"v"', 'Cache-Control': 'max-age=100', 'Content-Type': 'text/html', X: String(number) } };
    const made = run([{}, { after: 5 }, { after: 50 }], origin);
    expect(made.asked).toBe(2);
    expect([fieldValue(made.heads[2]!, 'X'), fieldValue(made.heads[2]!, 'Content-Type')]).toEqual(['2', 'text/plain']);
  });
  test('304 for another version than the stored one does not freshen it (§4.3.4)', () => {
    const origin: Origin = (number, asked) =>
      fieldValue(asked, 'If-None-Match') === null
        ? { fields: { ETag: `"v${number}"`, 'Cache-Control': 'max-age=1' }, text: String(number) }
        : { status: 304, fields: { ETag: '"other"', 'Cache-Control': 'max-age=100' } };
    expect(run([{}, { after: 5 }], origin)).toMatchObject({ came: ['200 1', '200 3'], asked: 3 });
  });
  test('304 may change what the response varies by (§4.3.4, §4.1)', () => {
    const origin: Origin = (_, asked): ReturnType<Origin> => {
      if (fieldValue(asked, 'If-None-Match') !== null)
        return { status: 304, fields: { ETag: '"v"', 'Cache-Control': 'max-age=100', Vary: 'A' } };
      return { fields: { ETag: '"v"', 'Cache-Control': 'max-age=1' }, text: fieldValue(asked, 'A') ?? 'none' };
    };
    const a = { fields: { A: 'a' } };
    const made = run([a, { ...a, after: 5 }, a, { fields: { A: 'b' } }], origin);
    expect(made.came).toEqual(['200 a', '200 a', '200 a', '200 b']);
    expect(made.hows.slice(2)).toEqual(['hit', 'fwd=vary-miss; stored']);
  });
  test('with the date where there is no tag', () => {
    const origin: Origin = (_, asked) =>
      fieldValue(asked, 'If-Modified-Since') === at(-100)
        ? { status: 304 }
        : { fields: { 'Last-Modified': at(-100), 'Cache-Control': 'max-age=1' }, text: 'x' };
    expect(run([{}, { after: 5 }], origin).hows[1]).toBe('fwd=stale; fwd-status=304');
  });
  test('a new version takes the place of the old one', () => {
    const origin: Origin = (number) => ({ fields: { ETag: `"${number}"`, 'Cache-Control': 'max-age=60' }, text: String(number) });
    expect(run([{}, { after: 61 }, {}], origin).came).toEqual(['200 1', '200 2', '200 2']);
  });
  test.each([
    ['no-cache of the response', { 'Cache-Control': 'max-age=60, no-cache' }, {}],
    ['no-cache of the request', { 'Cache-Control': 'max-age=60' }, { 'Cache-Control': 'no-cache' }],
    ['Pragma (§5.4)', { 'Cache-Control': 'max-age=60' }, { Pragma: 'no-cache' }],
    ['max-age=0 of the request', { 'Cache-Control': 'max-age=60' }, { 'Cache-Control': 'max-age=0' }],
    ['min-fresh of the request', { 'Cache-Control': 'max-age=60' }, { 'Cache-Control': 'min-fresh=61' }],
  ] as [string, Lines, Lines][])('is asked for by %s', (_, fields, asked) => {
    expect(run([{}, { after: 2, fields: asked }], tagged(fields)).hows[1]).toBe('fwd=request; fwd-status=304');
  });
  test('a client’s own condition is met by the cache, while what it has is fresh (§4.3.2)', () => {
    const made = run(
      [{}, { fields: { 'If-None-Match': '"v"' } }, { fields: { 'If-None-Match': '"w"' } }],
      tagged({ 'Cache-Control': 'max-age=60' }),
    );
    expect([made.came, made.asked]).toEqual([['200 1', '304', '200 1'], 1]);
  });
  test('a part is cut out of what is stored (§3.3)', () => {
    const origin: Origin = () => ({ fields: { 'Cache-Control': 'max-age=60' }, text: '0123456789' });
    expect(run([{}, { fields: { Range: 'bytes=2-4' } }, { fields: { Range: 'bytes=20-' } }], origin).came.slice(0, 2)).toEqual([
      '200 0123456789',
      '206 234',
    ]);
  });
});

test.each([
  [{ Range: 'bytes=2-4', 'If-Range': '"v"' }, '206 234'],
  [{ Range: 'bytes=2-4', 'If-Range': '"w"' }, '200 0123456789'],
  [{ Range: 'bytes=2-4', 'If-Range': 'W/"v"' }, '200 0123456789'],
])('a part is cut out of what is stored if it is still that: %j (RFC 9110 §13.1.5)', (fields, came) => {
  const origin: Origin = () => ({ fields: { ETag: '"v"', 'Cache-Control': 'max-age=60' }, text: '0123456789' });
  expect(run([{}, { fields }], origin)).toMatchObject({ came: ['200 0123456789', came], asked: 1 });
});

describe('a 200 to HEAD (RFC 9111 §4.3.5)', () => {
  const stored = { ETag: '"v"', 'Last-Modified': at(-100), 'Cache-Control': 'max-age=10' };
  const heads =
    (fields: Lines, text = '1'): Origin =>
    (number, _, method) =>
      method === 'HEAD' ? { fields, text } : { fields: stored, text: String(number) };
  const asks = [{}, { after: 20, method: 'HEAD' }, {}];
  test('freshens what is stored for GET', () => {
    const made = run(asks, heads({ ...stored, 'Cache-Control': 'max-age=60', 'X-New': 'yes' }));
    expect([made.came, made.hows[2], made.asked]).toEqual([['200 1', '200', '200 1'], 'hit', 2]);
    expect(fieldValue(made.heads[2]!, 'X-New')).toBe('yes');
  });
  test.each([
    [{ ...stored, ETag: '"w"' }, '1'],
    [{ ...stored, 'Last-Modified': at(-50) }, '1'],
    [stored, 'longer'],
  ])('shows that it is not right any more where it tells of another version: %j, as long as “%s”', (fields, text) => {
    const made = run(asks, heads(fields, text));
    expect([made.came[2], made.hows[2]]).toEqual(['200 3', 'fwd=uri-miss; stored']);
  });
});

describe('stale responses (RFC 9111 §4.2.4)', () => {
  const failing =
    (fields: Lines): Origin =>
    (number) =>
      number === 1 ? { fields: { ETag: '"v"', ...fields }, text: '1' } : 'down';
  test('are better than nothing', () => {
    const made = run([{}, { after: 61 }], failing({ 'Cache-Control': 'max-age=60' }));
    expect([made.came[1], made.hows[1]]).toEqual(['200 1', 'fwd=stale; detail=served-stale']);
  });
  test.each(['must-revalidate', 'proxy-revalidate', 's-maxage=10', 'no-cache'])('but not with %s', (directive) => {
    expect(run([{}, { after: 61 }], failing({ 'Cache-Control': `max-age=60, ${directive}` })).came[1]).toBe('502');
  });
  test('where nobody answers, either, the failure says so (§5.2.2.2)', () => {
    const made = run([{}, { after: 61 }], failing({ 'Cache-Control': 'max-age=60, must-revalidate' }), true, 1_000_000, 61);
    expect(made.came[1]).toBe('connection timed out, and what is stored must be validated');
  });
  test('proxy-revalidate is for shared caches', () => {
    expect(run([{}, { after: 61 }], failing({ 'Cache-Control': 'max-age=60, proxy-revalidate' }), false).came[1]).toBe('200 1');
  });
  test.each([
    ['max-stale', 1],
    ['max-stale=10', 1],
    ['max-stale=4', 2],
  ])('are asked for by %s: the origin is asked %i times', (directive, asked) => {
    expect(run([{}, { after: 65, fields: { 'Cache-Control': directive } }], always({ 'Cache-Control': 'max-age=60' })).asked).toBe(asked);
  });
  test('only-if-cached asks nobody (§5.2.1.7)', () => {
    const made = run([{ fields: { 'Cache-Control': 'only-if-cached' } }], always({}));
    expect([made.came, made.asked]).toEqual([['not in the cache'], 0]);
  });
});

test('responses that vary are told apart by what the request said (RFC 9111 §4.1)', () => {
  const origin: Origin = (_, asked) => ({
    fields: { 'Cache-Control': 'max-age=60', Vary: 'Accept-Language' },
    text: fieldValue(asked, 'Accept-Language') ?? 'none',
  });
  const asks = ['da', 'en', 'da', 'en'].map((language) => ({ fields: { 'Accept-Language': language } }));
  expect(run([...asks, {}, {}], origin)).toMatchObject({
    came: ['200 da', '200 en', '200 da', '200 en', '200 none', '200 none'],
    asked: 3,
  });
});

describe('invalidation (RFC 9111 §4.4)', () => {
  const fresh = { 'Cache-Control': 'max-age=60' };
  test.each(['POST', 'PUT', 'DELETE'])('%s that succeeds', (method) => {
    expect(run([{}, { method }, {}], always(fresh)).came).toEqual(['200 1', '200 2', '200 3']);
  });
  test('not by what fails, or changes nothing', () => {
    const origin: Origin = (number, _, method) => ({ status: method === 'PUT' ? 403 : 200, fields: fresh, text: String(number) });
    expect(run([{}, { method: 'PUT' }, { method: 'OPTIONS' }, {}], origin).hows[3]).toBe('hit');
  });
  test('also of where Location points, on the same host', () => {
    const origin: Origin = (number, _, method) => ({
      fields: { ...fresh, ...(method === 'POST' ? { Location: '/x' } : {}) },
      text: String(number),
    });
    expect(run([{}, { method: 'POST', path: '/form' }, {}], origin).asked).toBe(3);
    const elsewhere: Origin = (number, _, method) => ({
      fields: { ...fresh, ...(method === 'POST' ? { 'Content-Location': 'http://other/x' } : {}) },
      text: String(number),
    });
    expect(run([{}, { method: 'POST', path: '/form' }, {}], elsewhere).asked).toBe(2);
    // The same host on another scheme is another origin.
    const secured: Origin = (number) => ({ fields: { ...fresh, 'Content-Location': 'https://www:80/x' }, text: String(number) });
    expect(run([{}, { method: 'POST', path: '/form' }, {}], secured).asked).toBe(2);
  });
});

test('hits are counted, by responses and by bytes', () => {
  const origin: Origin = (number) => ({ fields: { 'Cache-Control': 'max-age=60' }, text: 'x'.repeat(number === 1 ? 300 : 100) });
  const { tables } = run([{ path: '/a' }, { path: '/b' }, { path: '/a' }], origin);
  const last = (name: string) => tables.series.find(({ metric }) => metric === name)!.values.at(-1);
  expect(last('web cache hit ratio')).toBeCloseTo(1 / 3);
  expect(last('web cache byte hit ratio')).toBeCloseTo(300 / 700);
});
