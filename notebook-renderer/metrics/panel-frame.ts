import { SMALL, textWidth } from '../sequence/text-width.ts';

/** Where a panel's lines lie, and what stands at its axes; pixels. */
export interface PanelFrame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Marks of the value axis. */
  readonly values: readonly { readonly y: number; readonly label: string }[];
  /** Marks of the other one; a label may be empty. */
  readonly marks: readonly { readonly x: number; readonly label: string }[];
}

/** Where the middle of a mark's label stands: below the mark, but for the last one's, which would end beyond the panel. */
export const labelX = ({ width }: PanelFrame, { x, label }: PanelFrame['marks'][number]): number =>
  Math.min(x, width - 2 - textWidth(label, SMALL) / 2);
