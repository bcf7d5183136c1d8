/** Attacks on mail under way, and on mail servers. */
import { HOUR, MILLISECOND } from '../../../../engines/quantities.ts';
import { duration, host, mailAddress, number, subject } from '../../entry.ts';
import { usesMailbox } from '../../mail-message.ts';
import type { Site } from '../../site.ts';
import { step, timing } from '../timing.ts';

const perSecond = number({ minimum: 0.001, maximum: 1e5 });
const span = duration({ minimum: MILLISECOND, maximum: 100 * HOUR, units: ['s', 'min'] });

const servers =
  'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nzone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }\nmailbox alice@crepes.fr on mail.crepes.fr\nmailbox bob@hamburger.edu on mail.hamburger.edu';
const talking = `${servers}\nhost alice-pc, mallory`;
const sending = 'alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu { body "Do you like ketchup?" }';

export const mailAttackVocabulary = [
  step({
    id: 'eavesdrop',
    pattern: 'HOST eavesdrops on VICTIM',
    slots: { HOST: subject, VICTIM: host },
    doc: 'From now on the host reads what passes the access line of another, and understands mail: the messages of SMTP, and passwords of SMTP, POP3 and IMAP that go in clear. What is under TLS it cannot read.',
    standard: 'RFC 3207 §6',
    example: `${talking}\nmallory eavesdrops on mail.hamburger.edu\n${sending}\nexpect overheard messages by mallory = 1`,
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const victim = site.host(given.VICTIM);
      if (!when || victim === null) return;
      site.step(when, given.HOST, (listening) => ({ kind: 'mail.eavesdrop', host: listening, victim }));
    },
  }),
  step({
    id: 'intercept',
    pattern: 'HOST intercepts mail to SERVER',
    slots: { HOST: subject, SERVER: host },
    doc: 'From now on connections to port 25 of the server end at the host, as after a forged answer of DNS or ARP. It passes on what both sides say and reads it, and takes the offer of TLS out (STARTTLS stripping).',
    standard: 'RFC 3207 §6',
    example: `${talking}\nmallory intercepts mail to mail.hamburger.edu\n${sending}\nexpect overheard messages by mallory = 1`,
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const server = site.host(given.SERVER);
      if (!when || server === null) return;
      site.step(when, given.HOST, (between) => ({ kind: 'mail.intercept', host: between, server }));
    },
  }),
  step({
    id: 'flood with connections',
    pattern: 'HOST floods SERVER with smtp connections at N per s for T',
    slots: { HOST: subject, SERVER: host, N: perSecond, T: span },
    doc: 'The host opens connections to port 25 of the server, evenly spaced, and says nothing on them; they are dropped when the last one was made.',
    standard: 'RFC 5321 §7.8',
    example: `${servers}\nhost mallory\nmallory floods mail.hamburger.edu with smtp connections at 20 per s for 5 s`,
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const server = site.host(given.SERVER);
      if (!when || server === null) return;
      site.step(when, given.HOST, (flooding) => ({
        kind: 'mail.connection-flood',
        host: flooding,
        server,
        rate: given.N,
        duration: given.T,
      }));
    },
  }),
  step({
    id: 'flood with mail',
    pattern: 'HOST floods SERVER with mail to ADDRESS at N per s for T',
    slots: { HOST: subject, SERVER: host, ADDRESS: mailAddress, N: perSecond, T: span },
    doc: 'The host sends messages to port 25 of the server, evenly spaced, each over a connection of its own.',
    standard: 'RFC 5321 §7.8',
    example: `${servers}\nhost mallory\nmallory floods mail.hamburger.edu with mail to bob@hamburger.edu at 5 per s for 5 s`,
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const server = site.host(given.SERVER);
      usesMailbox(given.ADDRESS, site);
      if (!when || server === null) return;
      site.step(when, given.HOST, (flooding) => ({
        kind: 'mail.message-flood',
        host: flooding,
        server,
        to: given.ADDRESS.text,
        rate: given.N,
        duration: given.T,
      }));
    },
  }),
];
