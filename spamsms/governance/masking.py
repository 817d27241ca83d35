"""Mask personal data in messages that are shown or passed on.

Masked are mobile numbers, also in links, the reader's name (尊敬的张伟先生), card tails, codes,
pick-up codes, identity and account numbers, mail addresses, number plates and
what stands behind the ``?`` of a link. Outside of marketing also house numbers,
handles and every other number of four digits or more, since an order or a
bill is somebody's. It is done by patterns, so it is thorough, not perfect: a
name in the middle of a sentence, without an address, a title or a word such as
收件人 beside it, is not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spamsms.governance.entities import Entity

MASK = "*"
# What the reader's own number stands beside.
_READERS_BEFORE = re.compile(
    r"(?:尊敬的|亲爱的|您的(?:手机)?号码?|您的手机|本机号码?|用户|机主|客户|手机尾号)[：: ]?$"
)
_READERS_BEHIND = re.compile(r"[ ]?(?:用户|机主|客户|会员|您好|先生|女士)")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马"
    "苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵汪祁毛"
    "狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡"
    "凌霍虞万支柯管卢莫房解应宗丁宣邓单洪包左石崔吉龚程邢裴陆荣翁荀甄曲家封靳段焦谷车侯全秋仲伊宫宁仇栾甘"
    "武符刘景詹龙叶黎薄白蒲邰鄂索赖卓屠池乔闻翟谭劳姬申冉桑桂牛寿边燕温庄晏柴瞿阎慕连习艾容向古易戈廖终居衡步"
    "耿满匡文寇广阙欧沃利越隆师巩聂敖冷辛阚简饶曾沙养丰关相查红游竺权盖益桓公付肖涂"
)
_TITLES = "先生|女士|小姐|太太|同学|老师|阁下|家长"
_NAME = re.compile(
    rf"(?:(?<=尊敬的)|(?<=亲爱的))[{_SURNAMES}][\u4e00-\u9fff·]{{0,3}}?(?=(?:{_TITLES})|[，,：:！!您 ])"
    rf"|[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?=(?:{_TITLES})(?:您|[，,：:！! ]))"
)
# Words that start like a name.
_NO_NAME = (
    "家[长長属]|谢谢|关[于於注]|麻烦|[房师车时]|居民|顾客|董事|支付|高[于兴]|方便|周[一二三四五六日末]|毕业|"
    "明[早天日]|全[体部]|安[全心]|平[时安]|成了|钱退"
)
_PERSON = (
    rf"(?!{_NO_NAME})(?:"
    "(?:欧阳|司马|上官|诸葛|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|端木|司徒|南宫)[\u4e00-\u9fff]{1,2}|"
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?<!给)"
)
# Where a message turns to its reader, and behind words that a name follows.
_ADDRESSED = re.compile(
    rf"(?:^|(?<=[】\]\n，,。！!；;：: ]))(?:{_PERSON})(?=[，,：: ]?(?:您好|你好)|您的?)|"
    rf"(?:^|(?<=】))(?:{_PERSON})(?=[，,：:](?:您|你|恭喜|感谢))"
)
_NAMED = re.compile(
    rf"(?:[收取]件人|收货人|联系人|经办人|持卡人|开户人|户主|户名|姓名|车主|业主|机主|学员|考生|患者|就诊人|乘车人|乘客|旅客)"
    rf"(?:是|为|[：:])?[ ]?(?P<name>{_PERSON})(?=[，,。；;！!、（(【 \n]|$|[您的已于请在电手先女]|[0-9])"
)
_BESIDE_A_NUMBER = re.compile(
    rf"(?:^|(?<=[】\]\n，,。！!；;：: ]))(?:{_PERSON})"
    r"(?=[，,：:；; ]{1,2}(?:电话|手机)?[：:]?1[3-9][0-9]{9})"
)
_NUMBERED = re.compile(
    r"(?:护照|通行证|证件|驾驶证|驾照|身份证|社保卡?|医保卡?|保单|户|学(?=号)|工(?=号)|会员|卡|账|帐)"
    r"(?:号码?)?(?:为|是|[：:])?[ ]?(?P<number>[A-Za-z]{0,3}[0-9]{6,})"
)
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_CARD = re.compile(r"(?<![0-9])[1-9][0-9]{3}(?:[ .·-][0-9]{4}){3}(?:[ .·-]?[0-9]{1,3})?(?![0-9])")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_IDENTITY = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_PLATE = re.compile(
    "([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])"
    "[·• ]?[A-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_HOUSE = re.compile(
    r"[0-9０-９A-Za-z一二三四五六七八九十]+(?:-[0-9]+)*(?=号(?!码|线)|弄|栋|幢|号楼|单元|室|座)"
    r"|(?:(?<=号楼)|(?<=单元)|(?<=[栋幢座]))[0-9]{3,4}(?![0-9元])"
)
# Where the house is the reader's, not the shop's.
_READERS_HOME = re.compile(
    r"(?:您(?:住|家|的房|的地址|的住|名下|位于|所在|在)|收[货件]地址|送[至到])[^。！!\n]*\Z"
)
_LONG_NUMBER = re.compile(r"[0-9](?:[0-9 -]*[0-9])?")
_QUERY = re.compile(r"(?<=[A-Za-z0-9/])\?[A-Za-z0-9=&%_.+-]+")
# In marketing, numbers this long are accounts or identities; elsewhere, every number may be somebody's.
LONG_IN_MARKETING, LONG_ELSEWHERE = 13, 4
Span = tuple[int, int, str]


def mask_text(text: str, entities: Sequence[Entity], marketing: bool) -> str:
    """Return a message with its personal data masked.

    Parameters
    ----------
    text : str
    entities : sequence of Entity
        What :func:`spamsms.extract` finds in it.
    marketing : bool
        Whether the message is marketing. In marketing, contacts and links are
        the sender's, and stay but for the middle of mobile numbers.

    Returns
    -------
    str
    """
    spans = [*_entity_spans(entities, marketing), *_pattern_spans(text, entities, marketing)]
    parts, last = [], 0
    for start, end, shown in sorted(spans):
        if start < last:
            start, shown = last, MASK * max(end - last, 0)
        if end > last:
            parts += [text[last:start], shown]
            last = end
    return "".join([*parts, text[last:]])


def mask_number(digits: str) -> str:
    """Return a number with all but its first three digits masked."""
    return digits[:3] + MASK * (len(digits) - 3)


def mask_middle(digits: str) -> str:
    """Return a person's number as lists of numbers show it: 138****8000."""
    return digits[:3] + MASK * (len(digits) - 7) + digits[-4:]


