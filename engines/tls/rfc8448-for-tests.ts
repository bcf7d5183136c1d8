/** The simple 1-RTT handshake of RFC 8448 §3: what is given there, octet for octet. */
import { hexToBytes } from '@noble/hashes/utils.js';

const hex = (text: string): Uint8Array => hexToBytes(text.replace(/\s/g, ''));

export const clientHello = hex(`
  010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000910000000b000900000673
  6572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d002099381de560e4bd43d23d8e435a
  7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202
  002d00020101001c00024001`);

export const serverHello = hex(`
  020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020c9828876112095fe66
  762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304`);

/** EncryptedExtensions, Certificate, CertificateVerify and Finished. */
export const serverFlight = hex(`
  080000240022000a00140012001d00170018001901000101010201030104001c00024001000000000b0001b9000001b50001b0308201ac30820115a003
  020102020102300d06092a864886f70d01010b0500300e310c300a06035504031303727361301e170d3136303733303031323335395a170d3236303733
  303031323335395a300e310c300a0603550403130372736130819f300d06092a864886f70d010101050003818d0030818902818100b4bb498f8279303d
  980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c1af19eaa6af98c7ced43120998e187a80ee0ccb0524b1b
  018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c8ca9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203
  010001a31a301830090603551d1304023000300b0603551d0f0404030205a0300d06092a864886f70d01010b05000381810085aad2a0e5b9276b908c65
  f73a7267170618a54c5f8a7b337d2df7a594365417f2eae8f8a58c8f8172f9319cf36b7fd6c55b80f21a03015156726096fd335e5e67f2dbf102702e60
  8ccae6bec1fc63a42a99be5c3eb7107c3c54e9b9eb2bd5203b1c3b84e0a8b2f759409ba3eac9d91d402dcc0cc8f8961229ac9187b42b4de100000f0000
  84080400805a747c5d88fa9bd2e55ab085a61015b7211f824cd484145ab3ff52f1fda8477b0b7abc90db78e2d33a5c141a078653fa6bef780c5ea248ee
  aaa785c4f394cab6d30bbe8d4859ee511f602957b15411ac027671459e46445c9ea58c181e818e95b8c3fb0bf3278409d3be152a3da5043e063dda65cd
  f5aea20d53dfacd42f74f3140000209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718`);

export const clientPrivateKey = hex('49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005');
export const serverPublicKey = hex('c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f');
export const sharedSecret = hex('8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d');
export const handshakeSecret = hex('1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac');

export const secrets = {
  clientHandshake: 'b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21',
  serverHandshake: 'b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38',
  clientApplication: '9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5',
  serverApplication: 'a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643',
} as const;

/** Key and IV of each secret. */
export const trafficKeys: Readonly<Record<keyof typeof secrets, readonly [key: string, iv: string]>> = {
  clientHandshake: ['dbfaa693d1762c5b666af5d950258d01', '5bd3c71b836e0b76bb73265f'],
  serverHandshake: ['3fce516009c21727d0f2e4e86ee403bc', '5d313eb2671276ee13000b30'],
  clientApplication: ['17422dda596ed5d9acd890e3c63f5051', '5b78923dee08579033e523d9'],
  serverApplication: ['9f02283b6c9c07efc26bb9f2ac92e356', 'cf782b88dd83549aadf1e984'],
};

export const serverVerifyData = hex('9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718');
export const clientVerifyData = hex('a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61');

const applicationData = Uint8Array.from({ length: 50 }, (_, i) => i);
const clientFinished = hex('14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61');

/** Each protected record that is short: under which secret, its number, what it carries, and the record. */
export const records: readonly (readonly [
  keyof typeof secrets,
  number,
  'handshake' | 'application_data' | 'alert',
  Uint8Array,
  Uint8Array,
])[] = [
  [
    'clientHandshake',
    0,
    'handshake',
    clientFinished,
    hex('170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546'),
  ],
  [
    'clientApplication',
    0,
    'application_data',
    applicationData,
    hex(`1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a29770
      14bd1e3deae63aeebb21694915e4`),
  ],
  [
    'serverApplication',
    1,
    'application_data',
    applicationData,
    hex(`17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c00
      47c2abf332540dd032e167c2955d`),
  ],
  ['clientApplication', 1, 'alert', Uint8Array.of(1, 0), hex('1703030013c9872760655666b74d7ff1153efd6db6d0b0e3')],
  ['serverApplication', 2, 'alert', Uint8Array.of(1, 0), hex('1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9')],
];
