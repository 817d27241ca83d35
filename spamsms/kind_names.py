"""What the codes of kinds stand for: capital ones are spam."""

from __future__ import annotations

SPAM_KINDS = {
    "R": "retail",
    "F": "finance",
    "H": "housing",
    "E": "education",
    "T": "telecom and internet",
    "L": "local life",
    "J": "jobs and business",
    "G": "gambling and porn",
    "X": "fraud and illegal",
    "O": "other promotion",
    "M": "notice with an advert appended",
}
WANTED_KINDS = {
    "c": "code or login",
    "b": "money",
    "d": "order, parcel, travel",
    "n": "service notice",
    "p": "personal",
    "g": "public notice",
    "s": "subscribed content",
}
KINDS = {**SPAM_KINDS, **WANTED_KINDS}
