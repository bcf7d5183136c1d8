/** Extensions of handshake messages (RFC 8446 §4.2): those that are read and written here, any other as bytes. */
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { EXTENSIONS, type ExtensionName, extensionNameOf, showExtension, showGroup, showScheme, showVersion } from './registries.ts';
import { number, type Scanner, vector } from './scanner.ts';

/** The message that an extension stands in; some look otherwise in each. */
export type ExtensionPlace =
  | 'ClientHello'
  | 'ServerHello'
  | 'HelloRetryRequest'
  | 'EncryptedExtensions'
  | 'Certificate'
  | 'CertificateRequest'
  | 'NewSessionTicket';

export interface KeyShare {
  readonly group: number;
  readonly key: Uint8Array;
}

export type Extension =
  /** The name that the client wants to reach, ASCII; the server's answer has none (RFC 6066 §3). */
  | { readonly name: 'server_name'; readonly host: string | null }
  | { readonly name: 'supported_groups'; readonly groups: readonly number[] }
  | { readonly name: 'signature_algorithms'; readonly schemes: readonly number[] }
  /** Of a server's answer exactly one (RFC 7301 §3.1). */
  | { readonly name: 'application_layer_protocol_negotiation'; readonly protocols: readonly string[] }
  /** Of a server's answer exactly one. */
  | { readonly name: 'supported_versions'; readonly versions: readonly number[] }
  /** Of a ServerHello exactly one; of a HelloRetryRequest one with an empty key: the group that is asked for. */
  | { readonly name: 'key_share'; readonly shares: readonly KeyShare[] }
  | { readonly name: 'cookie'; readonly cookie: Uint8Array }
  | { readonly name: 'other'; readonly type: number; readonly data: Uint8Array };

export const typeOf = (extension: Extension): number => (extension.name === 'other' ? extension.type : EXTENSIONS[extension.name]);

export function find<N extends Extension['name']>(extensions: readonly Extension[], name: N): Extract<Extension, { name: N }> | undefined {
  return extensions.find((extension): extension is Extract<Extension, { name: N }> => extension.name === name);
}

/** Whether an extension is laid out as this file knows it, in that message. */
const KNOWN: Readonly<Record<ExtensionName, readonly ExtensionPlace[]>> = {
  server_name: ['ClientHello', 'EncryptedExtensions'],
  supported_groups: ['ClientHello', 'EncryptedExtensions'],
  signature_algorithms: ['ClientHello', 'CertificateRequest'],
  application_layer_protocol_negotiation: ['ClientHello', 'EncryptedExtensions'],
  supported_versions: ['ClientHello', 'ServerHello', 'HelloRetryRequest'],
  cookie: ['ClientHello', 'HelloRetryRequest'],
  key_share: ['ClientHello', 'ServerHello', 'HelloRetryRequest'],
};

const TEXTS: Readonly<Record<ExtensionName, readonly [meaning: string, standard: string]>> = {
  server_name: ['the host that the client wants: one address may serve many. It travels in clear', 'RFC 6066 §3'],
  supported_groups: ['groups in which keys can be agreed', 'RFC 8446 §4.2.7'],
  signature_algorithms: ['signatures that the client can check', 'RFC 8446 §4.2.3'],
  application_layer_protocol_negotiation: ['which protocol is spoken inside', 'RFC 7301 §3.1'],
  supported_versions: ['which versions of TLS are spoken', 'RFC 8446 §4.2.1'],
  cookie: ['given back to the server as it was', 'RFC 8446 §4.2.2'],
  key_share: ['public keys of the Diffie-Hellman exchange', 'RFC 8446 §4.2.8'],
};

/** The rest of a message: its extensions. Two of one type are refused (§4.2). */
export function scanExtensions(scanner: Scanner, place: ExtensionPlace, ceiling = 0xffff): Extension[] {
  return scanner.vector(2, 'extensions', [0, ceiling], (all) => {
    const seen = new Set<number>();
    return all.each(() => {
      if (all.left < 4) all.refuse('decode_error', 'an extension that breaks off');
      const type = ((all.bytes[all.at] as number) << 8) | (all.bytes[all.at + 1] as number);
      const length = ((all.bytes[all.at + 2] as number) << 8) | (all.bytes[all.at + 3] as number);
      if (seen.has(type)) all.refuse('illegal_parameter', `two extensions ${showExtension(type)}`);
      seen.add(type);
      const known = extensionNameOf(type);
      const name = known && KNOWN[known].includes(place) ? known : undefined;
      const [meaning, standard] = (name && TEXTS[name]) ?? [];
      return all.part(
        4 + length,
        'extension',
        (inner) => {
          inner.number(2, 'extension_type', (value) => ({ value: showExtension(value), standard: 'RFC 8446 §4.2' }));
          inner.number(2, 'length', (value) => ({ value: `${value} B` }));
          return name ? SCANS[name](inner, place) : ({ name: 'other', type, data: inner.opaque(length, 'extension_data') } as const);
        },
        () => ({ value: showExtension(type), ...(meaning ? { meaning } : {}), ...(standard ? { standard } : {}) }),
      );
    });
  });
}

