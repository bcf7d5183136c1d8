/** Times to the nanosecond, so that two that differ never look alike. */
import { type Nanoseconds, SECOND } from '../quantities.ts';

/** `20.1 ms`, `0.000001 ms`, `2.000000001 s`, `never` for NaN. */
export function showTime(time: Nanoseconds): string {
  if (Number.isNaN(time)) return 'never';
  const [unit, digits, name] = Math.abs(time) < SECOND ? [1e6, 6, 'ms'] : [1e9, 9, 's'];
  const whole = Math.trunc(time / (unit as number));
  const rest = String(Math.abs(Math.round(time - whole * (unit as number))))
    .padStart(digits as number, '0')
    .replace(/0+$/, '');
  return `${time < 0 && whole === 0 ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`} ${name}`;
}
