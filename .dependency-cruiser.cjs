/**
 * Imports between floors only point down: extension and cli, then notebook-renderer and server/features, then server/language,
 * then engines. Contracts (scenario, run) are the only doors; nothing of an editor, of Node or of a page reaches the lower floors.
 */
/** As written, or as resolved (`vscode` itself is types alone). */
const VSCODE = '^vscode$|(^|/)node_modules/@types/vscode/';
const HOSTS = `${VSCODE}|(^|/)node_modules/(vscode-|@vscode/)`;
const code = (folder) => ({ path: `^${folder}/`, pathNot: '\\.test\\.tsx?$' });

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places, or an idea upside down.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'engines-are-the-ground-floor',
      severity: 'error',
      from: { path: '^engines/' },
      to: { path: '^(server|extension|notebook-renderer|cli|test|scripts)/' },
    },
    {
      name: 'engines-know-no-host',
      comment: 'No editor, no protocol of editors, no Node; only engines/live opens sockets.',
      severity: 'error',
      from: { path: '^engines/', pathNot: ['^engines/live/', '\\.test\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'engines-know-no-editor', severity: 'error', from: { path: '^engines/' }, to: { path: HOSTS } },
    {
      name: 'dns-knows-no-user',
      comment: 'Mail, FTP and the web resolve names; DNS carries neither.',
      severity: 'error',
      from: code('engines/dns'),
      to: { path: '^engines/(mail|ftp|http)/' },
    },
    {
      name: 'network-knows-no-protocol',
      comment: 'The kernel and the network carry whatever speaks over them.',
      severity: 'error',
      from: { path: '^engines/(kernel|network)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^engines/(dns|mail|ftp|http)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'language-stands-on-engines',
      severity: 'error',
      from: { path: '^server/language/' },
      to: { path: '^(server/(?!language/)|extension/|notebook-renderer/|cli/|test/|scripts/)' },
    },
    {
      name: 'language-knows-no-host',
      severity: 'error',
      from: code('server/language'),
      to: { dependencyTypes: ['core'] },
    },
    { name: 'language-knows-no-editor', severity: 'error', from: { path: '^server/language/' }, to: { path: HOSTS } },
    {
      name: 'server-knows-no-extension',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(extension|notebook-renderer|cli|test|scripts)/' },
    },
    {
      name: 'server-knows-no-vscode',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: `${VSCODE}|(^|/)node_modules/vscode-languageclient/` },
    },
    {
      name: 'only-local-files-reads-files',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/local-files\\.ts$', '\\.(test|fuzz)\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-stands-on-engines',
      severity: 'error',
      from: { path: '^notebook-renderer/' },
      to: { path: '^(server|extension|cli|test|scripts)/' },
    },
    {
      name: 'renderer-knows-runs-only',
      comment: 'What it knows of a protocol comes through what covers all of them: engines/dissect.ts, engines/metrics.ts.',
      severity: 'error',
      from: { path: '^notebook-renderer/' },
      to: { path: '^engines/(dns|mail|ftp|http|tls|kernel|network)/', pathNot: '^engines/network/(capture/|transcript\\.ts$)' },
    },
    { name: 'renderer-knows-no-host', severity: 'error', from: code('notebook-renderer'), to: { dependencyTypes: ['core'] } },
    { name: 'renderer-knows-no-vscode', severity: 'error', from: { path: '^notebook-renderer/' }, to: { path: VSCODE } },
    {
      name: 'cli-knows-no-editor',
      severity: 'error',
      from: { path: '^cli/' },
      to: { path: `^(extension/|server/(?!language/|local-files\\.ts$))|${HOSTS}` },
    },
    {
      name: 'extension-in-the-browser',
      comment: 'Only the entry points of Node may import Node.',
      severity: 'error',
      from: { path: '^extension/', pathNot: ['^extension/node\\.ts$', '^extension/run/worker-node\\.ts$', '\\.test\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^(engines|server|extension|notebook-renderer|cli)/', pathNot: '\\.(test|fuzz)\\.tsx?$|-for-tests\\.ts$|/fixtures/' },
      to: { path: '\\.(test|fuzz)\\.tsx?$|^fuzz/|(^|/)node_modules/(vitest|fast-check)/' },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'browser', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
    exclude: { path: '^(dist|out)/|^esbuild\\.mjs$' },
  },
};
