// The console asks for permissions by the engine's names of operations: each must exist.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { SOURCE, lexline } from '../api/harness.mjs'

test('every permission that the console asks for is an operation of the engine', () => {
  const file = fs.readFileSync(path.join(SOURCE, 'web/console/src/entities/session/ops.ts'), 'utf8')
  const asked = [...file.matchAll(/^ {2}\w+: '([a-z_.]+)',$/gm)].map((m) => m[1])
  assert.ok(asked.length > 15)
  const { stdout } = lexline(['operations'])
  const known = new Set(stdout.match(/[a-z_]+(?:\.[a-z_]+)+/g))
  assert.deepEqual(asked.filter((name) => !known.has(name)), [])
})
