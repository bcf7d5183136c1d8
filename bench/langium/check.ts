/** Parse, link and validate with Langium: the same job as our `compile`, without building a scenario. */
import { URI } from 'langium';
import { createServicesForGrammar } from 'langium/grammar';
import { subsetGrammar } from './grammar.ts';

export interface Checked {
  readonly diagnostics: number;
  /** Takes the document out of the workspace: the next round starts from an empty one, as ours does. */
  close(): Promise<void>;
}

export async function langiumChecker(): Promise<(text: string) => Promise<Checked>> {
  const { shared } = await createServicesForGrammar({
    grammar: subsetGrammar,
    languageMetaData: { languageId: 'netscenario-subset', fileExtensions: ['.scenario'], caseInsensitive: false, mode: 'production' },
  });
  let documents = 0;
  return async (text) => {
    const uri = URI.parse(`memory:///bench-${documents++}.scenario`);
    const document = shared.workspace.LangiumDocumentFactory.fromString(text, uri);
    shared.workspace.LangiumDocuments.addDocument(document);
    await shared.workspace.DocumentBuilder.build([document], { validation: true });
    const errors = document.parseResult.parserErrors.length + document.parseResult.lexerErrors.length;
    return {
      diagnostics: Math.max(document.diagnostics?.length ?? 0, errors),
      close: () => shared.workspace.DocumentBuilder.update([], [uri]),
    };
  };
}
