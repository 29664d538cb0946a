// Finds the process notify callback in C text. No Node API: the suite inside the extension host uses it too.

/** The definition of a process notify callback and its first statement that does something (1-based line). */
export function findCallback(text: string): { name: string; line: number } | undefined {
  const end = /PPS_CREATE_NOTIFY_INFO\s+\w+\s*\)\s*\{/.exec(text);
  const name = end && functionName(text, end.index);
  if (!end || !name) return undefined;
  const lines = text.split('\n');
  for (let line = text.slice(0, end.index + end[0].length).split('\n').length; line < lines.length; line++) {
    const code = lines[line].trim();
    if (/^\w[^=(]*;/.test(code) && !code.startsWith('return')) continue; // a declaration without initial value
    if (code !== '' && !/^(\/\/|\/\*|\*|UNREFERENCED_PARAMETER)/.test(code)) return { name, line: line + 1 };
  }
  return undefined;
}

/** The name before the parameter list that contains a place in the text. */
function functionName(text: string, inside: number): string | undefined {
  let depth = 1;
  for (let at = inside - 1; at >= 0; at--) {
    if (text[at] === ')') depth++;
    if (text[at] === '(' && --depth === 0) return /(\w+)\s*$/.exec(text.slice(Math.max(0, at - 200), at))?.[1];
  }
  return undefined;
}
