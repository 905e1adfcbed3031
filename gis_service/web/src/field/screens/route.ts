/** Where the person is: lies in the address after `#`, so that the phone's own way back works. */
import { computed, ref } from 'vue';

const read = (): string[] => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
const parts = ref(read());
addEventListener('hashchange', () => {
  parts.value = read();
  document.querySelector('main')?.scrollTo(0, 0);
});

export const place = computed(() => parts.value[0] ?? 'tasks');
export const what = computed(() => parts.value.slice(1));

export function go(...path: (string | number)[]): void {
  location.hash = `/${path.map((one) => encodeURIComponent(one)).join('/')}`;
}

/** Instead of this place, so that the way back does not lead into something that is finished. */
export function instead(...path: (string | number)[]): void {
  location.replace(`#/${path.map((one) => encodeURIComponent(one)).join('/')}`);
}
