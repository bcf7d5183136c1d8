/** The process behind web-editor.mjs: serves VS Code for the Web with the options that it is given, until its parent is gone. */
import { open } from '@vscode/test-web';

process.stdin.resume();
process.stdin.once('close', () => process.exit());
await open(JSON.parse(process.argv[2]));
