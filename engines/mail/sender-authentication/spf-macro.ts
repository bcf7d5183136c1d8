/**
 * Macros in SPF records (RFC 7208 §7). What they stand for may need a lookup (`p`), so expansion is given what it needs by name
 * and is told which letters occur first.
 */

/** `%{ir}`, `%{d2}`, `%{l1r-}`; `%%`, `%_`, `%-`. */
const MACRO = /%(?:\{([slodiphcrtvSLODIPHCRTV])([0-9]*)(r?|R?)([.\-+,/_=]*)\}|([%_-]))/g;

/** Letters that stand in explanations only (§7.2). */
const EXPLANATION_LETTERS = /%\{[crtCRT]/;

/** What is wrong with a macro string; null if nothing. `explanation`: `c`, `r` and `t` may stand in it, and spaces. */
export function macroProblem(text: string, explanation = false): string | null {
  if (explanation ? /[^ -~]/.test(text) : /[^!-~]/.test(text)) return 'characters beyond the visible ones of ASCII';
  const rest = text.replace(MACRO, '');
  if (rest.includes('%')) return 'a % that begins no macro';
  for (const [, , digits] of text.matchAll(MACRO)) if (digits && Number(digits) === 0) return 'a macro of no labels';
  return !explanation && EXPLANATION_LETTERS.test(text) ? 'c, r and t stand in explanations only' : null;
}

/** Whether the letter occurs in it. */
export function usesMacro(text: string, letter: string): boolean {
  for (const [, found] of text.matchAll(MACRO)) if (found?.toLowerCase() === letter) return true;
  return false;
}

/** By lower-case letter: what each stands for. */
export type MacroValues = Readonly<Record<string, string>>;

/** `text` has no problem. */
export function expandMacros(text: string, values: MacroValues): string {
  return text.replace(MACRO, (_all, letter: string | undefined, digits: string, reverse: string, delimiters: string, single: string) => {
    if (letter === undefined) return single === '%' ? '%' : single === '_' ? ' ' : '%20';
    const value = values[letter.toLowerCase()] ?? '';
    // §7.3: split by the delimiters, turned round, the right-most so many, joined by dots.
    let parts = splitBy(value, delimiters === '' ? '.' : delimiters);
    if (reverse !== '') parts.reverse();
    if (digits !== '') parts = parts.slice(-Number(digits));
    const expanded = parts.join('.');
    return letter === letter.toUpperCase() ? escapeUri(expanded) : expanded;
  });
}

/** §7.3: a name that comes out longer than 253 octets loses labels on its left. */
export function fittedName(expanded: string): string {
  let name = expanded.endsWith('.') ? expanded.slice(0, -1) : expanded;
  while (name.length > 253) {
    const dot = name.indexOf('.');
    if (dot < 0) break;
    name = name.slice(dot + 1);
  }
  return name;
}

function splitBy(value: string, delimiters: string): string[] {
  const parts = [''];
  for (const char of value) {
    if (delimiters.includes(char)) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

/** RFC 3986 §2.3: all but the unreserved ones. */
function escapeUri(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
