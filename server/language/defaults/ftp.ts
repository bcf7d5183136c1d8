/** What an FTP server is where the author says nothing. */
import { MINUTE } from '../../../engines/quantities.ts';

export const ftpDefaults = {
  /** RFC 1123 §4.1.3.2: at least five minutes. */
  idle: 5 * MINUTE,
  /** RFC 2577 §5: three to five. */
  attempts: 3,
  sessions: 100,
  space: 2 ** 40,
};
