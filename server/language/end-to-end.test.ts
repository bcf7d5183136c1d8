/** Protected mail and Bitmessage: what is written, and what the engines are given. */
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../engines/scenario.ts';
import { compile } from './compile.ts';

const WORLD = `
host alice-pc, pc[1..3]
zone x.org on ns.x.org { @ MX 10 mail.x.org }
mailbox alice@x.org, bob@x.org on mail.x.org
bitmessage pc[1..3] { work 2 speed 500 connections 1 }
`;

function compiled(text: string) {
  const { scenario, diagnostics } = compile([{ uri: 'file:///w/a.netscenario', text: WORLD + text }], new Map());
  const problems = diagnostics.filter(({ severity }) => severity !== 'hint');
  return {
    scenario: scenario as Scenario,
    messages: problems.map(({ message }) => message),
    fixes: problems.flatMap(({ fixes }) => fixes),
  };
}
const actions = (text: string) => compiled(text).scenario.steps.map(({ action }) => action);
const expectations = (text: string) => compiled(text).scenario.expectations.map(({ expected }) => expected);
const SEND = 'alice-pc sends mail from alice@x.org to bob@x.org';

describe('mail', () => {
  test('is signed with the sender’s key, or another’s, and encrypted', () => {
    expect(actions(`${SEND} { subject "a" sign with smime }`)).toMatchObject([
      { endToEnd: { sign: { format: 'smime', by: 'alice@x.org' }, encrypt: null } },
    ]);
    expect(actions(`${SEND} { subject "a" sign with openpgp as bob@x.org encrypt with smime }`)).toMatchObject([
      { endToEnd: { sign: { format: 'openpgp', by: 'bob@x.org' }, encrypt: 'smime' } },
    ]);
    expect(actions(`${SEND} { subject "a" }`)[0]).not.toHaveProperty('endToEnd');
  });

  test('is tampered with from then on', () => {
    expect(actions('mail.x.org replaces "crêpe" by "pie" in mail')).toEqual([
      { kind: 'mail.tamper', host: 'mail.x.org', replace: 'cr\xc3\xaape', by: 'pie' },
    ]);
  });

  test('is expected to be readable, to say something, to have a signature', () => {
    const mail = { kind: 'mail.reading', address: 'bob@x.org', subject: 'a' };
    expect(
      expectations(
        [
          SEND,
          'expect mail "a" of bob@x.org is unreadable by alice@x.org',
          'expect mail "a" of bob@x.org is readable',
          'expect mail "a" of bob@x.org says "Lunch"',
          'expect signature of mail "a" of bob@x.org is missing',
        ].join('\n'),
      ),
    ).toEqual([
      { ...mail, reader: 'alice@x.org', expected: { kind: 'unreadable' } },
      { ...mail, reader: 'bob@x.org', expected: { kind: 'readable' } },
      { ...mail, reader: 'bob@x.org', expected: { kind: 'says', text: 'Lunch' } },
      { ...mail, reader: 'bob@x.org', expected: { kind: 'signature', state: 'missing' } },
    ]);
  });
});

describe('Bitmessage', () => {
  test('has peers, each with what it was given, and messages that expire', () => {
    const { scenario, messages } = compiled('pc[1] sends bitmessage "Lunch?" to pc[3] { expires 90 min }');
    expect(messages).toEqual([]);
    const peers = scenario.services.filter(({ kind }) => kind === 'bitmessage.peer');
    expect(peers).toMatchObject(['pc1', 'pc2', 'pc3'].map((host) => ({ host, work: 2, speed: 500, connections: 1 })));
    expect(scenario.steps.map(({ action }) => action)).toEqual([
      { kind: 'bitmessage.send', from: 'pc1', to: 'pc3', text: 'Lunch?', lifetime: 90 * 60e9 },
    ]);
  });

  test('is sent by several, side by side', () => {
    expect(actions('pc[1..2] sends bitmessage "x" to pc[3]').map(({ kind }) => kind)).toEqual([
      'together',
      'bitmessage.send',
      'bitmessage.send',
    ]);
  });
});

describe('problems', () => {
  test.each([
    ['alice-pc replaces "a" by "b" in mail', '`alice-pc` runs no mail server.'],
    ['mail.x.org replaces "" by "b" in mail', 'Which text is replaced? It cannot be empty.'],
    ['expect signature of mail "a" of bbo@x.org is valid', 'There is no mailbox `bbo@x.org`. Did you mean `bob@x.org`?'],
    ['alice-pc sends bitmessage "x" to pc[1]', '`alice-pc` is no Bitmessage peer.'],
    ['pc[1] sends bitmessage "x" to alice-pc', '`alice-pc` is no Bitmessage peer.'],
    ['pc[1] sends bitmessage "x" to pc[1]', '`pc1` cannot write to itself: name another peer.'],
    [`pc[1] sends bitmessage "${'x'.repeat(200_001)}" to pc[2]`, 'The text has 200001 bytes; a message takes up to 200000.'],
    ['bitmessage pc[2]', 'Bitmessage peer `pc2`'],
  ])('%s', (text, message) => {
    expect(compiled(text).messages[0]).toContain(message);
  });

  test('who is no peer can be declared one', () => {
    expect(compiled('alice-pc sends bitmessage "x" to pc[1]').fixes.map(({ title }) => title)).toEqual([
      'Declare Bitmessage peer `alice-pc`',
    ]);
  });
});
