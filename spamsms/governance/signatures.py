"""Signatures: who says to have sent a message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spamsms.governance.candidates import SIGNATURE, Candidate
from spamsms.governance.readable import BOUNDARY
from spamsms.governance.refusals import refusal_spans

_EDGE = r"[ !\".,。*;:·\-_~…、()|]"
_LONGEST_NAME = 30
_LONGEST_REFUSAL = 24
_BRACKETS = re.compile(rf"【([^【】\n]{{1,{_LONGEST_NAME}}})】")
_BEFORE_SIGNATURE = re.compile(rf"\n{_EDGE}{{0,6}}\Z")
_BEHIND_SIGNATURE = re.compile(rf"{_EDGE}{{0,6}}(?:\n|\Z)")
# Numbers that service lines sign with.
_SERVICE = "(?:12[0-9]{3}|100[0-9]{2}|9[56][0-9]{3}|11[0-9]{4})(?![0-9])"
_NUMBER_NAME = re.compile(f"{_SERVICE}|5[18]")
# What a name has, and what none has: sentences, long numbers, addresses, replies, prizes.
_LETTER = re.compile(r"[a-z*\u3400-\u9fff]")
_NO_NAME = re.compile(
    rf"[:?。,;¥<>]|!\Z|^(?!{_SERVICE})[^\u3400-\u9fff]*[0-9]{{5}}|^www\.|^发自|[回复发][a-z0-9]|即将|[领抽送赢抢].{{0,4}}(?:红包|[券奖礼]|封面)"
)
# Headings, which stand where a signature would.
_HEADING = re.compile(
    r"(?:温馨|代理商?|友情|重要|紧急|特别|安全|风险|活动|中奖|缴费|还款|到期|预约|最新|官方|系统)?"
    r"(?:提示|提醒|通知|公告|通告|预警|喜报|喜讯|福利|验证码|快讯|须知|招[聘募])|push|[新老]?(?:客户|会员)|贷.?款"
)
# WeChat's names of emoji, written in square brackets.
_EMOJI_NAMES = """
微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 囧 抓狂 吐
偷笑 愉快 白眼 傲慢 困 惊恐 憨笑 悠闲 咒骂 疑问 嘘 晕 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌
坏笑 右哼哼 鄙视 委屈 快哭了 阴险 亲亲 可怜 笑脸 生病 脸红 破涕为笑 恐惧 失望 无语 嘿哈
捂脸 奸笑 机智 皱眉 耶 吃瓜 加油 汗 天啊 社会社会 旺柴 好的 哇 翻白眼 666 让我看看 叹气
苦涩 裂开 嘴唇 爱心 心碎 拥抱 强 弱 握手 胜利 抱拳 勾引 拳头 ok 合十 啤酒 咖啡 蛋糕 玫瑰
凋谢 菜刀 炸弹 便便 月亮 太阳 庆祝 礼物 红包 发 福 烟花 爆竹 猪头 跳跳 发抖 转圈 心 鲜花
笑 哈哈 大笑 可爱 酷 奋斗 飞吻 示爱 礼花 图片 语音 视频 表情 动画表情
"""
_EMOJI = frozenset(_EMOJI_NAMES.split())


def find_signatures(text: str) -> Iterator[Candidate]:
    """Find names in brackets at a message's start or end.

    At the end means that nothing but punctuation, another name or a refusal
    instruction follows. Headings (【温馨提示】) and emoji in words ([微笑]) are none.
    """
    end_of_last = 0
    for match in _BRACKETS.finditer(text):
        start, end = match.span()
        if not _is_name(match[1]) or (len(match[1]) < 3 and text[start - 1] in "回复发"):
            continue
        if start == end_of_last or _BEFORE_SIGNATURE.search(text, max(start - 8, 0), start):
            position = "start"
            end_of_last = end
        elif _ends_message(text, end):
            position = "end"
        else:
            continue
        attributes = {"position": position, "length": end - start - 2}
        yield Candidate(SIGNATURE, start, end, "signature", match[1], attributes)


def _is_name(name: str) -> bool:
    if _NO_NAME.search(name) or not (_LETTER.search(name) or _NUMBER_NAME.fullmatch(name)):
        return False
    return name not in _EMOJI and not _HEADING.fullmatch(name)


def _ends_message(text: str, end: int) -> bool:
    """Tell whether punctuation, more names or a refusal instruction are all that follows."""
    following = _BRACKETS.match(text, end)
    if following and _is_name(following[1]):
        end = following.end()
    return _BEHIND_SIGNATURE.match(text, end) is not None or _only_refusal_behind(text, end)


def _only_refusal_behind(text: str, place: int) -> bool:
    stop = text.find(BOUNDARY, place)
    if stop - place > _LONGEST_REFUSAL:
        return False
    spans = list(refusal_spans(text, place, stop + 1))
    return bool(spans) and spans[0].start - place <= 6 and stop - spans[-1].end <= 4
