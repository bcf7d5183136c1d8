/**
 * What must hold for any bytes that claim to be CMS: nothing throws, fields lie within the bytes, no altered signature is found valid over
 * what was not signed, and what opens is what was sealed.
 */

import { checkFields, type FuzzTarget, luckyIn } from '../../../fuzz-target.ts';
import { randomStream } from '../../../kernel/random.ts';
import { octetsOf } from '../../../network/octets.ts';
import { EPOCH } from '../../../quantities.ts';
import { decodeCertificate } from '../../../tls/certificate/certificate.ts';
import { SimulatedTrust } from '../../../tls/simulated-trust.ts';
import { decodeCms, dissectCms } from './content-info.ts';
import { decryptCms, encryptCms } from './enveloped-data.ts';
import { signCms, verifyCms } from './signed-data.ts';

const trust = new SimulatedTrust(1);
const alice = trust.mailCredentials('alice@crepes.fr');
const bob = trust.mailCredentials('bob@hamburger.edu');
const TEXT = 'Content-Type: text/plain\r\n\r\nDo you like ketchup?\r\n';
const content = Uint8Array.from(TEXT, (char) => char.charCodeAt(0));
const OTHER = Uint8Array.from('Do you like mustard?\r\n', (char) => char.charCodeAt(0));
const recipients = [alice, bob].flatMap(({ certificates }) => {
  const decoded = decodeCertificate(certificates[0] as Uint8Array);
  return 'certificate' in decoded ? [decoded.certificate] : [];
});

function run(bytes: Uint8Array): string {
  checkFields(dissectCms(bytes), bytes.length);
  const decoded = decodeCms(bytes);
  if ('error' in decoded) return decoded.error;
  // A signature or a key takes time.
  if (!luckyIn(32, bytes)) return JSON.stringify(decoded);
  if (decoded.kind === 'signed') {
    // What lies within does not speak for what lies beside.
    if (verifyCms(decoded, OTHER, trust.roots, EPOCH).valid) throw new Error('what nobody signed is found valid');
    const verdict = verifyCms(decoded, decoded.content ? null : content, trust.roots, EPOCH);
    if (verdict.valid && decoded.content && octetsOf(decoded.content) !== TEXT) throw new Error('what nobody signed is found valid');
    return verdict.valid ? 'valid' : verdict.reason;
  }
  const opened = decryptCms(decoded, bob);
  // CBC tells of no change: that is why it is not what we write.
  if ('content' in opened && opened.authenticated && octetsOf(opened.content) !== TEXT) throw new Error('what was altered opens');
  return 'content' in opened ? octetsOf(opened.content) : opened.problem;
}

const target: FuzzTarget = {
  name: 'cms',
  shortRun: 500,
  corpus: () => [
    signCms(content, alice, EPOCH, true),
    signCms(content, alice, EPOCH, false),
    encryptCms(content, recipients, randomStream(1, 'fuzz')),
    encryptCms(content, recipients, randomStream(1, 'fuzz'), 'CBC'),
  ],
  run,
};
export default target;
