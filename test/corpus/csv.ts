// Comma-separated values with a header line and quoted fields: what the lists of a corpus are written in.

export type Row = Readonly<Record<string, string>>;

export function readCsv(text: string): Row[] {
  const lines = cells(text);
  const [head, ...rest] = lines;
  return rest.map((l) => Object.fromEntries((head ?? []).map((name, i) => [name, l[i] ?? ''])));
}

function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === '"' && text[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) {
      row.push(cell);
      cell = '';
    } else if (c === '\n' && !quoted) {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else cell += c;
  }
  if (cell !== '' || row.length) rows.push([...row, cell]);
  return rows;
}
