/** How a notebook cell is named within a program: the notebook's URI with the fragment of the cell's. */
export function programUri(notebookUri: string, cellUri: string): string {
  const mark = cellUri.indexOf('#');
  const [document] = notebookUri.split('#');
  return mark < 0 ? cellUri : `${document}${cellUri.slice(mark)}`;
}
