"""``python -m lessons.pictures``: draw the courses' pictures anew from their pictures.yaml."""

from __future__ import annotations

import sys

from lessons.catalogue import SHIPPED_COURSES, shipped_facts
from lessons.pictures.scenes import write_drawings

for path in write_drawings(SHIPPED_COURSES, shipped_facts()):
    sys.stdout.write(f"{path.relative_to(SHIPPED_COURSES).as_posix()}\n")
