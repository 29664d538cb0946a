// Small numbers for the threads of a trace: a row has room for one where the address of the thread would take a word of its own.
import { NONE } from './word.js';

const CACHE = 64;

export class ThreadNumbers {
  /** Words (word.ts) of the threads by number. */
  private readonly words: number[] = [];
  private readonly numbers = new Map<number, number>();
  // Numbers of those that were asked for last, by some bits of their addresses: of two threads that wake each other, both.
  private readonly cached = new Int32Array(CACHE);
  private readonly cachedNumbers = new Int32Array(CACHE).fill(-1);

  /** At most so many threads get numbers. */
  constructor(private readonly most: number) {}

  /** Number of a thread; -1: there is none left, or its address is no word. */
  of(word: number): number {
    const slot = (word ^ (word >>> 6)) & (CACHE - 1);
    const number = this.cachedNumbers[slot];
    return this.cached[slot] === word && number >= 0 ? number : this.look(word, slot);
  }
  word(number: number): number {
    return this.words[number];
  }

  private look(word: number, slot: number): number {
    let number = this.numbers.get(word);
    if (number === undefined) {
      if (word === NONE || this.words.length === this.most) return -1;
      number = this.words.length;
      this.words.push(word);
      this.numbers.set(word, number);
    }
    this.cached[slot] = word;
    this.cachedNumbers[slot] = number;
    return number;
  }
}
