/** Words of the import: states in the order they happen, and verdicts. */
import type { ImportState, StagedRow } from '../../shared/types';

export const STATES: Record<ImportState, string> = {
  queued: '排队中',
  reading: '正在读取',
  checking: '正在检查',
  staged: '待决定',
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
