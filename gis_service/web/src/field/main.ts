import '../shared/style/tokens.css';
import '../shared/style/base.css';
import './style/field.css';

import { createApp } from 'vue';

import { showLang, speak } from '../shared/i18n';
import { FIELD_ENGLISH } from '../shared/texts/ofField';
import App from './App.vue';
<<<<<<< HEAD
import { begin } from './screens/app';
import { wearTheme } from './style/theme';
=======
import { startWorker } from './queue';
>>>>>>> queue

speak(FIELD_ENGLISH);
showLang();
wearTheme();
createApp(App).mount('#app');
<<<<<<< HEAD
void begin();
=======
void startWorker();
>>>>>>> queue
