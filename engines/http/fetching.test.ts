/** Redirects: what the next request is, and when there is none (RFC 9110 §15.4). */
import { describe, expect, test } from 'vitest';
import { bytesOfAll } from '../contents.ts';
import { atOnce, start } from '../kernel/process.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import type { ClientRequest } from './client.ts';
import { fetchWhole } from './fetching.ts';
import { isSource } from './message-writer.ts';
import { decodeUrl, encodeUrl, type Url } from './wire/request-target.ts';

/** An answer: a status and where to, or `up` for 200; a site that is not there has none. */
type Answers = Readonly<Record<string, readonly [status: number, location: string] | 'up'>>;

/** `METHOD URI (content) field…` for each request, and what it came to. */
function follow(request: Partial<ClientRequest> & { readonly from?: string }, answers: Answers, limit = 5) {
  const asked: string[] = [];
  const { from = 'http://a/1', ...more } = request;
  const task = start(
    'fetching',
    fetchWhole(
      { method: 'GET', url: decodeUrl(from) as Url, fields: [], ...more },
      function* ({ method, url, fields, body }) {
        const uri = encodeUrl(url);
        const content = body && !isSource(body) ? ` (${octetsOf(bytesOfAll(body))})` : '';
        asked.push([`${method} ${uri}${content}`, ...fields.map(({ name }) => name)].join(' '));
        const answer = answers[uri];
        if (answer === undefined) return { failure: `no such host: ${url.host}`, answered: false };
        if (answer === 'up') return { version: [1, 1], status: 200, reason: 'OK', fields: [], body: [], how: '' };
        return { version: [1, 1], status: answer[0], reason: '', fields: [{ name: 'Location', value: answer[1] }], body: [], how: '' };
      },
      limit,
    ),
  );
  const result = task.result!;
  return { asked, came: 'failure' in result ? result.failure : `${result.status} ${encodeUrl(result.url)}, ${result.redirects}` };
}

const named = (...names: string[]) => names.map((name) => ({ name, value: 'x' }));

describe('the method (RFC 9110 §15.4.2 to §15.4.9)', () => {
  test.each([
    [301, 'GET', 'GET http://a/2 (x) Content-Type X'],
    [301, 'POST', 'GET http://a/2 X'],
    [302, 'POST', 'GET http://a/2 X'],
    [301, 'PUT', 'PUT http://a/2 (x) Content-Type X'],
    [302, 'DELETE', 'DELETE http://a/2 (x) Content-Type X'],
    [303, 'POST', 'GET http://a/2 X'],
    [303, 'PUT', 'GET http://a/2 X'],
    [303, 'DELETE', 'GET http://a/2 X'],
    [303, 'HEAD', 'HEAD http://a/2 (x) Content-Type X'],
    [307, 'POST', 'POST http://a/2 (x) Content-Type X'],
    [308, 'PUT', 'PUT http://a/2 (x) Content-Type X'],
  ] as const)('%i to %s: %s', (status, method, second) => {
    const request = { method, fields: named('Content-Type', 'X'), body: [bytesOfOctets('x')] };
    expect(follow(request, { 'http://a/1': [status, '/2'], 'http://a/2': 'up' }).asked[1]).toBe(second);
  });
  test('without the content goes what describes it', () => {
    const fields = named('Content-Type', 'Content-Encoding', 'Content-Language', 'Content-Location', 'Content-Range', 'Expect', 'Accept');
    const { asked } = follow({ method: 'POST', fields, body: [bytesOfOctets('x')] }, { 'http://a/1': [303, '/2'], 'http://a/2': 'up' });
    expect(asked[1]).toBe('GET http://a/2 Accept');
  });
});

describe('what is for one origin is not told to another (RFC 9110 §15.4)', () => {
  const fields = named('Host', 'Authorization', 'proxy-authorization', 'COOKIE', 'Referer', 'Origin', 'Accept');
  test.each([
    ['/2', 'http://a/2', true],
    ['http://A:80/2', 'http://a/2', true],
    ['http://b/2', 'http://b/2', false],
    ['//b/2', 'http://b/2', false],
    ['http://a:8080/2', 'http://a:8080/2', false],
    ['https://a/2', 'https://a/2', false],
  ])('%s', (location, uri, same) => {
    const kept = same ? 'Authorization proxy-authorization COOKIE Referer Origin Accept' : 'Accept';
    expect(follow({ fields }, { 'http://a/1': [307, location], [uri]: 'up' }).asked[1]).toBe(`GET ${uri} ${kept}`);
  });
  test('nor when the way leads back', () => {
    const { asked } = follow({ fields }, { 'http://a/1': [302, 'http://b/'], 'http://b/': [302, 'http://a/2'], 'http://a/2': 'up' });
    expect(asked[2]).toBe('GET http://a/2 Accept');
  });
});

describe('redirects that lead nowhere are failures', () => {
  test.each([
    [
      'in a circle',
      { 'http://a/1': [302, '/2'], 'http://a/2': [302, '/1'] },
      'redirects in a circle: 5 followed, and the next is to http://a/1',
    ],
    ['to itself', { 'http://a/1': [301, '/1'] }, 'redirects in a circle: 5 followed, and the next is to http://a/1'],
    [
      'too many',
      Object.fromEntries([1, 2, 3, 4, 5, 6].map((i) => [`http://a/${i}`, [307, `/${i + 1}`]])),
      'too many redirects: 5 followed, and the next is to http://a/7',
    ],
    ['where nobody is', { 'http://a/1': [302, 'http://gone.org/x'] }, 'redirected to http://gone.org/x: no such host: gone.org'],
    ['to another scheme', { 'http://a/1': [302, 'ftp://a/x'] }, 'redirected to ftp://a/x, which is no URI of the web'],
    ['to what is no URI', { 'http://a/1': [302, '/a b'] }, 'redirected to /a b, which is no URI of the web'],
  ] as [string, Answers, string][])('%s', (_, answers, failure) => expect(follow({}, answers).came).toBe(failure));
  test('unless they are not to be followed: then the first is the response', () => {
    expect(follow({}, { 'http://a/1': [302, '/1'] }, 0).came).toBe('302 http://a/1, 0');
  });
  test('as many as may be are followed', () => {
    const chain = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`http://a/${i}`, [307, `/${i + 1}`] as const]));
    expect(follow({}, { ...chain, 'http://a/6': 'up' }).came).toBe('200 http://a/6, 5');
  });
  test('a status without a Location says nothing of where to', () => {
    expect(follow({}, { 'http://a/1': [300, '/2'] }).came).toBe('300 http://a/1, 0');
  });
});

test('a stream that was sent cannot be sent again', () => {
  const body = { length: 1, problem: null, read: () => atOnce(() => null) };
  expect(follow({ method: 'POST', body }, { 'http://a/1': [307, '/2'] }).came).toBe(
    'redirected to http://a/2: the content went by, and cannot be sent again',
  );
});
