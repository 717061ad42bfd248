import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** How loud a stream is just now, 0 to 1, for a meter. Watches only while somebody looks. */
export function useLevel(stream: Ref<MediaStream | undefined>): Ref<number> {
  const level = ref(0)
  let context: AudioContext | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  function end(): void {
    clearInterval(timer)
    void context?.close().catch(() => undefined)
    context = undefined
    level.value = 0
  }

  watch(
    stream,
    (s) => {
      end()
      if (!s || typeof AudioContext === 'undefined') return
      context = new AudioContext()
      const analyser = context.createAnalyser()
      analyser.fftSize = 512
      context.createMediaStreamSource(s).connect(analyser)
      const samples = new Float32Array(analyser.fftSize)
      timer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples)
        level.value = loudness(samples)
      }, 100)
    },
    { immediate: true },
  )
  onScopeDispose(end)
  return level
}

/** RMS on a scale from −60 dB (0) to 0 dB (1). */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const s of samples) sum += s * s
  const rms = Math.sqrt(sum / (samples.length || 1))
  return rms > 0 ? Math.min(1, Math.max(0, 1 + (20 * Math.log10(rms)) / 60)) : 0
}
