/** Whether a paper is being entered: what is to rest on it waits until it is registered or given up, so that none is lost. */
import { ref } from 'vue';

export const enteringPaper = ref(false);
