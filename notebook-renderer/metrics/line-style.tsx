/** How lines of plots are told apart: by colour, in high contrast also by dashes. */

import type { Shade } from './interruptions.ts';

/** Classes of the palette in theme.css, neighbours far apart also to the colour-blind. */
const COLOURS = [0, 4, 2, 1, 5, 3];
export const lineClass = (i: number): string => `ns-p${COLOURS[i % COLOURS.length]} ns-plot-line-${i % 8}`;

export const shadeClass = ({ line }: Shade): string => (line === null ? 'ns-plot-shade-own' : lineClass(line));

/** A piece of what is shaded. */
export function ShadeSwatch({ shade }: { readonly shade: Shade }) {
  return (
    <svg class="ns-plot-swatch" width="24" height="12" viewBox="0 0 24 12" aria-hidden="true">
      <path class={`ns-plot-shade ${shadeClass(shade)}`} d="M4 0H20V12H4Z" />
    </svg>
  );
}

/** A piece of the line, as it is drawn. */
export function Swatch({ i, bound = false }: { readonly i: number; readonly bound?: boolean }) {
  return (
    <svg
      class={bound ? 'ns-plot-swatch ns-plot-bound' : `ns-plot-swatch ns-plot-line ${lineClass(i)}`}
      width="24"
      height="8"
      viewBox="0 0 24 8"
      aria-hidden="true"
    >
      <path d="M0 4H24" />
    </svg>
  );
}
