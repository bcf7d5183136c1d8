/** What a mail filter is where the author says nothing. */
export const filterDefaults = {
  spam: 'junk',
  threshold: 0.9,
  /** Made-up messages of each kind. */
  training: 200,
  disguise: 0.1,
  malware: 'reject',
  links: 'junk',
} as const;
