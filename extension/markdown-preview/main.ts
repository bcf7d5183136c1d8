/**
 * Colours scenarios in VS Code's Markdown preview, which knows no languages but those of a library of its own. It is a script of the
 * preview's page: to preview a text starts nothing else of the extension. The colours are in preview.css.
 */
async function colour(): Promise<void> {
  const scenarios = [...document.querySelectorAll('pre > code')].filter(({ className }) =>
    /(?:^|\s)language-netscenario(?![\w-])/i.test(className),
  );
  if (scenarios.length === 0) return;
  // The language is set up where there is a scenario; most texts have none.
  const { colouredPieces } = await import('./pieces.ts');
  for (const code of scenarios) {
    code.replaceChildren(
      ...colouredPieces(code.textContent ?? '').map(({ type, text }) => {
        if (!type) return text;
        const span = document.createElement('span');
        span.className = `netscenario-${type}`;
        span.textContent = text;
        return span;
      }),
    );
  }
}

void colour();
// While the text is written, the page is kept, and its content put in anew.
window.addEventListener('vscode.markdown.updateContent', () => void colour());
