/**
 * What a spam filter sees of a message: its words (Graham, “A Plan for Spam”, 2002, and “Better Bayesian Filtering”, 2003).
 *
 * Theory of operation. Words are runs of letters, digits, `$`, `'` and `-`, in lower case. Those of the subject are told from the same
 * ones of the text by the prefix `subject:`, since a subject weighs otherwise; the author's address and its domain are `from:`, the hosts
 * of links `link:` (their URLs are no words). Tags of HTML are read over, comments leave no gap (a word cut in two by one is put
 * together), references are resolved. A message is the set of its tokens: how often one stands in it does not count.
 * Limits: 256 KiB of text, 4,000 tokens; words have 3 to 24 characters, of longer ones the first 24 count.
 */
import { parseAddressList } from '../../message/address-list.ts';
import { decodeUnstructured } from '../../message/encoded-word.ts';
import { decodeMessage, fieldOf } from '../../message/message-format.ts';
import { linksOf } from '../links/links.ts';
import { readableParts } from '../readable-parts.ts';

export const TOKENS_LIMIT = 4_000;
const TEXT_LIMIT = 256 * 1024;
const WORD = /[\p{L}\p{N}$][\p{L}\p{N}$'’-]{2,}/gu;
const WORD_LIMIT = 24;

/** Each token once, in the order of the message. Any octets are a message. */
export function tokensOf(content: string): readonly string[] {
  const tokens = new Set<string>();
  const add = (token: string) => {
    if (tokens.size < TOKENS_LIMIT) tokens.add(token);
  };
  const addWords = (text: string, prefix: string) => {
    for (const [word] of text.slice(0, TEXT_LIMIT).matchAll(WORD)) {
      if (!/^[\p{N}$]+$/u.test(word) || word.includes('$')) add(prefix + word.slice(0, WORD_LIMIT).toLowerCase());
    }
  };
  const message = decodeMessage(content);
  const subject = fieldOf(message, 'Subject');
  if (subject) addWords(decodeUnstructured(subject.value), 'subject:');
  const author = parseAddressList(fieldOf(message, 'From')?.value ?? '').find(({ host }) => host !== null);
  if (author) {
    add(`from:${author.mailbox}@${author.host}`.toLowerCase());
    add(`from:${author.host}`.toLowerCase());
  }
  for (const part of readableParts(content)) {
    if (part.text === null) continue;
    const { text, links } = linksOf(part.text, part.html);
    addWords(text.replace(/https?:\/\/\S+/gi, ' '), '');
    for (const { host } of links) if (host !== null) add(`link:${host}`);
  }
  return [...tokens];
}
