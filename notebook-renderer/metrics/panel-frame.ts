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
