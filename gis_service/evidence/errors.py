"""What cannot be sealed."""

from gis_service.core.errors import Refusal


class BadPackPath(Refusal):
    code, status = "evidence.path", 409
    zh = "证据包内的路径“{path}”不能使用:{fault_zh}。"
    en = "The path '{path}' cannot stand in an evidence pack: {fault_en}."


class BrokenStepChain(Refusal):
    code, status = "evidence.chain_broken", 409
    zh = "步骤记录从第 {seq} 步起不衔接,不能封存。请先用审计核对查明原因。"
    en = "The step log does not hold together from step {seq} on and cannot be sealed; find out why in the audit first."


class PackTooLarge(Refusal):
    code, status = "evidence.too_large", 409
    zh = "证据包超过 {limit_gb} GB 或 {limit_files} 个文件,请分册封存。"
    en = "The evidence pack is over {limit_gb} GB or {limit_files} files; seal it in volumes."
