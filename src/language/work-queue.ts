// When what is worked on. A change makes a path dirty; a moment later work begins. If anything changes while it runs, it is given up at its next pause and
// begins anew: nobody wants to hear about a text that is no longer there, and what was compiled so far is in the cache.

/** Pause after a change: long enough that one editor operation of several changes is one, too short to be felt. */
const PAUSE_MS = 10;

/** Works on a path; `cancelled` is asked at each pause. Answers the paths that are done with it, or undefined when it was given up. */
export type Work = (path: string, cancelled: () => boolean) => Promise<readonly string[] | undefined>;

export class WorkQueue {
  private readonly dirty = new Set<string>();
  private generation = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly work: Work,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** These paths have to be worked on (again). */
  add(paths: Iterable<string>): void {
    for (const p of paths) this.dirty.add(p);
    this.generation++;
    clearTimeout(this.timer);
    this.timer = this.dirty.size > 0 ? setTimeout(() => void this.run(), PAUSE_MS) : undefined;
  }

  /** A path that nobody asks about any more. */
  remove(path: string): void {
    this.dirty.delete(path);
  }

  /** Resolves when there is nothing to do. */
  idle(): Promise<void> {
    return this.dirty.size === 0 && !this.running ? Promise.resolve() : new Promise((done) => this.waiting.push(done));
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (const path of this.dirty) {
      const { generation } = this;
      const done = await this.work(path, () => this.generation !== generation).catch((error: unknown) => {
        this.failed(error);
        return [path];
      });
      // given up because of a change: its timer starts the next round, now if it has gone off meanwhile
      if (done) for (const p of done) if (this.generation === generation) this.dirty.delete(p);
      if (this.generation !== generation) break;
    }
    this.running = false;
    if (this.dirty.size > 0) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.run(), PAUSE_MS);
    } else for (const done of this.waiting.splice(0)) done();
  }
}
