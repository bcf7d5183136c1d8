/** URL templates of segments: ISO/IEC 23009-1 §5.3.9.4.4. */

/** What identifiers are replaced by; a template may only use those that are there. */
export interface TemplateValues {
  readonly RepresentationID?: string;
  /** Whole numbers of 0 or more. */
  readonly Number?: number;
  readonly Bandwidth?: number;
  readonly Time?: number;
}

/** Text as it stands, or an identifier with the least digits of its number. */
type Part = string | { readonly identifier: keyof TemplateValues; readonly width: number };

/** A template, read once and expanded for each segment. */
export type Template = readonly Part[];

/** null where the template has an identifier that is not known, or a dollar sign that begins nothing. At most 20 digits of width. */
export function readTemplate(template: string): Template | null {
  const parts: Part[] = [];
  // Between dollar signs, every second piece is an identifier.
  const pieces = template.split('$');
  if (pieces.length % 2 === 0) return null;
  for (const [i, piece] of pieces.entries()) {
    if (i % 2 === 0) {
      if (piece !== '') parts.push(piece);
      continue;
    }
    if (piece === '') {
      parts.push('$');
      continue;
    }
    const found = /^(RepresentationID|Number|Bandwidth|Time)(?:%0(\d{1,2})d)?$/.exec(piece);
    const width = Number(found?.[2] ?? 1);
    // Table 16: the identifier of a representation has no width.
    if (!found || width > 20 || (found[2] !== undefined && found[1] === 'RepresentationID')) return null;
    parts.push({ identifier: found[1] as keyof TemplateValues, width });
  }
  return parts;
}

/** The URL; null where the template has an identifier that may not be used here. */
export function fillIn(template: Template, values: TemplateValues): string | null {
  let url = '';
  for (const part of template) {
    if (typeof part === 'string') {
      url += part;
      continue;
    }
    const value = values[part.identifier];
    if (value === undefined) return null;
    url += typeof value === 'number' ? value.toFixed(0).padStart(part.width, '0') : value;
  }
  return url;
}

/** Both at once. */
export function expandTemplate(template: string, values: TemplateValues): string | null {
  const read = readTemplate(template);
  return read && fillIn(read, values);
}
