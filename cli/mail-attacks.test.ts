/** Whole scenarios of mail under attack, or set up so that it might get lost: what is told at the end is what happened. */
import { expect, test } from 'vitest';
import { simulate } from '../engines/simulation.ts';
import { compile } from '../server/language/compile.ts';

function run(text: string) {
  const { scenario, diagnostics } = compile([{ uri: 'file:///w/a.netscenario', text }], new Map());
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return simulate(scenario);
}

const WORLD = `
  host alice-pc, bob-pc, mallory
  zone crepes.fr     on ns.crepes.fr     { @ MX 10 mail.crepes.fr }
  zone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }
  mailbox alice@crepes.fr on mail.crepes.fr
  mailbox bob@hamburger.edu on mail.hamburger.edu { password "pickles" }`;

test.each([
  ['using pop3', 1],
  ['using imap', 1],
  ['using imap { login by plain }', 1],
  ['using pop3 { login by login }', 1],
  ['using pop3 { login by apop }', 0],
  ['using imap over tls', 0],
  ['using pop3 over starttls', 0],
])('who listens while mail is read %s learns %i password', (how, passwords) => {
  const { checks } = run(`${WORLD}
    mailserver mail.hamburger.edu { tls offered ${how.includes('over') ? '' : 'mechanism plain mechanism login'} }
    mallory eavesdrops on bob-pc
    bob-pc reads mail of bob@hamburger.edu ${how}
    expect overheard passwords by mallory = ${passwords}`);
  expect(checks.map(({ passed, measured }) => [passed, measured])).toEqual([[true, expect.anything()]]);
});

test.each([
  ['guessed at', 'mallory guesses password of alice@crepes.fr using pop3 among "a", "b", "c"'],
  [
    'mistyped where mail is sent',
    Array.from({ length: 3 }, () => 'alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu { password "x" }').join('\n'),
  ],
])('after a password was %s too often, nobody logs in to send or to read, until the lock is over', (_how, wrong) => {
  const { steps, series } = run(`${WORLD}
    mailserver mail.crepes.fr { authentication required  lock after 3 for 10 min }
    ${wrong}
    alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu
    alice-pc reads mail of alice@crepes.fr using imap
    at 11 min alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu
    alice-pc reads mail of alice@crepes.fr using imap`);
  expect(steps.slice(-4).map(({ succeeded, outcome }) => [succeeded, outcome])).toEqual([
    [false, 'refused: 454 4.7.0 Too many failed logins, try again later'],
    [false, expect.stringContaining('try again later')],
    [true, 'delivered to bob@hamburger.edu'],
    [true, expect.anything()],
  ]);
  expect(series.find(({ metric }) => metric === 'failed logins')?.values.at(-1)).toBe(5);
});

test('what passes two lines that somebody listens on is heard once', () => {
  const { checks } = run(`${WORLD}
    mallory eavesdrops on alice-pc
    mallory eavesdrops on mail.crepes.fr
    alice-pc sends mail from alice@crepes.fr to alice@crepes.fr { body "Do you like ketchup?" }
    expect overheard messages by mallory = 1`);
  expect(checks.map(({ passed }) => passed)).toEqual([true]);
});

test('of aliases in a ring nobody is behind, and the sender is told', () => {
  const { steps } = run(`${WORLD}
    mailserver mail.hamburger.edu { alias left@hamburger.edu to right@hamburger.edu alias right@hamburger.edu to left@hamburger.edu }
    alice-pc sends mail from alice@crepes.fr to left@hamburger.edu { body "Anybody?" }
    expect mailbox alice@crepes.fr has 1 message`);
  expect(steps.map(({ succeeded, outcome }) => [succeeded, outcome])).toEqual([[false, expect.stringMatching(/550/)]]);
});

test('an alias that names itself keeps the mailbox’s own copy', () => {
  const { checks } = run(`${WORLD}
    mailserver mail.hamburger.edu { alias bob@hamburger.edu to bob@hamburger.edu, alice@crepes.fr }
    mailserver mail.crepes.fr { relay for mail.hamburger.edu }
    alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu { body "Both of you" }
    expect mailbox bob@hamburger.edu has 1 message
    expect mailbox alice@crepes.fr has 1 message`);
  expect(checks.map(({ passed }) => passed)).toEqual([true, true]);
});

test('a flood ends with the host that makes it', () => {
  const { checks } = run(`${WORLD}
    together {
      mallory floods mail.hamburger.edu with smtp connections at 20 per s for 5 s
      after 1 s mallory crashes
    }
    expect mailbox bob@hamburger.edu has 0 messages`);
  expect(checks.map(({ passed }) => passed)).toEqual([true]);
});
