/** Langium's language server for the benchmark's subset of the language, with the services that it has by default, on standard input and output. */
import { createServicesForGrammar } from 'langium/grammar';
import { startLanguageServer } from 'langium/lsp';
import { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { subsetGrammar } from './grammar.ts';

const connection = createConnection(ProposedFeatures.all, new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
const services = await createServicesForGrammar({
  grammar: subsetGrammar,
  languageMetaData: { languageId: 'netscenario-subset', fileExtensions: ['.scenario'], caseInsensitive: false, mode: 'production' },
  sharedModule: { lsp: { Connection: () => connection } },
});
startLanguageServer(services.shared);
