/** Style sheets are bundled as text (esbuild: loader text) and put into the page by the renderer itself. */
declare module '*.css' {
  const text: string;
  export default text;
}
