/** URL templates of segments: ISO/IEC 23009-1 §5.3.9.4.4. */

/** What an identifier is replaced by; a template may only use those that are there. */
export interface TemplateValues {
  readonly RepresentationID?: string;
  /** Whole numbers of 0 or more. */
  readonly Number?: number;
  readonly Bandwidth?: number;
  readonly Time?: number;
}

const IDENTIFIER = /\$([^$]*)\$/g;

/** The URL; null where the template has an identifier that is not known, or may not be used here. At most 20 digits of width. */
export function expandTemplate(template: string, values: TemplateValues): string | null {
  let sound = true;
  const url = template.replace(IDENTIFIER, (_, inner: string) => {
    if (inner === '') return '$';
    const parts = /^(RepresentationID|Number|Bandwidth|Time)(?:%0(\d{1,2})d)?$/.exec(inner);
    const value = parts && values[parts[1] as keyof TemplateValues];
    const width = Number(parts?.[2] ?? 1);
    // Table 16: the identifier of a representation has no width.
    if (value === undefined || value === null || width > 20 || (parts?.[2] !== undefined && parts[1] === 'RepresentationID')) {
      sound = false;
      return '';
    }
    return typeof value === 'number' ? value.toFixed(0).padStart(width, '0') : value;
  });
  // A dollar sign that begins nothing.
  return sound && !template.replace(IDENTIFIER, '').includes('$') ? url : null;
}
