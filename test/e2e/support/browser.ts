// The browser that the end-to-end tests drive, and the rule for machines without one: skip and say so, unless INTERLOCK_E2E=required.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureHost, hostUnsupported } from '../../../scripts/lib/hosts.mjs';
import { root } from '../../../scripts/lib/process.mjs';

/** CHROMIUM, when set, is the program and the only one tried. */
const places = process.env.CHROMIUM
  ? [process.env.CHROMIUM]
  : [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ];

/** Where screenshots and logs of a run are kept (not committed). */
export const outputFolder = path.join(root, 'test/e2e/output');

/** What a test needs: the VS Code build in a folder, and a browser program. */
export interface Prerequisites {
  readonly hostFolder: string;
  readonly chromium: string;
}

/** Finds the browser and installs the VS Code build; or skips the test with the reason (answers undefined), or throws it where e2e is required. */
export function prerequisites(t: TestContext, host: 'node' | 'web'): Prerequisites | undefined {
  mkdirSync(outputFolder, { recursive: true });
  const found = places.find((place) => existsSync(place));
  const reason = found ? hostUnsupported(host) : 'no Chromium or Chrome found (install one, or set CHROMIUM to its program)';
  if (found && !reason) {
    try {
      return { hostFolder: ensureHost(host), chromium: found };
    } catch (error) {
      return refuse(t, `the VS Code build "${host}" could not be installed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return refuse(t, reason as string);
}

function refuse(t: TestContext, reason: string): undefined {
  if (process.env.INTERLOCK_E2E === 'required') throw new Error(`end-to-end tests are required here, but ${reason}`);
  console.log(`SKIPPED: end-to-end test "${t.name}": ${reason}`);
  t.skip(reason);
  return undefined;
}

/** A headless browser with one page of the size that screenshots are taken in. */
export async function openBrowser(program: string): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch({
    executablePath: program,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 } })).newPage();
  page.setDefaultTimeout(30_000);
  return { browser, page };
}
