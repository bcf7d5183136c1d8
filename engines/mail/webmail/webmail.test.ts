/** Webmail from end to end, its pages as a browser's parser reads them. */
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../../content.ts';
import type { RequestAction } from '../../http/scenario.ts';
import { octetsOf, textOfOctets } from '../../network/octets.ts';
import { MINUTE } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Action, Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { aliceSends, CREPES, HAMBURGER, mailScenario } from '../scenario-for-tests.ts';
import type { WebmailAction, WebmailService, WebmailTask } from './scenario.ts';

const SITE = 'mail.crepes.fr';

const service = (more: Partial<WebmailService> = {}): WebmailService => ({
  kind: 'mail.webmail',
  host: SITE,
  name: SITE,
  inDns: true,
  https: false,
  certificate: { names: [SITE], flaw: null },
  session: 30 * MINUTE,
  at: null,
  ...more,
});

const visit = (task: WebmailTask, more: Partial<WebmailAction> = {}): WebmailAction => ({
  kind: 'mail.webmail',
  host: 'alice-pc',
  site: SITE,
  scheme: 'http',
  port: 80,
  address: 'alice@crepes.fr',
  password: 'alice',
  task,
  logOut: false,
  ...more,
});
const READ = visit({ kind: 'read' });
const toAlice = (message: { subject?: string; body?: string; octets?: string }): Action =>
  message.octets === undefined
    ? aliceSends(['alice@crepes.fr'], message)
    : aliceSends(['alice@crepes.fr'], {}, { message: { kind: 'octets', octets: message.octets } });

function run(steps: readonly (Action | Step)[], more: Partial<WebmailService> = {}): Run {
  const actions = steps.map((step) => ('action' in step ? step.action : step));
  const scenario = mailScenario({ dialect: 'extended', steps: actions, offices: [{ ...CREPES, users: ['alice', 'claire'] }, HAMBURGER] });
  const timed = scenario.steps.map((made, i) => ({
    ...made,
    timing: 'timing' in (steps[i] as object) ? (steps[i] as Step).timing : made.timing,
  }));
  return simulate({ ...scenario, steps: timed, services: [...scenario.services, service(more)] });
}
const later = (minutes: number, action: Action): Step => ({
  parent: -1,
  timing: { kind: 'after', delay: minutes * MINUTE },
  action,
  text: '',
  at: { source: 0, start: 0, end: 0 },
});

const outcomes = (result: Run) => result.steps.map(({ outcome }) => outcome);

/** HTTP messages of a kind, head and content together, in the order in which they went. */
function messages({ messages: table, strings, bytes }: Run, kind: 'request' | 'response'): string[] {
  const found: string[] = [];
  for (let i = 0; i < table.rows; i++) {
    if (strings[table.protocol[i] as number] !== 'http' || strings[table.kind[i] as number] !== kind) continue;
    const start = table.start[i] as number;
    const length = table.length[i] as number;
    const seed = table.bulk[i] as number;
    const content: Content = seed === 0 ? bytes.subarray(start, start + length) : { seed, offset: start, length };
    found.push(octetsOf(bytesOf(content)));
  }
  return found;
}
const firstLines = (result: Run, kind: 'request' | 'response') => messages(result, kind).map((octets) => octets.split('\r\n', 1)[0]);

/** The last page, parsed as browsers do. */
function lastPage(result: Run): DefaultTreeAdapterTypes.Document {
  const page = messages(result, 'response').findLast((octets) => octets.includes('<!DOCTYPE html>')) as string;
  return parse(textOfOctets(page.slice(page.indexOf('\r\n\r\n') + 4)));
}
function elements(node: DefaultTreeAdapterTypes.ParentNode, name: string): DefaultTreeAdapterTypes.Element[] {
  return node.childNodes.flatMap((child) => {
    if (!('childNodes' in child)) return [];
    return [...('tagName' in child && child.tagName === name ? [child] : []), ...elements(child, name)];
  });
}
function textIn(node: DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.ParentNode): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textIn).join('') : '';
}

