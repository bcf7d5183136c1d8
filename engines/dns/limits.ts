/** Bounds that servers and resolvers share. */

/**
 * Aliases in a row. No standard says how many; common resolvers give up after a dozen or so. One number, so that a chain which
 * a server gives whole is one that a resolver follows, and validates, to its end.
 */
export const MAX_ALIASES = 16;
