import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUrl, type Url } from '../../http/wire/request-target.ts';
import { EPOCH, SECOND } from '../../quantities.ts';
import { parseCookieDate } from './cookie-date.ts';
import { CookieJar, cookieIn, parseSetCookie, setCookie } from './cookies.ts';

const url = (text: string) => decodeUrl(text) as Url;
const INBOX = url('https://webmail.crepes.fr/mail/inbox?a=b');

function jarWith(...lines: string[]): CookieJar {
  const jar = new CookieJar();
  jar.store(lines, INBOX, 0);
  return jar;
}
const sent = (lines: readonly string[], to: string, now = 0) => jarWith(...lines).header(url(to), now);

describe('what comes back, and where', () => {
  test.each([
    ['to the host', ['a=1; Path=/'], 'https://webmail.crepes.fr/', 'a=1'],
    ['not to hosts below it', ['a=1; Path=/'], 'https://x.webmail.crepes.fr/', null],
    ['not to neighbours', ['a=1; Path=/'], 'https://www.crepes.fr/', null],
    ['to all of a domain that it names', ['a=1; Path=/; Domain=crepes.fr'], 'https://www.crepes.fr/', 'a=1'],
    ['not to a domain whose name only ends like it', ['a=1; Path=/; Domain=crepes.fr'], 'https://evilcrepes.fr/', null],
    ['a leading dot is read over', ['a=1; Path=/; Domain=.Crepes.FR'], 'https://www.crepes.fr/', 'a=1'],
    ['never one for another domain', ['a=1; Path=/; Domain=hamburger.edu'], 'https://hamburger.edu/', null],
    ['nor for a domain below', ['a=1; Path=/; Domain=x.webmail.crepes.fr'], 'https://x.webmail.crepes.fr/', null],
    ['nor for all of fr', ['a=1; Path=/; Domain=fr'], 'https://webmail.crepes.fr/', null],
    ['below the path that it was set on', ['a=1'], 'https://webmail.crepes.fr/mail/message', 'a=1'],
    ['not beside it', ['a=1'], 'https://webmail.crepes.fr/', null],
    ['whole names of paths only', ['a=1; Path=/ma'], 'https://webmail.crepes.fr/mail/', null],
    ['a secure one not in clear', ['a=1; Path=/; Secure'], 'http://webmail.crepes.fr/', null],
    ['another one in clear', ['a=1; Path=/'], 'http://webmail.crepes.fr/', 'a=1'],
    ['the longer path first', ['a=1; Path=/', 'b=2; Path=/mail'], 'https://webmail.crepes.fr/mail', 'b=2; a=1'],
    ['a later value in the place of an earlier one', ['a=1; Path=/', 'a=2; Path=/'], 'https://webmail.crepes.fr/', 'a=2'],
    ['none that is deleted', ['a=1; Path=/', 'a=; Path=/; Max-Age=0'], 'https://webmail.crepes.fr/', null],
    ['Max-Age goes before Expires', ['a=1; Path=/; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'https://webmail.crepes.fr/', 'a=1'],
    ['none that is over', ['a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'https://webmail.crepes.fr/', null],
    ['unknown attributes are read over', ['a=1; Path=/; SameSite=Lax; X'], 'https://webmail.crepes.fr/', 'a=1'],
    ['a value with =', ['a=b=c; Path=/'], 'https://webmail.crepes.fr/', 'a=b=c'],
    ['blanks around name and value are none', [' a \t= 1 ; Path=/'], 'https://webmail.crepes.fr/', 'a=1'],
    ['no cookie without a name', ['=1; Path=/', 'x; Path=/'], 'https://webmail.crepes.fr/', null],
  ])('%s', (_what, lines, to, header) => expect(sent(lines, to)).toBe(header));

  test('until its time', () => {
    const jar = jarWith('a=1; Path=/; Max-Age=60');
    expect(jar.header(INBOX, 59 * SECOND)).toBe('a=1');
    expect(jar.header(INBOX, 60 * SECOND)).toBe(null);
  });
  test('an address has no domain above it', () => {
    expect(parseSetCookie('a=1; Domain=0.0.7', url('http://10.0.0.7/'), 0)).toBe(null);
  });
  test('fifty of a domain, the newest', () => {
    const jar = jarWith(...Array.from({ length: 60 }, (_, i) => `c${i}=x; Path=/`));
    expect(jar.size).toBe(50);
    expect(jar.header(INBOX, 0)?.startsWith('c10=x; ')).toBe(true);
  });
});

test.each([
  ['session=abc', 'abc'],
  ['a=1; session=abc; b=2', 'abc'],
  ['xsession=1;session=2', '2'],
  ['session', null],
  ['', null],
])('a server finds its cookie in “%s”', (header, value) => expect(cookieIn(header, 'session')).toBe(value));

describe('dates (RFC 6265 §5.1.1)', () => {
  const instant = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000;
  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', instant],
    ['Sunday, 06-Nov-94 08:49:37 GMT', instant],
    ['Sun Nov  6 08:49:37 1994', instant],
    ['1994 nov 6 8:49:37', instant],
    ['6 November 94 08:49:37', instant],
    ['Wed, 31-Feb-2026 00:00:00 GMT', null],
    ['Sun, 06 Nov 1600 08:49:37 GMT', null],
    ['Sun, 06 Nov 1994 24:00:00 GMT', null],
    ['06 Nov 1994', null],
    ['', null],
  ])('%s', (text, seconds) => expect(parseCookieDate(text)).toBe(seconds));
  test('are the run’s own time', () => {
    const jar = jarWith('a=1; Path=/; Expires=Thu, 01 Jan 2026 00:01:00 GMT');
    expect(parseCookieDate('Thu, 01 Jan 2026 00:01:00 GMT')).toBe(EPOCH + 60);
    expect(jar.header(INBOX, 59 * SECOND)).toBe('a=1');
    expect(jar.header(INBOX, 60 * SECOND)).toBe(null);
  });
});

const python = spawnSync('python3', ['-c', 'import http.cookies, http.cookiejar']).status === 0;

describe.skipIf(!python)('Python’s cookies', () => {
  test('http.cookies reads what the server sets', () => {
    const script = `
import http.cookies, json, sys
jar = http.cookies.SimpleCookie(sys.argv[1])
m = jar['session']
print(json.dumps([m.value, m['path'], m['max-age'], bool(m['secure']), bool(m['httponly']), m['samesite']]))`;
    const read = (line: string) => JSON.parse(execFileSync('python3', ['-c', script, line], { encoding: 'utf8' }));
    expect(read(setCookie('session', 'abc', { secure: true }))).toEqual(['abc', '/', '', true, true, 'Lax']);
    expect(read(setCookie('session', '', { secure: false, maxAge: 0 }))).toEqual(['', '/', '0', false, true, 'Lax']);
  });

  test('http.cookiejar sends the same ones back', () => {
    const attribute = fc.constantFrom(
      '; Path=/',
      '; Path=/mail',
      '; Path=/other',
      '; Secure',
      '; Max-Age=100',
      '; Max-Age=0',
      '; Domain=.crepes.fr',
      '; Domain=.hamburger.edu',
      '; HttpOnly',
      '',
    );
    const lines = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.stringMatching(/^[a-z0-9]{1,5}$/), fc.array(attribute, { maxLength: 3 })).map(
        // Of several attributes of one name, the last one counts; Python takes the first.
        ([name, value, attributes]) =>
          `${name}=${value}${[...new Map(attributes.map((one) => [one.split('=')[0], one])).values()].join('')}`,
      ),
      { minLength: 1, maxLength: 4 },
    );
    const targets = [
      'https://webmail.crepes.fr/mail/x',
      'http://webmail.crepes.fr/mail/x',
      'https://www.crepes.fr/mail/',
      'https://webmail.crepes.fr/',
    ];
    const cases = fc.sample(fc.tuple(lines, fc.constantFrom(...targets)), { seed: 2, numRuns: 300 });
    const script = `
import http.cookiejar, json, sys, urllib.request, email.message
class Response:
    def __init__(self, lines):
        self.headers = email.message.Message()
        for line in lines: self.headers['Set-Cookie'] = line
    def info(self): return self.headers
out = []
for lines, target in json.load(sys.stdin):
    jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=False, netscape=True))
    origin = urllib.request.Request('https://webmail.crepes.fr/mail/inbox?a=b')
    for line in lines: jar.extract_cookies(Response([line]), origin)
    request = urllib.request.Request(target)
    jar.add_cookie_header(request)
    out.append(sorted(c for c in (request.get_header('Cookie') or '').split('; ') if c))
print(json.dumps(out))`;
    const theirs: string[][] = JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(cases), encoding: 'utf8' }));
    expect(theirs.length).toBe(300);
    expect(theirs.filter((one) => one.length > 0).length).toBeGreaterThan(50);
    for (const [i, [lines, target]] of cases.entries()) {
      const ours = (sent(lines, target) ?? '').split('; ').filter((one) => one !== '');
      expect(ours.toSorted(), `${lines.join(' | ')} to ${target}`).toEqual(theirs[i]);
    }
  });
});
