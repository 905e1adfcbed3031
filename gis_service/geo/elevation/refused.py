"""Why elevation models are refused: one exception, a code, and a sentence in each language with what to do."""

from typing import Any

from gis_service.geo.crs import Sentence

SENTENCES: dict[str, Sentence] = {
    "elevation.not_a_model": Sentence(
        "“{name}”既不是 GeoTIFF,也不是每行“x y z”的文本,无法读取。请导出为 GeoTIFF 或规则格网 XYZ 后重试。",
        "'{name}' is neither a GeoTIFF nor text with 'x y z' on each line. Export it as a GeoTIFF or as XYZ of a regular grid.",
    ),
    "elevation.no_file": Sentence(
        "找不到文件“{name}”。请选择本机上的 GeoTIFF 或 XYZ 文件(不支持网址和虚拟路径)。",
        "There is no file '{name}'. Choose a GeoTIFF or XYZ file on this machine (no addresses, no virtual paths).",
    ),
    "elevation.damaged": Sentence(
        "“{name}”不完整或已损坏:{reason}。请重新复制或重新导出该文件。",
        "'{name}' is incomplete or damaged: {reason}. Copy or export the file again.",
    ),
    "elevation.too_large": Sentence(
        "“{name}”要读 {cols} × {rows} 个格,上限 {most} 个。请给出要计算的范围(只读该范围),或先把格网抽稀、裁剪。",
        "Of '{name}' {cols} × {rows} cells would have to be read, the limit is {most}. Give the area to look at (only that is read), "
        "or resample or cut the model first.",
    ),
    "elevation.block_too_large": Sentence(
        "“{name}”是一整块压缩的({cols} × {rows} 格一块,上限 {most} 格),不能只读一部分。请另存为分块的 GeoTIFF(gdal_translate -co TILED=YES)。",
        "'{name}' is packed in blocks of {cols} × {rows} cells (the limit is {most}), so that no part can be read alone. Save it as a "
        "tiled GeoTIFF (gdal_translate -co TILED=YES).",
    ),
    "elevation.file_too_large": Sentence(
        "“{name}”有 {megabytes} MB,文本高程上限 {most_megabytes} MB。请改用 GeoTIFF,或裁剪后重试。",
        "'{name}' has {megabytes} MB; text with heights may have {most_megabytes} MB. Use a GeoTIFF, or cut it.",
    ),
    "elevation.no_crs": Sentence(
        "“{name}”没有写明坐标系。请给出 EPSG 代码,例如 EPSG:4547。",
        "'{name}' does not say its coordinate system. Give its EPSG code, for example EPSG:4547.",
    ),
    "elevation.crs_conflict": Sentence(
        "“{name}”写明的坐标系是 {told},给出的是 {given},两者不同。请核对;文件里写的为准时不必再给。",
        "'{name}' says {told}, but {given} was given. Check which is right; where the file is right, give none.",
    ),
    "elevation.crs_unknown": Sentence(
        "“{name}”的坐标系“{crs}”没有对应的 EPSG 代码,无法与其他数据对照。请重新投影到 EPSG:4547 等坐标系(gdalwarp -t_srs)。",
        "The system '{crs}' of '{name}' has no EPSG code and cannot be set beside other data. Reproject it, for example to EPSG:4547 "
        "(gdalwarp -t_srs).",
    ),
    "elevation.degrees": Sentence(
        "“{name}”的坐标是经纬度({crs}),不能算面积和方量。请先投影到以米为单位的坐标系,例如 gdalwarp -t_srs EPSG:4547 -r bilinear。",
        "'{name}' is in degrees ({crs}), in which no area or volume can be computed. Project it to metres first, for example "
        "gdalwarp -t_srs EPSG:4547 -r bilinear.",
    ),
    "elevation.not_metres": Sentence(
        "“{name}”的{what}单位是“{unit}”,不是米。请换算成米后重试。",
        "The unit of {what_en} of '{name}' is '{unit}', not metre. Convert it to metres.",
    ),
    "elevation.web_mercator": Sentence(
        "“{name}”是网络墨卡托(EPSG:3857),一格的面积被放大(本地约 17%),方量会偏大。请投影到 EPSG:4547 等坐标系。",
        "'{name}' is in Web Mercator (EPSG:3857), which enlarges areas (here by some 17 %), and volumes with them. Project it, for "
        "example to EPSG:4547.",
    ),
    "elevation.rotated": Sentence(
        "“{name}”的格网是旋转的,不是正北朝上。请用 gdalwarp 重新采样为正北朝上的格网。",
        "The grid of '{name}' is rotated. Resample it north-up with gdalwarp.",
    ),
    "elevation.not_heights": Sentence(
        "“{name}”有 {bands} 个波段、类型 {dtype},像是影像而不是高程。请选择单波段的 DSM/DEM。",
        "'{name}' has {bands} bands of type {dtype}: a picture, it seems, not heights. Choose a DSM or DEM of one band.",
    ),
    "elevation.no_heights": Sentence(
        "“{name}”在要看的范围内没有一个有效高程。请核对范围、坐标系和无效值。",
        "'{name}' has no height at all in the area asked for. Check the area, the coordinate system and the value for no data.",
    ),
    "elevation.outside": Sentence(
        "要看的范围不在“{name}”内。请核对范围和坐标系。",
        "The area asked for does not touch '{name}'. Check the area and the coordinate system.",
    ),
    "elevation.xyz_line": Sentence(
        "“{name}”第 {line} 行读不出三个数:“{text}”。请改成每行 x y z,用空格、逗号或分号分开。",
        "Line {line} of '{name}' has no three numbers: '{text}'. Each line should be x y z, apart by spaces, commas or semicolons.",
    ),
    "elevation.xyz_irregular": Sentence(
        "“{name}”的点不在规则格网上({reason})。请先内插成格网(例如 gdal_grid)再使用。",
        "The points of '{name}' do not lie on a regular grid ({reason_en}). Make a grid of them first (for example with gdal_grid).",
    ),
    "elevation.xyz_swapped": Sentence(
        "“{name}”的坐标落在 {crs} 的范围之外,对调后才落在范围内:第一列像是北坐标(测量的 X)。请选择“北坐标在前”。",
        "The coordinates of '{name}' lie outside {crs}, and inside once swapped: the first column seems to be the northing (X of "
        "surveyors). Say that the northing comes first.",
    ),
    "elevation.vertical_conflict": Sentence(
        "高程基准不同:“{first}”是{first_vertical},“{second}”是{second_vertical},相差可达几十米。请先统一到同一高程基准(例如 1985国家高程基准)。",
        "The heights differ in their datum: '{first}' has {first_vertical}, '{second}' {second_vertical}; that may be tens of metres. "
        "Bring both to one, for example the 1985 national datum.",
    ),
    "elevation.vertical_contradicted": Sentence(
        "“{name}”自己写明的高程基准是{told},给出的是{given},两者不同。请核对。",
        "'{name}' says its heights are {told}, but {given} was given. Check which is right.",
    ),
    "elevation.no_overlap": Sentence(
        "“{first}”和“{second}”没有共同的有效格。请核对两次测量的范围和坐标系。",
        "'{first}' and '{second}' have no cell with heights in common. Check the areas and coordinate systems of both surveys.",
    ),
    "elevation.no_way_between": Sentence(
        "“{second}”不能转换到“{first}”的坐标系:{reason}",
        "'{second}' cannot be brought to the system of '{first}': {reason_en}",
    ),
    "elevation.too_little_stable": Sentence(
        "没有变化的地面只有 {cells} 格,至少要 {least} 格才能配准和估计误差。请画出稳定地面(道路、硬化地),或扩大范围,或关闭配准。",
        "Only {cells} cells of unchanged ground; {least} are needed to register the models and to know their error. Draw stable ground "
        "(roads, paved yards), enlarge the area, or switch co-registration off.",
    ),
    "elevation.polygon_outside": Sentence(
        "所给范围与两个高程模型的共同范围不相交。请核对范围和坐标系(应为 EPSG:{epsg})。",
        "The polygon does not touch the area both models cover. Check it and its coordinate system (EPSG:{epsg} is expected).",
    ),
    "elevation.polygon_invalid": Sentence(
        "所给范围不是有效的面:{reason}。请先修复。",
        "The polygon is not valid: {reason}. Repair it first.",
    ),
}  # fmt: skip


class ElevationRefused(ValueError):
    """A model, a pair or a question that cannot be answered truthfully; `zh` and `en` say why and what to do."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        self.zh, self.en = (sentence.format(**facts) for sentence in SENTENCES[code])
        super().__init__(self.en)