describe('a person', () => {
  const result = run([toAlice({ subject: 'Crêpes', body: 'Tonight?' }), READ, READ]);
  test('logs in once, and stays so', () => {
    expect(firstLines(result, 'request')).toEqual([
      'GET /inbox HTTP/1.1',
      'GET /login HTTP/1.1',
      'POST /login HTTP/1.1',
      'GET /inbox HTTP/1.1',
      'GET /message?uid=1 HTTP/1.1',
      'GET /inbox HTTP/1.1',
    ]);
    expect(outcomes(result).slice(1)).toEqual(['1 message, 1 new: Crêpes', '1 message, 0 new']);
  });
  test('brings back the cookie that the log-in set', () => {
    const [set] = messages(result, 'response')
      .flatMap((octets) => /Set-Cookie: (session=[0-9a-f]{32}); Path=\/; HttpOnly; SameSite=Lax\r\n/.exec(octets) ?? [])
      .slice(1);
    expect(set).toBeDefined();
    const requests = messages(result, 'request');
    expect(requests.map((octets) => octets.includes(`Cookie: ${set}`))).toEqual([false, false, false, true, true, true]);
  });
  test('reads what was written', () => {
    const page = messages(result, 'response').find((octets) => octets.includes('<pre>')) as string;
    const document = parse(textOfOctets(page.slice(page.indexOf('\r\n\r\n') + 4)));
    expect(elements(document, 'title').map(textIn)).toEqual(['Crêpes']);
    expect(elements(document, 'pre').map(textIn)).toEqual(['Tonight?\r\n'.replace('\r\n', '\n')]);
  });
  test('deletes', () => {
    const deleted = run([toAlice({ subject: 'one' }), toAlice({ subject: 'two' }), visit({ kind: 'delete', place: 1 }), READ]);
    expect(outcomes(deleted).slice(2)).toEqual(['deleted one', '1 message, 1 new: two']);
    expect(run([visit({ kind: 'delete', place: 1 })]).steps[0]?.succeeded).toBe(false);
  });
  test('logs out, and has to log in again', () => {
    const left = run([visit({ kind: 'read' }, { logOut: true }), READ]);
    expect(firstLines(left, 'request').filter((line) => line === 'POST /login HTTP/1.1')).toHaveLength(2);
    expect(messages(left, 'response').some((octets) => octets.includes('Set-Cookie: session=; Path=/; Max-Age=0;'))).toBe(true);
  });
  test('with a wrong password stays outside', () => {
    const refused = run([visit({ kind: 'read' }, { password: 'guess' })]);
    expect(outcomes(refused)).toEqual(['log-in refused']);
    expect(firstLines(refused, 'response').at(-1)).toBe('HTTP/1.1 403 Forbidden');
  });
});

describe('a session', () => {
  const logIns = (result: Run) => firstLines(result, 'request').filter((line) => line === 'POST /login HTTP/1.1').length;
  test('that is used goes on', () => expect(logIns(run([READ, later(20, READ), later(20, READ)]))).toBe(1));
  test('that is not used is over', () => expect(logIns(run([READ, later(31, READ)]))).toBe(2));
  test('is gone when the server crashes', () => {
    const crash: Action = { kind: 'network.crash', host: SITE, downFor: MINUTE };
    expect(logIns(run([READ, crash, later(2, READ)]))).toBe(2);
  });
});

describe('sending', () => {
  const send = visit({ kind: 'send', to: ['bob@hamburger.edu'], subject: 'Grüße & <b>', body: 'Do you like ketchup?\n.\nœ' });
  const result = run([send]);
  test('goes by HTTP to the server, and by SMTP from there on', () => {
    expect(outcomes(result)).toEqual(['delivered to bob@hamburger.edu']);
    const hops = new Set<string>();
    for (let i = 0; i < result.messages.rows; i++) {
      const protocol = result.strings[result.messages.protocol[i] as number] as string;
      const name = (index: number) => result.hosts[index]?.name;
      if (protocol !== 'dns')
        hops.add(`${protocol} ${[name(result.messages.from[i] as number), name(result.messages.to[i] as number)].sort().join(' ')}`);
    }
    expect([...hops].sort()).toEqual([
      'http alice-pc mail.crepes.fr',
      'smtp mail.crepes.fr mail.crepes.fr',
      'smtp mail.crepes.fr mail.hamburger.edu',
    ]);
  });
  test('carries the text as it was typed', () => {
    const sent = octetsOf(result.bytes);
    expect(sent).toContain('Do you like ketchup?');
    expect(firstLines(result, 'request')).toContain('POST /send HTTP/1.1');
  });
  test('a recipient that nobody knows is told on the page', () => {
    const refused = run([visit({ kind: 'send', to: ['nobody@crepes.fr'], subject: '', body: '' })]);
    expect(refused.steps[0]?.succeeded).toBe(false);
    expect(textIn(elements(lastPage(refused), 'p')[0] as DefaultTreeAdapterTypes.Element)).toContain('No such user: nobody@crepes.fr');
  });
  test('delivery that fails later is told, too', () => {
    const bounced = run([visit({ kind: 'send', to: ['nobody@hamburger.edu'], subject: '', body: '' })]);
    expect(bounced.steps[0]?.outcome).toMatch(/^bounced: 550 5\.1\.1/);
  });
});

/** Elements of which webmail's own pages are made. */
const PAGE_TAGS = new Set(
  'html head meta title body h1 h2 nav a form input button label p table tbody tr th td dl dt dd pre ul li textarea'.split(' '),
);
function everyTag(node: DefaultTreeAdapterTypes.ParentNode): string[] {
  return node.childNodes.flatMap((child) => ('tagName' in child ? [child.tagName, ...everyTag(child)] : []));
}

