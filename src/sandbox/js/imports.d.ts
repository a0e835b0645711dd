declare module "*/wasm" {
  /** A path: the file, or where the binary keeps it. */
  const path: string;
  export default path;
}
