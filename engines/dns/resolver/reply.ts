/** What comes back for a query, and what counts as its reply (RFC 5452 §9.1). */
import type { Address } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { type Message, type Question, sameQuestion } from '../wire/message.ts';

export const DNS_PORT = 53;

export type Reply =
  | { readonly kind: 'response'; readonly message: Message; readonly from: Address; readonly roundTrip: Nanoseconds }
  | { readonly kind: 'timeout' }
  /** More replies than the host puts up with did not match: somebody may be forging some (RFC 5452 §9.3). */
  | { readonly kind: 'suspect' }
  /** No socket or no connection could be had. */
  | { readonly kind: 'failure' };

/** Why a message is no reply to the query; undefined if it is one. */
export function mismatch(sent: Message, message: Message): string | undefined {
  if (!message.response || message.id !== sent.id) return 'ignores a reply whose ID is not the query’s';
  const question = message.questions[0];
  // An error may come without the question: the server may not have understood it.
  if (!question) return message.responseCode === 'NOERROR' ? 'ignores a reply without a question' : undefined;
  return sameQuestion(question, sent.questions[0] as Question) ? undefined : 'ignores a reply to another question';
}
