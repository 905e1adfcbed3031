"""Refusals of backup and restore."""

from gis_service.core.errors import Refusal


class NoFolder(Refusal):
    """Nobody said where backups go."""

    code, status = "backup.no_folder", 409
    zh = "未设置备份目录:请设置 GIS_BACKUP_DIR(最好在另一块磁盘上),或用 --to 指定。"
    en = "No folder for backups: set GIS_BACKUP_DIR, best on another disk, or name one with --to."


class NoBackup(Refusal):
    """Nothing to restore from."""

    code, status = "backup.none", 404
    zh = "{path} 中没有{name}的备份。"
    en = "There is no backup {name} in {path}."


class CopyFailed(Refusal):
    """A program of PostgreSQL ended badly."""

    code, status = "backup.copy_failed", 500
    zh = "{program} 失败:{said}。"
    en = "{program} failed: {said}."


class NotReached(Refusal):
    """The moment asked for is not in the log."""

    code, status = "backup.not_reached", 409
    zh = "日志中没有到 {to} 的内容,数据库保持原样。请选更早的时点,或不填时点以恢复到最后。"
    en = "The log does not reach {to}; the database is as it was. Choose an earlier moment, or none for the last one."


class TooEarly(Refusal):
    """The moment asked for lies before the copy."""

    code, status = "backup.too_early", 409
    zh = "没有早于 {to} 的备份;最早的一份是 {oldest}。"
    en = "No backup is older than {to}; the oldest is {oldest}."
