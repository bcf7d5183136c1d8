/** The packets that carried a message, as they were on the wire: Ethernet, IP, TCP or UDP, and the payload. */
import { useMemo, useState } from 'preact/hooks';
import { formatSize } from '../../engines/format.ts';
import { dissectFrame } from '../../engines/network/capture/dissect-frame.ts';
import { endpointsOf, isTcp } from '../../engines/network/capture/frames.ts';
import { streamIndex } from '../../engines/network/capture/streams.ts';
import type { Run } from '../../engines/run.ts';
import { formatAmount, formatMoment } from '../format.ts';
import { hostName } from '../part.ts';
import { segmentLabel } from '../sequence/arrow.ts';
import { BytesView } from './bytes-view.tsx';

const MOST = 200;

export function Packets({ run, message }: { readonly run: Run; readonly message: number }) {
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
  const lost = Number.isNaN(p.receivedAt[packet]!);
  const again = p.retransmission[packet] === 1;
  const what = isTcp(run, packet)
    ? `TCP ${segmentLabel(run, packet)}`
    : `UDP · ${formatSize(p.length[packet]!)}${again ? ' · sent again' : ''}${lost ? ' · lost' : ''}`;
  return (
    <span title={`${hostName(run, from)}:${fromPort} → ${hostName(run, to)}:${toPort}`}>
      <span class="ns-packet-time">{formatMoment(p.sentAt[packet]!)}</span> <b class={lost ? 'ns-bad' : ''}>{what}</b>{' '}
      <span class="ns-dim">
        {fromPort} → {toPort}
      </span>
    </span>
  );
}

function Frame({ run, packet }: { readonly run: Run; readonly packet: number }) {
  const { frame, fields } = useMemo(() => dissectFrame(run, packet), [run, packet]);
  return <BytesView bytes={frame} fields={fields} total={frame.length} />;
}
