/** What a client can take in, as it says when it starts the server. What it does not mention, it is not sent. */
import { type ClientCapabilities, type MarkupContent, MarkupKind } from 'vscode-languageserver';

export interface ClientSupport {
  /** Completions may hold tab stops. */
  readonly snippets: boolean;
  /** Markdown is shown as such in hovers, completions and forms. */
  readonly markdown: { readonly hover: boolean; readonly completion: boolean; readonly signatures: boolean };
  /** A form may have no slot in evidence (LSP 3.18). */
  readonly noActiveParameter: boolean;
}

export const NO_SUPPORT: ClientSupport = {
  snippets: false,
  markdown: { hover: false, completion: false, signatures: false },
  noActiveParameter: false,
};

export function supportOf({ textDocument }: ClientCapabilities): ClientSupport {
  const { completion, hover, signatureHelp } = textDocument ?? {};
  const markdown = (formats: readonly MarkupKind[] | undefined): boolean => formats?.includes(MarkupKind.Markdown) === true;
  return {
    snippets: completion?.completionItem?.snippetSupport === true,
    markdown: {
      hover: markdown(hover?.contentFormat),
      completion: markdown(completion?.completionItem?.documentationFormat),
      signatures: markdown(signatureHelp?.signatureInformation?.documentationFormat),
    },
    noActiveParameter: signatureHelp?.signatureInformation?.noActiveParameterSupport === true,
  };
}

/** Markdown for a client that shows it, else its text without the signs. */
export function markup(text: string, markdown: boolean): MarkupContent {
  if (markdown) return { kind: MarkupKind.Markdown, value: text };
  const value = text
    .replace(/^```.*\n?/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`|\*\*/g, '');
  return { kind: MarkupKind.PlainText, value };
}

/** Sends what the server does not wait for: a client that refuses it, or is gone, costs nobody anything. */
export function send(sent: Promise<unknown>): void {
  sent.catch(() => undefined);
}
