/** Words and defaults of comparisons. */
import type { HeapState, Options } from './types';

export const DATUMS = ['1985国家高程基准', '1956黄海高程系', '珠江高程基准', '椭球高(大地高)', 'EGM96 大地水准面', 'EGM2008 大地水准面'];
export const STATES: Record<HeapState, string> = { offered: '待核', taken: '已转办', left: '不处理' };
export const CHECK = '核实堆体来源、种类和数量';

export const fresh = (): Options => ({ coregister: true, north_first: false, least_m3: 10, before_crs: null, after_crs: null, before_vertical: null, after_vertical: null, nodata: null, parcel_no: null });

/** What an input leaves empty is not said. */
export const said = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== '')) as unknown as Options;
