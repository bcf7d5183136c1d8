/** A name as it is compared: without case and the root's trailing dot. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');
