// G.711, tones, and what is heard: frequencies are recognised by Goertzel's filter, 8 kHz throughout.
export const RATE = 8000
export const FRAME = 160 // samples in 20 ms
export const SILENCE = 0xd5

function alawDecode(byte) {
  const a = byte ^ 0x55
  const exponent = (a & 0x70) >> 4
  let t = (a & 0x0f) << 4
  t = exponent === 0 ? t + 8 : (t + 0x108) << (exponent - 1)
  return a & 0x80 ? t : -t
}

function ulawDecode(byte) {
  const u = ~byte & 0xff
  const t = (((u & 0x0f) << 3) + 0x84) << ((u & 0x70) >> 4)
  return u & 0x80 ? 0x84 - t : t - 0x84
}

export const ALAW = Int16Array.from({ length: 256 }, (_, i) => alawDecode(i))
export const ULAW = Int16Array.from({ length: 256 }, (_, i) => ulawDecode(i))

// The nearest code by a table over the upper 13 bits.
function encoder(table) {
  const order = [...table.keys()].sort((a, b) => table[a] - table[b])
  const codes = new Uint8Array(8192)
  let at = 0
  for (let i = 0; i < 8192; i++) {
    const v = (i - 4096) * 8
    while (at + 1 < 256 && Math.abs(table[order[at + 1]] - v) <= Math.abs(table[order[at]] - v)) at++
    codes[i] = order[at]
  }
  return (v) => codes[(Math.max(-32768, Math.min(32767, v)) >> 3) + 4096]
}
export const toAlaw = encoder(ALAW)
export const toUlaw = encoder(ULAW)

// A source of sound: every call gives the next frame of linear samples. A frequency, several at once, or null for silence.
export function tone(frequencies, level = 8000) {
  const all = frequencies === null ? [] : [frequencies].flat()
  let n = 0
  return () => {
    const frame = new Int16Array(FRAME)
    for (let i = 0; i < FRAME; i++, n++)
      for (const f of all) frame[i] += (level / all.length) * Math.sin((2 * Math.PI * f * n) / RATE)
    return frame
  }
}

// Share of a frequency in the energy of samples: near 1 for a clean tone, 0 for others and for silence.
export function share(samples, frequency) {
  const k = 2 * Math.cos((2 * Math.PI * frequency) / RATE)
  let s1 = 0
  let s2 = 0
  let energy = 0
  for (const v of samples) {
    const s = v + k * s1 - s2
    s2 = s1
    s1 = s
    energy += v * v
  }
  if (energy < samples.length * 50 * 50) return 0
  return (2 * (s1 * s1 + s2 * s2 - k * s1 * s2)) / (energy * samples.length)
}

// Root mean square, the loudness.
export function loudness(samples) {
  let energy = 0
  for (const v of samples) energy += v * v
  return Math.sqrt(energy / (samples.length || 1))
}

// Samples of a WAV file (A-law or 16 bits), a channel each. → {rate, channels: [Int16Array, …]}
export function readWav(bytes) {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF') throw new Error('no WAV')
  let format
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4)
    const length = bytes.readUInt32LE(at + 4)
    const from = at + 8
    if (id === 'fmt ')
      format = { code: bytes.readUInt16LE(from), n: bytes.readUInt16LE(from + 2), rate: bytes.readUInt32LE(from + 4) }
    if (id === 'data') {
      const end = Math.min(bytes.length, from + length) // a writer to a pipe leaves the length open
      const wide = format.code === 1 || format.code === 0xfffe ? 2 : 1
      const count = Math.floor((end - from) / wide / format.n)
      const channels = Array.from({ length: format.n }, () => new Int16Array(count))
      for (let i = 0; i < count; i++)
        for (let c = 0; c < format.n; c++) {
          const p = from + (i * format.n + c) * wide
          channels[c][i] = wide === 2 ? bytes.readInt16LE(p) : (format.code === 6 ? ALAW : ULAW)[bytes[p]]
        }
      return { rate: format.rate, channels }
    }
    at = from + length + (length & 1)
  }
  throw new Error('WAV without sound')
}

// A WAV of 16 bits, one channel, 8 kHz.
export function writeWav(samples) {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length * 2, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(RATE * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.length * 2, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.length * 2)])
}

// How many milliseconds of samples, in steps of 50, carry a frequency.
export function toneMs(samples, frequency, rate = RATE) {
  const step = rate / 20
  let ms = 0
  for (let at = 0; at + step <= samples.length; at += step)
    if (share(samples.subarray(at, at + step), (frequency * RATE) / rate) > 0.5) ms += 50
  return ms
}
