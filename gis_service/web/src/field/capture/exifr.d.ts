declare module 'exifr/dist/lite.esm.mjs' {
  export function parse(source: Blob | ArrayBuffer): Promise<Record<string, unknown> | undefined>;
}
