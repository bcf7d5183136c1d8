/** Which messages of a part a diagram shows. */
import { type Part, text } from '../part.ts';

export interface Filter {
  /** Shown protocols, under protection or not; null: all. */
  readonly protocols: ReadonlySet<string> | null;
  /** Messages from or to one of these hosts; with several, only those between two of them. null: all. */
  readonly hosts: readonly string[] | null;
  /** Part of a label, host or protocol, under protection or not, in any case. Empty: all. */
  readonly text: string;
}

export const EVERYTHING: Filter = { protocols: null, hosts: null, text: '' };

/** What `show sequence of … where protocol is …` asks for. */
function filterOfView(view: { readonly hosts: readonly string[]; readonly protocols: readonly string[] }): Filter {
  return {
    protocols: view.protocols.length > 0 ? new Set(view.protocols) : null,
    hosts: view.hosts.length > 0 ? view.hosts : null,
    text: '',
  };
}

/** What a diagram shows at first: what its one view asks for. A whole notebook has a view for each of its cells: then, everything. */
export function filterOfPart({ views }: Part): Filter {
  const asked = views.flatMap(({ view }) => (view.kind === 'sequence' ? [view] : []));
  return asked.length === 1 ? filterOfView(asked[0]!) : EVERYTHING;
}

/** Rows of the message table that pass. One look at each distinct text, one at each message. */
export function filterMessages(part: Part, filter: Filter): Int32Array {
  const { run, messages } = part;
  if (filter.protocols === null && filter.hosts === null && filter.text.trim() === '') return messages;
  const m = run.messages;
  const inner = run.innerMessages;
  const inside = (message: number, column: Int32Array): string => (m.inner[message]! < 0 ? '' : text(run, column[m.inner[message]!]!));
  const host = hostTest(part, filter);
  const wanted = filter.text.trim().toLowerCase();
  const found = run.strings.map((string) => wanted !== '' && string.toLowerCase().includes(wanted));
  const foundHost = run.hosts.map(({ name }) => wanted !== '' && name.toLowerCase().includes(wanted));
  return messages.filter(
    (i) =>
      (filter.protocols === null || filter.protocols.has(text(run, m.protocol[i]!)) || filter.protocols.has(inside(i, inner.protocol))) &&
      host(m.from[i]!, m.to[i]!) &&
      (wanted === '' ||
        found[m.label[i]!] ||
        found[m.protocol[i]!] ||
        (m.inner[i]! >= 0 && (found[inner.label[m.inner[i]!]!] || found[inner.protocol[m.inner[i]!]!])) ||
        foundHost[m.from[i]!] ||
        foundHost[m.to[i]!]),
  );
}

/** Whether something between two hosts (indexes) passes the filter's hosts. */
export function hostTest({ run }: Part, { hosts }: Filter): (a: number, b: number) => boolean {
  if (hosts === null) return () => true;
  const named = run.hosts.map(({ name }) => hosts.includes(name));
  return hosts.length === 1 ? (a, b) => named[a] === true || named[b] === true : (a, b) => named[a] === true && named[b] === true;
}

/** Protocols of a part's messages with how often each occurs, in order of first appearance. */
export function protocolsOf({ run, messages }: Part): { readonly name: string; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const i of messages) counts.set(run.messages.protocol[i]!, (counts.get(run.messages.protocol[i]!) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name: text(run, name), count }));
}

/** Hosts of a part's messages, in order of first appearance. */
export function hostsOf({ run, messages }: Part): string[] {
  const seen = new Set<number>();
  for (const i of messages) seen.add(run.messages.from[i]!).add(run.messages.to[i]!);
  return [...seen].map((host) => run.hosts[host]!.name);
}
