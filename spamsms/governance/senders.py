"""What kind of number a message was sent from.

The classes follow China's numbering plan (电信网编号计划, MIIT 2017 No. 68, replacing
that of 2010). What the plan leaves to operators is common knowledge of the trade:

- 106 ports: 1062 and 1063 within a province, 1066 and 1069 across provinces (2 and 6 paid
  services, 3 and 9 free ones), 1064 machines, 1065 the operators' own; as the plan's table
  of 106x is reproduced at https://wanglu.net/thread/t4-346975-2.html.
- Of 1065, 10655 is China Unicom's, 10657 China Mobile's, 10659 China Telecom's, and a port has
  up to 20 digits: https://m.lexinchina.com/hangyedongtai/754.html. 10658 (China Mobile), 10650 and
  10656 (China Unicom) and 10649 and 10651 are often ascribed too, but no source could be checked:
  their carrier is None.
- Mobile prefixes by carrier: https://www.aliyunyouhui.com/204262.html and, for 190, 192, 196 and
  197, http://vdgb.cn/wenda/231670.html (MIIT's grant). Numbers can be ported, so the carrier is
  that of the prefix, not the present one.
- 162, 165, 167, 170 and 171 are sold by virtual operators.
- 12110 is the police's number for messages.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from spamsms.errors import InputError
from spamsms.tables import characters

MOBILE, UNICOM, TELECOM, BROADNET = "China Mobile", "China Unicom", "China Telecom", "China Broadnet"
KINDS = ("port", "service", "police", "mobile", "virtual", "hotline", "landline", "foreign", "invalid")
_PORT_CARRIERS = {"10655": UNICOM, "10657": MOBILE, "10659": TELECOM}
_PORT_SCOPES = {
    "1062": "province",
    "1063": "province",
    "1064": "machine",
    "1065": "operator",
    "1066": "nation",
    "1069": "nation",
}
LONGEST_PORT = 20
_VIRTUAL = ("162", "165", "167", "170", "171")
_PREFIXES = {
    MOBILE: "134 135 136 137 138 139 144 147 148 150 151 152 157 158 159 165 172 178 "
    "182 183 184 187 188 195 197 198 1703 1705 1706",
    UNICOM: "130 131 132 145 146 155 156 166 167 171 175 176 185 186 196 1704 1707 1708 1709",
    TELECOM: "133 149 153 162 173 174 177 180 181 189 190 191 193 199 1700 1701 1702",
    BROADNET: "192",
}
_CARRIERS = {prefix: carrier for carrier, prefixes in _PREFIXES.items() for prefix in prefixes.split()}
_SERVICE_OWNERS = {
    "10086": MOBILE,
    "10085": MOBILE,
    "10010": UNICOM,
    "10011": UNICOM,
    "10000": TELECOM,
    "10001": TELECOM,
    "10099": BROADNET,
}
_AREA = re.compile(r"0(?:10|2[0-57-9]|[3-9][0-9]{2})[1-9][0-9]{6,7}")
_SERVICE = re.compile(
    r"95[0-9]{3,6}|96[0-9]{3,6}|100[0-9]{2}[0-9]{0,10}|10[1-5][0-9]{2,6}|12[0-9]{1,4}|11[0-9]{1,4}|1010[0-9]{4}"
)


class Sender(NamedTuple):
    """What a sending number is.

    Attributes
    ----------
    number : str
        Digits alone; with ``+`` and the country in front where it is foreign.
    kind : str
        One of :data:`KINDS`: "port" (106), "service" (95, 96, 100, 11, 12),
        "police" (12110), "mobile", "virtual" (a virtual operator's mobile
        number), "hotline" (400, 800), "landline", "foreign", "invalid".
    carrier : str or None
        Whose network the number was given to, where the number tells.
    scope : str or None
        Of ports: "province", "nation", "operator" or "machine".
    """

    number: str
    kind: str
    carrier: str | None = None
    scope: str | None = None

    @property
    def length(self) -> int:
        """Number of digits."""
        return len(self.number.lstrip("+"))


def classify_sender(number: str) -> Sender:
    """Tell what kind of number a message was sent from.

    Parameters
    ----------
    number : str
        As it came: spaces, dashes and brackets are ignored, full-width digits
        read, ``+86``, ``0086`` and ``86`` in front of a mainland number taken off.

    Returns
    -------
    Sender
        Of kind "invalid" where it is no number that can send a message here.

    Raises
    ------
    InputError
        If `number` is not a str.
    """
    if not isinstance(number, str):
        raise InputError(f"number is of type {type(number).__name__}; pass the sending number as a str")
    table = characters.canonical()
    plain = "".join(
        chr(int(table[ord(char)])) if ord(char) <= characters.TOP_OF_BMP else char for char in number
    )
    plain = re.sub(r"[ \-!.\0]", "", plain)
    if not re.fullmatch(r"\+?[0-9]{3,26}", plain):
        return Sender(plain, "invalid")
    marked = plain.startswith(("+", "00"))
    digits = plain.removeprefix("+").removeprefix("00") if marked else plain
    if digits.startswith("86") and (marked or len(digits) == 13 or digits.startswith("86106")):
        return _domestic(digits[2:])
    if marked:
        valid = 7 <= len(digits) <= 15 and digits[0] != "0"
        return Sender("+" + digits, "foreign" if valid else "invalid")
    return _domestic(digits)


@lru_cache(maxsize=1 << 16)
def sender_as_written(number: str) -> Sender:
    """Return what a sending number is, as :func:`classify_sender` does; an invalid one stays as it came."""
    found = classify_sender(number)
    return found if found.kind != "invalid" else found._replace(number=number)


def _domestic(digits: str) -> Sender:
    if digits.startswith("106"):
        if not 8 <= len(digits) <= LONGEST_PORT:
            return Sender(digits, "invalid")
        return Sender(digits, "port", _PORT_CARRIERS.get(digits[:5]), _PORT_SCOPES.get(digits[:4]))
    if len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789":
        carrier = _CARRIERS.get(digits[:3]) or _CARRIERS.get(digits[:4])
        return Sender(digits, "virtual" if digits[:3] in _VIRTUAL else "mobile", carrier)
    if digits.startswith("12110"):
        return Sender(digits, "police")
    if len(digits) == 10 and digits[:3] in ("400", "800"):
        return Sender(digits, "hotline")
    if _AREA.fullmatch(digits):
        return Sender(digits, "landline")
    if _SERVICE.fullmatch(digits):
        return Sender(digits, "service", _SERVICE_OWNERS.get(digits[:5]))
    return (
        Sender(digits, "landline") if re.fullmatch("[2-8][0-9]{6,7}", digits) else Sender(digits, "invalid")
    )
