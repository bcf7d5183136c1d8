/** Signature help: the forms of the statement that is being written, the next slot in evidence. */
import { MarkupKind, type SignatureHelp, type TextDocumentPositionParams } from 'vscode-languageserver';
import { signaturesAt } from '../language/signature.ts';
import type { Programs } from '../programs.ts';

export function signatureHelp(programs: Programs, { textDocument, position }: TextDocumentPositionParams): SignatureHelp | null {
  const place = programs.place(textDocument.uri, position);
  if (!place) return null;
  const { program, source, offset } = place;
  const { sources } = programs.recentAnalysis(program).program;
  const tree = sources.find(({ uri }) => uri === source.uri)?.tree ?? null;
  const signatures = signaturesAt(source, offset, tree);
  if (signatures.length === 0) return null;
  return {
    activeSignature: 0,
    activeParameter: signatures[0]!.active,
    signatures: signatures.map(({ label, doc, slots, active }) => ({
      label,
      documentation: { kind: MarkupKind.Markdown, value: doc },
      parameters: slots.map(([start, end]) => ({ label: [start, end] })),
      activeParameter: active,
    })),
  };
}
