import { defineConfig } from 'rolldown'

export default defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  external: ['@node-rs/crc32', 'lz4-napi', 'snappy'],
  output: { dir: 'dist', format: 'esm', sourcemap: true, cleanDir: true },
})
