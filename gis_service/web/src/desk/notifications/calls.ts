/** Notifications, how a person wants them, and webhooks, as the server tells and takes them. */
import { call, get, seen, type Seen } from '../../shared/http';
import type { Page } from '../../shared/types';

export type Level = 'info' | 'warn' | 'late';

export interface Notification {
  id: number;
  kind: string;
  level: Level;
  title_zh: string;
  title_en: string;
  body_zh: string;
  body_en: string;
  link: string;
  created_at: string;
  read_at: string | null;
}

export interface Choices {
  email: string | null;
  by_email: boolean;
  digest: 'off' | 'daily' | 'weekly';
  digest_hour: number;
  quiet_from: string | null;
  quiet_to: string | null;
  urgent_through_quiet: boolean;
  muted: string[];
}

export interface Preferences extends Choices {
  has_mail: boolean;
  kinds: { kind: string; title_zh: string; title_en: string }[];
}

export interface Webhook {
  id: number;
  url: string;
  kinds: string[];
  is_active: boolean;
  created_at: string;
  secret: string | null;
  last_state: 'waiting' | 'sent' | 'failed' | 'given_up' | null;
  last_error: string | null;
  last_at: string | null;
}

export interface Webhooks {
  items: Webhook[];
  has_mail: boolean;
  mails_given_up: number;
  webhooks_given_up: number;
}

export const calls = {
  list: (after?: string | null) => get<Page<Notification> & { unread: number }>('/me/notifications', { after, limit: 20 }),
  read: (id: number) => call<void>('POST', `/me/notifications/${id}/read`),
  readAll: (upto: number) => call<void>('POST', '/me/notifications/read-all', { query: { upto } }),
  choices: () => seen<Preferences>('GET', '/me/notification-preferences', {}),
  choose: (etag: string, body: Choices): Promise<Seen<Preferences>> => seen<Preferences>('PUT', '/me/notification-preferences', { body, seen: etag }),
  webhooks: () => get<Webhooks>('/webhooks'),
  addWebhook: (url: string, kinds: string[]) => call<Webhook>('POST', '/webhooks', { body: { url, kinds } }),
  disableWebhook: (id: number) => call<Webhook>('POST', `/webhooks/${id}/disable`),
  testWebhook: (id: number) => call<{ job: number }>('POST', `/webhooks/${id}/test`),
};
