"""Names of clues, senders and counts in the report, in Chinese and English."""

from __future__ import annotations

CLUE_NAMES = {
    "signature": ("签名", "Signatures"),
    "sender": ("发送号码", "Senders"),
    "domain": ("域名", "Domains"),
    "link": ("链接", "Links"),
    "phone": ("电话", "Phones"),
    "wechat": ("微信", "WeChat"),
    "qq": ("QQ", "QQ"),
    "handle": ("其他账号", "Other accounts"),
    "email": ("邮箱", "Mail"),
    "refusal": ("拒收代码", "Refusal codes"),
}
SENDER_KINDS = {
    "port": ("106端口", "106 port"),
    "service": ("服务号码", "Service number"),
    "police": ("公安短号", "Police"),
    "mobile": ("手机", "Mobile"),
    "virtual": ("虚商手机", "Virtual operator"),
    "hotline": ("400/800", "400/800"),
    "landline": ("固话", "Landline"),
    "foreign": ("境外", "Foreign"),
    "invalid": ("非号码", "No number"),
}
CARRIERS = {
    "China Mobile": "中国移动",
    "China Unicom": "中国联通",
    "China Telecom": "中国电信",
    "China Broadnet": "中国广电",
}
ACCOUNTING = {
    "read": ("读入行数", "Rows read"),
    "used": ("计入分析", "Used"),
    "unusable": ("不能使用（见下）", "Not usable (listed below)"),
    "undated": ("计入但无日期", "Used without a date"),
    "bad_dates": ("其中日期无法识别", "of these, with an unreadable date"),
}
