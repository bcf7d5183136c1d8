/** What prose.ts uses of markdown-it, which brings no types. */
declare module 'markdown-it' {
  interface Token {
    readonly content: string;
    attrGet(name: string): string | null;
  }
  type Rule = (tokens: Token[], index: number) => string;
  export default class MarkdownIt {
    constructor(options: { readonly html: boolean });
    readonly renderer: { readonly rules: Record<string, Rule | undefined> };
    readonly utils: { escapeHtml(text: string): string };
    validateLink: (uri: string) => boolean;
    render(text: string): string;
  }
}
