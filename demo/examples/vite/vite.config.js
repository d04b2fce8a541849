export default {
  // Weights are streamed and read by range, which data URLs can't be; and their modules are found beside them.
  build: { target: 'es2023', assetsInlineLimit: 0 },
  optimizeDeps: { exclude: ['refilm'] },
};
