/** WGSL is imported as text (`import source from './op.wgsl?raw'`); Vite inlines it. */
declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}
