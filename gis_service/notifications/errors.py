"""The refusals of notifications."""

from gis_service.core.errors import Refusal


class BadWebhookAddress(Refusal):
    code, status = "webhook.address", 400
    zh = "推送地址“{url}”无效。应为 http:// 或 https:// 开头的完整地址,不含用户名、密码和空格。"
    en = "'{url}' is no address for a webhook. Give a whole address with http:// or https://, without user, password or spaces."


class WebhookDisabled(Refusal):
    code, status = "webhook.disabled", 409
    zh = "该推送已停用,不能测试。"
    en = "This webhook is disabled and cannot be tested."
