// Forbids, in the rooms that make up the simulator, everything whose answer depends on the host or the moment: a run must be the same bytes on
// every machine. Works on the syntax tree, so a comment or a property that happens to have such a name is no finding.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { filesUnder, root } from './lib/process.mjs';

const rooms = ['base', 'c', 'wdk', 'machine', 'trace', 'kernel', 'scenario', 'explore', 'session'];

/** Global names -> what to do instead. */
const globals = {
  Date: 'virtual time is in the machine',
  performance: 'virtual time is in the machine',
  setTimeout: 'nothing in the simulator waits for the host',
  setInterval: 'nothing in the simulator waits for the host',
  setImmediate: 'nothing in the simulator waits for the host',
  queueMicrotask: 'nothing in the simulator waits for the host',
  requestAnimationFrame: 'nothing in the simulator waits for the host',
  crypto: 'use the seeded generator of src/base',
  process: 'the core knows no host',
  require: 'use import',
  Intl: 'its answers depend on the host',
  WeakRef: 'its answers depend on garbage collection',
  FinalizationRegistry: 'its answers depend on garbage collection',
  SharedArrayBuffer: 'the simulator is single-threaded',
  Atomics: 'the simulator is single-threaded',
};
/** Members, written `object.member`, or any object's when the object is `*`. */
const members = {
  'Math.random': 'use the seeded generator of src/base',
  '*.localeCompare': 'compare code units: its answer depends on the host',
  '*.toLocaleString': 'its answer depends on the host',
  '*.toLocaleLowerCase': 'its answer depends on the host',
  '*.toLocaleUpperCase': 'its answer depends on the host',
};

/** Is this identifier a use of a global value (not a property name, not a declaration of that name, not a type)? */
function isFreeName(node) {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  if ((ts.isPropertyAssignment(parent) || ts.isBindingElement(parent)) && parent.initializer !== node) return false;
  return !('name' in parent && parent.name === node);
}

/** Findings of one file, `path:line:column message`. */
export function findHostDependence(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found = [];
  const report = (node, message) => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${file}:${line + 1}:${character + 1} ${message}`);
  };
  const visit = (node) => {
    if (ts.isIdentifier(node) && Object.hasOwn(globals, node.text) && isFreeName(node)) {
      report(node, `\`${node.text}\` is not allowed in a simulator room: ${globals[node.text]}`);
    } else if (ts.isPropertyAccessExpression(node)) {
      const object = ts.isIdentifier(node.expression) ? node.expression.text : '';
      const reason = members[`${object}.${node.name.text}`] ?? members[`*.${node.name.text}`];
      if (reason) report(node.name, `\`${node.name.text}\` is not allowed in a simulator room: ${reason}`);
    } else if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const name = node.moduleSpecifier.text;
      if (!name.startsWith('.')) report(node, `import of '${name}': a simulator room imports only files of the project`);
    } else if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) {
      report(node, 'a simulator room has no dynamic import');
    } else if (ts.isForInStatement(node)) {
      report(node, '`for in` follows insertion order of keys and mixes in inherited ones: use Object.keys with a stated order, or a Map');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Checks all simulator rooms; prints findings and answers whether there were none. */
export function lintDeterminism() {
  const findings = rooms
    .flatMap((room) => filesUnder(`src/${room}`, (f) => f.endsWith('.ts') && !f.endsWith('.gen.ts')))
    .flatMap((file) => findHostDependence(file, readFileSync(path.join(root, file), 'utf8')));
  for (const finding of findings) console.error(finding);
  return findings.length === 0;
}
