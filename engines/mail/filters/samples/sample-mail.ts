/**
 * Mail made up for training and testing filters: what people write, spam, phishing, and malware (EICAR's harmless test file).
 *
 * Theory of operation. A message is some sentences out of two stocks, what friends write and what spammers do, and of a third that
 * both use. `disguise` is the share of sentences, on the average, that it borrows from the other kind; how many one message borrows
 * is drawn from none to twice as many, so that some of each kind are hard to tell. Same stream, same mail.
 */
import type { RandomStream } from '../../../kernel/random.ts';
import { utf8Octets } from '../../../network/octets.ts';
import type { Ratio } from '../../../quantities.ts';
import type { Heading } from '../../message/composition.ts';
import { encodeUnstructured } from '../../message/encoded-word.ts';
import { foldField } from '../../message/message-format.ts';
import { type EntityDraft, joined, writeEntity } from '../../message/mime-writer.ts';
import { EICAR } from '../malware/signatures.ts';
import { COMMON, HAM, PEOPLE, type Phrases, SPAM } from './phrases.ts';

export type SampleKind = 'ham' | 'spam' | 'phishing' | 'malware';

/** Of sentences, those that both kinds use. */
const COMMON_SHARE = 0.3;

/** The octets of a message, lines ended by CRLF. `disguise` 0 to 0.5. */
export function sampleMail(kind: SampleKind, heading: Heading, random: RandomStream, disguise: Ratio): string {
  switch (kind) {
    case 'ham':
      return plain(heading, prose(HAM, SPAM, random, disguise), linkTo(random, 'notes', 0.5));
    case 'spam':
      return plain(heading, prose(SPAM, HAM, random, disguise), linkTo(random, 'offers', 0.8));
    case 'phishing':
      return phishing(heading, random);
    case 'malware':
      return malware(heading, random);
  }
}

interface Prose {
  readonly subject: string;
  readonly lines: readonly string[];
}

function prose(own: Phrases, other: Phrases, random: RandomStream, disguise: Ratio): Prose {
  const borrowed = 2 * disguise * random.float();
  const from = () => (random.float() < borrowed ? other : own);
  const lines: string[] = [];
  const count = 4 + random.below(8);
  for (let i = 0; i < count; i++) {
    const sentences = random.float() < COMMON_SHARE ? COMMON : from().sentences;
    lines.push(filled(drawn(sentences, random), random));
  }
  return { subject: filled(drawn(from().subjects, random), random), lines };
}

function plain(heading: Heading, { subject, lines }: Prose, link: string | null): string {
  return message(heading, subject, text('text/plain', [...lines, ...(link === null ? [] : [link])]));
}

/** Some have one, some have none. */
function linkTo(random: RandomStream, name: string, share: Ratio): string | null {
  return random.float() < share ? `http://${name}${random.below(100)}.example/` : null;
}

/** Each of them has one sign that can be seen: another host than shown, a look-alike, a bare address, a host before an `@`. */
function phishing(heading: Heading, random: RandomStream): string {
  const evil = `account${random.below(100)}.example`;
  const [href, shown] = drawn(
    [
      [`http://${evil}/login`, 'https://www.globalpay.example/login'],
      ['https://g1obalpay.example/login', 'Log in'],
      // A Cyrillic а in the place of the Latin one.
      ['https://xn--globalpy-76g.example/login', 'Log in'],
      [`http://192.0.2.${1 + random.below(254)}/globalpay/`, 'Confirm your account'],
      [`https://www.globalpay.example@${evil}/`, 'Confirm your account'],
    ] as const,
    random,
  );
  const html = [
    '<html><body>',
    '<p>Dear customer,</p>',
    '<p>your account has been limited. Confirm your data within 24 hours:</p>',
    `<p><a href="${href}">${shown}</a></p>`,
    '<p>Your security team</p>',
    '</body></html>',
  ];
  return message(heading, 'Your account has been limited', text('text/html', html));
}

function malware(heading: Heading, random: RandomStream): string {
  const fileName = `invoice-${1000 + random.below(9000)}.com`;
  const attachment: EntityDraft = {
    type: 'application/octet-stream',
    disposition: { kind: 'attachment', fileName },
    content: { octets: EICAR },
  };
  const parts = [text('text/plain', ['Please find your invoice attached.']), attachment];
  return message(heading, 'Your invoice', { type: 'multipart/mixed', content: { parts } });
}

function text(type: 'text/plain' | 'text/html', lines: readonly string[]): EntityDraft {
  return { type, parameters: [['charset', 'utf-8']], content: { octets: utf8Octets(lines.map((line) => `${line}\r\n`).join('')) } };
}

function message(heading: Heading, subject: string, draft: EntityDraft): string {
  const { from, to, date, messageId } = heading;
  const { fields, body } = writeEntity(draft);
  const addressees = to.map((address, i) => (i < to.length - 1 ? `${address},` : address));
  const header = [
    foldField('From', [from]),
    foldField('To', addressees),
    foldField('Subject', encodeUnstructured(subject).split(' ')),
    foldField('Date', [date]),
    foldField('Message-ID', [messageId]),
    'MIME-Version: 1.0',
  ];
  return joined({ fields: [...header, ...fields], body });
}

function filled(text: string, random: RandomStream): string {
  return text.replaceAll('#', () => String(1 + random.below(20))).replaceAll('@', () => drawn(PEOPLE, random));
}

function drawn<T>(values: readonly T[], random: RandomStream): T {
  return values[random.below(values.length)] as T;
}
