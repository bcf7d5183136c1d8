import { useState } from 'preact/hooks';
import { formatCount } from '../format.ts';
import type { Output } from '../output.ts';
import { colourOf } from '../protocol-colour.ts';
import { type DeclaredHost, declaredHosts } from './summary.ts';

/** Hosts and roles listed at first. */
const FEW_HOSTS = 24;
const FEW_ROLES = 8;
/** Hosts listed at all. */
const MANY_HOSTS = 2000;

/** Which host has which address, and what it does. */
export function DeclaredTable({ output }: { readonly output: Output }) {
  const [all, showAll] = useState(false);
  const hosts = declaredHosts(output);
  if (hosts.length === 0) return null;
  const shown = hosts.slice(0, all ? MANY_HOSTS : FEW_HOSTS);
  return (
    <div class="ns-declared">
      <table aria-label="Hosts">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Address</th>
            <th scope="col">What it does</th>
          </tr>
        </thead>
        <tbody>
          {shown.filter(({ implicit }) => !implicit).map(row)}
          {shown.some(({ implicit }) => implicit) && (
            <tr class="ns-filled-in">
              <th scope="colgroup" colSpan={3}>
                Filled in
              </th>
            </tr>
          )}
          {shown.filter(({ implicit }) => implicit).map(row)}
        </tbody>
      </table>
      {hosts.length > shown.length && (
        <button type="button" class="ns-link" onClick={() => showAll(true)}>
          {formatCount(hosts.length - shown.length)} more
        </button>
      )}
    </div>
  );
}

const row = ({ name, address, implicit, roles }: DeclaredHost) => (
  <tr key={name} class={implicit ? 'ns-implicit' : ''}>
    <th scope="row">{name}</th>
    <td class="ns-mono">{address}</td>
    <td>
      {roles.length === 0 && <span class="ns-dim">runs no server</span>}
      {roles.slice(0, FEW_ROLES).map(({ protocol, text }) => (
        <span key={text} class={`ns-role ns-p${colourOf(protocol)}`}>
          {text}
        </span>
      ))}
      {roles.length > FEW_ROLES && <span class="ns-dim">and {formatCount(roles.length - FEW_ROLES)} more</span>}
    </td>
  </tr>
);
