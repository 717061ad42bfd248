import { describe, expect, it } from 'vitest'
import { Refusal } from '@/api'
import { troubleOf } from '@/call'
import { words } from '@/texts'

describe('what a caller is told', () => {
  it('names what is wrong with the microphone or the hotline', () => {
    expect(troubleOf('denied', undefined)).toBe('denied')
    expect(troubleOf('refused', new Refusal(403, 'forbidden'))).toBe('refused')
    expect(troubleOf('lost', new Refusal(429, 'rate_limited'))).toBe('busy')
    expect(troubleOf('lost', new Refusal(503, 'unavailable'))).toBe('busy')
    expect(troubleOf('lost', new Error('network'))).toBe('')
    expect(troubleOf('open', undefined)).toBe('')
  })
  it('exists in both languages, with the same facts', () => {
    const flat = (tree: object, path = ''): [string, string][] =>
      Object.entries(tree).flatMap(([k, v]) =>
        typeof v === 'string' ? [[`${path}${k}`, v] as [string, string]] : flat(v, `${path}${k}.`),
      )
    const en = new Map(flat(words.en))
    for (const [key, text] of flat(words.zh)) {
      expect(en.get(key), key).toBeTruthy()
      expect(text, key).toBeTruthy()
      expect(text.match(/\{\w+\}/g), key).toEqual(en.get(key)!.match(/\{\w+\}/g))
    }
  })
})
