/**
 * Answers that depend on who asks: a server may give of a set of records those alone that are best for the client, as the servers of
 * content distribution networks do. Who knows what is best is none of DNS; it is set up here for a host, and the name server on that
 * host asks it.
 */
import type { Address, Host } from '../../network/host.ts';
import type { Message } from '../wire/message.ts';

/** What of a response to give to a client at that address, which for a resolver is the resolver's own. Called once a query. */
export type AnswerSelection = (message: Message, asker: Address) => Message;

const selections = new WeakMap<Host, AnswerSelection>();

/** From now on, what the name server on that host answers from its own zones goes through `selection`. */
export function selectAnswers(host: Host, selection: AnswerSelection): void {
  selections.set(host, selection);
}

export function selectionOf(host: Host): AnswerSelection | undefined {
  return selections.get(host);
}
