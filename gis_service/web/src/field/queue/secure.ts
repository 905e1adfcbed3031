/** Whether the browser gives this page what the field needs: hashes, locks, position, a service worker. It does so over HTTPS only. */
export const secure = (): boolean => globalThis.isSecureContext === true && 'subtle' in crypto && 'locks' in navigator;
