/**
 * The webmail server: HTML pages in front of the mailboxes, and SMTP behind the form that sends (RFC 9110; HTML Living Standard §4.10).
 *
 * Theory of operation. Between a person's browser and their mail server goes HTTP: pages to read, forms to send, delete, log in and out.
 * What is sent leaves here by SMTP, as from any user agent. A person is known by a session's name in a cookie; without one, every page
 * leads to the log-in. A GET changes nothing but that a message counts as seen; what changes something is a POST that carries the
 * session's token, so that no other site can have a browser send it. After a POST comes 303, so that a reload sends nothing twice.
 * Pages may load nothing and run nothing (Content-Security-Policy), and are stored nowhere.
 */

import { bytesOf } from '../../content.ts';
import { type Handler, plainResponse, type ServedRequest, type ServedResponse } from '../../http/server.ts';
import { type Fields, fieldValue } from '../../http/wire/header-field.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { bytesOfOctets, octetsOf, utf8Octets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import { parseMailbox } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';
import { cookieIn, setCookie } from './cookies.ts';
import { decodeForm, FORM_TYPE, type FormFields, formValue } from './form.ts';
import { type Html, octetsOfHtml } from './html.ts';
import { INBOX, type MailboxAccess } from './mailbox-access.ts';
import { composePage, folderPage, folderPath, loginPage, messagePage, noticePage } from './pages.ts';
import type { WebmailService } from './scenario.ts';
import { type Session, Sessions } from './sessions.ts';

/** A message to be sent for a user; null when a mail server took it for all recipients, or why not. */
export type Submit = (from: MailAddress, to: readonly MailAddress[], subject: string, body: string) => Process<string | null>;

/** Greatest content of a form. */
const CONTENT_LIMIT: Bytes = 1024 * 1024;
/** RFC 5321 §4.5.3.1.8. */
const RECIPIENTS_LIMIT = 100;
const COOKIE = 'session';

const HTML_FIELDS: Fields = [
  { name: 'Content-Type', value: 'text/html; charset=utf-8' },
  { name: 'Cache-Control', value: 'no-store' },
  { name: 'Content-Security-Policy', value: "default-src 'none'; form-action 'self'; frame-ancestors 'none'" },
  { name: 'X-Content-Type-Options', value: 'nosniff' },
];

type Route = 'GET' | 'POST';
const ROUTES: Readonly<Record<string, readonly Route[]>> = {
  '/': ['GET'],
  '/login': ['GET', 'POST'],
  '/logout': ['POST'],
  '/inbox': ['GET'],
  '/message': ['GET'],
  '/compose': ['GET'],
  '/send': ['POST'],
  '/delete': ['POST'],
};

export class WebmailServer {
  readonly #host: Host;
  readonly #service: WebmailService;
  readonly #access: MailboxAccess;
  readonly #submit: Submit;
  readonly #sessions: Sessions;

  constructor(host: Host, service: WebmailService, access: MailboxAccess, submit: Submit) {
    this.#host = host;
    this.#service = service;
    this.#access = access;
    this.#submit = submit;
    this.#sessions = new Sessions(host, service.session);
  }

  readonly handler: Handler = (request) => this.#answer(request);

