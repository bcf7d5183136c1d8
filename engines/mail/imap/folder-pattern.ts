/** The patterns of LIST and LSUB (RFC 3501 §6.3.8): `*` is anything, `%` anything but the separator of levels. INBOX has no case. */
import { FOLDER_NAME_LIMIT, HIERARCHY_SEPARATOR } from '../mailbox/folder.ts';

/**
 * Whether a name fits. Takes time that grows with the length of the pattern times that of the name, whatever stands in it: it goes
 * through the pattern once, with all the places of the name at which what stands before can end.
 */
export function folderPattern(pattern: string): (name: string) => boolean {
  // Several wildcards side by side say no more than one.
  const plain = pattern
    .replace(/[*%]*\*[*%]*/g, '*')
    .replace(/%+/g, '%')
    .replace(/^inbox(?=$|[/*%])/i, 'INBOX');
  if (plain.replace(/[*%]/g, '').length > FOLDER_NAME_LIMIT) return () => false;
  return (name) => fits(plain, name);
}

function fits(pattern: string, name: string): boolean {
  let ends = new Uint8Array(name.length + 1);
  ends[0] = 1;
  for (const char of pattern) {
    const next = new Uint8Array(name.length + 1);
    if (char === '*' || char === '%') {
      let open = false;
      for (let at = 0; at <= name.length; at++) {
        if (char === '%' && at > 0 && name[at - 1] === HIERARCHY_SEPARATOR) open = false;
        open ||= ends[at] === 1;
        if (open) next[at] = 1;
      }
    } else {
      for (let at = 0; at + char.length <= name.length; at++) if (ends[at] === 1 && name.startsWith(char, at)) next[at + char.length] = 1;
    }
    ends = next;
  }
  return ends[name.length] === 1;
}
