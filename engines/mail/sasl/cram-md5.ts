/** CRAM-MD5 (RFC 2195): the client proves that it knows the password by a keyed digest of the server's challenge, and does not say it. */
import { hmac } from '@noble/hashes/hmac.js';
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { bytesOfOctets } from '../../network/octets.ts';
import { MALFORMED, type Mechanism, REFUSED } from './mechanism.ts';

/** HMAC-MD5 (RFC 2104) in lower-case hexadecimal, as RFC 2195 §2 writes it. */
export function digestOf(password: string, challenge: string): string {
  return bytesToHex(hmac(md5, bytesOfOctets(password), bytesOfOctets(challenge)));
}

/** The user's name may hold spaces: the digest stands behind the last one. */
const RESPONSE = /^([^\0]{1,255}) ([0-9a-f]{32})$/;

export const cramMd5: Mechanism = {
  standard: 'RFC 2195',
  clientFirst: false,
  clear: false,
  respond: ({ user, password }, challenge, turn) => (turn === 0 ? `${user} ${digestOf(password, challenge)}` : null),
  judge(responses, accounts, nonce) {
    const [response] = responses;
    if (response === undefined) return { kind: 'challenge', octets: nonce };
    const parts = RESPONSE.exec(response);
    if (!parts) return MALFORMED;
    const account = accounts(parts[1] as string);
    return account !== null && digestOf(account.password, nonce) === parts[2] ? { kind: 'success', account } : REFUSED;
  },
};
