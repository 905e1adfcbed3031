/** Words of the import: states in the order they happen, and verdicts. */
import type { ImportState, StagedRow } from '../../shared/types';
import type { Act, Fix, Kind } from './types';

export const STATES: Record<ImportState, string> = {
  queued: '排队中',
  reading: '正在读取',
  checking: '正在检查',
  staged: '待决定',
  accepting: '正在入库',
  accepted: '已入库',
  refused: '已拒收',
  undone: '已撤销',
  failed: '未能读取',
};

export const VERDICTS: Record<StagedRow['verdict'], { sign: string; label: string; tone: string }> = {
  ok: { sign: '✓', label: '合格', tone: 'good' },
  warning: { sign: '!', label: '有提醒', tone: 'warn' },
  error: { sign: '×', label: '有错误', tone: 'bad' },
};

/** Systems a file of this district may be in; leaving it to the reader is the first choice. */
export const SYSTEMS: { epsg: string; label: string }[] = [
  { epsg: '4547', label: 'CGCS2000 3° 带 中央经线 114°（无带号）' },
  { epsg: '4526', label: 'CGCS2000 3° 带 38 带（东坐标 8 位）' },
  { epsg: '4490', label: 'CGCS2000 经纬度' },
  { epsg: '4326', label: 'WGS 84 经纬度' },
  { epsg: '4546', label: 'CGCS2000 3° 带 中央经线 111°' },
  { epsg: '4508', label: 'CGCS2000 6° 带 中央经线 111°' },
];

export const CLASS_SYSTEMS = ['LU2023', 'GBT21010'];

export const ENCODINGS = ['UTF-8', 'GB18030'];

/** What the service reads, and the endings the browser offers. */
export const FORMATS: { label: string; endings: string[] }[] = [
  { label: 'XLSX / CSV 表格', endings: ['.xlsx', '.csv', '.tsv'] },
  { label: '勘测定界 TXT / CASS', endings: ['.txt', '.dat'] },
  { label: 'Shapefile / MapInfo / 表格加附件（打成 zip）', endings: ['.zip'] },
  { label: 'KML / KMZ / 奥维', endings: ['.kml', '.kmz', '.ovkml', '.ovkmz'] },
  { label: 'DXF', endings: ['.dxf'] },
  { label: 'GeoPackage', endings: ['.gpkg'] },
  { label: 'GeoJSON', endings: ['.geojson', '.json'] },
  { label: 'GeoParquet', endings: ['.parquet', '.geoparquet'] },
];

/** Coordinates that public maps have moved; only a person can know. */
export const SHIFTS: Record<string, string> = { gcj02: 'GCJ-02（高德、腾讯、奥维导出）', bd09: 'BD-09（百度）' };

export const FIXES: Record<Fix, { label: string; about: string }> = {
  swap_axes: { label: '交换 X、Y', about: '坐标的先后写反了，交换后落在本区内' },
  close_ring: { label: '闭合边界', about: '首尾不相接的边界，以直线连起来成面' },
  drop_duplicate_points: { label: '删除重复点', about: '与前一点重合的界址点，形状不变' },
  make_valid: { label: '修复自相交', about: '交叉的边界拆成互不交叉的部分' },
  snap: { label: '贴合邻地', about: '5 厘米以内的边角贴到邻地上' },
};

export const ACTS: Record<Act, { label: string; tone: string }> = {
  new: { label: '新增', tone: 'warn' },
  change: { label: '更新', tone: 'good' },
  same: { label: '无变化', tone: 'soft' },
};

export const KINDS: Record<Kind, { label: string; one: string; tone: string }> = {
  fixed: { label: '行已改好', one: '已改好', tone: 'good' },
  new: { label: '行新出现', one: '新出现', tone: 'good' },
  gone: { label: '行不见了', one: '不见了', tone: 'bad' },
  changed: { label: '行的内容改了', one: '内容改了', tone: 'warn' },
  moved: { label: '行的边界动了', one: '边界动了', tone: 'warn' },
};

/** Fields of a change that are no columns of the parcel's page. */
export const FIELD_WORDS: Record<string, string> = { contact_person: '责任人', contact_phone: '联系电话' };
