import '../shared/style/tokens.css';
import '../shared/style/base.css';
import './style/field.css';

import { createApp } from 'vue';

import { showLang, speak } from '../shared/i18n';
import { FIELD_ENGLISH } from '../shared/texts/ofField';
import App from './App.vue';
import { startWorker } from './queue';
import { begin } from './screens/app';
import { wearTheme } from './style/theme';

speak(FIELD_ENGLISH);
showLang();
wearTheme();
createApp(App).mount('#app');
void begin();
void startWorker();
