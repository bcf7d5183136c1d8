/** What mail filters measure, of messages whose kind is known: those of a made-up stream. */
import type { MetricDefinition } from '../../protocol.ts';

const above =
  'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailbox alice@crepes.fr on mail.crepes.fr\nmailfilter mail.crepes.fr { learn 100 messages }\nhost spammer\nspammer sends 5 spam mails from win@offers.example to alice@crepes.fr via mail.crepes.fr\n';

const counted = (name: string, doc: string, expected: string): MetricDefinition => ({
  name,
  unit: '',
  subjects: [{ preposition: 'of', type: 'host' }],
  course: 'total',
  doc,
  example: `${above}expect ${name} of mail.crepes.fr ${expected}`,
});

const share = (name: string, doc: string, expected: string): MetricDefinition => ({
  name,
  unit: 'ratio',
  subjects: [{ preposition: 'of', type: 'host' }],
  course: 'total',
  doc,
  example: `${above}expect ${name} of mail.crepes.fr ${expected}`,
});

export const filterMetrics: readonly MetricDefinition[] = [
  counted('true positives', 'Unwanted messages (spam, phishing, malware) of made-up streams so far that a server’s filters found.', '> 0'),
  counted('false positives', 'Wanted messages of made-up streams so far that a server’s filters took for unwanted.', '= 0'),
  counted('true negatives', 'Wanted messages of made-up streams so far that a server’s filters let pass.', '>= 0'),
  counted('false negatives', 'Unwanted messages of made-up streams so far that a server’s filters let pass.', '< 5'),
  share('precision', 'Of the messages that a server’s filters took for unwanted so far, the share that was.', '> 95 %'),
  share('recall', 'Of the unwanted messages so far, the share that a server’s filters found.', '> 90 %'),
  share('false positive rate', 'Of the wanted messages so far, the share that a server’s filters took for unwanted.', '< 2 %'),
];