const SCANS: Readonly<Record<ExtensionName, (scanner: Scanner, place: ExtensionPlace) => Extension>> = {
  server_name(scanner, place) {
    if (place !== 'ClientHello') return { name: 'server_name', host: null };
    return scanner.vector(2, 'server_name_list', [1, 0xffff], (list) => {
      const names = list.each(() => {
        const type = list.number(1, 'name_type', (value) => ({ value: value === 0 ? 'host_name (0)' : String(value) }));
        if (type !== 0) list.refuse('decode_error', `no name of type ${type} is known`);
        return list.vector(
          2,
          'HostName',
          [1, 0xffff],
          (name) => octetsOf(name.opaque(name.left, 'name', textOf)),
          (value) => ({ value }),
        );
      });
      // RFC 6066 §3: not more than one name of a type.
      if (names.length > 1) list.refuse('illegal_parameter', 'more than one host name');
      return { name: 'server_name', host: names[0] as string } as const;
    });
  },
  supported_groups: (scanner) => ({
    name: 'supported_groups',
    groups: numbers(scanner, 2, 'named_group_list', [2, 0xfffe], 'NamedGroup', showGroup),
  }),
  signature_algorithms: (scanner) => ({
    name: 'signature_algorithms',
    schemes: numbers(scanner, 2, 'supported_signature_algorithms', [2, 0xfffe], 'SignatureScheme', showScheme),
  }),
  application_layer_protocol_negotiation: (scanner, place) =>
    scanner.vector(2, 'protocol_name_list', [2, 0xffff], (list) => {
      const protocols = list.each(() =>
        list.vector(
          1,
          'ProtocolName',
          [1, 255],
          (name) => octetsOf(name.opaque(name.left, 'name', textOf)),
          (value) => ({ value }),
        ),
      );
      if (place !== 'ClientHello' && protocols.length !== 1) list.refuse('decode_error', 'a server chooses one protocol');
      return { name: 'application_layer_protocol_negotiation', protocols } as const;
    }),
  supported_versions: (scanner, place) => ({
    name: 'supported_versions',
    versions:
      place === 'ClientHello'
        ? numbers(scanner, 1, 'versions', [2, 254], 'ProtocolVersion', showVersion)
        : [scanner.number(2, 'selected_version', (value) => ({ value: showVersion(value) }))],
  }),
  cookie: (scanner) => ({
    name: 'cookie',
    cookie: scanner.vector(2, 'cookie', [1, 0xffff], (inner) => inner.opaque(inner.left, 'cookie')),
  }),
  key_share(scanner, place) {
    const group = (inner: Scanner, name: string) => inner.number(2, name, (value) => ({ value: showGroup(value) }));
    const share = (inner: Scanner): KeyShare => ({
      group: group(inner, 'group'),
      key: inner.vector(2, 'key_exchange', [1, 0xffff], (key) => key.opaque(key.left, 'key')),
    });
    if (place === 'HelloRetryRequest') {
      return { name: 'key_share', shares: [{ group: group(scanner, 'selected_group'), key: new Uint8Array(0) }] };
    }
    if (place === 'ServerHello') return { name: 'key_share', shares: [share(scanner)] };
    return scanner.vector(2, 'client_shares', [0, 0xffff], (list) => {
      const shares = list.each(() => share(list));
      // §4.2.8: one share a group.
      if (new Set(shares.map((one) => one.group)).size < shares.length) list.refuse('illegal_parameter', 'two key shares of one group');
      return { name: 'key_share', shares } as const;
    });
  },
};

function textOf(bytes: Uint8Array): { value: string } {
  return { value: octetsOf(bytes).replace(/[^ -~]/g, '.') };
}

function numbers(
  scanner: Scanner,
  octets: number,
  name: string,
  range: readonly [number, number],
  each: string,
  show: (value: number) => string,
): number[] {
  return scanner.vector(octets, name, range, (list) => list.each(() => list.number(2, each, (value) => ({ value: show(value) }))));
}

/** The list with its length before it. */
export function encodeExtensions(extensions: readonly Extension[], place: ExtensionPlace): Uint8Array {
  return vector(2, ...extensions.flatMap((extension) => [number(2, typeOf(extension)), vector(2, data(extension, place))]));
}

function data(extension: Extension, place: ExtensionPlace): Uint8Array {
  const list = (octets: number, values: readonly number[]) => vector(octets, ...values.map((value) => number(2, value)));
  switch (extension.name) {
    case 'server_name':
      return extension.host === null ? new Uint8Array(0) : vector(2, number(1, 0), vector(2, bytesOfOctets(extension.host)));
    case 'supported_groups':
      return list(2, extension.groups);
    case 'signature_algorithms':
      return list(2, extension.schemes);
    case 'application_layer_protocol_negotiation':
      return vector(2, ...extension.protocols.map((protocol) => vector(1, bytesOfOctets(protocol))));
    case 'supported_versions':
      return place === 'ClientHello' ? list(1, extension.versions) : number(2, extension.versions[0] as number);
    case 'cookie':
      return vector(2, extension.cookie);
    case 'key_share': {
      if (place === 'HelloRetryRequest') return number(2, extension.shares[0]?.group as number);
      const parts = extension.shares.flatMap(({ group, key }) => [number(2, group), vector(2, key)]);
      return place === 'ServerHello' ? concatBytes(...parts) : vector(2, ...parts);
    }
    case 'other':
      return extension.data;
  }
}
