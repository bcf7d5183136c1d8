/**
 * The renderer's bundle: `activate` for notebooks of VS Code, `mount` for plain pages, and by itself whatever report it stands in.
 */
import { render } from 'preact';
import { App, Failure, Guard, type RevealMessage } from './app.tsx';
import { decodeOutput, type Output } from './output.ts';
import { outputOfCell } from './report/up-to.ts';
import css from './theme.css';

/** What this module uses of vscode-notebook-renderer. */
interface RendererContext {
  readonly postMessage?: (message: unknown) => void;
}
interface OutputItem {
  readonly id: string;
  data(): Uint8Array;
}
interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void;
  disposeOutputItem(id?: string): void;
}

export function activate(context: RendererContext): Renderer {
  const elements = new Map<string, HTMLElement>();
  const { postMessage } = context;
  return {
    renderOutputItem(item, element) {
      const before = elements.get(item.id);
      if (before && before !== element) render(null, before);
      elements.set(item.id, element);
      mount(element, () => decodeOutput(item.data()), postMessage && ((message) => postMessage(message)));
    },
    disposeOutputItem(id) {
      for (const [known, element] of [...elements]) {
        if (id !== undefined && known !== id) continue;
        render(null, element);
        elements.delete(known);
      }
    },
  };
}

let mounted = 0;

/** Draws an output (or its bytes) in an element. An output that cannot be read or drawn becomes a text that says why. */
export function mount(
  element: HTMLElement,
  output: Output | Uint8Array | (() => Output),
  postMessage?: (message: RevealMessage) => void,
): void {
  addStyle(element);
  const id = `ns${++mounted}`;
  try {
    const read = typeof output === 'function' ? output() : output instanceof Uint8Array ? decodeOutput(output) : output;
    render(
      <Guard key={id}>
        <App output={read} id={id} postMessage={postMessage} />
      </Guard>,
      element,
    );
  } catch (error) {
    render(<Failure error={error} />, element);
  }
}

const STYLE_ID = 'netscenario-style';

/** Once in each document or shadow root. */
function addStyle(element: HTMLElement): void {
  const root = element.getRootNode();
  const place = root instanceof ShadowRoot ? root : document.head;
  if (place.querySelector(`#${STYLE_ID}`)) return;
  const style = document.createElement('style');
  style.id = STYLE_ID;
  style.textContent = css;
  place.append(style);
}

/** A report (report/report.ts) holds its output as base64 in an element of its own, and has a place for it, or for each cell’s part of it. */
function mountReport(): void {
  if (typeof document === 'undefined') return;
  const data = document.getElementById('netscenario-output');
  if (!data) return;
  const read = once((): Output => {
    const binary = atob((data.textContent ?? '').trim());
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return decodeOutput(bytes);
  });
  for (const place of document.querySelectorAll<HTMLElement>('.netscenario-run')) {
    const { focus } = place.dataset;
    mount(place, () => {
      const output = read();
      return focus ? outputOfCell(output, Number(focus)) : output;
    });
  }
}

/** Reads at the first call; one that fails is tried again by the next, and says so in each place. */
function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}

mountReport();
