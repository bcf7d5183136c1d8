import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { transcript, transcriptText } from '../../engines/network/transcript.ts';
import type { Run } from '../../engines/run.ts';
import { formatAmount } from '../format.ts';
import { hostName, text } from '../part.ts';
import { colourOf } from '../protocol-colour.ts';
import { translations } from '../sequence/arrow.ts';

/** Lines shown. */
const MOST_LINES = 500;

interface Props {
  readonly run: Run;
  readonly connection: number;
  /** The message to be lit, or −1. */
  readonly current: number;
  readonly onSelect: (message: number) => void;
}

export function Transcript({ run, connection, current, onSelect }: Props) {
  const lines = useMemo(() => transcript(run, connection), [run, connection]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const lit = box.current?.querySelector<HTMLElement>('.ns-lit');
    if (lit && box.current) box.current.scrollTop = Math.max(0, lit.offsetTop - box.current.clientHeight / 2);
  }, [current, connection]);
  const c = run.connections;
  const protocol = text(run, c.protocol[connection]!);
  return (
    <section class={`ns-transcript ns-p${colourOf(protocol)}`} aria-label="Transcript">
      <div class="ns-transcript-head">
        <span>
          <b>C</b> {hostName(run, c.client[connection]!)}
        </span>
        {translations(run, connection).map((told) => (
          <span class="ns-dim" key={told}>
            {told}
          </span>
        ))}
        <span>
          <b>S</b> {hostName(run, c.server[connection]!)}:{c.serverPort[connection]}
        </span>
        <span class="ns-dim">{text(run, c.transport[connection]!).toUpperCase()}</span>
        <CopyButton text={() => transcriptText(lines)} label="Copy transcript" />
      </div>
      <div class="ns-dialogue" ref={box}>
        {lines.slice(0, MOST_LINES).map((line, i) => (
          <button type="button" key={i} class={line.message === current ? 'ns-lit' : ''} onClick={() => onSelect(line.message)}>
            <span class={`ns-side ns-side-${line.side}`}>{line.side}:</span>
            <span class="ns-said" title={line.secured ? 'Only the two ends can read it' : undefined}>
              {line.secured ? '🔒 ' : ''}
              {line.line || ' '}
            </span>
          </button>
        ))}
        {lines.length > MOST_LINES && (
          <div class="ns-empty">… and {formatAmount(lines.length - MOST_LINES, 'more line', 'more lines')} (Copy takes them all)</div>
        )}
      </div>
    </section>
  );
}

export function CopyButton({ text, label }: { readonly text: () => string; readonly label: string }) {
  const [said, say] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      say('Copied');
    } catch {
      say('The clipboard is not available here');
    }
    setTimeout(() => say(''), 1500);
  };
  return (
    <button type="button" class="ns-quiet-button ns-copy" onClick={copy} aria-label={label} title={label}>
      <span aria-live="polite">{said || 'Copy'}</span>
    </button>
  );
}
