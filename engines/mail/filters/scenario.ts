/** What a scenario can say about mail filters. */
import type { Nanoseconds, Ratio } from '../../quantities.ts';
import type { SourceRange } from '../../scenario.ts';
import type { MailAddress } from '../scenario.ts';
import type { Signature } from './malware/signatures.ts';
import type { SampleKind } from './samples/sample-mail.ts';
import type { Kind } from './spam/classifier.ts';

/**
 * What becomes of a message that a filter finds: refused while the sender's server waits (`reject`), put aside (`junk`), or
 * marked in its subject and delivered (`tag`).
 */
export type FilterAction = 'reject' | 'junk' | 'tag';

/** What a spam filter learns from, in this order. */
export type Training =
  /** So many made-up messages of each kind. */
  | { readonly kind: 'made up'; readonly messages: number; readonly disguise: Ratio }
  /** Messages as octets, one char each. */
  | { readonly kind: 'given'; readonly as: Kind; readonly messages: readonly string[] };

/** The filters of a mail server; null for one that is off. */
export interface MailFilterService {
  readonly kind: 'mail.filter';
  /** The host of the mail server. */
  readonly host: string;
  readonly spam: {
    readonly action: FilterAction;
    /** A message with this score or more is spam. */
    readonly threshold: Ratio;
    readonly training: readonly Training[];
  } | null;
  readonly malware: { readonly action: FilterAction; readonly signatures: readonly Signature[] } | null;
  readonly links: {
    readonly action: FilterAction;
    readonly protected: readonly string[];
    readonly blocked: readonly string[];
    /** Zones of domain block lists. */
    readonly lists: readonly string[];
  } | null;
  /** Zones of address block lists, asked about every client that names a recipient. */
  readonly clientLists: readonly string[];
  readonly at: SourceRange | null;
}

/** A stream of made-up mail, of which the filters' observer knows what each message is. Done when the last message's fate is known. */
export interface StreamAction {
  readonly kind: 'mail.stream';
  readonly host: string;
  readonly sample: SampleKind;
  /** 1 to 10,000. */
  readonly messages: number;
  readonly disguise: Ratio;
  /** Between the beginnings of one message and the next. */
  readonly interval: Nanoseconds;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  /** The host name of the mail server that it hands them to. */
  readonly server: string;
}
