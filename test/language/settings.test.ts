// The settings: package.json, the server and the rules agree on names and defaults; nonsense keeps the defaults.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import manifest from '../../package.json' with { type: 'json' };
import { RULES } from '../../src/base/rules.js';
import { DEFAULT_SETTINGS, readSettings } from '../../src/language/settings.js';
import { DEFAULT_OPTIONS } from '../../src/rules/options.js';

interface Property {
  readonly default?: unknown;
  readonly items?: { readonly enum?: readonly string[] };
}
const properties: Record<string, Property> = Object.assign({}, ...manifest.contributes.configuration.map((c) => c.properties));

/** The settings as the client sends them when the user has set nothing. */
function defaults(): Record<string, Record<string, unknown>> {
  const out: Record<string, Record<string, unknown>> = {};
  for (const [name, p] of Object.entries(properties)) {
    const [, section, key] = name.split('.');
    if (key === undefined) (out as Record<string, unknown>)[section] = p.default;
    else (out[section] ??= {})[key] = p.default;
  }
  return out;
}

test('defaults of package.json are those of the server and of the rules', () => {
  const read = readSettings(defaults());
  assert.deepEqual({ ...read, rules: {} }, DEFAULT_SETTINGS);
  assert.deepEqual({ ...DEFAULT_OPTIONS, ...read.rules }, DEFAULT_OPTIONS);
  const { off: _, ...thresholds } = DEFAULT_OPTIONS;
  assert.deepEqual(Object.keys(read.rules).sort(), ['off', ...Object.keys(thresholds)].sort());
  assert.deepEqual(
    properties['interlock.diagnostics.off'].items?.enum,
    RULES.map((r) => r.id),
  );
});

test('what is set counts, what is wrong does not', () => {
  const s = readSettings({
    diagnostics: { enable: false, level: 'warning', off: ['too-long', 'no-such-rule', 7] },
    cDiagnostics: 'off',
    stackUse: { frameBytes: 100, pathBytes: 'many' },
    otherCServer: true,
  });
  assert.deepEqual(s, {
    enable: false,
    level: 'warning',
    cDiagnostics: 'off',
    otherCServer: true,
    rules: { off: ['too-long'], frameBytes: 100 },
  });
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const r = readSettings(json);
      assert.equal(typeof r.enable, 'boolean');
      assert.ok(['auto', 'on', 'off'].includes(r.cDiagnostics));
    }),
  );
});
