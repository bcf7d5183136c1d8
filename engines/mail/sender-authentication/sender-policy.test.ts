/** Mail servers that check and sign, over the simulated network: what they do, what they write, and what they ask. */
import { describe, expect, test } from 'vitest';
import type { ResourceRecord } from '../../dns/records.ts';
import { textOfOctets } from '../../network/octets.ts';
import type { Run } from '../../run.ts';
import type { Service } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { decodeMessage, fieldOf } from '../message/message-format.ts';
import type { SendAction } from '../scenario.ts';
import { aliceSends, CREPES, HAMBURGER, lastContent, mailScenario } from '../scenario-for-tests.ts';
import { keyRecord } from './dkim-key.ts';
import type { SenderCheckService } from './scenario.ts';

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, data: { type: 'TXT', strings: [text] } });

interface Case {
  readonly steps: readonly SendAction[];
  readonly check?: Partial<SenderCheckService>;
  readonly records?: readonly ResourceRecord[];
  readonly signs?: boolean;
}

const KEY = txt('mail._domainkey.crepes.fr.', keyRecord('crepes.fr', 'mail'));
const SPF = txt('crepes.fr.', 'v=spf1 mx -all');
const REJECT = txt('_dmarc.crepes.fr.', 'v=DMARC1; p=reject');
const QUARANTINE = txt('_dmarc.crepes.fr.', 'v=DMARC1; p=quarantine');

function run({ steps, check, records = [], signs = false }: Case): Run {
  const scenario = mailScenario({ dialect: 'extended', steps, records, hosts: { 'mallory-pc': {} } });
  const services: Service[] = [
    { kind: 'mail.sender-check', host: HAMBURGER.host, spf: 'tell', dkim: true, dmarc: 'follow', at: null, ...check },
    ...(signs ? [{ kind: 'mail.dkim' as const, host: CREPES.host, domain: 'crepes.fr', selector: 'mail', at: null }] : []),
  ];
  return simulate({ ...scenario, services: [...scenario.services, ...services] });
}

const alice = aliceSends(['bob@hamburger.edu']);
/** Straight to Bob’s server, as Alice. */
const mallory = aliceSends(['bob@hamburger.edu'], {}, { host: 'mallory-pc', server: HAMBURGER.host });

/** What the server told of each message that it checked. */
function told({ states, strings }: Run): string[] {
  const found: string[] = [];
  for (let i = 0; i < states.rows; i++) {
    if (strings[states.store[i] as number] === 'sender checks') found.push(strings[states.value[i] as number] as string);
  }
  return found;
}

/** Straight to Bob’s server, by the envelope as one of its users. */
const insider = (from: string) =>
  aliceSends(
    ['bob@hamburger.edu'],
    { headers: [['From', from]] },
    { host: 'mallory-pc', server: HAMBURGER.host, from: 'carol@hamburger.edu' },
  );

const outcomes = (given: Run) => given.steps.map(({ outcome }) => outcome);

describe('a server that checks', () => {
  test.each<[string, Case, string]>([
    ['tells of a forger, where nobody says what to do', { steps: [mallory], records: [SPF] }, 'spf fail, dkim none, dmarc none · taken'],
    ['refuses by SPF', { steps: [mallory], records: [SPF], check: { spf: 'reject' } }, 'spf fail, dkim none, dmarc none · refused'],
    ['puts aside by SPF', { steps: [mallory], records: [SPF], check: { spf: 'junk' } }, 'spf fail, dkim none, dmarc none · junk'],
    ['refuses as DMARC asks', { steps: [mallory], records: [SPF, REJECT] }, 'spf fail, dkim none, dmarc fail · refused'],
    ['puts aside as DMARC asks', { steps: [mallory], records: [SPF, QUARANTINE] }, 'spf fail, dkim none, dmarc fail · junk'],
    ['only tells of DMARC', { steps: [mallory], records: [REJECT], check: { dmarc: 'tell' } }, 'spf none, dkim none, dmarc fail · taken'],
    ['looks at nothing but SPF', { steps: [mallory], records: [SPF, REJECT], check: { dkim: false, dmarc: 'off' } }, 'spf fail · taken'],
    [
      'takes what comes from the right host',
      { steps: [alice], records: [SPF, REJECT], check: { spf: 'reject' } },
      'spf pass, dkim none, dmarc pass · taken',
    ],
    ['takes what is signed', { steps: [alice], records: [KEY, REJECT], signs: true }, 'spf none, dkim pass, dmarc pass · taken'],
    [
      'knows a signature without its key',
      { steps: [alice], records: [REJECT], signs: true },
      'spf none, dkim permerror, dmarc fail · refused',
    ],
    [
      'is not got round by the envelope of a user, where nobody can log in',
      { steps: [insider('alice@crepes.fr')], records: [REJECT] },
      'spf none, dkim none, dmarc fail · refused',
    ],
  ])('%s', (_what, given, expected) => expect(told(run(given))).toEqual([`From alice@crepes.fr: ${expected}`]));

  test('takes who says to be a user for one, where nobody can log in', () =>
    expect(told(run({ steps: [insider('carol@hamburger.edu')], records: [REJECT] }))).toEqual([]));

  test('refuses in the standards’ words', () => {
    const spf = run({
      steps: [mallory],
      records: [txt('crepes.fr.', 'v=spf1 -all exp=why.crepes.fr'), txt('why.crepes.fr.', '%{i} is none of us')],
      check: { spf: 'reject' },
    });
    expect(outcomes(spf)[0]).toContain('550 5.7.23 SPF check failed');
    expect(textOfOctets(String.fromCharCode(...spf.bytes))).toMatch(/The domain explains: 10\.0\.0\.\d+ is none of us/);
    expect(outcomes(run({ steps: [mallory], records: [REJECT] }))[0]).toContain('550 5.7.1 Refused as crepes.fr asks by its DMARC policy');
  });

  test('asks the names that the records lead to, and no more', () => {
    const asked = (given: Run) => {
      const names = new Set<string>();
      for (let i = 0; i < given.messages.rows; i++) {
        const label = given.strings[given.messages.label[i] as number] as string;
        if (
          given.strings[given.messages.protocol[i] as number] === 'dns' &&
          label.endsWith('?') &&
          given.hosts[given.messages.from[i] as number]?.name === HAMBURGER.host
        )
          names.add(label);
      }
      return [...names];
    };
    expect(asked(run({ steps: [alice], records: [SPF, KEY, REJECT], signs: true }))).toEqual([
      'crepes.fr TXT?',
      'crepes.fr MX?',
      'mail.crepes.fr A?',
      'mail._domainkey.crepes.fr TXT?',
      '_dmarc.crepes.fr TXT?',
    ]);
  });
});

test('a signature is the last thing that changes what is sent', () => {
  const signed = run({ steps: [aliceSends(['bob@hamburger.edu'], { body: 'crêpes', encoding: '8bit' })], records: [KEY], signs: true });
  const message = decodeMessage(lastContent(signed, HAMBURGER.host));
  expect(fieldOf(message, 'DKIM-Signature')?.value).toContain('d=crepes.fr; s=mail;');
  expect(fieldOf(message, 'Content-Transfer-Encoding')?.value).toBe('quoted-printable');
  expect(message.fields[0]?.name).toBe('Received');
  expect(told(signed)).toEqual(['From alice@crepes.fr: spf none, dkim pass, dmarc none · taken']);
});
