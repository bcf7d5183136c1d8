import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../base64.ts';
import {
  CANCEL,
  ClientExchange,
  isMechanism,
  MECHANISMS,
  type MechanismName,
  preferredMechanism,
  ServerExchange,
  type ServerTurn,
} from './exchange.ts';
import type { Accounts } from './mechanism.ts';

const PASSWORDS: Readonly<Record<string, string>> = { alice: 'wonderland', bob: 'b\xc3\xb6b', tim: 'tanstaaftanstaaf' };
const accounts: Accounts = (user) => {
  const password = PASSWORDS[user];
  return password === undefined ? null : { name: user, password };
};
const NONCE = '<1896.697170952@postoffice.reston.mci.net>';
const server = (mechanism: MechanismName) => new ServerExchange(mechanism, accounts, NONCE);
const b64 = encodeBase64;
const names = Object.keys(MECHANISMS) as MechanismName[];

/** Both sides with each other; what went over the wire, and how it ended. */
function converse(mechanism: MechanismName, user: string, password: string, from = accounts): { lines: string[]; end: ServerTurn } {
  const client = new ClientExchange(mechanism, { user, password });
  const serving = new ServerExchange(mechanism, from, NONCE);
  const initial = client.initialResponse();
  const lines = initial === null ? [] : [`C: ${initial}`];
  let turn = serving.begin(initial);
  while (turn.kind === 'challenge') {
    const answer = client.answer(turn.line);
    lines.push(`S: ${turn.line}`, `C: ${answer}`);
    turn = serving.answer(answer);
  }
  return { lines, end: turn };
}

describe('both sides with each other', () => {
  test.each([
    ['PLAIN', ['C: AGFsaWNlAHdvbmRlcmxhbmQ=']],
    ['LOGIN', ['S: VXNlcm5hbWU6', 'C: YWxpY2U=', 'S: UGFzc3dvcmQ6', 'C: d29uZGVybGFuZA==']],
    ['CRAM-MD5', [`S: ${b64(NONCE)}`, expect.stringMatching(/^C: /)]],
  ] as const)('%s', (mechanism, lines) => {
    const { lines: said, end } = converse(mechanism, 'alice', 'wonderland');
    expect(said).toEqual(lines);
    expect(end).toEqual({ kind: 'success', account: { name: 'alice', password: 'wonderland' } });
  });

  test.each(names)('%s: a wrong password and a wrong name are refused alike', (mechanism) => {
    const refused = { kind: 'failure', reason: 'refused' };
    expect(converse(mechanism, 'alice', 'Wonderland').end).toEqual(refused);
    expect(converse(mechanism, 'mallory', 'wonderland').end).toEqual(refused);
  });

  test('whoever they are', () => {
    const part = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.constantFrom(...names), part, part, part, (mechanism, user, password, wrong) => {
        const known: Accounts = (name) => (name === user ? { name, password } : null);
        expect(converse(mechanism, user, password, known).end.kind).toBe('success');
        expect(converse(mechanism, user, wrong, known).end.kind).toBe(wrong === password ? 'success' : 'failure');
      }),
    );
  });
});

describe('the examples of the standards', () => {
  test('RFC 2195 §2', () => {
    const client = new ClientExchange('CRAM-MD5', { user: 'tim', password: PASSWORDS.tim as string });
    expect(client.answer('PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+')).toBe(
      'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw',
    );
  });

  test('RFC 4616 §4: with and without an identity to act as', () => {
    const tim = { kind: 'success', account: { name: 'tim', password: 'tanstaaftanstaaf' } };
    expect(server('PLAIN').begin(b64('\0tim\0tanstaaftanstaaf'))).toEqual(tim);
    expect(server('PLAIN').begin(b64('tim\0tim\0tanstaaftanstaaf'))).toEqual(tim);
    expect(server('PLAIN').begin(b64('Ursel\0tim\0tanstaaftanstaaf'))).toEqual({ kind: 'failure', reason: 'refused' });
    expect(server('PLAIN').begin(b64('alice\0tim\0tanstaaftanstaaf'))).toEqual({ kind: 'failure', reason: 'refused' });
  });

  test('the digest is what another implementation computes, also under a key longer than a block', () => {
    const octets = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(octets, octets, (password, challenge) => {
        const answer = decodeBase64(new ClientExchange('CRAM-MD5', { user: 'tim', password }).answer(b64(challenge)));
        const digest = createHmac('md5', Buffer.from(password, 'latin1')).update(Buffer.from(challenge, 'latin1')).digest('hex');
        expect(answer).toBe(`tim ${digest}`);
      }),
    );
  });
});

