/** The calls of surveys by name. */
import { call, get, send } from '../../shared/http';
import { lang } from '../../shared/i18n';
import type { Body, Estimate, Laboratory, Line, Point, Sample, SurveyWords, Trial, WholeEstimate, WholePoint } from './types';

const withFile = (file: File, more: Record<string, string> = {}): FormData => {
  const form = new FormData();
  form.append('file', file);
  for (const [name, value] of Object.entries(more)) if (value) form.append(name, value);
  return form;
};
const bodyTag = ({ id, row_version }: Body): string => `"waste_body${id}.${row_version}"`;

export const surveyCalls = {
  words: () => get<SurveyWords>('/survey-words'),
  points: (id: number, withdrawn = false) => get<{ items: Point[] }>(`/surveys/${id}/points`, { withdrawn: withdrawn || null }),
  point: (id: number, point: number) => get<WholePoint>(`/surveys/${id}/points/${point}`),
  addPoint: (id: number, body: Record<string, unknown>) => call<Point>('POST', `/surveys/${id}/points`, { body }),
  withdrawPoint: (id: number, point: number, reason: string) => call<void>('POST', `/surveys/${id}/points/${point}/withdraw`, { body: { reason } }),
  addPhoto: (id: number, point: number, file: File, label: string) => call<unknown>('POST', `/surveys/${id}/points/${point}/photos`, { form: withFile(file, { label }) }),
  take: (id: number, file: File, more: { dry_run: boolean; replace_reason: string }) =>
    call<Trial>('POST', `/surveys/${id}/points/import`, { form: withFile(file, { dry_run: String(more.dry_run), replace_reason: more.replace_reason }) }),

  laboratory: (id: number) => get<Laboratory>(`/surveys/${id}/laboratory`),
  addSample: (id: number, point: number, body: Record<string, unknown>) => call<Sample>('POST', `/surveys/${id}/points/${point}/samples`, { body }),
  addResults: (id: number, sample: number, results: Record<string, unknown>[]) => call<Sample>('POST', `/surveys/${id}/samples/${sample}/results`, { body: { results } }),
  lines: (id: number) => get<{ items: Line[] }>(`/surveys/${id}/geophysics`),
  addLine: (id: number, body: Record<string, unknown>) => call<Line>('POST', `/surveys/${id}/geophysics`, { body }),
  withdrawLine: (id: number, line: number, reason: string) => call<void>('POST', `/surveys/${id}/geophysics/${line}/withdraw`, { body: { reason } }),
  addPicture: (id: number, line: number, file: File) => call<Line>('POST', `/surveys/${id}/geophysics/${line}/picture`, { form: withFile(file) }),

  estimates: (id: number) => get<{ items: Estimate[] }>(`/surveys/${id}/estimates`),
  estimate: (id: number, estimate: number, waste_class = 'mixed') => get<WholeEstimate>(`/surveys/${id}/estimates/${estimate}`, { waste_class }),
  ask: (id: number) => call<Estimate>('POST', `/surveys/${id}/estimates`, { body: {} }),

  bodies: (id: number) => get<{ items: Body[] }>(`/surveys/${id}/bodies`),
  draw: (id: number, estimate_id: number, waste_class: string) => call<Body>('POST', `/surveys/${id}/bodies`, { body: { estimate_id, waste_class } }),
  addBody: (id: number, body: Record<string, unknown>) => call<Body>('POST', `/surveys/${id}/bodies`, { body }),
  changeBody: (body: Body, facts: Record<string, unknown>) => call<Body>('PATCH', `/waste-bodies/${body.id}`, { body: facts, seen: bodyTag(body) }),
  withdrawBody: (body: Body, reason: string) => call<Body>('POST', `/waste-bodies/${body.id}/withdraw`, { body: { reason }, seen: bodyTag(body) }),

  /** The section as a picture for the page; a refusal comes as the problem it is. */
  section: async (id: number, line: string, corridor_m: number): Promise<Blob> => (await send('GET', `/surveys/${id}/section.svg`, { query: { line, corridor_m, narrow: true } })).blob(),
};

export const TEMPLATE = '/api/v1/surveys/template.xlsx';
export const pointsUrl = (id: number, form: 'xlsx' | 'ags'): string => `/api/v1/surveys/${id}/points.${form}`;
export const logUrl = (id: number, point: number, form: 'svg' | 'pdf' | 'png'): string =>
  `/api/v1/surveys/${id}/points/${point}/log.${form}?lang=${lang.value}${form === 'svg' ? '&narrow=true' : ''}`;
export const sectionUrl = (id: number, line: string, corridor_m: number, form: 'svg' | 'pdf' | 'png'): string =>
  `/api/v1/surveys/${id}/section.${form}?lang=${lang.value}&line=${line}&corridor_m=${corridor_m}`;
export const photoUrl = (id: number, point: number, photo: number, size: 'thumbnail' | 'content'): string => `/api/v1/surveys/${id}/points/${point}/photos/${photo}/${size}`;
export const pictureUrl = (id: number, line: number, size: 'thumbnail' | 'content'): string => `/api/v1/surveys/${id}/geophysics/${line}/picture/${size}`;
