"""钻孔、探坑文件: what drillers and laboratories send, as logs: the XLSX template, CSV, AGS 4 and AGS 3. No database, no session.

`reader.read` is the only entrance. A hole with an error is never among the logs; the others stay, and the caller decides whether a
file is taken in part. Nothing is repaired in silence: what was concluded (coordinate system, waste or not, depth) is a warning that
names its row. `template` makes and fills the workbook, `ags_writer` the AGS 4 file.
"""
