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

/** The names that a variable, parameter or pattern declares. */
function boundNames(name) {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

/** The names that a node declares for what is inside it. */
function declaredIn(scope) {
  const ofList = (list) => list.declarations.flatMap((declaration) => boundNames(declaration.name));
  const ofStatement = (statement) => {
    if (ts.isVariableStatement(statement)) return ofList(statement.declarationList);
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return statement.name ? [statement.name.text] : [];
    const bindings = ts.isImportDeclaration(statement) && statement.importClause?.namedBindings;
    return bindings && ts.isNamedImports(bindings) ? bindings.elements.map((element) => element.name.text) : [];
  };
  if (ts.isFunctionLike(scope)) return scope.parameters.flatMap((parameter) => boundNames(parameter.name));
  if (ts.isBlock(scope) || ts.isSourceFile(scope) || ts.isCaseClause(scope) || ts.isDefaultClause(scope)) {
    return scope.statements.flatMap(ofStatement);
  }
  if (ts.isCaseBlock(scope)) return scope.clauses.flatMap(declaredIn);
  if (ts.isForStatement(scope) || ts.isForOfStatement(scope)) {
    return scope.initializer && ts.isVariableDeclarationList(scope.initializer) ? ofList(scope.initializer) : [];
  }
  if (ts.isCatchClause(scope)) return scope.variableDeclaration ? boundNames(scope.variableDeclaration.name) : [];
  return [];
}

/** Does the file itself declare this name where it is used? `process` is a kernel word before it is a host's. */
function isOwnName(node) {
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (declaredIn(scope).includes(node.text)) return true;
  }
  return false;
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
    if (ts.isIdentifier(node) && Object.hasOwn(globals, node.text) && isFreeName(node) && !isOwnName(node)) {
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
