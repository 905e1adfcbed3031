/** The register's columns as people know them: group, wording, kind and unit. Detail, edit form and comparisons read this table. */
import { dateTime, number } from '../../shared/format';
import { listed, t } from '../../shared/i18n';
import type { Named } from '../../shared/types';
import { word } from '../state/session';

export type FieldKind = 'text' | 'long' | 'number' | 'yesno' | 'date' | 'word' | 'words' | 'unit' | 'class' | 'named' | 'moment';

export interface Field {
  name: string;
  label: string;
  group: string;
  kind: FieldKind;
  unit?: string;
  places?: number;
  /** The column an edit writes, when it is not `name`. */
  writes?: string;
  fixed?: boolean;
  mono?: boolean;
  /** A word list of another name. */
  words?: string;
  /** May not be emptied. */
  must?: boolean;
}

const in_ = (group: string, fields: Omit<Field, 'group'>[]): Field[] => fields.map((field) => ({ ...field, group }));

export const FIELDS: Field[] = [
  ...in_('身份与位置', [
    { name: 'parcel_no', label: '地块编号', kind: 'text', fixed: true, mono: true },
    { name: 'parcel_name', label: '地块名称', kind: 'text' },
    { name: 'area', label: '片区', kind: 'named', fixed: true },
    { name: 'location_text', label: '坐落', kind: 'text' },
    { name: 'bounds_east', label: '东至', kind: 'text' },
    { name: 'bounds_south', label: '南至', kind: 'text' },
    { name: 'bounds_west', label: '西至', kind: 'text' },
    { name: 'bounds_north', label: '北至', kind: 'text' },
    { name: 'parcel_code', label: '宗地代码', kind: 'text', mono: true },
    { name: 'real_estate_unit_no', label: '不动产单元号', kind: 'text', mono: true },
    { name: 'certificate_no', label: '不动产权证号', kind: 'text' },
    { name: 'plan_plot_no', label: '控规地块编号', kind: 'text', mono: true },
  ]),
  ...in_('六项情况', [
    { name: 'supply_status', label: '供应情况', kind: 'word', must: true },
    { name: 'use_status', label: '使用情况', kind: 'words', must: true },
    { name: 'fence_status', label: '围蔽情况', kind: 'word', must: true },
    { name: 'survey_status', label: '摸排情况', kind: 'word', must: true },
    { name: 'disposal_status', label: '处置情况', kind: 'word', must: true },
    { name: 'handover_status', label: '移交情况', kind: 'word', must: true },
    { name: 'handed_over_on', label: '移交时间', kind: 'date', fixed: true },
    { name: 'risk_level', label: '风险等级', kind: 'word', must: true },
  ]),
  ...in_('权属与管理', [
    { name: 'ownership', label: '权属性质', kind: 'word', must: true },
    { name: 'right_holder', label: '权属单位', kind: 'unit', writes: 'right_holder_unit_id' },
    { name: 'managing_unit', label: '管理单位', kind: 'unit', writes: 'managing_unit_id' },
    { name: 'custodian_unit', label: '管护单位', kind: 'unit', writes: 'custodian_unit_id' },
    { name: 'source_type', label: '土地来源', kind: 'word' },
    { name: 'acquired_on', label: '收储时间', kind: 'date' },
  ]),
  ...in_('规划与供应', [
    { name: 'current_class', label: '土地现状', kind: 'class' },
    { name: 'planned_class', label: '规划用途', kind: 'class' },
    { name: 'plot_ratio', label: '容积率', kind: 'number', places: 2 },
    { name: 'building_density', label: '建筑密度', kind: 'number', places: 1, unit: '%' },
    { name: 'green_rate', label: '绿地率', kind: 'number', places: 1, unit: '%' },
    { name: 'height_limit_m', label: '限高', kind: 'number', places: 1, unit: 'm' },
    { name: 'is_undeveloped', label: '是否未建设', kind: 'yesno' },
    { name: 'planned_supply_mode', label: '拟供应方式', kind: 'word' },
    { name: 'planned_supply_year', label: '拟供应年度', kind: 'text' },
  ]),
  ...in_('固废与土壤', [
    { name: 'waste_found', label: '发现固废', kind: 'yesno', fixed: true },
    { name: 'waste_volume_m3', label: '固废方量', kind: 'number', places: 1, unit: 'm³', fixed: true },
    { name: 'waste_class', label: '固废类型', kind: 'text', fixed: true },
    { name: 'soil_survey_status', label: '土壤调查', kind: 'word' },
  ]),
  ...in_('数据', [
    { name: 'geom_source', label: '边界来源', kind: 'word', must: true },
    { name: 'geom_accuracy_m', label: '边界精度', kind: 'number', places: 2, unit: 'm', fixed: true },
    { name: 'is_published', label: '内部公开', kind: 'yesno', must: true },
    { name: 'secrecy_level', label: '密级', kind: 'word', fixed: true },
    { name: 'remark', label: '备注', kind: 'long' },
    { name: 'retired_on', label: '出库时间', kind: 'date', fixed: true },
    { name: 'updated_at', label: '更新时间', kind: 'moment', fixed: true },
  ]),
];

