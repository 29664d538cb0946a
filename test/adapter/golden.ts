// Golden traffic: what a client and the adapter said to each other, made independent of the machine (no sequence numbers, no absolute paths) and of where the kernel
// happens to put its objects (addresses are numbered as they appear), compared with a file in test/golden/. UPDATE_GOLDEN=1 writes the files anew; their change is then read in the diff like any other change of behaviour.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Client, root } from './client.js';

const folder = path.join(root, 'test/golden');
const slashes = (s: string): string => s.replace(/\\/g, '/');
const base = slashes(root);

/** `-> next {"threadId":32}`, `<- next {...}`, `<- event stopped {...}`: one line of text each, bodies as JSON. */
function line(message: DebugProtocol.ProtocolMessage): { [key: string]: unknown } {
  if (message.type === 'request') {
    const r = message as DebugProtocol.Request;
    return { request: r.command, ...(r.arguments === undefined ? {} : { arguments: r.arguments }) };
  }
  if (message.type === 'response') {
    const r = message as DebugProtocol.Response;
    return { response: r.command, ...(r.success ? {} : { failed: r.message }), ...(r.body === undefined ? {} : { body: r.body }) };
  }
  const e = message as DebugProtocol.Event;
  // where a run is in steps changes with every kernel routine: what the views show does not
  if (e.event === 'interlock/moment')
    return { event: e.event, body: { ...e.body, position: '<position>', present: '<position>', timeNs: 0 } };
  return { event: e.event, ...(e.body === undefined ? {} : { body: e.body }) };
}

/** One message a line, so that a diff of two versions shows the messages that differ. */
export function traffic(client: Client): string {
  const addresses = new Map<string, string>();
  const named = (address: string): string => {
    const key = address.toLowerCase();
    if (!addresses.has(key)) addresses.set(key, `<address ${addresses.size + 1}>`);
    return addresses.get(key) as string;
  };
  const clean = (text: string): string =>
    (slashes(text).includes(base) ? slashes(text).split(base).join('<root>') : text)
      .replace(/0x[fF]{4}[0-9a-fA-F]{12}/g, named)
      .replace(/\b(at|is) [0-9A-F]+:[0-9A-F]+\b/g, '$1 <position>')
      .replace(/[\d.]+ [mun]?s of virtual time, \d+ steps, \d+ events, trace [0-9a-f]{16}/, '<figures>');
  const lines = client.messages.map((m) => JSON.stringify(line(m), (_, v: unknown) => (typeof v === 'string' ? clean(v) : v)));
  return `[\n${lines.join(',\n')}\n]\n`;
}

/** Compares the client's traffic with test/golden/NAME.json. */
export function assertGolden(name: string, client: Client): void {
  const file = path.join(folder, `${name}.json`);
  const actual = traffic(client);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1`);
  assert.deepEqual(actual.split('\n'), readFileSync(file, 'utf8').replace(/\r\n/g, '\n').split('\n'));
}
