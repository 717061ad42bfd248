/**
 * Of all tabs of this browser one holds the telephone: it has the microphone and rings. The lock
 * passes to another when that tab closes; a tab may take it on purpose (`steal`).
 */
export interface Lead {
  /** asks for the part; `got` is called when this tab has it, `gone` when it was taken away */
  claim: (steal?: boolean) => void
  leave: () => void
}

export function makeLead(name: string, got: () => void, gone: () => void): Lead {
  let release: (() => void) | undefined
  let asking: AbortController | undefined

  function hold(): Promise<void> {
    asking = undefined
    got()
    return new Promise((resolve) => {
      release = resolve
    })
  }

  function claim(steal = false): void {
    if (release) return
    if (!('locks' in navigator)) {
      release = () => undefined
      got()
      return
    }
    asking?.abort()
    const mine = (asking = new AbortController())
    const options = steal ? { steal } : { signal: mine.signal }
    navigator.locks.request(name, options, hold).catch((e: unknown) => {
      if (mine.signal.aborted || (e instanceof DOMException && e.name !== 'AbortError')) return
      /* stolen by another tab: wait for the next turn */
      release = undefined
      gone()
      claim()
    })
  }

  function leave(): void {
    asking?.abort()
    asking = undefined
    release?.()
    release = undefined
  }
  return { claim, leave }
}
