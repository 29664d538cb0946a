// Makes node_modules agree with package-lock.json, so that `npm start` and `npm test` work on a fresh clone by themselves. npm leaves a copy
// of the lock it installed in node_modules/.package-lock.json; comparing versions with it costs milliseconds and needs no stamp of ours.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, runOrThrow } from './process.mjs';

const oldestNode = 20;

function installedAsLocked() {
  try {
    const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(path.join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version);
  } catch {
    return false;
  }
}

/** Runs `npm ci` unless node_modules already is what the lock file says. */
export async function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode) {
    console.error(`Interlock needs Node ${oldestNode} or newer; this is ${process.version}.`);
    process.exit(2);
  }
  if (installedAsLocked()) return;
  console.log('Installing development packages (npm ci) ...');
  const env = { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', npm_config_loglevel: 'error' };
  await runOrThrow('npm', ['ci', '--no-audit', '--no-fund'], { env });
}
