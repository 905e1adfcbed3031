"""What reading says of workbooks, delimited texts and the tables in them."""

from gis_service.parcels.reading.messages.message import Message

TABLES: dict[str, Message] = {
    # --- the file as a whole
    "table.other_format": Message(
        "fatal",
        "{file} 是{kind_zh}，不能直接导入。请在 Excel 或 WPS 中打开，“另存为”Excel 工作簿(.xlsx)后再导入。",
        "{file} is {kind_en} and cannot be imported as it is. Open it in Excel or WPS and save it as an Excel workbook (.xlsx).",
    ),
    "table.encrypted": Message(
        "fatal",
        "{file} 设置了打开密码，无法读取。请在 Excel 或 WPS 中去掉密码，另存后再导入。",
        "{file} is protected by a password and cannot be read. Take the password off in Excel or WPS, save it and import again.",
    ),
    "table.not_a_workbook": Message(
        "fatal",
        "{file} 的内容是{kind_zh}，不是 Excel 工作簿(.xlsx)。请用 Excel 或 WPS 另存为 .xlsx 后再导入。",
        "{file} holds {kind_en}, not an Excel workbook (.xlsx). Save it as .xlsx from Excel or WPS and import that.",
    ),
    "table.damaged": Message(
        "fatal",
        "工作簿已损坏，无法读取({part}：{reason_zh})。请用 Excel 或 WPS 打开并另存后再试。",
        "The workbook is damaged and cannot be read ({part}: {reason_en}). Open it in Excel or WPS, save it and try again.",
    ),
    "table.doctype": Message(
        "fatal",
        "工作簿内含有 DTD 或实体定义，出于安全已拒绝读取。请用 Excel 或 WPS 另存后再试。",
        "The workbook holds a DTD or entities and was refused, for safety. Save it again from Excel or WPS.",
    ),
    "table.too_many_cells": Message(
        "fatal",
        "工作表“{sheet}”有值的单元格超过 {limit} 个。请删去无关内容或拆分后导入。",
        "The sheet '{sheet}' has more than {limit} filled cells. Remove what does not belong there, or split it.",
    ),
    "table.too_many_columns": Message(
        "fatal",
        "表“{layer}”的列数超过上限 {limit} 列。请删去无关的列后导入。",
        "The table '{layer}' has more columns than the {limit} allowed. Remove those that do not belong there.",
    ),
    "table.too_many_points": Message(
        "fatal",
        "表中的界址点超过 {limit} 个。请拆分后导入。",
        "The table has more than {limit} boundary points. Split it and import the parts.",
    ),
    "table.no_sheets": Message(
        "fatal",
        "工作簿中没有可读的工作表。{hidden}",
        "The workbook has no sheet that can be read. {hidden}",
    ),
    "table.no_header": Message(
        "fatal",
        "“{layer}”中没有找到表头。请在数据上方写一行列名(如 地块编号、用地面积(㎡)，或 点号、X坐标、Y坐标)。",
        "No line with the names of the columns was found in '{layer}'. Put one above the data (as 地块编号, 用地面积(㎡), or "
        "点号, X坐标, Y坐标).",
    ),
    "table.no_such_column": Message(
        "fatal",
        "没有名为“{column}”的列(指定为{role})。表中的列：{columns}。",
        "There is no column '{column}' (named as {role}). The table has: {columns}.",
    ),
    "table.twice": Message(
        "fatal",
        "坐标列出现了两组({columns})，像是左右并排的表。请把各组坐标上下接成一组，或指定用哪几列(columns)。",
        "There are two sets of coordinate columns ({columns}), as in tables set side by side. Put them below each other, "
        "or say which to use (columns).",
    ),
    "table.mixed_srid": Message(
        "fatal",
        "WKT 列中有几种坐标系(SRID {srids})。请统一后导入。",
        "The WKT column names several systems (SRID {srids}). Bring them into one and import again.",
    ),
    "table.not_packed": Message(
        "fatal",
        "列名写明是“度.分秒”，但坐标值 {example} 不是(分、秒应小于 60)。若是十进制度，请改列名。",
        "The header says degrees.minutes-seconds, but {example} cannot be (minutes and seconds stay below 60). If these are "
        "decimal degrees, correct the header.",
    ),
    # --- sheets
    "table.sheets": Message(
        "info",
        "工作簿有几张工作表，读取的是“{layer}”；未读取：{others}。要读其他表，请用 layer 指定。",
        "The workbook has several sheets; '{layer}' was read, not: {others}. Name another one with the option layer.",
    ),
    "table.external": Message(
        "info",
        "工作簿引用了其他文件，没有打开它们，采用的是保存在本文件中的结果。",
        "The workbook refers to other files; they were not opened, the results kept in this file were used.",
    ),
    # --- what was made of the lines
    "table.header": Message(
        "info",
        "表头在第 {rows} 行，共 {columns} 列，认出 {recognised} 列。",
        "The header is in row {rows}, with {columns} columns, {recognised} of them recognised.",
    ),
    "table.no_register_columns": Message(
        "warning",
        "“{layer}”中没有认出台账的列(如 地块编号、地块名称、用地面积)，请核对是不是台账；表头取自第 {rows} 行。",
        "No column of a register (as 地块编号, 地块名称, 用地面积) was recognised in '{layer}'; check that it is one. The header "
        "was taken from row {rows}.",
    ),
    "table.totals": Message(
        "info", "第 {rows} 行是小计或合计，没有作为地块。", "Rows {rows} are totals and were not taken for parcels."
    ),
    "table.notes": Message(
        "info",
        "第 {rows} 行是说明、签名或分组标题，没有作为地块。",
        "Rows {rows} are notes, signatures or headings and were not taken for parcels.",
    ),
    "table.unit_above": Message(
        "info",
        "表头上方写明“单位：{unit}”，没有写单位的面积列按{unit}读取。",
        "Above the header the unit is given as {unit}; areas without a unit of their own were read so.",
    ),
    "table.unnamed": Message(
        "info",
        "这些列有内容但没有列名：{columns}，内容保留在原始属性中。",
        "Columns without a name that hold something: {columns}; it stays among the attributes.",
    ),
    "table.serials": Message(
        "info",
        "列“{field}”中有 {count} 个数字按电子表格的日期序列号读取(如 {example} → {day})。",
        "{count} numbers in column '{field}' were read as serial dates of a spreadsheet (as {example} → {day}).",
    ),
    "table.apostrophes": Message(
        "info",
        "列“{field}”中有 {count} 处文字前的撇号已去掉:导出时加上它,是为了不让表格软件把文字当公式执行。",
        "{count} texts in column '{field}' lost the apostrophe that exports put before what a spreadsheet would run as a formula.",
    ),
    "table.points_only": Message(
        "info",
        "坐标列({columns})每行只有一个点，不成面，按没有图形的台账读取，坐标保留在原始属性中。",
        "The coordinates ({columns}) are one point a row and no areas; the table was read as a register without outlines.",
    ),
    "table.other_coordinates": Message(
        "info",
        "表中有几组坐标列，采用“{used}”；“{left}”保留在原始属性中。",
        "The table has several sets of coordinates; '{used}' was used, '{left}' stays among the attributes.",
    ),
    "table.ordered": Message(
        "info",
        "界址点按“{field}”列的序号排列(表中行序不同)。",
        "The boundary points were put in the order of column '{field}' (the rows stand otherwise).",
    ),
    # --- cells
    "cell.no_value": Message(
        "error",
        "单元格 {cell}(列“{field}”)是公式，但文件中没有它的计算结果。请在 Excel 或 WPS 中打开、保存后重新导入。",
        "Cell {cell} (column '{field}') is a formula whose result is not in the file. Open and save it in Excel or WPS.",
    ),
    "cell.error": Message(
        "warning",
        "单元格 {cell}(列“{field}”)是错误值 {text}，按空值处理。请改正公式。",
        "Cell {cell} (column '{field}') holds the error {text} and was taken as empty. Correct the formula.",
    ),
    # --- coordinates
    "coordinate.not_understood": Message(
        "error",
        "单元格 {cell}(列“{field}”)的“{text}”不是坐标。",
        "'{text}' in cell {cell} (column '{field}') is not a coordinate.",
    ),
    "coordinate.missing": Message(
        "error", "第 {line} 行缺少“{field}”的坐标。", "Row {line} lacks the coordinate '{field}'."
    ),
    "coordinate.list": Message(
        "error",
        "单元格 {cell}(列“{field}”)不是坐标串，应如 113.54,22.40;113.55,22.40;113.55,22.41。",
        "Cell {cell} (column '{field}') is no list of coordinates, as 113.54,22.40;113.55,22.40;113.55,22.41.",
    ),
    "coordinate.wkt": Message(
        "error",
        "单元格 {cell}(列“{field}”)的 WKT 无法读取：{reason_zh}。",
        "The WKT in cell {cell} (column '{field}') cannot be read: {reason_en}.",
    ),
    "coordinate.packed": Message(
        "warning",
        "坐标按“度.分秒”读取(如 {example} → {degrees}°)：全部 {count} 个值都符合，并且只有这样才落在本区。若是十进制度，请用 --crs EPSG:4490 指明。",
        "The coordinates were read as degrees.minutes-seconds ({example} is {degrees}°): all {count} values fit, and only so "
        "they lie in the district. If they are decimal degrees, say --crs EPSG:4490.",
    ),
    "coordinate.packed_said": Message(
        "info",
        "列名写明“度.分秒”，坐标按此读取(如 {example} → {degrees}°)。",
        "The header says degrees.minutes-seconds, and so they were read ({example} is {degrees}°).",
    ),
    "coordinate.maybe_packed": Message(
        "warning",
        "坐标按十进制度读取，但全部 {count} 个值也都符合“度.分秒”(如 {example} 可能是 {degrees}°)。若是度.分秒，请把列名改为“经度(度.分秒)”“纬度(度.分秒)”后重新导入。",
        "The coordinates were read as decimal degrees, but all {count} values may be degrees.minutes-seconds as well ({example} "
        "would be {degrees}°). If they are, name the columns 经度(度.分秒), 纬度(度.分秒) and import again.",
    ),
    "coordinate.ring_closed": Message(
        "info",
        "第 {rings} 圈首尾不同点，已闭合。",
        "Ring {rings} did not come back to its first point and was closed.",
    ),
    # --- delimited texts
    "csv.line_too_long": Message(
        "fatal",
        "第 {line} 行超过 {limit} 个字符，可能缺少换行。请检查文件。",
        "Line {line} has more than {limit} characters; perhaps the line breaks are missing. Check the file.",
    ),
    "csv.too_many_fields": Message(
        "fatal",
        "第 {line} 行超过 {limit} 列，可能缺少换行。请检查文件。",
        "Line {line} has more than {limit} fields; perhaps the line breaks are missing. Check the file.",
    ),
    "csv.nul": Message(
        "fatal",
        "第 {line} 行含有空字符(NUL)，文件已损坏或不是文本。请重新导出。",
        "Line {line} holds NUL characters: the file is damaged or no text. Export it again.",
    ),
    "csv.quote_open": Message(
        "fatal",
        "第 {line} 行开始的引号没有结束(读到第 {reached} 行)。请补上引号后重新导入。",
        "The quotation mark opened in line {line} is never closed (read up to line {reached}). Close it and import again.",
    ),
    "csv.quote_stray": Message(
        "fatal",
        "第 {line} 行的引号使用有误：引号结束后应是分隔符。内容中的引号请写成两个。",
        'Line {line} has a stray quotation mark: a separator must follow the closing one. Write quotes inside a text as "".',
    ),
    "csv.ragged": Message(
        "error",
        "第 {line} 行有 {fields} 列，表头只有 {columns} 列，多出的内容无法归属。请检查分隔符和引号。",
        "Row {line} has {fields} fields, the header only {columns}; what is too much belongs nowhere. Check separators and quotes.",
    ),
    "csv.short": Message(
        "warning",
        "第 {line} 行只有 {fields} 列，表头有 {columns} 列，缺少的按空值处理。",
        "Row {line} has only {fields} fields, the header {columns}; what is missing was taken as empty.",
    ),
}
