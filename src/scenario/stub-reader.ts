// The statements that answer for functions which Interlock does not simulate: `stub` with a value, `models` with C. They stand at the top of a scenario, for every
// driver, or in a driver block. What the names and values mean is checked when the drivers are compiled (stubs.ts, models.ts).
import type { CText, Located, ModelsStatement, StubStatement } from './ast.js';
import { StatementReader } from './statement-reader.js';

export abstract class StubReader extends StatementReader {
  /** `stub` is the present word. */
  protected stubStatement(into: StubStatement[]): void {
    this.advance();
    const name = this.cName('the function that the stub answers for', 'for example: stub ZwFoo returns STATUS_SUCCESS;');
    let value: CText | undefined;
    if (this.is('returns')) {
      value = this.cText(true);
      if (value.text === '')
        this.error(
          "'returns' needs a value",
          value.range,
          `for example: stub ${name.value} returns STATUS_SUCCESS;`,
          'scenario-stub-value',
        );
    }
    const outputs: { parameter: Located<string>; value: CText }[] = [];
    if (this.is('{')) this.stubOutputs(name.value, outputs);
    if (into.some((s) => s.name.value === name.value)) {
      this.error(`the stub of '${name.value}' is written twice`, name.range, 'keep one of them', 'scenario-stub-twice');
      return;
    }
    if (value?.text !== '') into.push({ name, outputs, ...(value === undefined ? {} : { value }) });
  }

  /** `{ *Handle = NULL; *Length = 0 }` */
  private stubOutputs(stub: string, outputs: { parameter: Located<string>; value: CText }[]): void {
    this.advance();
    while (!this.accept('}')) {
      if (this.word.kind === 'eof') this.fail(`the stub of '${stub}' is not closed`, 'add the missing }');
      if (this.accept(';')) continue;
      this.guarded(() => this.stubOutput(outputs));
    }
  }

  private stubOutput(outputs: { parameter: Located<string>; value: CText }[]): void {
    const example = `what a parameter points to gets its value by: *Handle = NULL;`;
    if (!this.accept('*')) this.fail(`expected '*' and the name of a parameter, found ${this.show()}`, example);
    const parameter = this.cName('the name of a parameter', example);
    if (!this.is('=')) this.fail(`expected '=' behind '*${parameter.value}', found ${this.show()}`, example);
    const value = this.cText(false);
    if (value.text === '') this.error(`'*${parameter.value} =' needs a value`, parameter.range, example, 'scenario-stub-value');
    else if (outputs.some((o) => o.parameter.value === parameter.value))
      this.error(`'*${parameter.value}' gets two values`, parameter.range, 'keep one of them', 'scenario-stub-twice');
    else outputs.push({ parameter, value });
  }

  /** `models` is the present word. */
  protected modelsStatement(into: ModelsStatement[]): void {
    this.advance();
    const files: Located<string>[] = [];
    const replaces: Located<string>[] = [];
    do files.push(this.string('a C file with models'));
    while (this.accept(','));
    if (this.accept('replaces'))
      do replaces.push(this.cName('a simulated routine that the models replace', 'for example: models "models.c" replaces ZwClose;'));
      while (this.accept(','));
    into.push({ files, replaces });
  }

  private cName(what: string, hint: string): Located<string> {
    if (this.word.kind !== 'word' || !/^[A-Za-z_]\w*$/.test(this.word.text)) this.fail(`expected ${what}, found ${this.show()}`, hint);
    const w = this.advance();
    return { value: w.text, range: this.range(w) };
  }

  /** The C expression behind the present word. */
  private cText(untilBrace: boolean): CText {
    const before = this.word;
    this.lexer.offset = before.end;
    const e = this.lexer.expression(untilBrace);
    this.word = this.lexer.next();
    return { text: e.text, range: e.text === '' ? this.range(before) : this.lexer.range(e.start, e.end) };
  }
}
