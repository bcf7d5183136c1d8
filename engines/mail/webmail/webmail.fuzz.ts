/**
 * What webmail and its browsers read: forms, cookies, dates, pages, requests to a server. Whatever the bytes: nothing throws, what was
 * read of a form is written and read to the same, no text gets out of its place in a page, and no one is let in without a session.
 */
import type { FuzzTarget } from '../../fuzz-target.ts';
import type { ServedRequest } from '../../http/server.ts';
import type { Url } from '../../http/wire/request-target.ts';
import type { Process } from '../../kernel/process.ts';
import { randomStream } from '../../kernel/random.ts';
import type { Host } from '../../network/host.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import { MINUTE } from '../../quantities.ts';
import { Logins } from '../mailbox/logins.ts';
import { parseCookieDate } from './cookie-date.ts';
import { CookieJar, cookieIn } from './cookies.ts';
import { decodeForm, encodeForm, FORM_TYPE } from './form.ts';
import { html } from './html.ts';
import { MailboxAccess } from './mailbox-access.ts';
import { readPage } from './page-reader.ts';
import { loginPage } from './pages.ts';
import { WebmailServer } from './webmail-server.ts';

const TEXTS = [
  'address=alice%40crepes.fr&password=ketch%C3%BCp+1',
  'token=00112233445566778899aabbccddeeff&folder=Junk&uid=17',
  'to=bob%40hamburger.edu%2C+x%40y.z&subject=a&body=%0D%0A.%0D%0A',
  'session=00112233445566778899aabbccddeeff; Domain=.crepes.fr; Path=/a; Max-Age=10; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  '<form method="post" action="/x"><input name="a" value="b&amp;c"><textarea name=t>\nx</textarea></form><tr class="new"><td><a href="/m?uid=1">x</a>',
  '</p><script>alert(1)</script>"\'&#39;',
];
const URL: Url = { scheme: 'https', host: 'webmail.crepes.fr', port: 443, path: '/mail/inbox' };
const SLOTS = loginPage('', '').text.match(/[<>]/g)?.length;
const PATHS = ['/login', '/send', '/delete', '/logout', '/inbox', '/message', '/compose'];

/** A host on which nothing is remembered: a million log-ins leave nothing behind. */
const host = {
  name: 'mail',
  narrator: { state() {}, note() {}, measure() {} },
  disk: { get: () => undefined, set() {}, delete() {}, names: () => [] },
  now: () => 0,
  random: (purpose: string) => randomStream(1, purpose),
  *sleep() {},
} as unknown as Host;
const server = new WebmailServer(
  host,
  {
    kind: 'mail.webmail',
    host: 'mail',
    name: URL.host,
    inDns: true,
    https: true,
    certificate: { names: [URL.host], flaw: null },
    session: MINUTE,
    at: null,
  },
  new MailboxAccess(host, new Logins(host, { delay: 0, perConnection: 10, lockOut: null }, [])),
  // biome-ignore lint/correctness/useYield: it is known at once.
  function* () {
    return 'nobody may send';
  },
);

const target: FuzzTarget = {
  name: 'webmail',
  corpus: () => TEXTS.map(bytesOfOctets),
  run(bytes) {
    const octets = octetsOf(bytes);
    const text = textOfOctets(octets);
    const form = decodeForm(octets);
    if (JSON.stringify(decodeForm(encodeForm(form))) !== JSON.stringify(form)) throw new Error('a form is written to something else');
    const jar = new CookieJar();
    jar.store(octets.split('\n'), URL, 0);
    const header = jar.header(URL, 1);
    const page = loginPage(text, text).text;
    // As many tags as without any text in it, and one paragraph for the notice.
    if (page.match(/[<>]/g)?.length !== SLOTS) throw new Error('a text opens or closes a tag');
    // One page an input: each gets its share of the inputs.
    const path = PATHS[bytes.length % PATHS.length] as string;
    const statuses = (['GET', 'POST'] as const).map((method) => {
      const { status, fields } = finished(server.handler(requestOf(method, path, octets)));
      if (status === 200 && path !== '/login') throw new Error(`${method} ${path} is answered without a session`);
      return [status, fields.length];
    });
    return JSON.stringify([
      form,
      header,
      cookieIn(octets, 'session'),
      parseCookieDate(octets),
      readPage(text),
      html`${text}`.text,
      statuses,
    ]);
  },
};

export default target;

/** The bytes as query, cookie and content. */
function requestOf(method: 'GET' | 'POST', path: string, octets: string): ServedRequest {
  const content = bytesOfOctets(octets);
  let read = false;
  return {
    method,
    target: { form: 'origin', path },
    url: { ...URL, path: `${path}?${octets}` },
    version: [1, 1],
    fields: [
      { name: 'Content-Type', value: FORM_TYPE },
      { name: 'Cookie', value: octets },
    ],
    body: {
      length: content.length,
      problem: null,
      // biome-ignore lint/correctness/useYield: all of it is there.
      *read() {
        if (read) return null;
        read = true;
        return content;
      },
    } as unknown as ServedRequest['body'],
    remote: { address: '10.0.0.9', port: 1 },
    tls: null,
  };
}

/** Of a process that waits for nothing. */
function finished<T>(process: Process<T>): T {
  const { done, value } = process.next();
  if (!done) throw new Error('the server waits');
  return value as T;
}
