/** Durations of XML Schema (ISO 8601), as manifests have them: `PT1H2M3.5S`, `PT596.48S`, `P1DT0S`. */
import type { Milliseconds } from '../movie.ts';

/** Years and months have no length, and a film is never so long: they are refused unless they are 0, as is a negative one. Up to 100 days. null: none. */
export function parseDuration(text: string): Milliseconds | null {
  const parts = /^P(?:0{1,4}Y)?(?:0{1,4}M)?(?:(\d{1,3})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10}(?:\.\d{1,40})?)S)?)?$/.exec(
    text.trim(),
  );
  if (!parts || text.trim().endsWith('T') || text.trim() === 'P') return null;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts;
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Math.round(Number(seconds) * 1e6) / 1000;
  return total <= 100 * 86_400_000 ? total : null;
}

/** In seconds, to the microsecond. */
export function formatDuration(duration: Milliseconds): string {
  return `PT${Number((duration / 1000).toFixed(6))}S`;
}
