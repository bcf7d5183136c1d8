import { formatCount } from '../format.ts';
import { colourOf } from '../protocol-colour.ts';
import type { AxisMode } from './axis.ts';
import type { Filter } from './filter.ts';

interface Props {
  readonly axis: AxisMode;
  readonly onAxis: (axis: AxisMode) => void;
  readonly segments: boolean;
  readonly hasSegments: boolean;
  readonly onSegments: (segments: boolean) => void;
  readonly protocols: readonly { readonly name: string; readonly count: number }[];
  readonly hosts: readonly string[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly shown: number;
  readonly total: number;
}

export function Toolbar({ axis, onAxis, segments, hasSegments, onSegments, protocols, hosts, filter, onFilter, shown, total }: Props) {
  const on = (name: string) => filter.protocols === null || filter.protocols.has(name);
  const toggle = (name: string) => {
    const names = new Set(protocols.map((protocol) => protocol.name).filter(on));
    if (filter.protocols === null && protocols.length > 1) {
      // The first click means “only this one”.
      onFilter({ ...filter, protocols: new Set([name]) });
      return;
    }
    if (names.has(name)) names.delete(name);
    else names.add(name);
    onFilter({ ...filter, protocols: names.size === 0 || names.size === protocols.length ? null : names });
  };
  return (
    <div class="ns-toolbar" role="toolbar" aria-label="Diagram">
      <fieldset class="ns-switch" aria-label="Vertical axis">
        {(['order', 'time'] as const).map((mode) => (
          <button
            type="button"
            key={mode}
            aria-pressed={axis === mode}
            title={mode === 'order' ? 'One row an event, in order' : 'Distances in proportion to time; long silences are cut short'}
            onClick={() => onAxis(mode)}
          >
            {mode === 'order' ? 'Order' : 'Time'}
          </button>
        ))}
      </fieldset>
      <div class="ns-chips">
        {protocols.map(({ name, count }) => (
          <button
            type="button"
            key={name}
            class={`ns-chip ns-p${colourOf(name)}`}
            aria-pressed={on(name)}
            title={`${formatCount(count)} ${name} messages`}
            onClick={() => toggle(name)}
          >
            <span class="ns-dot" aria-hidden="true" />
            {name}
            <span class="ns-chip-count">{formatCount(count)}</span>
          </button>
        ))}
        {hasSegments && (
          <button
            type="button"
            class="ns-chip ns-p6"
            aria-pressed={segments}
            title="Handshakes, acknowledgements, retransmissions and closing"
            onClick={() => onSegments(!segments)}
          >
            <span class="ns-dot" aria-hidden="true" />
            TCP segments
          </button>
        )}
      </div>
      <span class="ns-space" />
      {hosts.length > 2 && (
        <select
          class="ns-select"
          aria-label="Host"
          value={filter.hosts === null ? '' : filter.hosts.length === 1 ? filter.hosts[0] : '*'}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onFilter({ ...filter, hosts: value === '' ? null : [value] });
          }}
        >
          <option value="">All hosts</option>
          {filter.hosts !== null && filter.hosts.length > 1 && <option value="*">{filter.hosts.join(', ')}</option>}
          {hosts.map((host) => (
            <option key={host} value={host}>
              {host}
            </option>
          ))}
        </select>
      )}
      <input
        class="ns-search"
        type="search"
        placeholder="Filter messages"
        aria-label="Filter messages"
        value={filter.text}
        onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
        onKeyDown={(event) => event.stopPropagation()}
      />
      {shown !== total && (
        <span class="ns-shown" role="status">
          {formatCount(shown)} of {formatCount(total)}
        </span>
      )}
    </div>
  );
}
