/**
 * The organisational domain of a name (RFC 7489 §3.2): one label more than the public suffix under which it is registered. Sender
 * authentication aligns names by it, and the filters tell by it whose a link is.
 *
 * The public suffix list has thousands of entries and changes weekly. Here a suffix is the top-level domain, or one of the second-level
 * domains under which whole countries register.
 */
import { ipv4Bytes } from '../../dns/ip-address.ts';

const SECOND_LEVEL = new Set(
  'co.uk org.uk ac.uk gov.uk me.uk ltd.uk plc.uk net.uk sch.uk nhs.uk com.au net.au org.au edu.au gov.au id.au co.nz org.nz ac.nz govt.nz net.nz co.jp or.jp ne.jp ac.jp ad.jp ed.jp go.jp co.kr or.kr ac.kr go.kr co.in org.in net.in ac.in gov.in com.br org.br net.br gov.br edu.br com.cn net.cn org.cn edu.cn gov.cn com.tw org.tw edu.tw gov.tw com.hk org.hk edu.hk com.sg edu.sg org.sg gov.sg co.za org.za ac.za gov.za com.mx org.mx edu.mx gob.mx com.ar org.ar edu.ar com.tr org.tr edu.tr gov.tr co.il org.il ac.il gov.il com.ua com.pl edu.pl com.co com.pe com.ve com.ec com.uy com.my com.ph com.vn com.sa com.eg com.ng com.pk co.id co.th co.ke'.split(
    ' ',
  ),
);

/** In lower case, without the last dot. A public suffix itself stays as it is, and so does an IPv4 address. */
export function organisationalDomain(domain: string): string {
  const name = domain.replace(/\.$/, '').toLowerCase();
  if (ipv4Bytes(name)) return name;
  const labels = name.split('.');
  const suffix = SECOND_LEVEL.has(labels.slice(-2).join('.')) ? 2 : 1;
  return labels.slice(-suffix - 1).join('.');
}
