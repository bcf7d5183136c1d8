/** The parts of a message as filters read them: what each is, decoded. */
import { decodeBase64 } from '../../base64.ts';
import { textOfOctets } from '../../network/octets.ts';
import { decodeMessage, fieldOf } from '../message/message-format.ts';
import { decodeQuotedPrintable } from '../message/transfer-encoding.ts';

export interface ReadablePart {
  /** Lower case, `text/html`. */
  readonly type: string;
  readonly fileName: string | null;
  /** Decoded content, one char an octet. */
  readonly octets: string;
  /** null for what is no text. */
  readonly text: string | null;
  readonly html: boolean;
}

/** PROVISIONAL */
export function readableParts(content: string, depth = 0): readonly ReadablePart[] {
  const message = decodeMessage(content);
  const type = fieldOf(message, 'Content-Type')?.value ?? 'text/plain';
  const body = content.slice(message.bodyStart);
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary && depth < 8) {
    return body
      .split(`--${boundary}`)
      .slice(1, 100)
      .filter((part) => !part.startsWith('--'))
      .flatMap((part) => readableParts(part.replace(/^[ \t]*\r\n/, '').replace(/\r\n$/, ''), depth + 1));
  }
  const encoding = fieldOf(message, 'Content-Transfer-Encoding')?.value.toLowerCase();
  const octets = encoding === 'base64' ? decodeBase64(body) : encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body;
  const media = (type.split(';')[0] as string).trim().toLowerCase();
  const name = /name="?([^";]+)"?/i.exec(`${type};${fieldOf(message, 'Content-Disposition')?.value ?? ''}`)?.[1] ?? null;
  return [
    {
      type: media,
      fileName: name,
      octets,
      text: media.startsWith('text/') ? textOfOctets(octets) : null,
      html: media === 'text/html',
    },
  ];
}
