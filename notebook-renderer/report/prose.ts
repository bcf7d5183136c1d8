/**
 * The prose of a notebook as HTML, in CommonMark with tables, as VS Code shows it.
 *
 * Nothing in it acts: tags are shown as they are written, but for comments, which nobody sees; links lead to the web or to mail, and
 * nowhere where they are to be found from where the notebook lies; a picture is told by its description, since a report asks for
 * nothing from elsewhere.
 */
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: true });
const { escapeHtml } = markdown.utils;

const leads = (uri: string): boolean => /^(?:https?:\/\/|mailto:)/i.test(uri);

// Every link becomes one, with a place that it leads to or without.
markdown.validateLink = () => true;
markdown.renderer.rules.link_open = (tokens, index) => {
  const uri = tokens[index]!.attrGet('href') ?? '';
  return leads(uri) ? `<a href="${escapeHtml(uri)}">` : '<a>';
};

const asWritten = (text: string): string => escapeHtml(text.replace(/<!--[\s\S]*?-->/g, ''));
markdown.renderer.rules.html_block = (tokens, index) => {
  const shown = asWritten(tokens[index]!.content).trim();
  return shown === '' ? '' : `<p>${shown}</p>\n`;
};
markdown.renderer.rules.html_inline = (tokens, index) => asWritten(tokens[index]!.content);
markdown.renderer.rules.image = (tokens, index) => `<em>${escapeHtml(tokens[index]!.content)}</em>`;

export const proseHtml = (text: string): string => markdown.render(text);
