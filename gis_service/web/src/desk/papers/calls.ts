/** Kinds of official papers and the versions of their templates, as the server tells and takes them. */
import { call, get } from '../../shared/http';

export interface PaperKind {
  code: string;
  zh: string;
  en: string;
  procedure: string;
  procedure_zh: string;
  procedure_en: string;
  series: string;
  has_template: boolean;
  version: number;
  changed_at: string | null;
  changed_by: string | null;
}

export interface TemplateVersion {
  version: number;
  note: string;
  uploaded_by: string;
  uploaded_at: string;
  sha256: string;
  usable: boolean;
}

const items = <T>(page: { items: T[] }): T[] => page.items;
const at = (code: string): string => `/paper-kinds/${code}/template`;

export const paperKinds = (): Promise<PaperKind[]> => get<{ items: PaperKind[] }>('/paper-kinds').then(items);
export const versionsOf = (code: string): Promise<TemplateVersion[]> => get<{ items: TemplateVersion[] }>(`${at(code)}/versions`).then(items);

export function upload(code: string, file: File, note: string): Promise<TemplateVersion> {
  const form = new FormData();
  form.append('file', file);
  form.append('note', note);
  return call('POST', at(code), { form });
}

export const goBack = (code: string, version: number, note: string): Promise<TemplateVersion> =>
  call('POST', `${at(code)}/back`, { body: { version, note } });

export const templateUrl = (code: string, version?: number): string =>
  `/api/v1${at(code)}${version === undefined ? '' : `?version=${version}`}`;
export const exampleUrl = (code: string, format: 'docx' | 'pdf'): string => `/api/v1/paper-kinds/${code}/example?format=${format}`;
