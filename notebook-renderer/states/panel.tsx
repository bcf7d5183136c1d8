import { type ComponentChildren, Fragment } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { formatDuration } from '../../engines/format.ts';
import type { Run } from '../../engines/run.ts';
import { formatAmount, formatCount, formatMoment } from '../format.ts';
import { Cells, isCells } from './cells.tsx';
import { type Store, storesAt } from './fold.ts';
import { unchokeGraphs } from './unchoke-graph.ts';
import { UnchokeView } from './unchoke-view.tsx';

/** Entries shown of one store: a full cache would push all else off the page. */
const MOST_ENTRIES = 16;
/** Stores shown at first: a swarm has one a peer. */
const MOST_STORES = 16;
/** Empty stores of one host that are named. */
const MOST_EMPTY = 4;
/** Hosts named of those of which the same is empty. */
const MOST_ALIKE = 6;

export function StatePanel({ run, time }: { readonly run: Run; readonly time: number }) {
  const stores = useMemo(() => storesAt(run, time), [run, time]);
  const [whole, setWhole] = useState(false);
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
        {(whole ? filled : filled.slice(0, MOST_STORES)).map((store) => (
          <div class="ns-store" key={`${store.host} ${store.name}`}>
            <div class="ns-store-name">
              <b>{store.host}</b> {store.name}
            </div>
            <table>
              <tbody>
                {store.entries.slice(0, MOST_ENTRIES).map((entry) => (
                  <tr key={entry.key}>
                    <td class="ns-mono">{breakable(entry.key)}</td>
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
      {!whole && filled.length > MOST_STORES && (
        <button type="button" class="ns-quiet-button" onClick={() => setWhole(true)}>
          Show {formatCount(filled.length - MOST_STORES)} more
        </button>
      )}
      <EmptyStores stores={stores.filter(({ entries }) => entries.length === 0)} />
    </section>
  );
}

/** A key that may go on in another line after a slash: of a long URI, the last segment stays whole. */
const breakable = (key: string): ComponentChildren =>
  key.split(/(?<=\w\/)(?=\w)/).map((segment, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {segment}
    </Fragment>
  ));

/** Stores that hold nothing, in one paragraph: a server that many have called leaves one a session. */
function EmptyStores({ stores }: { readonly stores: readonly Store[] }) {
  if (stores.length === 0) return null;
  const byHost = new Map<string, string[]>();
  for (const { host, name } of stores) byHost.set(host, [...(byHost.get(host) ?? []), name]);
  // Hosts of which the same is empty are told together: of a swarm, all its peers.
  const alike = new Map<string, { readonly hosts: string[]; readonly names: readonly string[] }>();
  for (const [host, names] of byHost) {
    const known = alike.get(names.join('\n'));
    if (known) known.hosts.push(host);
    else alike.set(names.join('\n'), { hosts: [host], names });
  }
  return (
    <p class="ns-dim ns-empty-stores">
      Empty:{' '}
      {[...alike.values()].map(({ hosts, names }, i) => (
        <span key={hosts[0]}>
          {i > 0 && '; '}
          <b>{hosts.slice(0, MOST_ALIKE).join(', ')}</b>
          {hosts.length > MOST_ALIKE && ` and ${formatAmount(hosts.length - MOST_ALIKE, 'more host')}`}
          {hosts.length > 1 && ':'} {names.slice(0, MOST_EMPTY).join(', ')}
          {names.length > MOST_EMPTY && ` and ${names.length - MOST_EMPTY} more`}
        </span>
      ))}
    </p>
  );
}