describe('what a server makes of other lines', () => {
  const failure = (reason: string) => ({ kind: 'failure', reason });
  test.each<[string, MechanismName, string | null, readonly string[], unknown]>([
    ['PLAIN without an initial response: an empty challenge', 'PLAIN', null, [], { kind: 'challenge', line: '' }],
    ['and then the response', 'PLAIN', null, [b64('\0alice\0wonderland')], expect.objectContaining({ kind: 'success' })],
    ['an empty initial response is none of PLAIN', 'PLAIN', '=', [], failure('malformed')],
    ['cancelled', 'LOGIN', null, [CANCEL], failure('cancelled')],
    ['cancelled at the password', 'LOGIN', null, [b64('alice'), CANCEL], failure('cancelled')],
    ['an initial response where the server speaks first', 'LOGIN', b64('alice'), [], failure('not expected')],
    ['the same, an empty one', 'CRAM-MD5', '=', [], failure('not expected')],
    ['no base64', 'PLAIN', 'AGFs!WNl', [], failure('no base64')],
    ['base64 without its padding', 'PLAIN', 'AGFsaWNlAHdvbmRlcmxhbmQ', [], failure('no base64')],
    ['padding in the middle', 'PLAIN', 'AG==AG==', [], failure('no base64')],
    ['`=` is an empty initial response, and no response to a challenge', 'PLAIN', null, ['='], failure('no base64')],
    ['PLAIN without a password', 'PLAIN', b64('\0alice\0'), [], failure('malformed')],
    ['PLAIN with a part too many', 'PLAIN', b64('\0alice\0won\0derland'), [], failure('malformed')],
    ['a name that is too long', 'PLAIN', b64(`\0${'a'.repeat(256)}\0x`), [], failure('malformed')],
    ['LOGIN without a name', 'LOGIN', null, [''], failure('malformed')],
    ['LOGIN with an empty password', 'LOGIN', null, [b64('alice'), ''], failure('refused')],
    ['CRAM-MD5 without a digest', 'CRAM-MD5', null, [b64('alice')], failure('malformed')],
    ['a digest in capitals', 'CRAM-MD5', null, [b64('tim B913A602C7EDA7A495B4E6E7334D3890')], failure('malformed')],
    ['bob’s password is octets', 'PLAIN', b64('\0bob\0b\xc3\xb6b'), [], expect.objectContaining({ kind: 'success' })],
  ])('%s', (_what, mechanism, initial, answers, expected) => {
    const exchange = server(mechanism);
    let turn = exchange.begin(initial);
    for (const answer of answers) turn = exchange.answer(answer);
    expect(turn).toEqual(expected);
  });

  test('any lines end in few turns, and none in success by chance', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.option(fc.string()),
        fc.array(fc.string().map(b64), { minLength: 4, maxLength: 6 }),
        (mechanism, initial, answers) => {
          const exchange = server(mechanism);
          let turn = exchange.begin(initial);
          for (const answer of answers) if (turn.kind === 'challenge') turn = exchange.answer(answer);
          expect(turn.kind).toBe('failure');
        },
      ),
    );
  });
});

describe('a client', () => {
  test('cancels what it cannot answer', () => {
    const credentials = { user: 'alice', password: 'wonderland' };
    expect(new ClientExchange('CRAM-MD5', credentials).answer('not base64')).toBe(CANCEL);
    const plain = new ClientExchange('PLAIN', credentials);
    plain.initialResponse();
    expect(plain.answer(b64('and now?'))).toBe(CANCEL);
  });

  test.each([
    [['PLAIN', 'LOGIN', 'CRAM-MD5'], false, 'CRAM-MD5'],
    [['plain', 'login', 'cram-md5'], true, 'PLAIN'],
    [['LOGIN'], false, 'LOGIN'],
    [['GSSAPI'], true, null],
    [[], true, null],
  ] as const)('of %j, secured %j, takes %s', (offered, secured, expected) => {
    expect(preferredMechanism(offered, secured)).toBe(expected);
  });

  test('knows which names are mechanisms', () => {
    expect(['PLAIN', 'constructor', 'plain', ''].map(isMechanism)).toEqual([true, false, false, false]);
  });
});
