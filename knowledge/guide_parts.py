"""Which part of a service guide a question asks for: what to bring, the steps, time and fee, where, what to beware."""

from __future__ import annotations

import re

_FACETS = {
    "bring": re.compile(
        r"\b(giay to|mang (theo|nhung|gi|cai gi)|can (gi|nhung gi|mang|chuan bi|co gi|giay)|chuan bi|ho so (gom|can|gi)"
        r"|(phai|can) (nop|co) (nhung )?(gi|giay)|to khai nao|mau nao)\b"
    ),
    "fee": re.compile(
        r"\b(le phi|phi|bao nhieu tien|(mat|ton|het|dong|nop) (bao nhieu |may )?(tien|phi)|gia bao nhieu|mien phi"
        r"|bao lau|may (ngay|hom|tuan|tieng|gio)|bao nhieu (ngay|lau)|mat bao nhieu|thoi (gian|han)"
        r"|(khi nao|bao gio) (co|xong|duoc|lay|nhan)|lay ngay|trong ngay|het han)\b"
    ),
    "where": re.compile(
        r"\b(o dau|cho nao|noi nao|den dau|ra dau|co quan nao|tong dai|so dien thoai|goi so|hoi ai|gap ai|lien he"
        r"|dia chi)\b"
    ),
    "steps": re.compile(
        r"\b(lam sao|lam the nao|the nao|nhu the nao|cach|cac buoc|buoc|huong dan|ra sao|lam gi|quy trinh|trinh tu)\b"
    ),
    "beware": re.compile(r"\b(luu y|lua dao|co that|co dung (khong|la)|can than|rui ro|an toan|gia mao|gia danh)\b"),
}


def asked_parts(plain: str) -> tuple[str, ...]:
    """The roles of the parts asked for, in the order they are shown; none when the question does not say."""
    return tuple(role for role, pattern in _FACETS.items() if pattern.search(plain))
