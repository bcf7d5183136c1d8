/** The packets that carried a message, as they were on the wire: Ethernet, IP, TCP or UDP, and the payload. */
import { useMemo, useState } from 'preact/hooks';
import { formatSize } from '../../engines/format.ts';
import { CaptureRefused } from '../../engines/network/capture/captured.ts';
import { dissectFrame } from '../../engines/network/capture/dissect-frame.ts';
import { describeLoss } from '../../engines/network/capture/fates.ts';
import { addressesOf, endpointsOf, isTcp } from '../../engines/network/capture/frames.ts';
import { withSegments } from '../../engines/network/capture/segments.ts';
import { streamIndex } from '../../engines/network/capture/streams.ts';
import type { Run } from '../../engines/run.ts';
import { formatAmount, formatMoment } from '../format.ts';
import { hostName } from '../part.ts';
import { segmentLabel, translations } from '../sequence/arrow.ts';
import { BytesView } from './bytes-view.tsx';

const MOST = 200;

export function Packets({ run, message }: { readonly run: Run; readonly message: number }) {
  // Where a run tells of flows, segments are put together for the connection that is looked at.
  const shown = useMemo(() => viewOf(run, run.messages.connection[message]!), [run, message]);
  if (typeof shown === 'string') return <p class="ns-empty">{shown}</p>;
  return <PacketsOf run={shown} message={message} />;
}

function viewOf(run: Run, connection: number): Run | string {
  try {
    return withSegments(run, { connection });
  } catch (error) {
    if (error instanceof CaptureRefused) return `Too much to show: ${error.message}.`;
    throw error;
  }
}

function PacketsOf({ run, message }: { readonly run: Run; readonly message: number }) {
  const packets = useMemo(() => streamIndex(run).packetsOf(message), [run, message]);
  const [chosen, choose] = useState(packets[0] ?? -1);
  if (packets.length === 0) return <p class="ns-empty">No packet of this message was recorded.</p>;
  return (
    <div class="ns-packets">
      <ul class="ns-packet-list" aria-label="Packets">
        {packets.slice(0, MOST).map((packet) => (
          <li key={packet}>
            <button type="button" aria-pressed={packet === chosen} onClick={() => choose(packet)}>
              <PacketLine run={run} packet={packet} />
            </button>
          </li>
        ))}
        {packets.length > MOST && <li class="ns-dim">… and {formatAmount(packets.length - MOST, 'more packet', 'more packets')}</li>}
      </ul>
      <Frame key={chosen} run={run} packet={chosen} />
    </div>
  );
}

function PacketLine({ run, packet }: { readonly run: Run; readonly packet: number }) {
  const p = run.packets;
  const { from, fromPort, to, toPort } = endpointsOf(run, packet);
  const lost = describeLoss(run, packet);
  const parts = isTcp(run, packet)
    ? [`TCP ${segmentLabel(run, packet)}`]
    : ['UDP', formatSize(p.length[packet]!), p.retransmission[packet] === 1 ? 'sent again' : '', lost];
  if (p.copyOf[packet]! >= 0) parts.push('a copy that the network made');
  const { source } = addressesOf(run, packet);
  if (source !== run.hosts[from]!.address) parts.push(`claims to come from ${source}`);
  const what = parts.filter((part) => part !== '').join(' · ');
  return (
    <span title={`${hostName(run, from)}:${fromPort} → ${hostName(run, to)}:${toPort}${arrival(run, packet)}`}>
      <span class="ns-packet-time">{formatMoment(p.sentAt[packet]!)}</span> <b class={lost === '' ? '' : 'ns-bad'}>{what}</b>{' '}
      <span class="ns-dim">
        {fromPort} → {toPort}
      </span>
    </span>
  );
}

/** `, arrives as home-router:50000 → web:80`, where NATs on the way translate it. */
function arrival(run: Run, packet: number): string {
  if (translations(run, run.packets.connection[packet]!).length === 0) return '';
  const { from, fromPort, to, toPort } = endpointsOf(run, packet, 'received');
  return `, arrives as ${hostName(run, from)}:${fromPort} → ${hostName(run, to)}:${toPort}`;
}

function Frame({ run, packet }: { readonly run: Run; readonly packet: number }) {
  const { frame, fields } = useMemo(() => dissectFrame(run, packet), [run, packet]);
  return <BytesView bytes={frame} fields={fields} total={frame.length} />;
}
