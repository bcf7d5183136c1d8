/** A server takes an update (RFC 2136 §3): finds the zone, lets the change be made, tells it, and answers. */
import type { Endpoint, Host } from '../../network/host.ts';
import { canonical, displayName } from '../domain-name.ts';
import { IN, type Message, response } from '../wire/message.ts';
import type { LiveZone } from './live-zone.ts';
import { update, zoneNamed } from './update.ts';

/** The response to an update; the zone has changed when it is there. Whoever may not change the zone is told REFUSED. */
export function takeUpdate(host: Host, zones: readonly LiveZone[], message: Message, from: Endpoint): Message {
  const named = zoneNamed(message);
  if (named === undefined) return response(message, 'FORMERR');
  // A secondary would forward it to the primary (§6): here the zone's servers share its data, so each of them takes it.
  const zone = zones.find(({ origin }) => canonical(origin) === canonical(named));
  if (!zone || (message.questions[0]?.class ?? IN) !== IN) return response(message, 'NOTAUTH');
  const updated = update(zone.origin, zone.records, message, zone.operators.has(from.address));
  if (updated.code === 'NOERROR' && updated.records !== zone.records) {
    zone.replace(updated.records);
    const soa = zone.current.soa?.data;
    const serial = soa?.type === 'SOA' ? `serial ${soa.serial}` : 'changed';
    const shown = displayName(zone.origin);
    host.narrator.state('zones', shown, serial, { note: `zone ${shown} changes: ${serial}` });
  }
  return response(message, updated.code);
}
