// Runs a bundle with V8's code cache: the second start neither parses nor compiles what the first one used, which is a good part of the time from
// F5 to the first stop. V8 refuses a cache of another version or other flags (VS Code's Electron beside Node), and each has a file of its own, in the
// user's own cache folder. Whatever goes wrong with the cache, the bundle runs; INTERLOCK_CODE_CACHE=off runs it without.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import * as vm from 'node:vm';

/** Files of caches that nobody has written for this long are removed when a new one is written. */
const KEEP_DAYS = 30;

/** Folder of the caches, as the system has it for one user's caches. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const home = os.homedir();
  const base =
    process.platform === 'win32'
      ? env.LOCALAPPDATA
      : process.platform === 'darwin'
        ? home && path.join(home, 'Library/Caches')
        : env.XDG_CACHE_HOME || (home && path.join(home, '.cache'));
  return base && path.isAbsolute(base) ? path.join(base, 'interlock') : undefined;
}

/** 64 bits of FNV-1a in two halves: enough to tell files of one folder apart, and node:crypto takes milliseconds to load. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return [a, b].map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('');
}

/** File of the cache for a bundle. V8 compares no more than the length of a text, so the time of its last change is part of the name. */
function cacheFile(folder: string, bundle: string, use: string): string {
  const { mtimeMs, size } = fs.statSync(bundle);
  const key = [bundle, mtimeMs, size, process.version, process.versions.v8, process.arch, process.execArgv.join(' '), use].join('\n');
  return path.join(folder, `code-${digest(key)}.bin`);
}

/** A cache counts only if it is this user's own: code of somebody else is not run. */
function readCache(file: string): Buffer | undefined {
  try {
    const { uid, mode } = fs.statSync(file);
    const own = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    return own ? fs.readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(file: string, data: Buffer): void {
  try {
    const folder = path.dirname(file);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const own = `${file}.${process.pid}`;
    fs.writeFileSync(own, data, { mode: 0o600 });
    fs.renameSync(own, file); // whole or not at all, whoever else starts now
    for (const name of fs.readdirSync(folder)) {
      const old = path.join(folder, name);
      if (/^code-.*\.bin/.test(name) && fs.statSync(old).mtimeMs < Date.now() - KEEP_DAYS * 86_400_000) fs.unlinkSync(old);
    }
  } catch {
    // A folder that cannot be written to costs time only.
  }
}

/** The cache is made when the process has something behind it: so many milliseconds after its start, or at its end. */
const SETTLED = 3000;

/**
 * Runs a CommonJS bundle in this process. `use` tells apart runs that use different parts of it. `warmUp`: for so many milliseconds V8 does not
 * optimise; until then nearly everything runs once or a few times, and optimising it costs more than it gives.
 */
export function runCached(bundle: string, use: string, warmUp = 0): void {
  const folder = process.env.INTERLOCK_CODE_CACHE === 'off' ? undefined : cacheFolder();
  let file: string | undefined;
  let cachedData: Buffer | undefined;
  try {
    if (folder) cachedData = readCache((file = cacheFile(folder, bundle, use)));
  } catch {
    file = undefined;
  }
  // esbuild writes ASCII, and a text of one byte a character is read and hashed fastest
  const text = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(bundle, 'latin1')}\n})`;
  const script = new vm.Script(text, { filename: bundle, cachedData });
  if (file !== undefined && (cachedData === undefined || script.cachedDataRejected)) {
    const target = file;
    let done = false;
    const write = (): void => {
      if (done) return;
      done = true;
      setFlagsFromString('--opt'); // flags are part of what V8 compares
      writeCache(target, script.createCachedData());
    };
    setTimeout(write, SETTLED).unref();
    process.once('exit', write);
  }
  if (warmUp > 0) {
    setFlagsFromString('--no-opt');
    setTimeout(() => setFlagsFromString('--opt'), warmUp).unref();
  }
  const module = { exports: {} };
  const body = script.runInThisContext() as (...args: unknown[]) => void;
  body(module.exports, createRequire(bundle), module, bundle, path.dirname(bundle));
}
