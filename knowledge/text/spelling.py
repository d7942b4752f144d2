"""Which letters can make a Vietnamese syllable, without its diacritics."""

from __future__ import annotations

import re

_INITIAL = "(?:ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdghklmnprstvx])?"
# Every rime of the standard orthography without diacritics, longest first within a vowel.
_RIMES = (
    "ach anh ang ac am an ao ap at au ay ai a "
    "enh ech eng ec em en eo ep et eu e "
    "ieng iec iem ien iep iet ieu ich inh ia im in ip it iu i "
    "oanh oach oang oong ooc oac oai oam oan oao oap oat oay oeo oen oet oa oc oe oi om ong on op ot o "
    "uyenh uynh uych uyen uyet uyt uyp uyu uya uech uenh uang uanh uac uai uan uat uay uau uong uoc uoi uom uon "
    "uop uot uou ung uuc ua uc ue ui um un uo up ut uu uy u "
    "yeng yem yen yet yeu ynh yt y"
)
_SYLLABLE = re.compile(_INITIAL + "(?:" + _RIMES.replace(" ", "|") + ")")


def is_vietnamese_syllable(folded: str) -> bool:
    """Whether a de-accented, lower-case token follows Vietnamese spelling (it need not be a word)."""
    return _SYLLABLE.fullmatch(folded) is not None
