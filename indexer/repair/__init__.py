"""Restores Vietnamese text whose diacritics a scanner lost or mangled.

Every damaged word is weighed two ways: how a scanner misreads letters (``channel``) and which words follow one
another (``language``), where documents of the same kind count most. Numbers, dates and codes are copied.
"""

from indexer.repair.text import RepairedLine, UnsureWord, repair_file, repair_text

__all__ = ["RepairedLine", "UnsureWord", "repair_file", "repair_text"]
