import { useMemo, useState } from 'preact/hooks';
import { dissect } from '../../engines/dissect.ts';
import { formatDuration, formatSize } from '../../engines/format.ts';
import { firstInnerBytes, innerContentOf, innerOf } from '../../engines/message-content.ts';
import type { Run } from '../../engines/run.ts';
import { formatMoment } from '../format.ts';
import { messageAt, messageBytes, text } from '../part.ts';
import { colourOf } from '../protocol-colour.ts';
import { Transcript } from '../transcript/transcript.tsx';
import { BytesView } from './bytes-view.tsx';
import { Packets } from './packets.tsx';

/** Bytes dissected. */
const MOST_BYTES = 64 * 1024;

type Tab = 'message' | 'inside' | 'packets' | 'transcript';

interface Props {
  readonly run: Run;
  readonly message: number;
  readonly onClose: () => void;
  readonly onSelect: (message: number) => void;
  readonly onReveal: ((step: number) => void) | null;
}

export function Inspector({ run, message: index, onClose, onSelect, onReveal }: Props) {
  const [tab, setTab] = useState<Tab>('message');
  const message = messageAt(run, index);
  const step = run.steps[message.step];
  const tabs: readonly (readonly [Tab, string])[] = [
    ['message', 'Message'],
    ...(message.inner ? ([['inside', 'Inside']] as const) : []),
    ['packets', 'Packets'],
    ['transcript', 'Transcript'],
  ];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  };
  const moveTab = (event: KeyboardEvent) => {
    const at = tabs.findIndex(([name]) => name === tab);
    const next = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1 : -1;
    const target = tabs[next];
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    setTab(target[0]);
    ((event.currentTarget as HTMLElement).children[next] as HTMLElement).focus();
  };
  return (
    <aside class={`ns-inspector ns-p${colourOf(message.protocol)}`} aria-label="Inspector" onKeyDown={onKeyDown}>
      <div class="ns-inspector-head">
        <span class="ns-badge">{message.protocol}</span>
        <span class="ns-inspector-title ns-mono" title={message.label}>
          {message.label}
        </span>
        {message.inner && (
          <span class="ns-inspector-title ns-mono" title={message.inner.label}>
            🔒 {message.inner.label}
          </span>
        )}
        <button type="button" class="ns-quiet-button ns-close" aria-label="Close inspector" title="Close (Escape)" onClick={onClose}>
          ✕
        </button>
      </div>
      <div class="ns-inspector-route">
        {message.from} → {message.to}
        <span class="ns-dim">
          {' · '}
          {formatMoment(message.sentAt)}
          {message.lost ? ` · ${message.fate}` : ` · took ${formatDuration(message.receivedAt - message.sentAt)}`} ·{' '}
          {formatSize(message.length)}
        </span>
      </div>
      {step && (
        <div class="ns-cause">
          {onReveal ? (
            <button type="button" class="ns-link" title="Show in the scenario" onClick={() => onReveal(message.step)}>
              {step.text}
            </button>
          ) : (
            <span>{step.text}</span>
          )}
        </div>
      )}
      <div class="ns-tabs" role="tablist" aria-label="Views of the message" onKeyDown={moveTab}>
        {tabs.map(([name, title]) => (
          <button
            type="button"
            role="tab"
            key={name}
            aria-selected={tab === name}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="ns-tab" role="tabpanel">
        {tab === 'message' && <MessageView key={index} run={run} index={index} />}
        {tab === 'inside' && <InsideView key={index} run={run} index={index} />}
        {tab === 'packets' && <Packets key={index} run={run} message={index} />}
        {tab === 'transcript' &&
          (message.connection < 0 ? (
            <p class="ns-empty">This message belongs to no connection.</p>
          ) : (
            <Transcript run={run} connection={message.connection} current={index} onSelect={onSelect} />
          ))}
      </div>
    </aside>
  );
}

function MessageView({ run, index }: { readonly run: Run; readonly index: number }) {
  const { bytes, fields } = useMemo(() => {
    const bytes = messageBytes(run, index, MOST_BYTES);
    const protocol = text(run, run.messages.protocol[index]!);
    const kind = text(run, run.messages.kind[index]!);
    return { bytes, fields: run.messages.bulk[index] !== 0 ? [] : dissect(protocol, kind, bytes) };
  }, [run, index]);
  return <BytesView bytes={bytes} fields={fields} total={run.messages.length[index]!} />;
}

/** What a protected message carries, as the two ends see it. */
function InsideView({ run, index }: { readonly run: Run; readonly index: number }) {
  const shown = useMemo(() => {
    const inner = innerOf(run, index);
    const content = innerContentOf(run, index);
    const bytes = firstInnerBytes(run, index, MOST_BYTES);
    if (!inner || !content || !bytes) return null;
    const fields = content instanceof Uint8Array ? dissect(inner.protocol, inner.kind, bytes) : [];
    return { inner, bytes, fields, total: content.length };
  }, [run, index]);
  if (!shown) return <p class="ns-empty">Its records do not open with the session’s keys.</p>;
  return (
    <>
      <p class="ns-dim">
        {shown.inner.protocol} {shown.inner.label}: decrypted with the session’s keys; an eavesdropper sees only the record.
      </p>
      <BytesView bytes={shown.bytes} fields={shown.fields} total={shown.total} />
    </>
  );
}
