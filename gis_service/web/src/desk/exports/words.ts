/** Words of the export: what each format is for, and how a job is doing. */
import type { JobState } from './jobs';

export const PURPOSES: Record<string, string> = {
  gpkg: 'QGIS 直接打开，带样式，最完整',
  shp: '交给其他 GIS 软件，字段为拼音首字母',
  geojson: '交给网页和程序',
  kml: '奥维、谷歌地球，按片区分文件夹',
  dxf: 'CAD 图纸，界址线和编号',
  parquet: '数据分析',
  csv: '表格软件，图形为 WKT',
  txt: '勘测定界电子报盘格式',
  xlsx: '办公台账，A3 横向，带小计合计',
};

export const STATES: Record<JobState, string> = {
  queued: '排队中',
  writing: '正在写入',
  done: '可以下载',
  failed: '没有做成',
  expired: '已过期',
  cancelled: '已取消',
};

/** Systems people ask for; the first that a format can have is its own. */
export const SYSTEMS: { epsg: number; label: string }[] = [
  { epsg: 4490, label: 'CGCS2000 经纬度' },
  { epsg: 4547, label: 'CGCS2000 3° 带 中央经线 114°（无带号）' },
  { epsg: 4526, label: 'CGCS2000 3° 带 38 带（东坐标 8 位）' },
];
