// The import directions of the house, one table: a room may import only the rooms listed for it (and itself).
// `npm run lint` fails on any other edge and on host modules in rooms that must run anywhere. Since rooms are ordered, there is no cycle between
// them; inside a room files may need each other (a recursive descent over expressions and statements does).
const chain = ['base', 'c', 'machine', 'trace', 'kernel', 'scenario', 'explore', 'session', 'adapter'];

/** room -> rooms it may import */
const may = {};
chain.forEach((room, i) => {
  may[room] = chain.slice(0, i);
});
// wdk holds headers (and a generated table of their text): it feeds the kernel, scenarios, the debugger and the rules.
may.wdk = ['base'];
for (const room of ['kernel', 'scenario', 'explore', 'session', 'adapter']) {
  may[room].push('wdk');
}
may.adapter.push('messages');
may.rules = ['base', 'c', 'wdk'];
may.language = ['base', 'c', 'wdk', 'rules', 'scenario', 'messages'];
may.messages = [];
may.webview = ['messages'];
may.extension = ['messages', 'base'];
may.cli = [...chain, 'wdk', 'rules', 'language', 'messages'];

const roomRules = Object.entries(may).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

// These run in Node, in a browser worker and in tests alike.
const anywhere = 'base|c|wdk|machine|trace|kernel|scenario|explore|session|rules|messages|webview|language';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'host-free',
      comment: 'a room that runs anywhere imports no Node module',
      severity: 'error',
      from: { path: `^src/(${anywhere})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'adapter-node-only-in-node-main',
      comment: 'src/adapter runs in a web worker too: only its node-*.ts files may use Node modules',
      severity: 'error',
      from: { path: '^src/adapter/', pathNot: '^src/adapter/node-' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'vscode-only-in-extension',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/extension/' },
      to: { path: '^vscode$|@types/vscode|(^|node_modules/)vscode-languageclient' },
    },
    {
      name: 'debugadapter-only-in-adapter',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapter/' },
      to: { path: '@vscode/debugadapter' },
    },
    {
      name: 'languageserver-only-in-language',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/language/' },
      to: { path: 'vscode-languageserver' },
    },
    {
      name: 'source-imports-no-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|examples)/' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^vscode$|\\.gen\\.js$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'browser', 'default'],
    },
  },
};
