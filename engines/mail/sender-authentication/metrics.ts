/** What is measured of sender authentication. */
import type { MetricDefinition } from '../../protocol.ts';

const example = (name: string) =>
  `zone crepes.fr on ns.crepes.fr {\n  @ MX 10 mail.crepes.fr\n}\nzone bank.com on ns.bank.com {\n  @      TXT "v=spf1 -all"\n  _dmarc TXT "v=DMARC1; p=reject"\n}\nmailbox alice@crepes.fr on mail.crepes.fr\nsendercheck mail.crepes.fr\nhost mallory-pc\nmallory-pc sends mail from ceo@bank.com to alice@crepes.fr via mail.crepes.fr { subject "Urgent" }\nexpect ${name} of mail.crepes.fr >= 0`;

const total = (name: string, doc: string, standard: string): MetricDefinition => ({
  name,
  unit: '',
  subjects: [{ preposition: 'of', type: 'host' }],
  course: 'total',
  doc,
  standard,
  example: example(name),
});

export const senderAuthenticationMetrics: readonly MetricDefinition[] = [
  total('spf passes', 'Messages so far that came to a mail server from a host that their sender’s domain allows.', 'RFC 7208 §2.6.3'),
  total(
    'spf failures',
    'Messages so far that came to a mail server from a host that their sender’s domain does not allow.',
    'RFC 7208 §2.6.4',
  ),
  total('dkim passes', 'Messages so far that came to a mail server with a signature that holds.', 'RFC 8601 §2.7.1'),
  total('dkim failures', 'Messages so far that came to a mail server with signatures of which none holds.', 'RFC 8601 §2.7.1'),
  total('dmarc passes', 'Messages so far for whose author’s domain SPF or DKIM vouched at a mail server.', 'RFC 7489 §4.2'),
  total(
    'dmarc failures',
    'Messages so far whose author’s domain has a policy, and for which nothing vouched at a mail server.',
    'RFC 7489 §4.2',
  ),
];
