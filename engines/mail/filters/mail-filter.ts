/**
 * The filters of a mail server: what it finds in a message, and what it does about it.
 *
 * Theory of operation. A client on an address block list is refused at RCPT. A message is looked at when it has come in whole, before the
 * server says 250: first for malware, then its links, then its words; the first filter that finds something decides, and what is worst
 * for the message is done: refused with 550 5.7.1 (the client keeps it, and its sender is told), put aside as junk, or marked. Every
 * message that is kept says in `X-Spam-Status` what the spam filter thought of it; fields of that name that it brought along are
 * taken out, or a spammer would write them. What is found, and the words that decided it, stand in the store `mail filter`.
 */
import { formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import { randomStream } from '../../kernel/random.ts';
import type { Address, Host } from '../../network/host.ts';
import { decodeUnstructured, encodeUnstructured } from '../message/encoded-word.ts';
import { decodeMessage, foldField, prependFields, withoutFields } from '../message/message-format.ts';
import { organisationalDomain } from '../message/organisational-domain.ts';
import type { Reply } from '../smtp/wire/reply.ts';
import { listedIn } from './block-list.ts';
import type { FilterObserver } from './filter-observer.ts';
import { suspicionOf, wordsOf } from './links/link-check.ts';
import { linksOf } from './links/links.ts';
import { MalwareScanner } from './malware/scanner.ts';
import { readableParts } from './readable-parts.ts';
import type { FilterAction, MailFilterService } from './scenario.ts';
import type { SpamClassifier, Verdict } from './spam/classifier.ts';
import { tokensOf } from './spam/tokens.ts';
import { trainedClassifier } from './spam/training.ts';

export type Judged =
  | { readonly kind: 'refused'; readonly reply: Reply }
  /** `junk`: it goes aside. `content` has the filters' fields in it. */
  | { readonly kind: 'kept'; readonly content: string; readonly junk: boolean };

/** As it came, for the inbox. */
export const kept = (content: string): Judged => ({ kind: 'kept', content, junk: false });

interface Finding {
  readonly filter: 'malware' | 'phishing' | 'spam';
  readonly action: FilterAction;
  /** One line. */
  readonly why: string;
}

/** Verdicts that stand in the state, the newest. */
const VERDICTS_SHOWN = 12;
/** Words of a verdict that are told. */
const WORDS_TOLD = 5;
/** Domains of links in a message that block lists are asked about: each look-up is a wait, and the sender chooses how many there are. */
const DOMAINS_ASKED = 20;
const STATUS_FIELD = 'X-Spam-Status';

export class MailFilter {
  readonly #host: Host;
  readonly #service: MailFilterService;
  readonly #observer: FilterObserver;
  /** What it learnt lies on its disk, so to speak: a crash takes nothing of it. */
  readonly #spam: SpamClassifier | null;
  readonly #malware: MalwareScanner | null;
  #judged = 0;

  /** `seed`: the run's. Filters that learn as much learn the same. */
  constructor(host: Host, service: MailFilterService, seed: number, observer: FilterObserver) {
    this.#host = host;
    this.#service = service;
    this.#observer = observer;
    this.#spam = service.spam && trainedClassifier(service.spam.training, randomStream(seed, 'mail to learn from'));
    this.#malware = service.malware && new MalwareScanner(service.malware.signatures);
  }

  /** A reply that refuses the client; null lets it go on. */
  *client(address: Address): Process<Reply | null> {
    const list = yield* listedIn(this.#host, this.#service.clientLists, address);
    if (list === null) return null;
    this.#host.narrator.note(`refuses ${address}: listed in ${list}`);
    // RFC 5782 §2.1 leaves the words to the server; 5.7.1 is RFC 3463 §3.8.
    return { code: 550, enhanced: '5.7.1', lines: [`Service unavailable; client host [${address}] blocked using ${list}`] };
  }

  *judge(content: string): Process<Judged> {
    const verdict = this.#spam?.classify(tokensOf(content)) ?? null;
    const finding = this.#scan(content) ?? (yield* this.#links(content)) ?? this.#words(verdict);
    this.#tell(content, finding, verdict);
    if (finding?.action === 'reject') {
      return { kind: 'refused', reply: { code: 550, enhanced: '5.7.1', lines: [`Message refused as ${finding.filter}`] } };
    }
    return { kind: 'kept', content: this.#marked(content, finding, verdict), junk: finding?.action === 'junk' };
  }

  #scan(content: string): Finding | null {
    if (!this.#malware || !this.#service.malware) return null;
    const { found, unscanned } = this.#malware.scan(content);
    const [first] = found;
    if (first) return { filter: 'malware', action: this.#service.malware.action, why: `${first.signature} in ${first.file}` };
    for (const { file, why } of unscanned) this.#host.narrator.note(`not scanned: ${file} is ${why}`);
    return null;
  }

  *#links(content: string): Process<Finding | null> {
    const settings = this.#service.links;
    if (!settings) return null;
    const links = readableParts(content).flatMap(({ text, html }) => (text === null ? [] : linksOf(text, html).links));
    const phishing = (why: string): Finding => ({ filter: 'phishing', action: settings.action, why });
    for (const link of links) {
      const suspicion = suspicionOf(link, settings);
      if (suspicion) return phishing(wordsOf(suspicion));
    }
    const hosts = new Set(links.flatMap(({ host }) => (host === null ? [] : [organisationalDomain(host)])));
    if (settings.lists.length === 0) return null;
    if (hosts.size > DOMAINS_ASKED) this.#host.narrator.note(`asks about ${DOMAINS_ASKED} of ${hosts.size} domains of links`);
    for (const domain of [...hosts].slice(0, DOMAINS_ASKED)) {
      const list = yield* listedIn(this.#host, settings.lists, domain);
      if (list !== null) return phishing(`leads to ${domain}, which is listed in ${list}`);
    }
    return null;
  }

  #words(verdict: Verdict | null): Finding | null {
    const { spam } = this.#service;
    if (!spam || !verdict || verdict.score < spam.threshold) return null;
    return { filter: 'spam', action: spam.action, why: decidingWords(verdict, true) };
  }

  /** On the state timeline, on the diagram, and to the observer, who knows the truth. */
  #tell(content: string, finding: Finding | null, verdict: Verdict | null): void {
    const { narrator, name } = this.#host;
    const score = verdict ? formatValue(verdict.score, 'ratio') : '';
    const what = finding ? finding.filter : 'ham';
    const why = finding && finding.filter !== 'spam' ? finding.why : verdict ? decidingWords(verdict, finding !== null) : '';
    const value = [what, score, why].filter((part) => part !== '').join(' · ');
    const note = finding ? `${finding.filter}, ${PAST[finding.action]}: ${finding.why}` : undefined;
    if (++this.#judged > VERDICTS_SHOWN) narrator.state('mail filter', `message ${this.#judged - VERDICTS_SHOWN}`, null);
    narrator.state('mail filter', `message ${this.#judged}`, value, note === undefined ? {} : { note });
    this.#observer.judged(name, content, finding?.filter ?? null, (metric, value) => narrator.measure(metric, [name], value));
  }

  #marked(content: string, finding: Finding | null, verdict: Verdict | null): string {
    let marked = withoutFields(content, ({ name }) => name.toLowerCase() === STATUS_FIELD.toLowerCase());
    if (finding?.action === 'tag') marked = withMarkedSubject(marked, finding.filter);
    const fields: string[] = [];
    if (verdict && this.#service.spam) {
      const is = verdict.score >= this.#service.spam.threshold ? 'Yes' : 'No';
      const parts = [`${is},`, `score=${verdict.score.toFixed(3)}`, `required=${this.#service.spam.threshold.toFixed(3)}`];
      fields.push(foldField(STATUS_FIELD, parts));
    }
    if (finding && finding.filter !== 'spam') {
      fields.push(foldField('X-Mail-Filter', encodeUnstructured(`${finding.filter}: ${finding.why}`).split(' ')));
    }
    return prependFields(marked, fields);
  }
}

const PAST: Readonly<Record<FilterAction, string>> = { reject: 'refused', junk: 'put aside', tag: 'marked' };

/** `winner 0.99, prize 0.98`: the strongest of those that spoke for what it was taken for. */
export function decidingWords({ clues }: Verdict, asSpam: boolean): string {
  return clues
    .filter(({ probability }) => probability > 0.5 === asSpam)
    .slice(0, WORDS_TOLD)
    .map(({ token, probability }) => `${token} ${probability.toFixed(2)}`)
    .join(', ');
}

/** `[SPAM] You are a winner`; a message without a subject gets one. */
function withMarkedSubject(content: string, mark: string): string {
  const label = `[${mark.toUpperCase()}]`;
  const subject = decodeMessage(content).fields.find(({ name }) => name.toLowerCase() === 'subject');
  if (!subject) return prependFields(content, [`Subject: ${label}`]);
  const text = `${label} ${decodeUnstructured(subject.value)}`;
  const field = foldField('Subject', encodeUnstructured(text).split(' '));
  return `${content.slice(0, subject.start)}${field}\r\n${content.slice(subject.end)}`;
}
