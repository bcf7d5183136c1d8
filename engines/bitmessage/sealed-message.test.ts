/** Keys, addresses and sealed messages against the specification’s own examples, PyBitmessage’s test data, and Python’s cryptography. */
import { spawnSync } from 'node:child_process';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { utf8Octets } from '../network/octets.ts';
import { addressOf, generateIdentity, publicIdentity, publicKeyOf } from './identity.ts';
import { findNonce } from './proof-of-work.ts';
import { open, openMessage, seal, sealMessage } from './sealed-message.ts';
import { encodeObjectHeader, OBJECT_TYPES } from './wire/messages.ts';

const alice = generateIdentity(randomStream(1, 'alice'));
const bob = generateIdentity(randomStream(1, 'bob'));
const eve = generateIdentity(randomStream(1, 'eve'));
const header = encodeObjectHeader({ expires: 1_767_225_600, type: OBJECT_TYPES.msg, version: 1, stream: 1 });
const sealed = sealMessage(utf8Octets('Do you like crêpes?'), alice, bob, header, 1, randomStream(1, 'sealing'));

describe('the specification’s example of encryption', () => {
  const K = hexToBytes(
    '09d4e5c0ab3d25fe048c64c9da1a242c7f19417e9517cd266950d72c755713585c6178e97fe092fc897c9a1f1720d5770ae8eaad2fa8fcbd08e9324a5dde1857',
  );
  const initial = hexToBytes('bddb7c2829b08038753084a2f3991681');
  const secret = hexToBytes('5be6facd941b76e9d3ead03029fbdb6b6e0809293f7fb197d0c51f84e96b8ba4');
  const plaintext = new TextEncoder().encode('The quick brown fox jumps over the lazy dog.');

  test('comes out, byte for byte', () => {
    const made = seal(plaintext, K, { initial, secret });
    expect(bytesToHex(made.subarray(0, 16))).toBe(bytesToHex(initial));
    expect(bytesToHex(made.subarray(16, 22))).toBe('02ca00200293');
    expect(bytesToHex(publicKeyOf(secret))).toBe(
      '0293213dcf1388b61c2ae5cf80fee6ffffc049a2f9fe7365fe3867813ca81292df94686c6afb565ac6149b153d61b3b287ee2c7f997c14238796c12b43a3865a',
    );
    expect(bytesToHex(made.subarray(86, -32))).toBe(
      '64203d5b24688e2547bba345fa139a5a1d962220d4d48a0cf3b1572c0d95b61643a6f9a0d75af7eacc1bd957147bf723',
    );
    expect(made.length).toBe(16 + 70 + 48 + 32);
    expect(bytesToHex(made.subarray(-32))).toBe('f2526d61b4851fb23409863826fd206165edc021368c7946571cead69046e619');
  });
});

describe('PyBitmessage’s test data', () => {
  const signing = hexToBytes('93d0b61371a54b53df143b954035d612f8efa8a3ed1cf842c2186bfd8f876665');
  const encryption = hexToBytes('4b0b73a54e19b059dc274ab69df095fe699f43b17397bca26fdf40f4d7400a3a');

  test('keys, hash and addresses come out', () => {
    const { signingKey, encryptionKey, ripe } = publicIdentity(publicKeyOf(signing), publicKeyOf(encryption));
    expect(bytesToHex(signingKey)).toMatch(/^4a367f049ec16cb6b6118eb734a9962d10b8db59c890cd08f210c43ff08bdf09/);
    expect(bytesToHex(encryptionKey)).toMatch(/^4597d59177fc1d89555d38915f581b5ff2286b39d022ca0283d2bdd5c36be5d3/);
    expect(bytesToHex(ripe)).toBe('003cd097eb7f35c87b5dc8b4538c22cb55312a9f');
    expect(addressOf(ripe, 2)).toBe('BM-onkVu1KKL2UaUss5Upg9vXmqd3esTmV79');
    expect(addressOf(hexToBytes('00cfb69416ae76f68a81c459de4e13460c7d17eb'))).toBe('BM-2cWzSnwjJ7yRP3nLEWUV5LisTZyREWSzUK');
  });
});

