"""Everything reading can say about a file: code → level and the sentence in Chinese and English.

`fatal` means the file cannot be read at all (`Unreadable`); `error` refuses a row, or the file where no row is named.
Facts in braces are filled in where the problem is met.
"""

from gis_service.parcels.reading.messages.formats import FORMATS
from gis_service.parcels.reading.messages.message import Message
from gis_service.parcels.reading.messages.tables import TABLES

CATALOGUE: dict[str, Message] = {
    # --- the file as a whole
    "read.empty": Message("fatal", "空文件：{file} 没有内容。", "The file {file} is empty."),
    "read.too_big": Message(
        "fatal",
        "文件 {size_mb} MB，超过上限 {limit_mb} MB。请分批导出后导入。",
        "The file has {size_mb} MB, more than the {limit_mb} MB allowed. Export and import it in parts.",
    ),
    "read.kind_unknown": Message(
        "fatal",
        "不支持的文件类型：{file}{kind_zh}。可导入 .xlsx、.csv/.tsv、.geojson/.json、.gpkg、.zip(内含 .shp .dbf .shx .prj 或 .tab .map .dat .id)、"
        ".kml/.kmz、.dxf、.parquet、国土 .txt、CASS .dat。",
        "{file} is not a kind of file that can be imported{kind_en}. Accepted: .xlsx, .csv/.tsv, .geojson/.json, .gpkg, .zip "
        "(holding .shp .dbf .shx .prj or .tab .map .dat .id), .kml/.kmz, .dxf, .parquet, land-office .txt, CASS .dat.",
    ),
    "read.kind_mismatch": Message(
        "fatal",
        "{file} 的扩展名与内容不符：内容是{kind_zh}，已拒绝读取。请用正确的格式导出。",
        "The name of {file} does not match its content, which is {kind_en}; it was not read. Export it in its true format.",
    ),
    "read.time": Message(
        "fatal",
        "读取超过 {seconds} 秒，已中止。文件可能损坏或过于复杂，请拆分后重试。",
        "Reading took more than {seconds} s and was stopped. The file may be damaged or too complex; split it and try again.",
    ),
    "read.memory": Message(
        "fatal",
        "读取所需内存超过 {limit_mb} MB，已中止。文件可能损坏或过大，请拆分后重试。",
        "Reading needed more than {limit_mb} MB of memory and was stopped. The file may be damaged or too large; split it.",
    ),
    "read.output_too_big": Message(
        "fatal",
        "文件内容展开后过大(上限 {limit_mb} MB)，请拆分后重试。",
        "The content of the file is too large once unfolded (limit {limit_mb} MB); split it and try again.",
    ),
    "read.crashed": Message(
        "fatal",
        "文件无法读取：内容损坏，读取程序异常中止。请用原软件重新导出后再试。",
        "The file cannot be read: it is damaged and stopped the reader. Export it again from the original software.",
    ),
    "read.damaged": Message(
        "fatal",
        "{part} 已损坏，无法读取。请重新导出后再试。",
        "{part} is damaged and cannot be read. Export it again and try once more.",
    ),
    "read.too_many_rows": Message(
        "fatal",
        "记录数 {rows} 超过上限 {limit}。请分批导入。",
        "There are {rows} records, more than the {limit} allowed. Import them in parts.",
    ),
    "read.no_rows": Message("fatal", "文件中没有任何记录。", "The file holds no record at all."),
    "read.no_polygons": Message(
        "fatal",
        "文件中没有面图层，只有：{layers}。地块必须是面。",
        "The file has no polygon layer, only: {layers}. A parcel must be an area.",
    ),
    "read.no_layer": Message(
        "fatal",
        "没有名为“{layer}”的图层。文件中的图层：{layers}。",
        "There is no layer named '{layer}'. The file has: {layers}.",
    ),
    "read.sandbox": Message(
        "fatal",
        "读取环境不安全({reason})，已停止。请联系管理员。",
        "The reading environment is not safe ({reason}) and was stopped. Tell the administrator.",
    ),
    # --- JSON
    "json.syntax": Message(
        "fatal",
        "JSON 语法错误：第 {line} 行第 {column} 列，{reason_zh}。请用原软件重新导出。",
        "JSON syntax error in line {line}, column {column}: {reason_en}. Export it again from the original software.",
    ),
    "json.too_deep": Message("fatal", "JSON 嵌套过深，无法读取。", "The JSON is nested too deeply to be read."),
    "json.not_geojson": Message(
        "fatal",
        "这是 JSON 但不是 GeoJSON({found})。GeoJSON 的顶层应为 FeatureCollection、Feature 或几何对象。",
        "This is JSON but not GeoJSON ({found}). GeoJSON begins with a FeatureCollection, a Feature or a geometry.",
    ),
    "json.not_a_feature": Message(
        "error", "这一项不是要素(Feature)，无法读取。", "This item is not a Feature and cannot be read."
    ),
    "json.key_twice": Message(
        "error",
        "“{field}”在同一项中出现了两次，无法判断用哪一个。请改正后重新导入。",
        "'{field}' occurs twice in the same item, and which one is meant cannot be told. Correct it and import again.",
    ),
    # --- encodings
    "encoding.not_understood": Message(
        "fatal",
        "不认识的编码“{encoding}”。常用：UTF-8、GB18030。",
        "The encoding '{encoding}' is not known. Usual ones: UTF-8, GB18030.",
    ),
    "encoding.undecodable": Message(
        "fatal",
        "文字无法按 {encoding} 解码(第 {position} 字节)。请用 --encoding 指明正确的编码。",
        "The text cannot be decoded as {encoding} (byte {position}). Name the right one with --encoding.",
    ),
    "encoding.declared_wrong": Message(
        "warning",
        "声明的编码 {declared} 会产生乱码，已改用 {used}，请核对文字。",
        "The declared encoding {declared} would garble the text; {used} was used, please check the words.",
    ),
    "encoding.not_utf8": Message(
        "warning",
        "文件不是 UTF-8，按 {used} 读取，请核对文字。",
        "The file is not UTF-8; it was read as {used}, please check the words.",
    ),
    "value.undecodable": Message(
        "error",
        "字段“{field}”的文字无法按 {encoding} 解码，个别字节以 � 代替。",
        "The text of field '{field}' cannot be decoded as {encoding}; the bytes concerned were replaced by �.",
    ),
    "value.cut": Message(
        "info",
        "字段“{field}”的文字在字段宽度处被截断，末尾半个汉字已去掉。",
        "The text of field '{field}' was cut at the width of the field; half a character at its end was dropped.",
    ),
    "value.not_finite": Message(
        "warning",
        "字段“{field}”的值不是有限的数(NaN 或无穷大)，按空值处理。",
        "The value of field '{field}' is not a finite number (NaN or infinite); it was taken as empty.",
    ),
    "value.characters": Message(
        "warning",
        "字段“{field}”含有不能保存的字符，已替换。",
        "Field '{field}' holds characters that cannot be stored; they were replaced.",
    ),
    "value.binary": Message(
        "warning",
        "字段“{field}”是二进制内容({bytes} 字节)，未导入。",
        "Field '{field}' holds binary content ({bytes} bytes), which was left out.",
    ),
    "field.renamed": Message(
        "warning",
        "字段名“{field}”重复，第 {nth} 个改名为“{renamed}”。",
        "The field name '{field}' occurs more than once; number {nth} was renamed '{renamed}'.",
    ),
    # --- layers
    "layer.skipped": Message(
        "info",
        "图层“{layer}”({kind}，{rows} 条)不是面，未读取。",
        "Layer '{layer}' ({kind}, {rows} rows) is not of polygons and was not read.",
    ),
    "layer.not_a_table": Message(
        "warning",
        "图层“{layer}”是视图或虚拟表，出于安全未读取。请导出为普通图层。",
        "Layer '{layer}' is a view or a virtual table and was not read, for safety. Export it as an ordinary layer.",
    ),
    "layer.z_dropped": Message(
        "info",
        "图层“{layer}”带有高程(Z)，只保留平面坐标。",
        "Layer '{layer}' has heights (Z); only plane coordinates were kept.",
    ),
    "layer.m_dropped": Message(
        "info",
        "图层“{layer}”带有测量值(M)，未保留。",
        "Layer '{layer}' has measures (M), which were dropped.",
    ),
    "layer.curves": Message(
        "warning",
        "图层“{layer}”含曲线(圆弧)，已按每段 4° 折成直线，面积会有微小差别。",
        "Layer '{layer}' has curves (arcs); they were broken into straight lines of 4° each, so areas differ slightly.",
    ),
    "layer.crs_unusable": Message(
        "warning",
        "图层“{layer}”声明的坐标系“{name}”无法使用，改由坐标值判断。",
        "The system '{name}' that layer '{layer}' declares cannot be used; the values decide instead.",
    ),
    # --- geometries of rows
    "geometry.missing": Message(
        "error", "没有图形。请补绘地块边界后重新导入。", "The row has no geometry. Draw the boundary and import again."
    ),
    "geometry.empty": Message(
        "error", "图形是空的。请补绘地块边界后重新导入。", "The geometry is empty. Draw the boundary and import again."
    ),
    "geometry.not_area": Message(
        "error",
        "图形是{kind_zh}，不是面。地块必须是面。",
        "The geometry is a {kind_en}, not an area. A parcel must be an area.",
    ),
    "geometry.mixed": Message(
        "error",
        "图形是点、线、面的混合集合。请拆分，只保留面。",
        "The geometry is a collection of points, lines and areas. Take it apart and keep the areas.",
    ),
    "geometry.collection": Message(
        "info",
        "图形是面的集合，按多部件面读取。",
        "The geometry is a collection of areas; it was read as one of several parts.",
    ),
    "geometry.malformed": Message("error", "图形数据有误：{reason_zh}。", "The geometry is malformed: {reason_en}."),
    "geometry.ring_open": Message(
        "error",
        "第 {ring} 个环未闭合(首尾点不同)。请核对端点,闭合后重新导入。",
        "Ring {ring} is not closed (first and last point differ). Check its end points, close it and import again.",
    ),
    "geometry.too_few_points": Message(
        "error",
        "第 {ring} 个环只有 {points} 个不同的点，不成面。",
        "Ring {ring} has only {points} different points and encloses nothing.",
    ),
    "geometry.not_finite": Message(
        "error",
        "坐标中有无效数值(NaN 或无穷大)。",
        "Some coordinates are not finite numbers (NaN or infinite).",
    ),
    "geometry.too_many_points": Message(
        "error",
        "图形有 {points} 个点，超过上限 {limit}。请简化或拆分。",
        "The geometry has {points} points, more than the {limit} allowed. Simplify or split it.",
    ),
    "geometry.misplaced": Message(
        "error",
        "带号不符或坐标越界：坐标 ({x}, {y}) 不在 {crs} 的范围内。",
        "Wrong zone or out of range: the coordinates ({x}, {y}) cannot be in {crs}.",
    ),
    "geometry.invalid": Message(
        "error",
        "图形无效：{reason_zh}，位置 ({x}, {y}){lonlat_zh}。请在该处修正边界。",
        "The geometry is invalid: {reason_en} at ({x}, {y}){lonlat_en}. Correct the boundary there.",
    ),
    # --- zip and shapefile
    "zip.damaged": Message(
        "fatal",
        "压缩包已损坏，无法打开：{reason_zh}。请重新打包后再试。",
        "The zip file is damaged and cannot be opened: {reason_en}. Pack it again and try once more.",
    ),
    "zip.too_many": Message(
        "fatal",
        "压缩包内有 {members} 个文件，超过上限 {limit}。",
        "The zip file has {members} members, more than the {limit} allowed.",
    ),
    "zip.bomb": Message(
        "fatal",
        "压缩包展开后 {size_mb} MB(压缩比 {ratio})，超过上限 {limit_mb} MB，已拒绝。",
        "The zip file would unfold to {size_mb} MB (ratio {ratio}), more than the {limit_mb} MB allowed; it was refused.",
    ),
    "zip.unsafe_name": Message(
        "fatal",
        "压缩包内的文件名不安全：“{member}”，已拒绝整个压缩包。",
        "The zip file holds a member with an unsafe name, '{member}'; the whole file was refused.",
    ),
    "zip.encrypted": Message(
        "fatal",
        "压缩包有密码(“{member}”)。请去掉密码后重新打包。",
        "The zip file is encrypted ('{member}'). Pack it again without a password.",
    ),
    "zip.nested": Message(
        "fatal",
        "压缩包里还有压缩包(“{member}”)。请解开后重新打包。",
        "There is an archive inside the zip file ('{member}'). Unpack it and zip the parts themselves.",
    ),
    "zip.duplicate": Message(
        "fatal",
        "压缩包内“{member}”出现多次，无法判断用哪一个。",
        "The member '{member}' occurs more than once in the zip file; which one is meant cannot be told.",
    ),
    "zip.no_shapefile": Message(
        "fatal",
        "压缩包内没有 .shp、.tab、.mif 或表格(.xlsx、.csv)，只有：{members}。请把 .shp .shx .dbf .prj(或 .tab .map .dat .id)一起打包；"
        "附件请与台账表格打在一个压缩包里。",
        "There is no .shp, .tab, .mif or sheet (.xlsx, .csv) in the zip file, only: {members}. Zip .shp .shx .dbf .prj (or .tab .map "
        ".dat .id) together; files of parcels go into one zip with their sheet.",
    ),
    "zip.sheets": Message(
        "fatal",
        "压缩包内有多个表格：{members}。一个压缩包只放一个台账表格，作附件的表格请放进文件夹。",
        "There are several sheets in the zip file: {members}. Put one register sheet into a zip; sheets that are attachments go "
        "into a folder.",
    ),
    "zip.sheet": Message(
        "info",
        "读取压缩包中的“{sheet}”；另有 {files} 个文件作为附件。",
        "'{sheet}' in the zip file was read; {files} other files are attachments.",
    ),
    "zip.ignored": Message(
        "info", "压缩包内未使用的文件：{members}。", "Members of the zip file that were not used: {members}."
    ),
    "shapefile.only_dbf": Message(
        "fatal",
        "只有属性表 {file}，缺少 .shp(图形)和 .shx。表内 {rows} 条，字段：{fields}，文字编码 {encoding}。"
        "请把 .shp .shx .dbf .prj 打成一个 zip。",
        "Only the table {file} is there; the .shp (geometry) and .shx are missing. It has {rows} rows, fields {fields}, "
        "text in {encoding}. Zip .shp .shx .dbf .prj together.",
    ),
    "shapefile.part_missing": Message(
        "fatal",
        "{layer} 缺少 {parts}。请把 .shp .shx .dbf .prj 打成一个 zip 再导入。",
        "{layer} lacks {parts}. Zip .shp .shx .dbf .prj together and import that.",
    ),
    "shapefile.shx_rebuilt": Message(
        "warning",
        "{layer} 的 .shx 索引{why_zh}，已按 .shp 重建。",
        "The .shx index of {layer} is {why_en}; it was rebuilt from the .shp.",
    ),
    "shapefile.truncated": Message(
        "fatal",
        "{layer}.{part} 不完整：文件头写明 {expected} 字节，实际 {actual} 字节{record_zh}。请重新拷贝或导出。",
        "{layer}.{part} is incomplete: its header says {expected} bytes, there are {actual}{record_en}. Copy or export it again.",
    ),
    "shapefile.record": Message(
        "fatal",
        "{layer}.shp 第 {row} 条记录已损坏：写明 {parts} 个环、{points} 个点，记录里放不下。请重新导出后再试。",
        "Record {row} of {layer}.shp is damaged: it claims {parts} rings and {points} points, more than it has room for. Export "
        "it again and try once more.",
    ),
    "shapefile.counts_differ": Message(
        "fatal",
        "{layer} 的图形 {shapes} 条、属性 {records} 条，数目不一致，无法对应。请重新导出。",
        "{layer} has {shapes} geometries but {records} table rows; they cannot be matched. Export it again.",
    ),
    "shapefile.kind": Message(
        "fatal",
        "{layer} 的图形类型是{kind_zh}，不是面。地块必须是面。",
        "The geometries of {layer} are {kind_en}, not areas. A parcel must be an area.",
    ),
    # --- GeoPackage
    "gpkg.not_a_geopackage": Message(
        "fatal",
        "这是 SQLite 数据库，但不是 GeoPackage(缺少 gpkg_contents 表)。",
        "This is an SQLite database but not a GeoPackage (it has no table gpkg_contents).",
    ),
    # --- TXT
    "txt.no_plots": Message(
        "fatal",
        "没有找到地块：文件中没有以 @ 结尾的地块行。请检查是否为“勘测定界界址点坐标交换格式”。",
        "No plot was found: no line ends with @. Check that this is the land office's boundary-point format.",
    ),
    "txt.local_system": Message(
        "fatal",
        "坐标系“{name}”是地方独立坐标系，本系统不能换算。请索取 2000 国家大地坐标系成果，或用已知同名点配准(--control-points)。",
        "The coordinate system '{name}' is a local one and cannot be converted here. Ask for coordinates in CGCS2000, or fit "
        "control points (--control-points).",
    ),
    "txt.zone_not_understood": Message(
        "warning",
        "带号“{zone}”不是 13–23(6°带)或 25–45(3°带)，未采用。",
        "The zone '{zone}' is neither 13–23 (6° zones) nor 25–45 (3° zones) and was not used.",
    ),
    "txt.belt_conflict": Message(
        "warning",
        "几度分带写的是 {width}，带号 {zone} 却是 {actual}°带，以带号为准，请核对。",
        "The width of the zones is given as {width}, but zone {zone} is a {actual}° zone; the zone number was used.",
    ),
    "txt.parameters_ignored": Message(
        "warning",
        "文件带有转换参数({parameters})，未使用，坐标按原值读取。",
        "The file gives transformation parameters ({parameters}); they were not used and the coordinates taken as they are.",
    ),
    "txt.line_not_understood": Message(
        "warning", "第 {line} 行无法识别，已跳过：{text}", "Line {line} is not understood and was skipped: {text}"
    ),
    "txt.more_lines": Message(
        "warning", "另有 {count} 行无法识别，已跳过。", "{count} more lines are not understood and were skipped."
    ),
    "txt.point_without_plot": Message(
        "error",
        "第 {line} 行的界址点前面没有地块行(以 @ 结尾)，无法归属。",
        "The boundary point in line {line} has no plot line (ending with @) before it.",
    ),
    "txt.coordinate": Message(
        "error",
        "第 {line} 行的坐标不是数：“{text}”。",
        "The coordinate in line {line} is not a number: '{text}'.",
    ),
    "txt.plot_not_area": Message(
        "warning",
        "第 {line} 行的地块图形属性是“{kind}”，不是面，已跳过。",
        "The plot in line {line} is of kind '{kind}', not an area; it was skipped.",
    ),
    "txt.no_points": Message(
        "error", "第 {line} 行的地块没有界址点。", "The plot in line {line} has no boundary points."
    ),
    "txt.ring_closed": Message(
        "info",
        "第 {rings} 圈未闭合，已自动闭合。",
        "Ring {rings} was not closed and has been closed.",
    ),
    "txt.count_differs": Message(
        "warning",
        "界址点数写的是 {declared}，实际 {lines} 行({points} 个不同的点)。",
        "The number of points is given as {declared}; there are {lines} lines ({points} different points).",
    ),
    "txt.area_not_understood": Message("warning", "地块面积“{text}”无法识别。", "The area '{text}' is not understood."),
    "txt.area_unit": Message(
        "warning",
        "地块面积 {text} 按公顷与图形不符，按{unit_zh}相符，已按{unit_zh}读取，请核对。",
        "The area {text} does not fit the boundary in hectares but does in {unit_en}, and was read so; please check.",
    ),
    "txt.area_differs": Message(
        "warning",
        "登记面积 {declared_m2} m² 与界址点计算面积 {computed_m2} m² 相差 {difference_m2} m²。",
        "The stated area of {declared_m2} m² differs by {difference_m2} m² from the {computed_m2} m² of the boundary points.",
    ),
}

CATALOGUE |= FORMATS | TABLES
