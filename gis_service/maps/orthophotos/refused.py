"""Why pictures are refused: one exception, a code, and a sentence in each language with what to do. Pure."""

from typing import Any

from gis_service.geo.crs import Sentence

SENTENCES: dict[str, Sentence] = {
    "orthophoto.damaged": Sentence(
        "“{name}”不完整或已损坏:{reason}。请重新复制或重新导出该文件。",
        "'{name}' is incomplete or damaged: {reason}. Copy or export the file again.",
    ),
    "orthophoto.too_large": Sentence(
        "“{name}”有 {width} × {height} 个像素,上限 {most} 亿个。请分幅裁剪,或降低分辨率后重试。",
        "'{name}' has {width} × {height} pixels, the limit is {most} hundred million. Cut it into sheets or lower its resolution.",
    ),
    "orthophoto.block_too_large": Sentence(
        "“{name}”是一整块压缩的({width} × {height} 个像素一块),不能逐块读取。请另存为分块的 GeoTIFF(gdal_translate -co TILED=YES)。",
        "'{name}' is packed in blocks of {width} × {height} pixels and cannot be read piece by piece. Save it as a tiled GeoTIFF "
        "(gdal_translate -co TILED=YES).",
    ),
    "orthophoto.not_colour": Sentence(
        "“{name}”有 {bands} 个波段、每像素 {bits} 位、类型 {dtype},不是 8 位真彩色(红绿蓝,可带透明)。请拉伸为 8 位并按红、绿、蓝导出,例如 "
        "gdal_translate -b 3 -b 2 -b 1 -ot Byte -scale -co PHOTOMETRIC=RGB(波段次序以数据说明为准)。",
        "'{name}' has {bands} bands of {bits} bits and type {dtype}: no true colour of 8 bits (red, green, blue, perhaps alpha). Stretch it "
        "to 8 bits and export red, green and blue, for example gdal_translate -b 3 -b 2 -b 1 -ot Byte -scale -co PHOTOMETRIC=RGB (the "
        "order of bands is told by who made the data).",
    ),
    "orthophoto.no_place": Sentence(
        "“{name}”里没有地理位置。请导出带坐标的 GeoTIFF,或同时选择它的坐标文件(.tfw)并给出坐标系。",
        "'{name}' does not say where it lies. Export a GeoTIFF with coordinates, or choose its world file (.tfw) too and say the system.",
    ),
    "orthophoto.world_file": Sentence(
        "坐标文件“{name}”应为六行数字(tfw),读不出来。请重新导出。",
        "The world file '{name}' should be six lines of numbers (tfw) and cannot be read. Export it again.",
    ),
    "orthophoto.two_places": Sentence(
        "“{name}”自己写明了位置,又给了坐标文件,两者不同。请只用一个。",
        "'{name}' says where it lies, and a world file says otherwise. Use one of them.",
    ),
    "orthophoto.no_crs": Sentence(
        "“{name}”没有写明坐标系。请给出 EPSG 代码,例如 4547。",
        "'{name}' does not say its coordinate system. Give its EPSG code, for example 4547.",
    ),
    "orthophoto.crs_conflict": Sentence(
        "“{name}”写明的坐标系是 {told},给出的是 {given},两者不同。请核对;文件里写的为准时不必再给。",
        "'{name}' says {told}, but {given} was given. Check which is right; where the file is right, give none.",
    ),
    "orthophoto.crs_unknown": Sentence(
        "“{name}”的坐标系“{crs}”没有对应的 EPSG 代码,无法与其他数据对照。请重新投影到 EPSG:4547 等坐标系(gdalwarp -t_srs)。",
        "The system '{crs}' of '{name}' has no EPSG code and cannot be set beside other data. Reproject it, for example to EPSG:4547 "
        "(gdalwarp -t_srs).",
    ),
    "orthophoto.rotated": Sentence(
        "“{name}”的格网是旋转的,不是正北朝上。请用 gdalwarp 重新采样为正北朝上的影像。",
        "The grid of '{name}' is rotated. Resample it north-up with gdalwarp.",
    ),
    "orthophoto.outside": Sentence(
        "“{name}”落在本区之外(约 {lon}°E,{lat}°N)。请核对坐标系和带号;若是偏移过的影像(GCJ-02 等),请换未偏移的成果。",
        "'{name}' lies outside the district (about {lon}°E, {lat}°N). Check the coordinate system and the zone; of a shifted picture "
        "(GCJ-02 and the like) use the version that is not.",
    ),
    "orthophoto.empty": Sentence(
        "“{name}”全是空白(透明或无数据),没有可看的内容。请核对文件。",
        "'{name}' is blank all over (transparent or no data). Check the file.",
    ),
}  # fmt: skip


class OrthophotoRefused(ValueError):
    """A picture that cannot be laid truthfully under the map; `zh` and `en` say why and what to do."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        self.zh, self.en = (sentence.format(**facts) for sentence in SENTENCES[code])
        super().__init__(self.en)
