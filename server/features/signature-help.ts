/** Signature help: the forms of the statement that is being written, the next slot in evidence. */
import type { SignatureHelp, TextDocumentPositionParams } from 'vscode-languageserver';
import { type ClientSupport, markup } from '../client-support.ts';
import { indexOfSource } from '../language/locate.ts';
import { type Signature, signaturesAt } from '../language/signature.ts';
import type { Programs } from '../programs.ts';

export function signatureHelp(
  programs: Programs,
  { textDocument, position }: TextDocumentPositionParams,
  { markdown, noActiveParameter }: ClientSupport,
): SignatureHelp | null {
  const place = programs.place(textDocument.uri, position);
  if (!place) return null;
  const { program, source, offset } = place;
  const analysis = programs.recentAnalysis(program);
  const tree = analysis.program.sources[indexOfSource(analysis, source.uri)]?.tree ?? null;
  const signatures = signaturesAt(source, offset, tree);
  if (signatures.length === 0) return null;
  // Behind the last one is none of them, for a client that knows no other way to say so.
  const activeOf = ({ active, slots }: Signature) => active ?? (noActiveParameter ? null : slots.length);
  return {
    activeSignature: 0,
    activeParameter: activeOf(signatures[0]!),
    signatures: signatures.map((signature) => ({
      label: signature.label,
      documentation: markup(signature.doc, markdown.signatures),
      parameters: signature.slots.map(([start, end]) => ({ label: [start, end] })),
      activeParameter: activeOf(signature),
    })),
  };
}
