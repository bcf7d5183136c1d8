/** Mail: servers, mailboxes, messages. */
import { mailFilterVocabulary } from './mail/filters.ts';
import { mailboxVocabulary } from './mail/mailboxes.ts';
import { mailMessageVocabulary } from './mail/messages.ts';
import { senderAuthenticationVocabulary } from './mail/sender-authentication.ts';
import { mailServerVocabulary } from './mail/servers.ts';
import { webmailVocabulary } from './mail/webmail.ts';

/** Message protocols that views can be limited to. */
export const mailProtocols = ['smtp'] as const;

export const mailVocabulary = [
  ...mailServerVocabulary,
  ...mailboxVocabulary,
  ...mailMessageVocabulary,
  ...senderAuthenticationVocabulary,
  ...mailFilterVocabulary,
  ...webmailVocabulary,
];