describe('a message cannot break out of its page', () => {
  const attack = '</pre><script>alert(1)</script><img src=x onerror=alert(1)><form action=//evil.example>';
  test.each([
    ['in its text', { subject: 'x', body: attack }],
    ['in its subject', { subject: `"'>${attack}`, body: 'x' }],
    ['in its HTML', { octets: `From: x@y.example\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>${attack}\r\n` }],
    ['in its author', { octets: `From: "${attack}" <x@y.example>\r\nSubject: x\r\n\r\nx\r\n` }],
    [
      'in a file’s name',
      { octets: `Subject: x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="${attack}"\r\n\r\nx\r\n` },
    ],
  ])('%s', (_what, message) => {
    const result = run([toAlice(message), READ]);
    expect(result.steps[1]?.succeeded).toBe(true);
    const pages = messages(result, 'response').filter((octets) => octets.includes('<!DOCTYPE html>'));
    expect(pages.length).toBeGreaterThanOrEqual(3);
    for (const octets of pages) {
      const document = parse(textOfOctets(octets.slice(octets.indexOf('\r\n\r\n') + 4)));
      expect(everyTag(document).filter((tag) => !PAGE_TAGS.has(tag))).toEqual([]);
      for (const form of elements(document, 'form')) {
        expect(form.attrs.find(({ name }) => name === 'action')?.value).toMatch(/^\/(login|logout|send|delete)$/);
      }
      expect(octets).toContain("Content-Security-Policy: default-src 'none'");
    }
  });
});

describe('requests that no page makes', () => {
  const ask = (path: string, more: Partial<RequestAction> = {}): RequestAction => ({
    kind: 'http.request',
    host: 'alice-pc',
    site: SITE,
    scheme: 'http',
    port: 80,
    method: 'GET',
    paths: [path],
    fields: [],
    content: null,
    ifChanged: false,
    redirects: 0,
    ...more,
  });
  const post = (path: string, text: string, fields: RequestAction['fields'] = [['Content-Type', 'application/x-www-form-urlencoded']]) =>
    ask(path, { method: 'POST', content: { kind: 'text', text }, fields });
  test.each([
    ['without a session, to the log-in', ask('/inbox'), '303 See Other'],
    ['nor by a made-up one', ask('/inbox', { fields: [['Cookie', `session=${'0'.repeat(32)}`]] }), '303 See Other'],
    ['a form without a session', post('/delete', 'uid=1'), '303 See Other'],
    ['no such page', ask('/nowhere'), '404 Not Found'],
    ['the root leads on', ask('/'), '303 See Other'],
    ['a method that a page has not', post('/inbox', 'a=b'), '405 Method Not Allowed'],
    ['GET where something would change', ask('/delete'), '405 Method Not Allowed'],
    ['a form in another type', post('/login', '{}', [['Content-Type', 'application/json']]), '415 Unsupported Media Type'],
    ['a form that is too large', post('/login', 'x'.repeat(1024 * 1024 + 1)), '413 Content Too Large'],
    ['HEAD', ask('/login', { method: 'HEAD' }), '200 OK'],
  ])('%s', (_what, action, outcome) => expect(outcomes(run([action]))[0]).toMatch(new RegExp(`^${outcome}`)));

  test('a form that another site made a browser send is refused: it has the cookie, not the token', () => {
    const logged = run([toAlice({ subject: 'keep me' }), READ]);
    const cookie = /Set-Cookie: (session=[0-9a-f]{32})/.exec(messages(logged, 'response').join('\n'))?.[1] as string;
    const forged = (token: string) =>
      post('/delete', `uid=1&token=${token}`, [
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Cookie', cookie],
      ]);
    // The same seed gives the same session.
    const result = run([toAlice({ subject: 'keep me' }), READ, forged('guess'), READ]);
    expect(outcomes(result).slice(2)).toEqual([expect.stringMatching(/^403 Forbidden/), '1 message, 0 new']);
    const token = /name="token" value="([0-9a-f]{32})"/.exec(messages(logged, 'response').join('\n'))?.[1] as string;
    expect(outcomes(run([toAlice({ subject: 'keep me' }), READ, forged(token), READ]))[3]).toBe('0 messages, 0 new');
  });
});

describe('https', () => {
  const secure = { https: true };
  const read = visit({ kind: 'read' }, { scheme: 'https', port: 443 });
  test('nothing of it is in clear', () => {
    const result = run([toAlice({ subject: 'secret' }), read], secure);
    expect(outcomes(result)[1]).toBe('1 message, 1 new: secret');
    expect(messages(result, 'request')).toEqual([]);
  });
  test('port 80 sends everybody there', () => {
    const result = run([toAlice({ subject: 'secret' }), READ], secure);
    expect(outcomes(result)[1]).toBe('1 message, 1 new: secret');
    expect(firstLines(result, 'response')).toEqual(['HTTP/1.1 308 Permanent Redirect']);
  });
  test('a certificate that is not to be trusted ends it before the password is told', () => {
    const result = run([read], { ...secure, certificate: { names: [SITE], flaw: 'self-signed' } });
    expect(result.steps[0]?.succeeded).toBe(false);
    expect(result.innerMessages.rows).toBeLessThan(8);
  });
});

test('same seed, same run', () => {
  const twice = [1, 2].map(() => run([toAlice({ subject: 'x' }), READ]).fingerprint);
  expect(twice[0]).toBe(twice[1]);
});
