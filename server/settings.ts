/** What a person has set: asked of the client where it answers such questions, else as it told at the start or tells later. */
import { type Connection, DidChangeConfigurationNotification } from 'vscode-languageserver';
import { send } from './client-support.ts';
import type { HintKind } from './language/inlay-hints.ts';

/** As `netscenario.…` in an editor's settings; every entry may be left out. */
export interface GivenSettings {
  readonly inlayHints?: Readonly<Partial<Record<HintKind, boolean>>>;
}

const HINTS: readonly HintKind[] = ['addresses', 'defaults', 'values'];

export class Settings {
  /** All kinds of hints, but those that were turned off. */
  hints: ReadonlySet<HintKind> = new Set(HINTS);

  take(given: unknown): void {
    const { inlayHints } = (given ?? {}) as GivenSettings;
    this.hints = new Set(HINTS.filter((kind) => inlayHints?.[kind] !== false));
  }

  /** Once the client is ready, where it answers questions about settings. */
  async ask(connection: Connection): Promise<void> {
    this.take(await connection.workspace.getConfiguration('netscenario'));
  }

  static register(connection: Connection): void {
    send(connection.client.register(DidChangeConfigurationNotification.type, { section: 'netscenario' }));
  }
}
