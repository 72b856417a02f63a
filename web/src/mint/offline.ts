/** offline reports whether the device itself has no network. If it may have one, the trouble can be anywhere. */
export function offline(): boolean {
  return (globalThis.navigator as Navigator | undefined)?.onLine === false;
}
