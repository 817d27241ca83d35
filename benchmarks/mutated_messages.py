"""Messages made from known templates, to see whether they are found again as one campaign.

What changes from copy to copy is what senders change: digits, links, the sender's and the reader's
name, sentences and signs put in between, characters of the same sound.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from benchmarks.checkout import corpus_rows
from spamsms.training.attack_entries import Half
from spamsms.training.attacks import attack

HOMOPHONES = ("homophones", "near_homophones")
INSERTIONS = (
    "inserted_latin",
    "inserted_punctuation",
    "inserted_spaces",
    "emoji_noise",
    "zero_width",
    "noise_tail",
)
OTHER_DISGUISES = ("lookalike_characters", "traditional", "fullwidth", "digit_styles", "martian")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文斌宇浩凯健俊帆雪琳"
SIGNATURES = {
    "development": ("优选商城", "惠购生活", "好邻居超市", "臻选会", "乐享优品", "天天特惠", "云集优选"),
    "test": ("星河百货", "万家惠", "唯品优享", "拾光商城", "城南生活馆", "每日福利社", "易购专享"),
}
FILLERS = {
    "development": ("限时三天，", "老客户专享，", "数量有限先到先得，", "请您知悉，", "温馨提示："),
    "test": ("最后机会，", "仅限今日，", "会员特别通知：", "敬请留意，", "错过再等一年，"),
}
HOSTS = "abcdefghijkmnpqrstuvwxyz23456789"
DOMAINS = ("cn", "com", "top", "vip", "cc", "xyz")

LINK = re.compile(r"(?:https?://)?[a-zA-Z0-9][a-zA-Z0-9.-]*\.[a-z]{2,4}(?:/[A-Za-z0-9/_?=&.-]*)?")
DIGITS = re.compile(r"[0-9]+")
SIGNATURE = re.compile(r"【[^】]{2,12}】")
_ADDRESSEE = re.compile(r"尊敬的[^，,：:]{1,6}(?=[，,：:])")


def read_templates(half: Half, shortest: int = 14) -> list[str]:
    """Return messages of the corpus that are long enough to be told apart, one half of them."""
    chosen = corpus_rows()[half == "test" :: 2]
    return [row["text"] for row in chosen if sum("一" <= char <= "鿿" for char in row["text"]) >= shortest]


def mutate(text: str, rng: random.Random, half: Half) -> str:
    """Return another message of the same campaign."""
    if rng.random() < 0.3:
        text = _rename(text, rng, half)
    if rng.random() < 0.25:
        filler = rng.choice(FILLERS[half])
        place = text.find("】") + 1 if rng.random() < 0.6 else len(text)
        text = text[:place] + filler + text[place:]
    text = LINK.sub(lambda _: random_link(rng), text)
    text = DIGITS.sub(lambda match: "".join(rng.choices("0123456789", k=len(match[0]))), text)
    if rng.random() < 0.2:
        text += " " + random_link(rng)
    for names, chance, strength in (
        (HOMOPHONES, 0.35, 0.15),
        (INSERTIONS, 0.4, 0.2),
        (OTHER_DISGUISES, 0.2, 0.3),
    ):
        if rng.random() < chance:
            text = attack(
                text, rng.choice(names), strength=rng.random() * strength, seed=rng.getrandbits(30), half=half
            )
    return text


def make_campaigns(
    templates: Sequence[str], n_messages: int, seed: int, half: Half, skewed: bool = True
) -> tuple[list[str], list[int]]:
    """Return mutated messages in random order, and the template of each.

    Parameters
    ----------
    templates : sequence of str
    n_messages : int
    seed : int
    half : {"development", "test"}
        The half of the disguises' tables to draw from.
    skewed : bool, default=True
        Whether few campaigns send most, as in real complaints.
    """
    rng = random.Random(seed)
    weights = [1 / (rank + 3) if skewed else 1.0 for rank in range(len(templates))]
    rng.shuffle(weights)
    origins = rng.choices(range(len(templates)), weights, k=n_messages)
    return [mutate(templates[origin], rng, half) for origin in origins], origins


def random_link(rng: random.Random) -> str:
    """Return an invented link."""
    host = "".join(rng.choices(HOSTS, k=rng.randint(3, 7)))
    path = "".join(rng.choices(HOSTS + HOSTS.upper(), k=rng.randint(4, 7)))
    return f"{host}.{rng.choice(DOMAINS)}/{path}"


def random_name(rng: random.Random) -> str:
    """Return an invented person's name."""
    return rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.randint(1, 2)))


def _rename(text: str, rng: random.Random, half: Half) -> str:
    """Write another sender, and address another reader by name."""
    if rng.random() < 0.5:
        text = SIGNATURE.sub(f"【{rng.choice(SIGNATURES[half])}】", text, count=1)
    if rng.random() < 0.7:
        name = f"尊敬的{random_name(rng)}{rng.choice(('先生', '女士', ''))}"
        if _ADDRESSEE.search(text):
            return _ADDRESSEE.sub(name, text, count=1)
        place = text.find("】") + 1
        return text[:place] + name + "，" + text[place:]
    return text
