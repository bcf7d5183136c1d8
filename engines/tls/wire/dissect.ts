/**
 * The dissector of TLS. Kinds: `record` is what travels, `handshake` and `alert` what protected records carry, opened. What a
 * record protects is not to be seen in its bytes; handshake messages in clear are dissected where they lie whole in one record.
 */
import { type Dissector, type Field, moved } from '../../field.ts';
import { dissectAlert } from './alert.ts';
import { dissectHandshakes } from './handshake.ts';
import { scanHeader } from './record.ts';
import { Scanner } from './scanner.ts';

export const dissectTls: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'record':
      return dissectRecords(bytes);
    case 'handshake':
      return dissectHandshakes(bytes);
    case 'alert':
      return dissectAlert(bytes, kind);
    default:
      return [{ name: 'message', value: `no kind of TLS message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};

function dissectRecords(bytes: Uint8Array): readonly Field[] {
  return Scanner.fieldsOf(bytes, (scanner) => {
    scanner.each(() => {
      const length = scanner.left < 5 ? 0 : ((bytes[scanner.at + 3] as number) << 8) | (bytes[scanner.at + 4] as number);
      scanner.part(
        5 + length,
        'TLS record',
        (record) => {
          const { type } = scanHeader(record);
          const inner = bytes.subarray(record.at, record.end);
          const start = record.at;
          if (type === 'handshake') record.skip(moved(dissectHandshakes(inner), start));
          else if (type === 'alert') record.skip(moved(dissectAlert(inner, 'alert'), start));
          else if (type === 'application_data') {
            record.opaque(record.left, 'encrypted_record', (all) => ({
              value: `${all.length} B`,
              meaning: 'content, its type and padding, and a tag of 16 bytes that finds any change',
              standard: 'RFC 8446 §5.2',
            }));
          } else record.opaque(record.left, 'fragment');
          return type;
        },
        (type) => ({ value: type ?? 'unknown', standard: 'RFC 8446 §5.1' }),
      );
    });
  });
}
