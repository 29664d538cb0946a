// The punctuators of C, longest match first; digraphs become what they stand for. The text comes as the result and the number of characters
// taken in a variable beside it: a pair would be one object for every second token of the headers.

/** Characters that the last punctuator() took: differs from the length of its text for digraphs only. */
export let taken = 0;

function take(n: number, text: string): string {
  taken = n;
  return text;
}

/** Punctuator at `p`, digraphs as what they stand for. */
export function punctuator(text: string, p: number): string {
  const c = text.charCodeAt(p);
  const d = text.charCodeAt(p + 1);
  const equal = d === 0x3d;
  switch (c) {
    case 0x28:
      return take(1, '(');
    case 0x29:
      return take(1, ')');
    case 0x2c:
      return take(1, ',');
    case 0x3b:
      return take(1, ';');
    case 0x7b:
      return take(1, '{');
    case 0x7d:
      return take(1, '}');
    case 0x5b:
      return take(1, '[');
    case 0x5d:
      return take(1, ']');
    case 0x7e:
      return take(1, '~');
    case 0x3f:
      return take(1, '?');
    case 0x2f:
      return equal ? take(2, '/=') : take(1, '/');
    case 0x2a:
      return equal ? take(2, '*=') : take(1, '*');
    case 0x3d:
      return equal ? take(2, '==') : take(1, '=');
    case 0x21:
      return equal ? take(2, '!=') : take(1, '!');
    case 0x5e:
      return equal ? take(2, '^=') : take(1, '^');
    case 0x26:
      return d === c ? take(2, '&&') : equal ? take(2, '&=') : take(1, '&');
    case 0x7c:
      return d === c ? take(2, '||') : equal ? take(2, '|=') : take(1, '|');
    case 0x2b:
      return d === c ? take(2, '++') : equal ? take(2, '+=') : take(1, '+');
    case 0x2d:
      return d === 0x3e ? take(2, '->') : d === c ? take(2, '--') : equal ? take(2, '-=') : take(1, '-');
    case 0x23:
      return d === c ? take(2, '##') : take(1, '#');
    case 0x3a:
      return d === 0x3e ? take(2, ']') : take(1, ':');
    case 0x3c:
      if (d === c) return text.charCodeAt(p + 2) === 0x3d ? take(3, '<<=') : take(2, '<<');
      return equal ? take(2, '<=') : d === 0x3a ? take(2, '[') : d === 0x25 ? take(2, '{') : take(1, '<');
    case 0x3e:
      if (d === c) return text.charCodeAt(p + 2) === 0x3d ? take(3, '>>=') : take(2, '>>');
      return equal ? take(2, '>=') : take(1, '>');
    case 0x25:
      if (d === 0x3a) return text.startsWith('%:', p + 2) ? take(4, '##') : take(2, '#');
      return equal ? take(2, '%=') : d === 0x3e ? take(2, '}') : take(1, '%');
    default:
      return take(1, String.fromCharCode(c));
  }
}
