"""The refusals of the field's doors. What is refused here was not kept: the phone still has it."""

from gis_service.core.errors import Refusal


class OtherPerson(Refusal):
    """401, so that the phone asks its person to sign in and keeps everything."""

    code, status = "field.other_person", 401
    zh = "登录的已是另一个人,记录留在手机上,请记录人登录后再上传。"
    en = "Somebody else is signed in now; the records stay on the phone until their person signs in."


class HashDiffers(Refusal):
    code, status = "field.hash_differs", 400
    zh = "文件传完后校验值不符(途中损坏),请从头重新上传。"
    en = "The whole file does not fit its hash (damaged on the way); upload it anew from the start."


class BadUpload(Refusal):
    code, status = "field.bad_upload", 400
    zh = "上传有误:{reason}。"
    en = "The upload is not valid: {reason}."


class PieceTooLarge(Refusal):
    code, status = "field.piece_too_large", 413
    zh = "内容超过上限 {limit_mb} MB。"
    en = "It is larger than the {limit_mb} MB allowed."


class LengthNeeded(Refusal):
    code, status = "field.length_needed", 411
    zh = "请求没有写明长度。"
    en = "The request does not say its length."


class DiskFull(Refusal):
    code, status = "field.disk_full", 507
    zh = "服务器磁盘已满,没有写入任何内容。手机上的记录不受影响,请通知管理员,稍后再传。"
    en = "The disk of the server is full; nothing was written. What the phone holds is safe: tell the administrator and try later."


class BadBatch(Refusal):
    code, status = "field.bad_batch", 400
    zh = "批次无法读取:{reason}。手机上的记录不受影响。"
    en = "The batch cannot be read: {reason}. What the phone holds is safe."


class NotARescue(Refusal):
    code, status = "field.not_a_rescue", 422
    zh = "不是可用的救援包:{reason_zh}。没有写入任何内容。"
    en = "This is no rescue file that can be used: {reason}. Nothing was written."
