import { useMemo } from 'preact/hooks';
import { formatDuration } from '../../engines/format.ts';
import type { Run } from '../../engines/run.ts';
import { formatMoment } from '../format.ts';
import { Cells, isCells } from './cells.tsx';
import { type Store, storesAt } from './fold.ts';
import { unchokeGraphs } from './unchoke-graph.ts';
import { UnchokeView } from './unchoke-view.tsx';

/** Entries shown of one store: a full cache would push all else off the page. */
const MOST_ENTRIES = 16;
/** Empty stores of one host that are named. */
const MOST_EMPTY = 4;

export function StatePanel({ run, time }: { readonly run: Run; readonly time: number }) {
  const stores = useMemo(() => storesAt(run, time), [run, time]);
  if (run.states.rows === 0) return null;
  const filled = stores.filter(({ entries }) => entries.length > 0);
  return (
    <section class="ns-state" aria-label="State">
      <h3>
        State <span class="ns-dim">at {formatMoment(time)}</span>
      </h3>
      {stores.length === 0 && <p class="ns-dim">No host holds anything yet.</p>}
      {unchokeGraphs(stores).map((graph) => (
        <UnchokeView key={graph.torrent} {...graph} />
      ))}
      <div class="ns-stores">
        {filled.map((store) => (
          <div class="ns-store" key={`${store.host} ${store.name}`}>
            <div class="ns-store-name">
              <b>{store.host}</b> {store.name}
            </div>
            <table>
              <tbody>
                {store.entries.slice(0, MOST_ENTRIES).map((entry) => (
                  <tr key={entry.key}>
                    <td class="ns-mono">{entry.key}</td>
                    <td class="ns-mono">
                      {isCells(store.name, entry) ? <Cells value={entry.value} label={`${store.host} ${entry.key}`} /> : entry.value}
                    </td>
                    <td class="ns-ttl" title={Number.isNaN(entry.remaining) ? '' : 'time to live'}>
                      {Number.isNaN(entry.remaining) ? '' : formatDuration(entry.remaining)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {store.entries.length > MOST_ENTRIES && <div class="ns-dim">… and {store.entries.length - MOST_ENTRIES} more</div>}
          </div>
        ))}
      </div>
      <EmptyStores stores={stores.filter(({ entries }) => entries.length === 0)} />
    </section>
  );
}

/** Stores that hold nothing, in one paragraph: a server that many have called leaves one a session. */
function EmptyStores({ stores }: { readonly stores: readonly Store[] }) {
  if (stores.length === 0) return null;
  const byHost = new Map<string, string[]>();
  for (const { host, name } of stores) byHost.set(host, [...(byHost.get(host) ?? []), name]);
  return (
    <p class="ns-dim ns-empty-stores">
      Empty:{' '}
      {[...byHost].map(([host, names], i) => (
        <span key={host}>
          {i > 0 && '; '}
          <b>{host}</b> {names.slice(0, MOST_EMPTY).join(', ')}
          {names.length > MOST_EMPTY && ` and ${names.length - MOST_EMPTY} more`}
        </span>
      ))}
    </p>
  );
}