def mask_mail(address: str) -> str:
    """Return a mail address with all but its first character and its domain masked."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{MASK * 3}@{domain}"


def mask_link(link: str) -> str:
    """Return a link with the middle of mobile numbers in it masked."""
    return _MOBILE.sub(lambda match: mask_middle(match[0]), link)


def is_readers_number(text: str, entity: Entity) -> bool:
    """Tell whether a number is the reader's own: 尊敬的138…用户."""
    before = text[max(entity.start - 8, 0) : entity.start]
    return bool(_READERS_BEFORE.search(before) or _READERS_BEHIND.match(text, entity.end))


def _entity_spans(entities: Sequence[Entity], marketing: bool) -> Iterator[Span]:
    for entity in entities:
        start, end, length = entity.start, entity.end, entity.end - entity.start
        if is_mobile(entity):
            yield start, end, mask_number(entity.value)
        elif entity.type == "phone" and entity.attributes.get("kind") == "landline" and not marketing:
            yield start, end, _without_digits(entity.text)
        elif entity.type in ("code", "pickup", "card"):
            yield start, end, MASK * length if entity.type != "card" else _without_digits(entity.text)
        elif entity.type == "email":
            yield start, end, mask_mail(f"{entity.text[:1]}@{entity.attributes.get('domain', '')}")
        elif entity.type == "handle" and not marketing:
            yield start, end, entity.text[:2] + MASK * max(length - 2, 0)


def _without_digits(text: str) -> str:
    return "".join(MASK if char.isdigit() else char for char in text)


def _pattern_spans(text: str, entities: Sequence[Entity], marketing: bool) -> Iterator[Span]:
    text = text.translate(_FULL_WIDTH)
    for pattern in (_NAME, _ADDRESSED, _NAMED, _BESIDE_A_NUMBER, _IDENTITY, _NUMBERED):
        for match in pattern.finditer(text):
            start, end = match.span(match.lastgroup or 0)
            yield start, end, MASK * (end - start)
    for match in _CARD.finditer(text):
        yield match.start(), match.end(), _without_digits(match[0])
    for match in _MOBILE.finditer(text):
        yield match.start(), match.end(), mask_number(match[0])
    for match in _PLATE.finditer(text):
        yield match.end(1), match.end(), MASK * (match.end() - match.end(1))
    for match in _QUERY.finditer(text):
        yield match.start(), match.end(), "?" + MASK * 3
    for match in _HOUSE.finditer(text):
        if not marketing or _READERS_HOME.search(text, max(match.start() - 24, 0), match.start()):
            yield match.start(), match.end(), MASK * len(match[0])
    shortest = LONG_IN_MARKETING if marketing else LONG_ELSEWHERE
    settled = [(entity.start, entity.end) for entity in entities if _is_settled(entity)]
    for match in _LONG_NUMBER.finditer(text):
        inside = any(start <= match.start() and match.end() <= end for start, end in settled)
        if not inside and sum(map(str.isdigit, match[0])) >= shortest:
            yield match.start(), match.end(), _without_digits(match[0])


def is_mobile(entity: Entity) -> bool:
    """Tell a mobile number, in a messenger or not."""
    if entity.type == "handle":
        return bool(entity.attributes.get("phone"))
    return entity.type == "phone" and entity.attributes.get("kind") == "mobile"


def _is_settled(entity: Entity) -> bool:
    """Tell what is nobody's, such as dates, sums and links, or masked already."""
    return entity.type in ("phone", "handle", "time", "discount", "percent", "amount", "link", "refusal")