export const GROUPS = [...new Set(FIELDS.map((field) => field.group))];

/** Further columns that a comparison of versions may name. */
const ALSO: Record<string, string> = {
  geom: '边界', geometry: '边界', area_id: '片区', area_registered_m2: '登记面积', area_computed_m2: '计算面积', area_ellipsoid_m2: '椭球面积',
  area_computed_crs: '计算面积坐标系', perimeter_m: '周长', fence_ratio: '围蔽率', fence_length_m: '完好围蔽', sign_count: '警示牌（完好）', camera_count: '监控（在线）', area_mu: '面积（亩）', row_version: '版本', import_batch_id: '导入批次', planned_class_name: '规划用途名称',
  current_class_system: '土地现状分类标准', current_class_code: '土地现状代码', planned_class_system: '规划用途分类标准', planned_class_code: '规划用途代码', boundary_points: '界址点',
};

export const fieldOf = (name: string): Field | undefined => FIELDS.find((field) => field.name === name || field.writes === name);

export const fieldLabel = (name: string): string => t(fieldOf(name)?.label ?? ALSO[name] ?? name);

const nameOf = (value: unknown): string => (typeof value === 'object' && value !== null ? ((value as Named).name ?? '–') : String(value ?? '–'));

const SYSTEMS: Record<string, string> = { LU2023: '用地用海分类 2023', GBT21010: 'GB/T 21010-2017' };
export const systemName = (system: string): string => (SYSTEMS[system] ? t(SYSTEMS[system]) : system);

function classText(name: string, record: Record<string, unknown>): string {
  const [system, code, called] = ['system', 'code', 'name'].map((part) => record[`${name}_${part}`] as string | null | undefined);
  return code ? `${code} ${called ?? ''} · ${systemName(system ?? '')}` : '–';
}

/** One value as a person reads it; `record` is what it was taken from. */
export function fieldText(field: Field | undefined, value: unknown, record: Record<string, unknown> = {}): string {
  if (field?.kind === 'class') return classText(field.name, record);
  if (value === null || value === undefined || value === '') return '–';
  switch (field?.kind) {
    case 'number': return number(Number(value), field.places) + (field.unit ? ` ${field.unit}` : '');
    case 'yesno': return value ? t('是') : t('否');
    case 'word': return word(field.words ?? field.name, String(value));
    case 'words': return listed((Array.isArray(value) ? value : String(value).split(',')).map((one) => word(field.name, String(one))));
    case 'moment': return dateTime(String(value));
    default: return typeof value === 'number' && !field ? number(value, Number.isInteger(value) ? 0 : 2) : nameOf(value);
  }
}
