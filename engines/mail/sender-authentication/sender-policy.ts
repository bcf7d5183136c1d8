/**
 * A mail server’s part in sender authentication: what it checks of what comes in, and what it signs of what its users send.
 *
 * Theory of operation. A message is checked when it has come in whole, before the server says 250: SPF by the address of the client,
 * DKIM by what was signed, DMARC by what either says of the domain in From. DMARC decides first, since it knows what the author’s
 * domain wants; then SPF, where the server goes by it. What was found stands in an Authentication-Results field in front of the
 * message and in the store `sender checks`; a lookup that failed is told, and refuses nobody.
 */
import { lookup } from '../../dns/stub-resolver.ts';
import type { Process } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import { EPOCH, SECOND } from '../../quantities.ts';
import { domainOf } from '../message/address.ts';
import { decodeMessage, fieldOf, prependFields } from '../message/message-format.ts';
import type { MailAddress } from '../scenario.ts';
import { downgrade } from '../smtp/downgrade.ts';
import type { Reply } from '../smtp/wire/reply.ts';
import { authenticationResults, type Findings, withoutForgedResults } from './authentication-results.ts';
import { signDkim, verifyDkim } from './dkim.ts';
import { checkDmarc, type DmarcPolicy, fromDomainOf } from './dmarc.ts';
import type { Ask } from './domain-lookup.ts';
import type { DkimSigningService, SenderCheckService } from './scenario.ts';
import { checkHost } from './spf.ts';

export type SenderVerdict =
  | { readonly kind: 'refused'; readonly reply: Reply; readonly reason: string }
  /** `content` has what was found in front. */
  | { readonly kind: 'taken'; readonly content: string; readonly junk: boolean };

/** Whose message it is: of the envelope, and of the session. */
export interface Origin {
  readonly reversePath: MailAddress;
  readonly helo: string;
  readonly address: Address;
}

const STORE = 'sender checks';

export class SenderPolicy {
  readonly #host: Host;
  readonly #check: SenderCheckService | null;
  readonly #signings: readonly DkimSigningService[];
  readonly #totals = new Map<string, number>();
  #checked = 0;

  constructor(host: Host, check: SenderCheckService | null, signings: readonly DkimSigningService[]) {
    this.#host = host;
    this.#check = check;
    this.#signings = signings;
  }

  /** A message that none of its own users sends. */
  *incoming(content: string, origin: Origin): Process<SenderVerdict> {
    const check = this.#check;
    if (check === null) return { kind: 'taken', content, junk: false };
    const findings = yield* this.#examine(check, content, origin);
    const { spf, dmarc } = findings;
    const wanted: DmarcPolicy = check.dmarc === 'follow' && dmarc ? dmarc.disposition : 'none';
    const fails = spf?.result === 'fail';
    const refusal = wanted === 'reject' ? dmarcRefusal(findings) : fails && check.spf === 'reject' ? spfRefusal(findings) : null;
    const junk = wanted === 'quarantine' || (fails && check.spf === 'junk');
    this.#tell(content, findings, refusal ? 'refused' : junk ? 'junk' : 'taken');
    if (refusal) return { kind: 'refused', ...refusal };
    const server = this.#host.name;
    return {
      kind: 'taken',
      content: prependFields(withoutForgedResults(content, server), [authenticationResults(server, findings)]),
      junk,
    };
  }

