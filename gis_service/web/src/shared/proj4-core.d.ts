// proj4's parts, taken one by one so that only the projection in use is shipped. The package types only the whole.
declare module 'proj4/lib/core.js' {
  import proj4 from 'proj4';
  export default proj4;
}
declare module 'proj4/lib/projections/etmerc.js' {
  const projection: unknown;
  export default projection;
}
declare module 'proj4/lib/Proj.js' {
  const Proj: { projections: { add(projection: unknown): void } };
  export default Proj;
}
