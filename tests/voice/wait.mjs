// Waiting for what happens elsewhere: a condition is looked at again whenever its owner says that something changed.
export class Watched {
  #waiting = new Set()
  history = [] // what happened, for the message when something never does

  note(what) {
    this.history.push(what)
    if (this.history.length > 60) this.history.shift()
    this.changed()
  }

  changed() {
    for (const look of [...this.#waiting]) look()
  }

  // Resolves with the first true value of check(); rejects after ms, saying what was waited for and what happened instead.
  until(check, what, ms = 20000) {
    return new Promise((resolve, reject) => {
      let timer
      const look = () => {
        let value
        try {
          value = check()
        } catch (e) {
          this.#waiting.delete(look)
          clearTimeout(timer)
          return reject(e)
        }
        if (!value) return
        this.#waiting.delete(look)
        clearTimeout(timer)
        resolve(value)
      }
      const stack = new Error(`never: ${what}`)
      timer = setTimeout(() => {
        this.#waiting.delete(look)
        stack.message += `; seen: ${this.history.slice(-12).join(' | ') || 'nothing'}`
        reject(stack)
      }, ms)
      this.#waiting.add(look)
      look()
    })
  }
}