describe('a sealed message', () => {
  test('opens for its recipient alone, who learns who sent it', () => {
    expect(openMessage(sealed, header, bob)).toMatchObject({ sender: { address: alice.address }, text: utf8Octets('Do you like crêpes?') });
    for (const other of [alice, eve]) expect(openMessage(sealed, header, other)).toBeNull();
  });

  test('names nobody outside', () => {
    const hex = bytesToHex(sealed);
    for (const part of [alice.ripe, bob.ripe, alice.signingKey, bob.encryptionKey]) expect(hex).not.toContain(bytesToHex(part));
  });

  test('is not taken when anything of it, or its header, was altered', () => {
    for (let i = 0; i < sealed.length; i += 7) {
      const altered = Uint8Array.from(sealed);
      altered[i] = altered[i]! ^ 0x20;
      expect(openMessage(altered, header, bob)).toBeNull();
    }
    const later = encodeObjectHeader({ expires: 1_767_225_601, type: OBJECT_TYPES.msg, version: 1, stream: 1 });
    expect(openMessage(sealed, later, bob)).toBeNull();
  });

  test('cannot be sent on to another in a new cover', () => {
    const inside = open(sealed, bob.encryptionSecret)!;
    const cover = { initial: new Uint8Array(16), secret: randomStream(1, 'cover').bytes(32) };
    expect(openMessage(seal(inside, eve.encryptionKey, cover), header, eve)).toBeNull();
  });
});

const python = spawnSync('/usr/bin/python3', ['-c', 'import cryptography']).status === 0;
if (!python) console.warn('python3-cryptography is not installed: it does not open our Bitmessages');

test.skipIf(!python)('Python’s cryptography opens it, and finds work and signature right', () => {
  const { nonce } = findNonce(concatBytes(header, sealed), 3600, 1);
  const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', READER], {
    input: [bytesToHex(concatBytes(nonce, header, sealed)), bytesToHex(bob.encryptionSecret)].join('\n'),
    encoding: 'utf8',
  });
  expect([stderr, stdout]).toEqual(['', `Do you like crêpes?\n${bytesToHex(alice.signingKey)}\nsigned\nworthy\n`]);
});

const READER = `
import hashlib, hmac, sys
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
data, secret = (bytes.fromhex(line) for line in sys.stdin.read().split())
header, sealed = data[8:22], data[22:]
iv, x, y = sealed[:16], sealed[20:52], sealed[54:86]
point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), b'\\x04' + x + y)
key = ec.derive_private_key(int.from_bytes(secret, 'big'), ec.SECP256K1())
h = hashlib.sha512(key.exchange(ec.ECDH(), point)).digest()
assert hmac.new(h[32:], sealed[:-32], 'sha256').digest() == sealed[-32:]
d = Cipher(algorithms.AES(h[:32]), modes.CBC(iv)).decryptor()
plain = d.update(sealed[86:-32]) + d.finalize()
plain = plain[:-plain[-1]]
assert plain[0] == 4 and plain[1] == 1
signing = plain[6:70]
at = 134
assert plain[at] == 1 and plain[at + 1:at + 4] == b'\\xfd\\x03\\xe8'
at += 4 + 20 + 1
length = plain[at]
text = plain[at + 1:at + 1 + length]
signed = plain[:at + 1 + length + 1]
signature = plain[len(signed) + 1:]
assert plain[len(signed)] == len(signature)
print(text.decode())
print(signing.hex())
ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), b'\\x04' + signing).verify(signature, header + signed, ec.ECDSA(hashes.SHA256()))
print('signed')
value = int.from_bytes(hashlib.sha512(hashlib.sha512(data[:8] + hashlib.sha512(data[8:]).digest()).digest()).digest()[:8], 'big')
size = len(data) + 1000
print('worthy' if value <= 2 ** 64 / int(size + 3600 * size / 2 ** 16) else 'not worth it')
`;
