// What a user does in the workbench, in the words of a test: open a file, set a breakpoint, press F5, look at the debug view. The selectors were
// seen to hold in VS Code 1.91 (web) and 1.139 (server).
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { outputFolder } from './browser.js';

export class Workbench {
  private pictures = 0;

  /** `name` begins the file names of this run's screenshots. */
  constructor(
    readonly page: Page,
    private readonly name: string,
  ) {
    mkdirSync(outputFolder, { recursive: true });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  }

  /** Opens a file through the explorer; the path is relative to the opened folder. */
  async openFile(relativePath: string): Promise<void> {
    const names = relativePath.split(/[\\/]/);
    const name = names[names.length - 1];
    const row = (label: string) => this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label="${label}"]`).first();
    for (const folder of names.slice(0, -1)) {
      await row(folder).waitFor();
      if ((await row(folder).getAttribute('aria-expanded')) !== 'true') await row(folder).click();
    }
    await row(name).dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();
  }

  /** Brings an open editor to the front. */
  async showTab(name: string): Promise<void> {
    // as an event: while debugging, the floating toolbar may lie over the tab
    await this.page.locator('.tab', { hasText: name }).first().dispatchEvent('mousedown', { button: 0 });
    await this.page.locator('.tab.active', { hasText: name }).first().waitFor();
  }

  /** Puts the cursor on a line (1-based) of the file in front and toggles a breakpoint there. */
  async toggleBreakpoint(line: number): Promise<void> {
    await this.goToLine(line);
    await this.page.keyboard.press('F9');
    await this.page.locator('.codicon-debug-breakpoint').first().waitFor();
  }

  /** Puts the cursor on a line (1-based) of the file in front. */
  async goToLine(line: number): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await this.quickInput('Control+g', `:${line}`, `${line}`);
  }

  /** Removes all breakpoints and waits until the editor shows none; a quick input that lost the focus has done nothing, then it is asked again. */
  async removeAllBreakpoints(): Promise<void> {
    const glyph = this.page.locator('.editor-instance .codicon-debug-breakpoint').first();
    for (let attempts = 4; ; attempts--) {
      await this.runCommand('Remove All Breakpoints');
      try {
        await glyph.waitFor({ state: 'hidden', timeout: 4000 });
        return;
      } catch (error) {
        if (attempts === 1) throw error;
      }
    }
  }

  async runCommand(title: string): Promise<void> {
    await this.quickInput('F1', `>${title}`, title);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** The stack frame in focus, as the call stack view shows it (function, file, line). */
  get topFrame(): Locator {
    return this.page.locator('.debug-call-stack .monaco-list-row .stack-frame').first();
  }

  get frames(): Locator {
    return this.page.locator('.debug-call-stack .monaco-list-row .stack-frame');
  }

  get variables(): Locator {
    return this.page.locator('.debug-variables .monaco-list-row');
  }

  /** The line decorated as the next to run. */
  get currentLine(): Locator {
    return this.page.locator('.debug-top-stack-frame-line').first();
  }

  /** The line of the frame that is shown, the topmost or one below kernel frames. */
  get focusedLine(): Locator {
    return this.page.locator('.debug-top-stack-frame-line, .debug-focused-stack-frame-line').first();
  }

  get toolbar(): Locator {
    return this.page.locator('.debug-toolbar');
  }

  /** Folds sections of the debug view, so that the others have room: what a list has no room for is not in the page at all. */
  async fold(...sections: string[]): Promise<void> {
    for (const section of sections) {
      // the view may still be opening, and a click on a header that is being laid out does nothing: look again until it is folded
      const header = this.page.locator(`.pane-header[aria-label^="${section}"]`).first();
      const appeared = await header.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
      for (let tries = 0; appeared && tries < 10 && (await header.getAttribute('aria-expanded')) === 'true'; tries++) {
        await header.click();
        await this.page.waitForTimeout(150);
      }
    }
  }

  /** Unfolds groups of kernel frames ("Show 5 More Stack Frames") of the thread in focus. */
  async showAllFrames(): Promise<void> {
    const more = this.page.locator('.debug-call-stack .monaco-list-row', { hasText: /Show \d+ More Stack Frames/ }).last();
    if (await more.isVisible()) await more.click();
  }

  /** Opens the first scope of the variables view, which VS Code does not always do by itself. */
  async expandFirstScope(): Promise<void> {
    const scope = this.variables.first();
    await scope.waitFor();
    if ((await scope.getAttribute('aria-expanded')) !== 'true') await scope.click();
  }

  /** Evaluates in the debug console and answers when `expected` appears there. */
  async evaluate(expression: string, expected: string | RegExp): Promise<void> {
    await this.runCommand('Debug Console: Focus on Debug Console View');
    await this.page.locator('.repl-input-wrapper .monaco-editor').first().click();
    await this.page.keyboard.insertText(expression);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.repl .monaco-list-row .evaluation-result, .repl .monaco-list-row', { hasText: expected }).last().waitFor();
  }

  /** Workbenches begin with different themes. */
  async theme(wanted: 'dark' | 'light'): Promise<void> {
    const themed = this.page.locator(wanted === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').first();
    if (!(await themed.isVisible())) await this.runCommand('Preferences: Toggle between Light/Dark Themes');
    await themed.waitFor();
  }

  /** Keeps a picture in test/e2e/output/. */
  async screenshot(what: string): Promise<void> {
    this.pictures += 1;
    await this.page.screenshot({ path: path.join(outputFolder, `${this.name}-${this.pictures}-${what}.png`) });
  }

  /**
   * Types into the quick input and takes its first row, once that is the wanted one. While a workbench starts, an editor that opens takes the
   * focus and so closes the input: then it is opened again.
   */
  private async quickInput(key: string, text: string, wanted: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: wanted });
    for (let attempts = 5; ; attempts--) {
      try {
        await this.page.keyboard.press(key);
        await this.page.locator('.quick-input-box input').fill(text, { timeout: 3000 });
        await row.waitFor({ timeout: 6000 });
        // in the input itself: an editor that has taken the focus meanwhile would take the key as text
        await this.page.locator('.quick-input-box input').press('Enter', { timeout: 3000 });
        await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden', timeout: 3000 });
        return;
      } catch (error) {
        if (attempts === 1) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }
}
