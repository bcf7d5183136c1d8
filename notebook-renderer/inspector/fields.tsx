import { useEffect, useRef, useState } from 'preact/hooks';
import type { FieldMap, FieldNode } from './field-map.ts';
import type { Lit } from './hex.tsx';
import { citations } from './standards.ts';

interface Props {
  readonly map: FieldMap;
  readonly lit: Lit | null;
  readonly picked: number;
  readonly onLight: (node: number | null) => void;
  readonly onPick: (node: number) => void;
}

/** Fields as a tree: arrow keys move, left and right close and open. */
export function FieldTree({ map, lit, picked, onLight, onPick }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const hidden = (node: FieldNode): boolean => node.parent >= 0 && (closed.has(node.parent) || hidden(map.nodes[node.parent]!));
  const shown = map.nodes.filter((node) => !hidden(node));
  const toggle = (id: number, close: boolean) => {
    const next = new Set(closed);
    if (close) next.add(id);
    else next.delete(id);
    setClosed(next);
  };
  const move = (id: number) => {
    onPick(id);
    box.current?.querySelector<HTMLElement>(`[data-node="${id}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, node: FieldNode) => {
    const at = shown.indexOf(node);
    const next = { ArrowDown: shown[at + 1], ArrowUp: shown[at - 1], Home: shown[0], End: shown.at(-1) }[event.key];
    if (next) move(next.id);
    else if (event.key === 'ArrowLeft' && node.hasChildren && !closed.has(node.id)) toggle(node.id, true);
    else if (event.key === 'ArrowLeft' && node.parent >= 0) move(node.parent);
    else if (event.key === 'ArrowRight' && closed.has(node.id)) toggle(node.id, false);
    else if (!['ArrowDown', 'ArrowUp', 'Home', 'End', 'ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  useEffect(() => {
    if (picked < 0 || !box.current) return;
    const row = box.current.querySelector<HTMLElement>(`[data-node="${picked}"]`);
    if (!row) return;
    const top = row.offsetTop;
    if (top < box.current.scrollTop || top + row.offsetHeight > box.current.scrollTop + box.current.clientHeight)
      box.current.scrollTop = top - box.current.clientHeight / 3;
  }, [picked]);
  return (
    <div class="ns-fields-pane" ref={box}>
      <div class="ns-fields" role="tree" aria-label="Fields">
        {shown.map((node) => {
          const { field } = node;
          const on = lit !== null && field.start < lit.end && field.end > lit.start && field.end - field.start <= lit.end - lit.start;
          return (
            <div
              key={node.id}
              class={`ns-field ${on ? 'ns-lit' : ''} ${node.id === picked ? 'ns-picked' : ''} ${field.malformed ? 'ns-malformed' : ''}`}
              role="treeitem"
              aria-level={node.depth + 1}
              aria-selected={node.id === picked}
              aria-expanded={node.hasChildren ? !closed.has(node.id) : undefined}
              aria-label={`${field.name}: ${field.value}${field.meaning ? `. ${field.meaning}` : ''}`}
              tabIndex={node.id === (picked < 0 ? 0 : picked) ? 0 : -1}
              data-node={node.id}
              onMouseEnter={() => onLight(node.id)}
              onMouseLeave={() => onLight(null)}
              onFocus={() => onPick(node.id)}
              onClick={() => onPick(node.id)}
              onDblClick={() => node.hasChildren && toggle(node.id, !closed.has(node.id))}
              onKeyDown={(event) => onKeyDown(event, node)}
            >
              <span class="ns-field-name" style={{ paddingLeft: `${node.depth * 12}px` }}>
                <span class="ns-twist" aria-hidden="true" onClick={() => node.hasChildren && toggle(node.id, !closed.has(node.id))}>
                  {node.hasChildren ? (closed.has(node.id) ? '▸' : '▾') : ''}
                </span>
                {field.name}
              </span>
              <span class="ns-field-value ns-mono">{field.value}</span>
              <span class="ns-field-meaning">
                {field.meaning} {field.standard && <Standard text={field.standard} />}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function Standard({ text }: { readonly text: string }) {
  return (
    <span class="ns-standard">
      {citations(text).map(({ text: part, href }) =>
        href === null ? (
          part
        ) : (
          <a key={href} href={href} target="_blank" rel="noreferrer" tabIndex={-1}>
            {part}
          </a>
        ),
      )}
    </span>
  );
}
