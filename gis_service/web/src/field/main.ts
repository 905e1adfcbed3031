import '../shared/style/tokens.css';
import '../shared/style/base.css';
import '../shared/style/controls.css';

import { createApp } from 'vue';

import { showLang } from '../shared/i18n';
import App from './App.vue';
import { startWorker } from './queue';

showLang();
createApp(App).mount('#app');
void startWorker();
