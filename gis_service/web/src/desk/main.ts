import '../shared/style/tokens.css';
import '../shared/style/base.css';
import '../shared/style/controls.css';

import { createApp } from 'vue';

import { showLang, speak } from '../shared/i18n';
import { ENGLISH } from '../shared/texts';
import App from './App.vue';

speak(ENGLISH);
showLang();
createApp(App).mount('#app');
