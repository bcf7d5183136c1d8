/**
 * LOGIN (draft-murchison-sasl-login, never a standard and everywhere): the server asks for the name, then for the password. Clients
 * of old look for these very words in the challenges.
 */
import { MALFORMED, type Mechanism, REFUSED } from './mechanism.ts';

const PART_LIMIT = 255;

export const login: Mechanism = {
  standard: 'draft-murchison-sasl-login',
  clientFirst: false,
  clear: true,
  respond: ({ user, password }, _challenge, turn) => [user, password][turn] ?? null,
  judge(responses, accounts) {
    const [user, password] = responses;
    if (user === undefined) return { kind: 'challenge', octets: 'Username:' };
    if (user === '' || user.length > PART_LIMIT) return MALFORMED;
    if (password === undefined) return { kind: 'challenge', octets: 'Password:' };
    if (password.length > PART_LIMIT) return MALFORMED;
    const account = accounts(user);
    return account !== null && account.password === password ? { kind: 'success', account } : REFUSED;
  },
};
