import type { EIP1193 } from "./provider";

/**
 * lazy returns a provider that loads its code on the first request. Listeners that
 * were added earlier are then added to the loaded provider.
 */
export function lazy(load: () => Promise<EIP1193>): EIP1193 {
  let loaded: Promise<EIP1193> | undefined;
  const listeners: [string, (value: never) => void][] = [];
  let there: EIP1193 | undefined;
  const get = () => loaded ??= load().then((provider) => {
    there = provider;
    for (const [event, listener] of listeners) provider.on?.(event, listener);
    return provider;
  }, (error: unknown) => {
    loaded = undefined; // perhaps offline: the next call tries again
    throw error;
  });
  return {
    request: async (call) => (await get()).request(call),
    on(event, listener) {
      listeners.push([event, listener]);
      there?.on?.(event, listener);
    },
    removeListener(event, listener) {
      const at = listeners.findIndex(([e, l]) => e === event && l === listener);
      if (at >= 0) listeners.splice(at, 1);
      there?.removeListener?.(event, listener);
    },
  };
}
