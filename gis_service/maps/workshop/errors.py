"""What the workshop refuses."""

from gis_service.core.errors import Refusal


class BrokenVersion(Refusal):
    """`errors` names every fault with its field."""

    code, status = "layers.broken", 422
    zh = "图层“{layer}”有 {count} 处不能用:{field} {reason_zh}。"
    en = "The layer '{layer}' has {count} faults: {field} {reason_en}."


class NothingNew(Refusal):
    code, status = "layers.nothing_new", 409
    zh = "图层“{layer}”没有改动,不用保存。"
    en = "Nothing about the layer '{layer}' was changed; there is nothing to save."


class WholeDistrict(Refusal):
    code, status = "layers.whole_district", 403
    zh = "图层的样式全区共用,您的权限只在部分片区或单位。请由全区的土地专员保存。"
    en = "How a layer looks is the same for the whole district, and your rights are for a part of it. Ask a land officer of the district to save it."


class TooLarge(Refusal):
    code, status = "layers.too_large", 413
    zh = "提交的图层超过 {limit_kb} kB,没有读取。图层的名称、说明和样式不会这么大。"
    en = "What was sent is larger than {limit_kb} kB and was not read; no layer's names, words and looks are so large."


class UnfitVersion(Refusal):
    code, status = "layers.unfit_version", 409
    zh = "图层“{layer}”的第 {version} 版不适合现在的软件版本(字段或词表已变),不能恢复。请对照它重新编辑。"
    en = "Version {version} of the layer '{layer}' does not fit this release (its attributes or words are others) and cannot be restored. Edit the layer anew after its model."
