/** What a server signs to show that it has the key of its certificate (RFC 8446 §4.4.3). */
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesOfOctets } from '../network/octets.ts';

const PREFIX = bytesOfOctets(`${' '.repeat(64)}TLS 1.3, server CertificateVerify\0`);

/** `transcriptHash`: ClientHello to Certificate. */
export const signedContent = (transcriptHash: Uint8Array): Uint8Array => concatBytes(PREFIX, transcriptHash);
