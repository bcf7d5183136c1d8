/** Messages, and the step that sends them. */
import type { Attachment, Composition } from '../../../../engines/mail/scenario.ts';
import {
  fileName,
  headerName,
  host,
  list,
  mailAddress,
  type Name,
  optional,
  property,
  quotedName,
  repeated,
  size,
  subject,
  text,
  wordChoice,
} from '../../entry.ts';
import { fileSource, type GivenSource } from '../../file-source.ts';
import { readMessage, submissionServer, usesMailbox } from '../../mail-message.ts';
import type { Site } from '../../site.ts';
import { step, timing } from '../timing.ts';
import { overTls } from '../tls.ts';
import { protectionOf, protectionProperties } from './end-to-end.ts';
import { submissionOf, submissionProperties } from './submission.ts';

/** A message is held in memory as a whole. */
const attachmentSize = size({ minimum: 0, maximum: 64 * 2 ** 20, units: ['KiB', 'MiB', 'B'] });

/** Those whose files are there; what is wrong with the others is reported. */
function attachmentsOf(given: readonly (GivenSource & { readonly NAME: Name })[], site: Site): Attachment[] {
  return given.flatMap(({ NAME, ...held }) => {
    const source = fileSource(held, site);
    return source === null || source === 'missing' ? [] : [{ name: NAME.text, source }];
  });
}

export const mailMessageVocabulary = [
  step({
    id: 'send',
    remembered: true,
    pattern: 'HOST sends mail from FROM to TO [via SERVER] [SECURITY]',
    slots: { HOST: subject, FROM: mailAddress, TO: list(mailAddress), SERVER: optional(host), ...overTls },
    properties: {
      subject: property(
        'subject TEXT',
        { TEXT: text },
        {
          doc: 'The Subject header field. Without subject and headers, the message has only a body.',
          standard: 'RFC 5322 §3.6.5',
          example: 'subject "Condiments"',
        },
      ),
      body: property(
        'body TEXT',
        { TEXT: text },
        { doc: 'The text of the message; \\n ends a line.', default: 'empty', example: 'body "Do you like ketchup?"' },
      ),
      html: property(
        'html TEXT',
        { TEXT: text },
        {
          doc: 'The text as HTML. With a body beside it, the reader chooses (multipart/alternative).',
          standard: 'RFC 2046 §5.1.4',
          example: 'html "<p>Do you like <b>ketchup</b>?</p>"',
        },
      ),
      attach: repeated(
        'attach NAME ( SIZE | text TEXT | from SOURCE )',
        { NAME: quotedName('a file’s name in quotes'), SIZE: optional(attachmentSize), TEXT: optional(text), SOURCE: optional(fileName()) },
        {
          doc: 'Attaches a file (multipart/mixed): so many octets, this text, or what a real file holds. Its media type goes by the ending of its name.',
          standard: 'RFC 2183 §2.2',
          example: 'attach "photo.jpg" 50 KiB',
        },
      ),
      encoding: property(
        'encoding ENCODING',
        { ENCODING: wordChoice('quoted-printable', 'base64', '8bit') },
        {
          doc: 'How body and HTML are written in what the transport can carry. `8bit` needs servers that offer 8BITMIME.',
          default: 'none for ASCII; else quoted-printable or base64, whichever is shorter',
          standard: 'RFC 2045 §6',
          example: 'encoding base64',
        },
      ),
      header: repeated(
        'header NAME TEXT',
        { NAME: headerName, TEXT: text },
        {
          doc: 'A further header field.',
          standard: 'RFC 5322 §2.2',
          example: 'header Reply-To "alice@crepes.fr"',
        },
      ),
      from: property(
        'from FILE',
        { FILE: fileName('.eml', '.txt') },
        {
          doc: 'Sends a message file as it is, instead of parts.',
          standard: 'RFC 5322',
          example: 'from "newsletter.eml"',
        },
      ),
      ...submissionProperties,
      ...protectionProperties,
    },
    doc: 'A user agent on the host hands a message to the sender’s mail server. With `over tls`, only over a connection that STARTTLS has secured: there is no port for TLS from the start here, as there is to read mail. It is done when the fate of every recipient is known.',
    standard: 'RFC 5321 §3.3',
    example:
      'host alice-pc\nzone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailbox alice@crepes.fr on mail.crepes.fr\nalice-pc sends mail from alice@crepes.fr to bob@hamburger.edu via mail.crepes.fr { subject "Condiments"  body "Do you like ketchup?\\nHow about pickles?"  header Reply-To "alice@crepes.fr" }',
    build(given, block, site) {
      const when = timing(given, site);
      const message: Composition | null = block.from
        ? readMessage(block.from.FILE, site)
        : {
            kind: 'parts',
            subject: block.subject?.TEXT ?? null,
            headers: (block.header ?? []).map(({ NAME, TEXT }) => [NAME.text, TEXT] as const),
            body: block.body?.TEXT ?? '',
            ...(block.html ? { html: block.html.TEXT } : {}),
            ...(block.attach ? { attachments: attachmentsOf(block.attach, site) } : {}),
            ...(block.encoding ? { encoding: block.encoding.ENCODING } : {}),
          };
      if (block.from && (block.subject || block.body || block.header || block.html || block.attach || block.encoding)) {
        site.report('no-message', site.property('from'), 'A message has parts, or comes from a file; not both.');
      }
      site.program.needsDns = true;
      const server = submissionServer(given.FROM, given.SERVER, site);
      for (const recipient of given.TO) usesMailbox(recipient, site);
      if (!when || server === null || message === null) return;
      const to = given.TO.map((name) => name.text);
      const endToEnd = protectionOf(block, given.FROM.text, site);
      site.step(when, given.HOST, (agent) => ({
        kind: 'mail.send',
        host: agent,
        from: given.FROM.text,
        to,
        server,
        message,
        tls: given.SECURITY ?? false,
        ...submissionOf(block),
        ...endToEnd,
      }));
    },
  }),
];
