import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { messages } from '@/shared/i18n/messages'

function keys(tree: object, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${path}${key}`] : keys(value as object, `${path}${key}.`),
  )
}
function text(tree: object, key: string): string {
  return key.split('.').reduce<unknown>((t, k) => (t as Record<string, unknown>)[k], tree) as string
}
function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(name) ? [path] : []
  })
}

const zh = keys(messages.zh)
const en = keys(messages.en)

describe('texts in two languages', () => {
  it('have the same keys', () => {
    expect(en.sort()).toEqual(zh.sort())
  })
  it('are never empty, and Chinese is Chinese', () => {
    const plain = new Set(['cases.submit', 'intake.submit'])
    for (const key of zh) {
      expect(text(messages.zh, key), key).not.toBe('')
      expect(text(messages.en, key), key).not.toBe('')
      expect(/[\u4e00-\u9fff]/.test(text(messages.en, key)), `en ${key}`).toBe(false)
      if (!plain.has(key)) expect(/[\u4e00-\u9fff]/.test(text(messages.zh, key)), key).toBe(true)
    }
  })
  it('name everything that happens in a call', () => {
    const folder = join(__dirname, '../../../../src/voice')
    const code = readdirSync(folder)
      .filter((name) => name.endsWith('.c'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
    const kinds = [
      ...code.matchAll(/call_event\([^;"]*"(\w+)"/g),
      ...code.matchAll(/"(supervisor_\w+)"/g),
    ]
    expect(kinds.length).toBeGreaterThan(25)
    for (const [, kind] of kinds) expect(zh, kind).toContain(`calls.events.${kind}`)
  })
  it('take the same facts', () => {
    const facts = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
    for (const key of zh)
      expect(facts(text(messages.en, key)), key).toEqual(facts(text(messages.zh, key)))
  })
  it('exist for every key the pages ask for', () => {
    const known = new Set(zh)
    const root = join(__dirname, '../../src')
    for (const path of sources(root)) {
      const code = readFileSync(path, 'utf8')
      for (const [, key] of code.matchAll(/\bt\(\s*'([a-z]\w*(?:\.\w+)+)'/g))
        expect(known.has(key), `${key} in ${path}`).toBe(true)
    }
  })
  it('stand in the texts, not in the pages', () => {
    const root = join(__dirname, '../../src')
    for (const path of sources(root)) {
      if (/i18n|time[\\/]text/.test(path) || !path.endsWith('.vue')) continue
      const template = readFileSync(path, 'utf8').match(/<template>[\s\S]*<\/template>/)?.[0] ?? ''
      const words = template.match(/[\u4e00-\u9fff]{2,}/g) ?? []
      expect(
        words.filter((w) => w !== '中文'),
        path,
      ).toEqual([])
    }
  })
})
