"""The sample district 示例数据: self-made land with two years of history, so that every page shows something real.

Places and road names follow public descriptions of 珠海高新区; every outline, area, number, paper and person is invented.

- `sites` says in a few lines per area where its roads, water and hills run; `shapes` are the curves this needs.
- `land` draws the plots: pure geometry in metres (EPSG:4547), the same bytes for the same seed.
- `stories` and `register` give each parcel its attributes, its boundary points and its dated changes.
- `lineage` tells which parcels were split and merged in the first winter.
- `load` writes it into the database with the clock set back.
"""
