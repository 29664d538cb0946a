// Does one line of an `expect` block hold for an ended run, and if not, why?
import type { Expectation } from './ast.js';
import type { Collected } from './collect-run.js';
import type { Simulation } from './simulation.js';

function noRace(c: Collected): { held: boolean; reason?: string } {
  const races = c.findings.filter((f) => f.id === 'data-race' && f.severity !== 'information');
  if (races.length === 0) return { held: true };
  return { held: false, reason: races[0].message + (races.length > 1 ? ` and ${races.length - 1} more` : '') };
}

export function checkExpectation(s: Simulation, e: Expectation, c: Collected): { held: boolean; reason?: string } {
  const bug = s.kernel.bugCheckInfo();
  const no = (reason: string) => ({ held: false, reason });
  switch (e.kind) {
    case 'no':
      switch (e.what) {
        case 'bugcheck':
          return bug ? no(`${bug.name} (0x${bug.code.toString(16).toUpperCase()})`) : { held: true };
        case 'leak': {
          const leaks = c.findings.filter((f) => f.id.startsWith('leak-'));
          return leaks.length ? no(leaks[0].message + (leaks.length > 1 ? ` and ${leaks.length - 1} more` : '')) : { held: true };
        }
        case 'deadlock':
          return s.end?.kind === 'deadlock' ? no('every thread waits') : { held: true };
        case 'race':
          return noRace(c);
      }
      break;
    case 'no-finding': {
      const bad = c.findings.filter((f) => (e.id === undefined ? f.severity !== 'information' : f.id === e.id));
      return bad.length === 0
        ? { held: true }
        : no(`${bad[0].id}: ${bad[0].message}${bad.length > 1 ? ` and ${bad.length - 1} more` : ''}`);
    }
    case 'bugcheck':
      return bug?.code === e.code
        ? { held: true }
        : no(bug ? `the run ended in ${bug.name} (0x${bug.code.toString(16).toUpperCase()})` : 'the run ended without a bug check');
    case 'always':
    case 'finally': {
      if (bug && e.kind === 'finally') return no('the run did not come to its end');
      const v = s.violations.find((x) => x.condition.expectation === e);
      return v
        ? no(`${v.reason}${v.where && e.kind === 'always' ? ` at ${v.where.file.path}:${v.where.file.position(v.where.start).line}` : ''}`)
        : { held: true };
    }
    case 'calls': {
      let n = 0;
      for (const cb of c.callbacks.values()) if (cb.function === e.function) n += cb.calls;
      const held = { '==': n === e.count, '!=': n !== e.count, '<': n < e.count, '<=': n <= e.count, '>': n > e.count, '>=': n >= e.count }[
        e.op
      ];
      return held ? { held } : no(`it was called ${n} time${n === 1 ? '' : 's'} by the kernel`);
    }
    case 'output': {
      const found = c.output.some((o) => o.text.includes(e.text));
      return found === e.present ? { held: true } : no(e.present ? 'it was not printed' : 'it was printed');
    }
  }
  return { held: true };
}
