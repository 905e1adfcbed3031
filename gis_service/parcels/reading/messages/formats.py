"""What reading can say of KML, DXF, MapInfo, GeoParquet and CASS files, and of the ways out for their coordinates."""

from gis_service.parcels.reading.messages.message import Message

FORMATS: dict[str, Message] = {
    # --- KML and KMZ
    "kml.syntax": Message(
        "fatal",
        "KML(XML)语法错误：第 {line} 行第 {column} 列。请用原软件重新导出。",
        "The KML (XML) is malformed in line {line}, column {column}. Export it again from the original software.",
    ),
    "kml.dtd": Message(
        "fatal",
        "KML(XML)含有 DTD 或实体声明，出于安全已拒绝。请用地图软件重新导出。",
        "The KML (XML) declares a DTD or entities and was refused, for safety. Export it again from a map program.",
    ),
    "kml.ovital": Message(
        "fatal",
        "此文件像是奥维导出的(“{why}”)。奥维 9.3.0 起导出的 KML/ovkml 是火星坐标(GCJ-02)，直接导入会偏约 600 米；旧版才是 WGS84。"
        "请指明：火星坐标用 shift=gcj02(--shift gcj02)，确为 WGS84 用 crs=EPSG:4326(--crs EPSG:4326)；"
        "或在奥维中改导 DXF、SHP(不偏移)。",
        "The file seems to come from Ovital ('{why}'). Since 9.3.0 it writes GCJ-02 into KML/ovkml, which lies some 600 m off; "
        "only older versions write WGS 84. Say which: shift=gcj02 (--shift gcj02), or crs=EPSG:4326 (--crs EPSG:4326) where it "
        "is true WGS 84; or export DXF or SHP from Ovital, which are not shifted.",
    ),
    "geojson.internet_map": Message(
        "warning",
        "属性 {fields} 是高德 DataV 边界文件的写法。这类文件的坐标是火星坐标(GCJ-02)，却不说明，按经纬度直接读会偏约 600 米。"
        "确是这类文件，用 shift=gcj02(--shift gcj02)重新导入；已经纠偏的，用 crs=EPSG:4326(--crs EPSG:4326)指明，就不再提示。",
        "The attributes {fields} are those of AMap's DataV boundaries. Such files are in GCJ-02 without saying so, which lies some "
        "600 m off. If it is one, import it again with shift=gcj02 (--shift gcj02); if it was corrected, say crs=EPSG:4326 "
        "(--crs EPSG:4326) and this is not said again.",
    ),
    "kml.only_links": Message(
        "fatal",
        "KML 里只有网络链接(NetworkLink，{links} 个)，没有图形。本系统不会去取链接的内容；请在地图软件中打开后另存为 KMZ 再导入。",
        "The KML holds only network links ({links}) and no geometry. Links are never followed here; open the file in a map "
        "program, save it as KMZ and import that.",
    ),
    "kml.links": Message(
        "warning",
        "KML 中有 {links} 个网络链接(NetworkLink)，其内容未读取。",
        "The KML holds {links} network links; what they lead to was not read.",
    ),
    "kml.points_left_out": Message(
        "info",
        "有 {count} 个地标是点、图片或模型，不是地块，未读取。",
        "{count} placemarks are points, pictures or models, not land, and were left out.",
    ),
    "kml.without_geometry": Message(
        "warning",
        "有 {count} 个地标没有图形，未读取。",
        "{count} placemarks have no geometry and were left out.",
    ),
    "kml.line_is_area": Message(
        "info",
        "红线是用线画的({lines} 段，首尾相接)，按面读取。",
        "The boundary is drawn as a line ({lines} parts, closed end to end) and was read as an area.",
    ),
    "geometry.line_open": Message(
        "error",
        "图形是线({lines} 段，最长一段 {points} 个点)，首尾相距 {gap_m} 米，没有闭合，不是面。请在原软件中闭合，或改画成多边形。",
        "The geometry is a line ({lines} parts, the longest of {points} points) whose ends are {gap_m} m apart: not an area. "
        "Close it in the original software, or draw it as a polygon.",
    ),
    "kmz.no_kml": Message(
        "fatal",
        "KMZ 里没有 .kml，只有：{members}。",
        "There is no .kml in the KMZ, only: {members}.",
    ),
    "kmz.several": Message(
        "fatal",
        "KMZ 里有多个 KML，无法判断用哪一个：{members}。请分别另存后导入。",
        "The KMZ holds several KML files, and which one is meant cannot be told: {members}. Save and import them one by one.",
    ),
    "kmz.others": Message(
        "warning",
        "KMZ 里除 doc.kml 外还有其他 KML，未读取：{members}。",
        "Beside doc.kml the KMZ holds other KML files, which were not read: {members}.",
    ),
    # --- DXF
    "dxf.no_outlines": Message(
        "fatal",
        "图纸中没有闭合的多段线，也没有首尾相接的线：图层 {layers} 上有 {lines} 条不闭合的线；全部图元：{kinds}。"
        "请在 CAD 中用 PEDIT 合并、或用 BOUNDARY(边界)生成闭合多段线后另存。",
        "The drawing has no closed polyline and no lines that close end to end: {lines} open ones on layer {layers}; all "
        "entities: {kinds}. Join them with PEDIT or make closed ones with BOUNDARY, and save again.",
    ),
    "dxf.local_coordinates": Message(
        "fatal",
        "图纸坐标 {example} 不像任何已知坐标系，可能是独立坐标或随意绘制的坐标。{hint_zh}请向制图单位索取 2000 国家大地坐标系的图纸，"
        "或提供两个以上已知同名点配准(--control-points)，或用 --crs 指明坐标系。",
        "The coordinates {example} of the drawing fit no known system; they may be local ones or drawn anywhere. {hint_en}Ask "
        "for the drawing in CGCS2000, give two or more control points (--control-points), or name the system with --crs.",
    ),
    "dxf.layers_left": Message(
        "info",
        "读取了图层：{layers}；另有闭合线的图层未读取：{left}。可用“图层”(--layer)指定。",
        "Layers that were read: {layers}; others with closed outlines were left alone: {left}. Choose one with --layer.",
    ),
    "dxf.joined": Message(
        "warning",
        "没有闭合多段线；{lines} 条线和弧首尾精确相接，连成 {rings} 个环，按地块读取，请核对。",
        "There is no closed polyline; {lines} lines and arcs meet exactly end to end and were joined to {rings} outlines. "
        "Please check.",
    ),
    "dxf.loose_left": Message(
        "warning",
        "另有 {lines} 条线没有闭合，未读取。",
        "{lines} more lines do not close and were left out.",
    ),
    "dxf.drawn_twice": Message(
        "info",
        "有 {count} 条轮廓与另一条完全重合，只读取一次。",
        "{count} outlines lie exactly on another one and were read once.",
    ),
    "dxf.holes": Message(
        "warning",
        "有 {count} 个环在另一个环之内且环内没有编号，按洞扣除，请核对。",
        "{count} rings lie inside another with no number in them; they were taken as holes. Please check.",
    ),
    "dxf.unit_used": Message(
        "warning",
        "图纸单位是{unit_zh}($INSUNITS)，坐标如 {example}，已换算为米。",
        "The unit of the drawing is {unit_en} ($INSUNITS), coordinates such as {example}; they were converted to metres.",
    ),
    "dxf.unit_not_used": Message(
        "warning",
        "图纸声明单位是{unit_zh}($INSUNITS)，但坐标 {example} 显然是米，按米读取。",
        "The drawing says its unit is {unit_en} ($INSUNITS), but coordinates such as {example} are plainly metres and were read so.",
    ),
    "dxf.unit_seen": Message(
        "warning",
        "图纸没有单位，坐标 {example} 像毫米，已换算为米，请核对。",
        "The drawing has no unit, and coordinates such as {example} look like millimetres; they were converted. Please check.",
    ),
    "dxf.xrefs": Message(
        "warning",
        "图纸引用了外部图纸，其内容不在文件中，未读取：{names}。请绑定(XREF 绑定)后另存。",
        "The drawing refers to other drawings that are not in the file: {names}. Bind them (XREF) and save again.",
    ),
    "dxf.geodata_unusable": Message(
        "warning",
        "图纸带有地理参考(GEODATA)但无法使用，改由坐标值判断。",
        "The drawing carries geodata that cannot be used; the values decide instead.",
    ),
    "dxf.cut": Message(
        "fatal",
        "图纸不完整：没有结尾(EOF)，可能没有传完，后面的地块会丢失。请重新拷贝，或用 CAD 重新另存为 DXF。",
        "The drawing is incomplete: it has no end (EOF) and may have been cut off, which would lose land. Copy it again, or save "
        "it again from the CAD.",
    ),
    "dxf.number": Message(
        "fatal",
        "图纸第 {line} 行附近的“{text}”不是数，坐标不可信，未读取。请用 CAD 重新另存为 DXF(小数点须为“.”)。",
        "'{text}' near line {line} of the drawing is not a number, so its coordinates cannot be trusted; it was not read. Save "
        "it again from the CAD (with a point for decimals).",
    ),
    "dxf.not_finite": Message(
        "fatal",
        "图元 {handle}(图层 {layer})的坐标无效(NaN、无穷大或大得没有意义)。请在 CAD 中删除或重画后另存。",
        "The coordinates of entity {handle} (layer {layer}) are no place: NaN, infinite or beyond the earth. Delete or redraw "
        "it in the CAD and save again.",
    ),
    "dxf.too_many": Message(
        "fatal",
        "图纸展开后图元超过 {limit} 个。请只保留地块边界后另存。",
        "The drawing unfolds to more than {limit} entities. Keep the boundaries of land only and save again.",
    ),
    # --- MapInfo
    "mapinfo.part_missing": Message(
        "fatal",
        "{layer} 缺少 {parts}。请把 .tab .map .dat .id(或 .mif .mid)打成一个 zip 再导入。",
        "{layer} lacks {parts}. Zip .tab .map .dat .id (or .mif .mid) together and import that.",
    ),
    "mapinfo.not_native": Message(
        "fatal",
        "{layer} 不是自带数据的 MapInfo 表(类型 {kind})，只是指向别处的文件，未读取。请在 MapInfo 中另存副本后打包。",
        "{layer} is not a MapInfo table that holds its own data (type {kind}): it names files elsewhere and was not read. Save a "
        "copy in MapInfo and zip that.",
    ),
    # --- GeoParquet
    "parquet.no_geo": Message(
        "fatal",
        "这是 Parquet 但不是 GeoParquet(没有可用的 geo 元数据)。列：{columns}。",
        "This is Parquet but not GeoParquet (there is no usable geo metadata). Columns: {columns}.",
    ),
    "parquet.encoding": Message(
        "fatal",
        "图形列的编码是“{encoding}”，只能读取 WKB。请以 WKB 重新导出。",
        "The geometries are encoded as '{encoding}'; only WKB is read. Export them as WKB.",
    ),
    "parquet.other_geometries": Message(
        "info",
        "只读取主图形列，其余图形列未读取：{columns}。",
        "Only the primary geometry was read; others were left out: {columns}.",
    ),
    # --- CASS
    "dat.points_joined": Message(
        "warning",
        "CASS 点文件不含连线：{points} 个点按顺序连成 {parcels} 个环，列序按“点号,编码,Y(东),X(北),高程”，请核对形状和位置。",
        "A CASS point file holds no lines: its {points} points were joined in their order to {parcels} outlines, columns taken as "
        "number, code, Y (east), X (north), height. Check their shape and place.",
    ),
    "dat.too_few": Message(
        "fatal",
        "只认出 {points} 个点，不成面。CASS .dat 每行应为“点号,编码,Y(东),X(北),高程”。",
        "Only {points} points were understood, which enclose nothing. A line of a CASS .dat is: number, code, Y (east), X "
        "(north), height.",
    ),
    # --- 国土 TXT
    "txt.several_heads": Message(
        "info",
        "文件由 {heads} 段拼成，各段按自己的文件头判断坐标系：{systems}。",
        "The file is {heads} files in one; each was placed by its own head: {systems}.",
    ),
    "txt.points_converted": Message(
        "info",
        "界址点坐标已随图形换算到 EPSG:{epsg}，原文见原文件。",
        "The coordinates of the boundary points were converted with the outlines to EPSG:{epsg}; the file has them as they were.",
    ),
    # --- ways out
    "way.two": Message(
        "fatal",
        "坐标偏移(shift)与控制点(control_points)只能用一种。",
        "Use either a shift or control points, not both.",
    ),
    "way.shift_unknown": Message(
        "fatal",
        "不认识的坐标偏移“{shift}”。可用：gcj02(高德、腾讯、奥维)，bd09(百度)。",
        "The shift '{shift}' is not known. There are: gcj02 (AMap, Tencent, Ovital), bd09 (Baidu).",
    ),
    "way.points_and_crs": Message(
        "fatal",
        "给了控制点就不要再指定坐标系({crs})：控制点本身说明了坐标的去处(EPSG:4547)。",
        "With control points no system ({crs}) is named as well: the points themselves say where the land goes (EPSG:4547).",
    ),
    "way.points_malformed": Message(
        "fatal",
        "每个控制点应是四个数：文件中的横坐标 x、纵坐标 y，EPSG:4547 的东坐标、北坐标。",
        "A control point is four numbers: x (east) and y (north) in the file, easting and northing in EPSG:4547.",
    ),
    "way.points_not_4547": Message(
        "fatal",
        "第 {point} 个控制点的目标坐标 ({easting}, {northing}) 不是 EPSG:4547 的(东, 北){hint_zh}。",
        "The target ({easting}, {northing}) of control point {point} is no (easting, northing) of EPSG:4547{hint_en}.",
    ),
    "way.not_here": Message(
        "fatal",
        "这种文件不支持坐标偏移或控制点配准。请换一种格式(如 DXF、Shapefile、国土 TXT)。",
        "Shift and control points do not work for this kind of file. Use another one (DXF, Shapefile, land-office TXT).",
    ),
    "fit.unchecked": Message(
        "warning",
        "只有 {points} 个控制点，残差必然为零，无法检核。请再给一两个同名点。",
        "With only {points} control points the residuals are zero by nature and check nothing. Give one or two more.",
    ),
    "fit.turned": Message(
        "warning",
        "配准结果旋转了 {degrees}°，少见。请核对控制点的 x、y 是否按(东, 北)的顺序。",
        "The fit turns the land by {degrees}°, which is unusual. Check that x and y of the points are east before north.",
    ),
    "fit.extrapolated": Message(
        "warning",
        "地块在控制点范围之外 {beyond_m} 米(控制点相距 {extent_m} 米)，外推的位置不可靠。请选地块四周的控制点。",
        "Land lies {beyond_m} m outside the control points, which are {extent_m} m apart; so far out the fit is not reliable. "
        "Choose points around the land.",
    ),
}
