/** PLAIN (RFC 4616): `authorization identity NUL authentication identity NUL password`, in one message. */
import { MALFORMED, type Mechanism, REFUSED } from './mechanism.ts';

/** RFC 4616 §2: none of the three is longer than this many octets here. */
const PART_LIMIT = 255;

export const plain: Mechanism = {
  standard: 'RFC 4616',
  clientFirst: true,
  clear: true,
  respond: ({ user, password }, _challenge, turn) => (turn === 0 ? `\0${user}\0${password}` : null),
  judge(responses, accounts) {
    const [message] = responses;
    // RFC 4616 §2: the server's challenge is empty.
    if (message === undefined) return { kind: 'challenge', octets: '' };
    const parts = message.split('\0');
    const [authorization, user, password] = parts;
    if (parts.length !== 3 || !user || !password || parts.some((part) => part.length > PART_LIMIT)) return MALFORMED;
    const account = accounts(user);
    if (account === null || account.password !== password) return REFUSED;
    // Nobody may act as somebody else.
    return authorization === '' || accounts(authorization as string)?.name === account.name ? { kind: 'success', account } : REFUSED;
  },
};
