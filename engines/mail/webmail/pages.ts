/** Webmail's pages. Whatever a message says is text in them, whoever wrote it. */
import { formatSize } from '../../format.ts';
import { readHtml } from '../filters/links/html-text.ts';
import { INBOX } from '../mailbox/folder.ts';
import type { StoredMessage } from '../mailbox/mailbox-store.ts';
import { decodeUnstructured } from '../message/encoded-word.ts';
import { fieldOf } from '../message/message-format.ts';
import { contentOf, type Entity, fileNameOf, isAttachment, leavesOf, parseMime, textOf } from '../message/mime.ts';
import { encodeForm } from './form.ts';
import { type Html, html } from './html.ts';
import { isSeen } from './mailbox-access.ts';
import type { Session } from './sessions.ts';

/** Messages that a folder's page lists, the newest. */
const LISTED = 200;
/** Characters of a message that are shown. */
const SHOWN = 200_000;
const SHOWN_FIELDS = ['From', 'To', 'Cc', 'Date', 'Subject'];

function page(title: string, body: Html): Html {
  return html`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}

export function loginPage(problem: string | null, address = ''): Html {
  return page(
    'Log in',
    html`${problem === null ? [] : html`<p role="alert">${problem}</p>`}
<form method="post" action="/login">
<p><label>Address <input type="email" name="address" value="${address}" required></label></p>
<p><label>Password <input type="password" name="password" required></label></p>
<p><button>Log in</button></p>
</form>`,
  );
}

function bar({ address, token }: Session, folders: readonly string[]): Html {
  const links = folders.map((name) => html`<a href="${folderPath(name)}">${titleOf(name)}</a> `);
  return html`<nav>${links}<a href="/compose">Compose</a>
<form method="post" action="/logout"><input type="hidden" name="token" value="${token}"><button>Log out ${address}</button></form></nav>`;
}

export function folderPage(session: Session, folders: readonly string[], folder: string, messages: readonly StoredMessage[]): Html {
  const rows = messages
    .slice(-LISTED)
    .toReversed()
    .map((message) => {
      const entity = parseMime(message.octets);
      const path = messagePath(folder, message.uid);
      return html`<tr class="${isSeen(message) ? 'seen' : 'new'}"><td>${field(entity, 'From')}</td><td><a href="${path}">${field(entity, 'Subject') || '(no subject)'}</a></td><td>${field(entity, 'Date')}</td></tr>
`;
    });
  const table = html`<table>
<tr><th>From</th><th>Subject</th><th>Date</th></tr>
${rows}</table>`;
  return page(
    titleOf(folder),
    html`${bar(session, folders)}
${messages.length === 0 ? html`<p>No messages.</p>` : table}`,
  );
}

export function messagePage(session: Session, folders: readonly string[], folder: string, { uid, octets }: StoredMessage): Html {
  const message = parseMime(octets);
  const fields = SHOWN_FIELDS.flatMap((name) => {
    const value = field(message, name);
    return value === ''
      ? []
      : [
          html`<dt>${name}</dt><dd>${value}</dd>
`,
        ];
  });
  const attachments = [...leavesOf(message)].filter(isAttachment).map((part) => {
    const size = formatSize(contentOf(octets, part).length);
    return html`<li>${fileNameOf(part) ?? part.type} (${part.type}, ${size})</li>
`;
  });
  return page(
    field(message, 'Subject') || '(no subject)',
    html`${bar(session, folders)}
<dl>
${fields}</dl>
<pre>${shownText(octets, message).slice(0, SHOWN)}</pre>
${
  attachments.length === 0
    ? []
    : html`<h2>Attachments</h2>
<ul>
${attachments}</ul>`
}
<form method="post" action="/delete">
<input type="hidden" name="token" value="${session.token}">
<input type="hidden" name="folder" value="${folder}">
<input type="hidden" name="uid" value="${uid}">
<button>Delete</button>
</form>`,
  );
}

export function composePage(
  session: Session,
  folders: readonly string[],
  problem: string | null,
  draft = { to: '', subject: '', body: '' },
): Html {
  return page(
    'Compose',
    html`${bar(session, folders)}
${problem === null ? [] : html`<p role="alert">${problem}</p>`}
<form method="post" action="/send">
<input type="hidden" name="token" value="${session.token}">
<p><label>To <input name="to" value="${draft.to}" required></label></p>
<p><label>Subject <input name="subject" value="${draft.subject}"></label></p>
<p><textarea name="body" rows="20" cols="72">
${draft.body}</textarea></p>
<p><button>Send</button></p>
</form>`,
  );
}

export function noticePage(title: string, text: string): Html {
  return page(
    title,
    html`<p>${text}</p>
<p><a href="/inbox">Inbox</a></p>`,
  );
}

export function folderPath(folder: string): string {
  return folder === INBOX ? '/inbox' : `/inbox?${encodeForm([['folder', folder]])}`;
}

function messagePath(folder: string, uid: number): string {
  const where = folder === INBOX ? [] : [['folder', folder] as const];
  return `/message?${encodeForm([...where, ['uid', String(uid)]])}`;
}

function titleOf(folder: string): string {
  return folder === INBOX ? 'Inbox' : folder;
}

/** Decoded; empty without one. */
function field(message: Entity, name: string): string {
  const found = fieldOf(message, name);
  return found ? decodeUnstructured(found.value) : '';
}

/** The plain text, else what an HTML part reads like: its markup is never handed on. */
function shownText(octets: string, message: Entity): string {
  const texts = [...leavesOf(message)].filter((leaf) => leaf.type.startsWith('text/') && !isAttachment(leaf));
  const chosen = texts.find(({ type }) => type === 'text/plain') ?? texts[0];
  if (!chosen) return '';
  const text = textOf(octets, chosen) ?? '';
  return chosen.type === 'text/html' ? readHtml(text).text.trim() : text;
}
