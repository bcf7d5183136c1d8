/** What a scenario can say about sender authentication. */
import type { SourceRange } from '../../scenario.ts';

/** What is done about a message whose sender fails SPF: nothing but to tell it, put it aside, refuse it. */
export type SpfAction = 'tell' | 'junk' | 'reject';

/** What a mail server looks at before it takes in a message that none of its own users sends. */
export interface SenderCheckService {
  readonly kind: 'mail.sender-check';
  /** The host of the mail server. */
  readonly host: string;
  readonly spf: SpfAction | 'off';
  readonly dkim: boolean;
  /** `follow`: what the author’s domain wants is done. */
  readonly dmarc: 'follow' | 'tell' | 'off';
  readonly at: SourceRange | null;
}

/** A mail server signs what its users send under addresses of a domain. */
export interface DkimSigningService {
  readonly kind: 'mail.dkim';
  readonly host: string;
  readonly domain: string;
  readonly selector: string;
  readonly at: SourceRange | null;
}
