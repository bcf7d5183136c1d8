/**
 * What the library's NotebookDocuments keeps to itself: it tells of a change where cells come, go or are edited, and of none where they
 * only change places, though a program is its cells in their order.
 */
import type { Connection, NotebookDocument, NotebookDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** Has the notebooks follow what the connection tells; `changed` is called after each change of one of them, whatever it was. */
export function followNotebooks(
  connection: Connection,
  notebooks: NotebookDocuments<TextDocument>,
  changed: (notebook: NotebookDocument) => void,
): void {
  const { synchronization } = connection.notebooks;
  const followed: Connection['notebooks'] = {
    ...connection.notebooks,
    synchronization: {
      ...synchronization,
      onDidChangeNotebookDocument: (follow) =>
        synchronization.onDidChangeNotebookDocument(async (parameters) => {
          await follow(parameters);
          const notebook = notebooks.getNotebookDocument(parameters.notebookDocument.uri);
          if (notebook) changed(notebook);
        }),
    },
  };
  notebooks.listen(Object.create(connection, { notebooks: { value: followed } }));
}
