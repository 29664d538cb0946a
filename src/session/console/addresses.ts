// What an argument that should be an address may be: a number, a symbol (`driver!g_State`, `nt!PsActiveProcessHead`), a pseudo-register (`@$thread`), a C expression in
// `@@c++( )` or as it is.

import { type Addr, toAddress } from '../../machine/abi.js';
import { asAddress, EvaluationError, isScalar, type Value } from '../../machine/inspect/value.js';
import type { MachineView } from '../inspect/machine-view.js';
import { ntVariable } from '../inspect/nt-variables.js';
import { parseNumber, toAddressForm } from './arguments.js';

export interface AddressScope {
  readonly view: MachineView;
  readonly cpu: number;
  readonly thread: Addr;
  evaluate(expression: string): Value;
}

export function resolveAddress(s: AddressScope, argument: string): Addr {
  const number = parseNumber(argument);
  if (number !== undefined) return toAddressForm(number);
  const pseudo = /^@?\$(\w+)$/.exec(argument);
  if (pseudo) return pseudoRegister(s, pseudo[1]);
  const symbol = /^(\w[\w.-]*)!(\w+)$/.exec(argument);
  if (symbol) return symbolAddress(s.view, symbol[1], symbol[2]);
  const cpp = /^@@(?:c\+\+)?\((.*)\)$/s.exec(argument);
  try {
    return addressOf(s.evaluate(cpp ? cpp[1] : argument));
  } catch (e) {
    // `beef` is a number where no variable has that name
    const bare = parseNumber(argument, true);
    if (bare !== undefined && !cpp) return toAddressForm(bare);
    throw e instanceof EvaluationError ? new EvaluationError(`'${argument}' is no address: ${e.message}`) : e;
  }
}

/** A pointer's or number's value; where an object lies. */
export function addressOf(v: Value): Addr {
  if (isScalar(v.type)) return asAddress(v);
  if (v.address !== undefined) return v.address;
  throw new EvaluationError('this has no address');
}

function pseudoRegister(s: AddressScope, name: string): Addr {
  switch (name.toLowerCase()) {
    case 'thread':
      return s.thread;
    case 'proc':
      return s.thread === 0 ? 0 : s.view.processOf(s.thread);
    case 'prcb':
      return s.view.prcb(s.cpu);
    case 'tid':
      return s.thread === 0 ? 0 : s.view.tid(s.thread);
    case 'tpid':
      return s.thread === 0 ? 0 : s.view.pid(s.view.processOf(s.thread));
    default:
      throw new EvaluationError(`there is no pseudo-register @$${name}; there are @$thread, @$proc, @$prcb, @$tid and @$tpid`);
  }
}

/** `module!name`: a function or variable of an image, a DDI or variable of the kernel. */
export function symbolAddress(v: MachineView, module: string, name: string): Addr {
  if (module.toLowerCase() === 'nt') {
    const found = ntVariable(name) ?? v.kernel.dataExports.get(name) ?? v.kernel.addressOf(name);
    if (found !== 0) return found;
    throw new EvaluationError(`nt has no symbol '${name}'`);
  }
  const image = v.target.images.find((i) => i.mode === 'kernel' && i.name.toLowerCase() === module.toLowerCase());
  if (!image) throw new EvaluationError(`there is no module '${module}'; there are ${moduleNames(v).join(', ')}`);
  const f = image.functions.find((x) => x.name === name && x.parent === undefined);
  if (f) return toAddress(f.codeOffset);
  const g = image.globals.find((x) => x.symbol.name === name);
  if (g) return toAddress(g.offset);
  throw new EvaluationError(`${image.name} has no symbol '${name}'`);
}

export const moduleNames = (v: MachineView): string[] => ['nt', ...v.target.images.filter((i) => i.mode === 'kernel').map((i) => i.name)];
