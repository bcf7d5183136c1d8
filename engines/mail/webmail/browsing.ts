/**
 * What a person does in webmail, by a browser: follows links, fills in forms. The pages say what there is; nothing is known beforehand but
 * where the site is. Cookies are kept as browsers keep them, so that who has logged in once stays so.
 */

import { type Contents, literalStart } from '../../contents.ts';
import { count } from '../../format.ts';
import { type ClientOptions, type ClientRequest, HttpClient } from '../../http/client.ts';
import { fetchWhole } from '../../http/fetching.ts';
import { fieldValue, fieldValues } from '../../http/wire/header-field.ts';
import { resolveReference, type Url } from '../../http/wire/request-target.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import type { StepOutcome } from '../../protocol.ts';
import { CookieJar } from './cookies.ts';
import { encodeForm, FORM_TYPE } from './form.ts';
import { type PageForm, readPage, type WebPage } from './page-reader.ts';
import type { WebmailAction } from './scenario.ts';

const REDIRECTS_LIMIT = 20;

interface Visited extends WebPage {
  readonly status: number;
  readonly url: Url;
}
interface Failure {
  readonly failure: string;
}

/** A browser on a host: gone with what it keeps when the host crashes. */
export class WebmailBrowser {
  readonly #host: Host;
  readonly #client: HttpClient;
  readonly #cookies = new CookieJar();

  constructor(host: Host, options: ClientOptions) {
    this.#host = host;
    this.#client = new HttpClient(host, options);
  }

  /** `whenSent`: what became of a message once webmail has taken it. */
  *perform(action: WebmailAction, whenSent: () => Process<StepOutcome>): Process<StepOutcome> {
    const { scheme, site, port } = action;
    const inbox = yield* this.#logIn({ scheme, host: site, port, path: '/inbox' }, action);
    if ('failure' in inbox) return told(inbox);
    const done = yield* this.#task(inbox, action, whenSent);
    if (!action.logOut) return done;
    const form = inbox.forms.find((one) => one.action === '/logout');
    const left = form ? yield* this.#submit(inbox, form, {}) : { failure: 'there is nothing to log out by' };
    return 'failure' in left ? told(left) : done;
  }

  /** The inbox, by way of the log-in where that is asked for. */
  *#logIn(url: Url, { address, password }: WebmailAction): Process<Visited | Failure> {
    const page = yield* this.#visit({ method: 'GET', url, fields: [] });
    if ('failure' in page) return page;
    const form = page.forms.find(({ fields }) => fields.some(([name]) => name === 'password'));
    if (!form) return page.status < 400 ? page : { failure: `${page.status} ${page.title}` };
    const next = yield* this.#submit(page, form, { address, password: textOfOctets(password) });
    if ('failure' in next) return next;
    return next.status < 400 ? next : { failure: 'log-in refused' };
  }

  *#task(inbox: Visited, { task }: WebmailAction, whenSent: () => Process<StepOutcome>): Process<StepOutcome> {
    // Oldest first; the page has the newest on top.
    const messages = inbox.links.filter(({ href }) => href.startsWith('/message?')).toReversed();
    switch (task.kind) {
      case 'read': {
        const fresh = messages.filter(({ rowClass }) => rowClass === 'new');
        const read: string[] = [];
        for (const { href } of fresh) {
          const page = yield* this.#follow(inbox, href);
          if ('failure' in page) return told(page);
          read.push(page.title);
        }
        const titles = read.length > 0 ? `: ${read.slice(0, 3).join(', ')}${read.length > 3 ? ', …' : ''}` : '';
        return { outcome: `${count(messages.length, 'message')}, ${read.length} new${titles}`, succeeded: true };
      }
      case 'delete': {
        const link = messages[task.place - 1];
        if (!link) return { outcome: `there is no message ${task.place}`, succeeded: false };
        const page = yield* this.#follow(inbox, link.href);
        if ('failure' in page) return told(page);
        const form = page.forms.find(({ action }) => action === '/delete');
        const after = form ? yield* this.#submit(page, form, {}) : { failure: 'there is nothing to delete it by' };
        return 'failure' in after ? told(after) : { outcome: `deleted ${page.title}`, succeeded: after.status < 400 };
      }
      case 'send': {
        const page = yield* this.#follow(inbox, '/compose');
        if ('failure' in page) return told(page);
        const form = page.forms.find(({ action }) => action === '/send');
        const { to, subject, body } = task;
        const after = form
          ? yield* this.#submit(page, form, { to: to.join(', '), subject, body: body.replace(/\r\n?|\n/g, '\r\n') })
          : { failure: 'there is nothing to write with' };
        if ('failure' in after) return told(after);
        if (after.status >= 400) return { outcome: `${after.status} ${after.title}`, succeeded: false };
        return yield* whenSent();
      }
    }
  }

  *#follow({ url }: Visited, href: string): Process<Visited | Failure> {
    const to = resolveReference(url, href);
    return to ? yield* this.#visit({ method: 'GET', url: to, fields: [] }) : { failure: `${href} is no link` };
  }

  /** With what the page has filled in, and `values` written over it. */
  *#submit({ url }: Visited, form: PageForm, values: Readonly<Record<string, string>>): Process<Visited | Failure> {
    const to = resolveReference(url, form.action);
    if (!to) return { failure: `${form.action} is no address for a form` };
    const fields = form.fields.map(([name, value]) => [name, values[name] ?? value] as const);
    const body: Contents = [bytesOfOctets(encodeForm(fields))];
    return yield* this.#visit({ method: form.method, url: to, fields: [{ name: 'Content-Type', value: FORM_TYPE }], body });
  }

  /** The page that a request leads to in the end. */
  *#visit(first: ClientRequest): Process<Visited | Failure> {
    let request = first;
    for (let redirects = 0; redirects <= REDIRECTS_LIMIT; redirects++) {
      const cookie = this.#cookies.header(request.url, this.#host.now());
      const fields = cookie === null ? request.fields : [...request.fields, { name: 'Cookie', value: cookie }];
      // Redirects are followed here, since each step may set a cookie and bring others back.
      const fetched = yield* fetchWhole({ ...request, fields }, (one) => this.#client.request(one), 0);
      if ('failure' in fetched) return fetched;
      this.#cookies.store(fieldValues(fetched.fields, 'Set-Cookie'), request.url, this.#host.now());
      const location = fieldValue(fetched.fields, 'Location');
      const next = location !== null && fetched.status >= 300 && fetched.status < 400 ? resolveReference(request.url, location) : null;
      if (!next) {
        const page = readPage(textOfOctets(octetsOf(literalStart(fetched.contents))));
        return { ...page, status: fetched.status, url: request.url };
      }
      // RFC 9110 §15.4.4: 303 is answered by GET; 308 keeps the method and what it carries (§15.4.9).
      request = fetched.status === 308 || fetched.status === 307 ? { ...request, url: next } : { method: 'GET', url: next, fields: [] };
    }
    return { failure: 'redirected in a circle' };
  }
}

function told({ failure }: Failure): StepOutcome {
  return { outcome: failure, succeeded: false };
}