  *#answer(request: ServedRequest): Process<ServedResponse> {
    const [path = '/', query = ''] = (request.url?.path ?? '/').split('?', 2);
    const methods = ROUTES[path];
    if (!methods || request.url === null) return page(404, noticePage('Not found', 'There is no such page.'));
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (!methods.some((one) => one === method)) {
      const allow = methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])).join(', ');
      return plainResponse(405, `${path} is for ${allow}`, [{ name: 'Allow', value: allow }]);
    }
    if (method === 'GET') return this.#page(path, decodeForm(query), this.#sessionOf(request));
    const form = yield* readForm(request);
    if ('status' in form) return form;
    if (path === '/login') return yield* this.#logIn(form);
    const session = this.#sessionOf(request);
    if (!session) return seeOther('/login');
    if (formValue(form, 'token') !== session.token) {
      this.#host.narrator.note('webmail: a form without its token is refused');
      return page(403, noticePage('Refused', 'This form was not made for your session.'));
    }
    switch (path) {
      case '/send':
        return yield* this.#send(session, form);
      case '/delete':
        return this.#delete(session, form);
      default:
        return this.#logOut(session);
    }
  }

  #sessionOf({ fields }: ServedRequest): Session | null {
    const id = cookieIn(fieldValue(fields, 'Cookie') ?? '', COOKIE);
    return id === null ? null : this.#sessions.find(id);
  }

  #page(path: string, query: FormFields, session: Session | null): ServedResponse {
    if (path === '/login') return page(200, loginPage(null));
    if (!session) return seeOther('/login');
    const { address } = session;
    const folders = this.#access.folders(address);
    const folder = formValue(query, 'folder') ?? INBOX;
    switch (path) {
      case '/inbox':
        if (!folders.includes(folder)) return page(404, noticePage('Not found', 'There is no such folder.'));
        return page(200, folderPage(session, folders, folder, this.#access.messages(address, folder)));
      case '/message': {
        const message = this.#access.open(address, folder, Number(formValue(query, 'uid')));
        if (!message) return page(404, noticePage('Not found', 'There is no such message.'));
        return page(200, messagePage(session, folders, folder, message));
      }
      case '/compose':
        return page(200, composePage(session, folders, null));
      default:
        return seeOther('/inbox');
    }
  }

  *#logIn(form: FormFields): Process<ServedResponse> {
    const given = formValue(form, 'address') ?? '';
    const address = yield* this.#access.logIn(given, utf8Octets(formValue(form, 'password') ?? ''));
    if (address === null) {
      this.#host.narrator.note(`webmail: log-in refused for ${given.slice(0, 100)}`);
      return page(403, loginPage('Address or password is wrong.', given));
    }
    const { id } = this.#sessions.begin(address);
    return seeOther('/inbox', [{ name: 'Set-Cookie', value: setCookie(COOKIE, id, { secure: this.#service.https }) }]);
  }

  #logOut({ id }: Session): ServedResponse {
    this.#sessions.end(id);
    return seeOther('/login', [{ name: 'Set-Cookie', value: setCookie(COOKIE, '', { secure: this.#service.https, maxAge: 0 }) }]);
  }

  *#send(session: Session, form: FormFields): Process<ServedResponse> {
    const [to, subject, body] = ['to', 'subject', 'body'].map((name) => formValue(form, name) ?? '') as [string, string, string];
    const recipients = to.split(/[\s,;]+/).filter((one) => one !== '');
    const wrong = recipients.find((one) => 'error' in parseMailbox(one));
    const again = (status: number, problem: string) =>
      page(status, composePage(session, this.#access.folders(session.address), problem, { to, subject, body }));
    if (recipients.length === 0) return again(422, 'Name a recipient.');
    if (recipients.length > RECIPIENTS_LIMIT) return again(422, `At most ${RECIPIENTS_LIMIT} recipients.`);
    if (wrong !== undefined) return again(422, `${wrong} is no mail address.`);
    // Text from a form has CRLF at its line ends (HTML Living Standard §4.10.22.4).
    const problem = yield* this.#submit(session.address, recipients, subject, body.replace(/\r\n?/g, '\n'));
    return problem === null ? seeOther('/inbox') : again(502, `Not sent: ${problem}.`);
  }

  #delete({ address }: Session, form: FormFields): ServedResponse {
    const folder = formValue(form, 'folder') ?? INBOX;
    if (this.#access.remove(address, folder, Number(formValue(form, 'uid')))) return seeOther(folderPath(folder));
    return page(404, noticePage('Not found', 'There is no such message.'));
  }
}

/** The fields of a POST, or what is said of one that has none. */
function* readForm({ fields, body }: ServedRequest): Process<FormFields | ServedResponse> {
  const type = (fieldValue(fields, 'Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== FORM_TYPE) return plainResponse(415, `a form is ${FORM_TYPE}`);
  let octets = '';
  if (body.length !== null && body.length > CONTENT_LIMIT) return plainResponse(413, 'the form is too large');
  for (;;) {
    const content = yield* body.read();
    if (content === null) break;
    if (octets.length + content.length > CONTENT_LIMIT) return plainResponse(413, 'the form is too large');
    octets += octetsOf(bytesOf(content));
  }
  return body.problem === null ? decodeForm(octets) : plainResponse(400, 'the form is not whole');
}

function page(status: number, content: Html): ServedResponse {
  return { status, fields: HTML_FIELDS, body: [bytesOfOctets(octetsOfHtml(content))] };
}

/** RFC 9110 §15.4.4. */
function seeOther(path: string, fields: Fields = []): ServedResponse {
  return { status: 303, fields: [{ name: 'Location', value: path }, { name: 'Cache-Control', value: 'no-store' }, ...fields] };
}
