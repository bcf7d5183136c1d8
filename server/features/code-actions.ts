/** Quick fixes: what the language offers for a diagnostic, as edits of the documents. */
import { type CodeAction, CodeActionKind, type CodeActionParams, type TextEdit } from 'vscode-languageserver';
import type { QuickFix } from '../language/compilation.ts';
import type { Analysis } from '../language/compile.ts';
import type { Program, Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

export function codeActions(programs: Programs, { textDocument, range, context }: CodeActionParams): CodeAction[] {
  if (context.only && !context.only.some((kind) => CodeActionKind.QuickFix.startsWith(kind))) return [];
  const place = programs.place(textDocument.uri, range.start);
  if (!place) return [];
  const { program, source, document, offset: from } = place;
  const to = document.offsetAt(range.end);
  const analysis = programs.analysis(program);
  return analysis.diagnostics
    .filter(({ uri, start, end }) => uri === source.uri && start <= to && end >= from)
    .flatMap((diagnostic) =>
      diagnostic.fixes.map((fix): CodeAction => {
        const shown = context.diagnostics.filter(
          ({ code, range }) => code === diagnostic.code && document.offsetAt(range.start) === diagnostic.start,
        );
        return {
          title: fix.title,
          kind: CodeActionKind.QuickFix,
          isPreferred: fix.preferred === true,
          diagnostics: shown,
          edit: { changes: editsOf(fix, programs, program, analysis) },
        };
      }),
    );
}

/** Edits by document, imported files included. */
function editsOf(fix: QuickFix, programs: Programs, program: Program, analysis: Analysis): Record<string, TextEdit[]> {
  const changes: Record<string, TextEdit[]> = {};
  for (const { uri, start, end, text } of fix.edits) {
    const document = programs.documentNamed(program, analysis, uri);
    if (!document) continue;
    changes[document.uri] ??= [];
    changes[document.uri]!.push({ range: rangeOf(document, start, end), newText: text });
  }
  return changes;
}
