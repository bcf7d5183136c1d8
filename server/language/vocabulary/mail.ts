/** Mail: servers, mailboxes, messages. */

import { mailAttackVocabulary } from './mail/attacks.ts';
import { endToEndVocabulary } from './mail/end-to-end.ts';
import { mailFilterVocabulary } from './mail/filters.ts';
import { mailboxVocabulary } from './mail/mailboxes.ts';
import { mailMessageVocabulary } from './mail/messages.ts';
import { mailReadingVocabulary } from './mail/reading.ts';
import { senderAuthenticationVocabulary } from './mail/sender-authentication.ts';
import { mailServerVocabulary } from './mail/servers.ts';
import { mailSessionsVocabulary } from './mail/sessions.ts';
import { webmailVocabulary } from './mail/webmail.ts';

/** Message protocols that views can be limited to. */
export const mailProtocols = ['smtp', 'pop3', 'imap'] as const;

export const mailVocabulary = [
  ...mailServerVocabulary,
  ...mailboxVocabulary,
  ...mailMessageVocabulary,
  ...senderAuthenticationVocabulary,
  ...mailFilterVocabulary,
  ...webmailVocabulary,
  ...mailReadingVocabulary,
  ...mailSessionsVocabulary,
  ...endToEndVocabulary,
  ...mailAttackVocabulary,
];