  /** A message of one of its own users: signed in the name of the domain in From, where the server does that. */
  outgoing(content: string): string {
    const domain = fromDomainOf(content);
    const signing = this.#signings.find((one) => one.domain.toLowerCase() === domain);
    if (!signing) return content;
    // RFC 6376 §5.3: what a server on the way might have to write anew is written so before it is signed.
    const lasting = downgrade(content) ?? content;
    return prependFields(lasting, [signDkim(lasting, { domain: signing.domain, selector: signing.selector, now: this.#now })]);
  }

  *#examine(check: SenderCheckService, content: string, { reversePath, helo, address }: Origin): Process<Findings> {
    const host = this.#host;
    const ask: Ask = (name, type) => lookup(host, name, type);
    // RFC 7208 §2.4: a notification has no sender; its HELO stands for it.
    const sender = reversePath === '' ? `postmaster@${helo}` : reversePath;
    const domain = domainOf(sender);
    const identity = { address, sender, helo, receiver: host.name, now: this.#now };
    const by = reversePath === '' ? 'helo' : 'mailfrom';
    // DMARC needs both, whether the server goes by them or not.
    const needed = check.dmarc !== 'off';
    const spf = check.spf === 'off' && !needed ? null : yield* checkHost(ask, identity, domain);
    const dkim = check.dkim || needed ? yield* verifyDkim(ask, content, this.#now) : null;
    const vouching = { spf: { result: spf?.result ?? 'none', domain }, dkim: dkim ?? [] } as const;
    const dmarc = needed ? yield* checkDmarc(ask, content, vouching, () => host.random('dmarc percentage').below(100)) : null;
    return {
      spf: check.spf === 'off' || spf === null ? null : { ...spf, identity: by === 'helo' ? helo : reversePath, by },
      dkim: check.dkim ? dkim : null,
      dmarc,
    };
  }

  #tell(content: string, { spf, dkim, dmarc }: Findings, outcome: 'refused' | 'junk' | 'taken'): void {
    const { narrator, name } = this.#host;
    const signed = dkim?.find(({ result }) => result === 'pass') ?? dkim?.[0];
    const results = [
      ...(spf ? [`spf ${spf.result}`] : []),
      ...(dkim ? [`dkim ${signed?.result ?? 'none'}`] : []),
      ...(dmarc ? [`dmarc ${dmarc.result}`] : []),
    ].join(', ');
    // What decided, in one line: DMARC’s reason says it best.
    const reason = [dmarc, spf, signed].find((finding) => finding && finding.result !== 'none')?.reason;
    const author = fieldOf(decodeMessage(content), 'From')?.value ?? 'nobody';
    narrator.state(STORE, String(++this.#checked), `From ${author}: ${results} · ${outcome}`, {
      note: `${results}${reason === undefined ? '' : `: ${reason}`}${outcome === 'taken' ? '' : ` · ${outcome}`}`,
    });
    const count = (metric: string) => {
      const total = (this.#totals.get(metric) ?? 0) + 1;
      this.#totals.set(metric, total);
      narrator.measure(metric, [name], total);
    };
    if (spf?.result === 'pass') count('spf passes');
    if (spf?.result === 'fail') count('spf failures');
    if (signed?.result === 'pass') count('dkim passes');
    if (signed && (signed.result === 'fail' || signed.result === 'permerror')) count('dkim failures');
    if (dmarc?.result === 'pass') count('dmarc passes');
    if (dmarc?.result === 'fail') count('dmarc failures');
  }

  /** Seconds since 1970. */
  get #now(): number {
    return EPOCH + Math.floor(this.#host.now() / SECOND);
  }
}

/** RFC 7489 §10.3. */
function dmarcRefusal({ dmarc }: Findings): { reply: Reply; reason: string } {
  if (!dmarc || dmarc.fromDomain === null) {
    const why = dmarc?.reason ?? 'its author cannot be told';
    return { reply: { code: 550, enhanced: '5.7.1', lines: [`Refused: ${why}`] }, reason: why };
  }
  const reply = { code: 550, enhanced: '5.7.1', lines: [`Refused as ${dmarc.fromDomain} asks by its DMARC policy`] };
  return { reply, reason: 'DMARC policy of the author’s domain' };
}

/** RFC 7208 §8.4, with the status of RFC 7372 §3.2; the domain’s own words, if it has some. */
function spfRefusal({ spf }: Findings): { reply: Reply; reason: string } {
  const words = (spf?.explanation ?? '').replace(/[^ -~]/g, '?').slice(0, 300);
  const own = words === '' ? [] : [`The domain explains: ${words}`];
  const lines = ['SPF check failed: this host may not send for that domain', ...own];
  return { reply: { code: 550, enhanced: '5.7.23', lines }, reason: 'SPF' };
}
