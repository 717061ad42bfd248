import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

const engine = process.env.LEXLINE_ENGINE ?? 'http://127.0.0.1:8080'
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A packed copy beside each text file: the engine sends it to browsers that take gzip. */
function packed() {
  return {
    name: 'packed',
    apply: 'build' as const,
    closeBundle() {
      const dist = here('./dist')
      for (const entry of readdirSync(dist, { recursive: true }) as string[])
        if (/\.(js|css|html|svg)$/.test(entry)) {
          const path = join(dist, entry)
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
        }
    },
  }
}

export default defineConfig({
  base: '/portal/',
  plugins: [vue(), packed()],
  resolve: { alias: { '@shared': here('../shared'), '@': here('./src') } },
  define: { __VUE_OPTIONS_API__: true, __VUE_PROD_DEVTOOLS__: false },
  server: { host: '127.0.0.1', proxy: { '/api': engine } },
  build: {
    target: 'es2020',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
})
