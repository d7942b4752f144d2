"""The material with the edits of staff: which folder the program reads."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import OperatorError
from bot.material import knowledge_root, load_material, material_root
from bot.settings import Settings
from bot.store.material_edits import stored_edits
from bot.store.tables import utc_now
from knowledge.fact_blocks import fact_blocks, with_fact
from knowledge.facts import MaterialError, load_facts
from knowledge.guides import load_guides
from knowledge.material_files import FACTS_FILE, GUIDES_FOLDER, NOT_COVERED_FILE, PHRASINGS_FOLDER, PLANS_FOLDER
from lessons.material_source import Edit, OverlaidMaterial, ShippedMaterial, UnreadableItemError

log = logging.getLogger(__name__)

COURSES = "lessons/courses"
# What of the material's folder is material: everything that the index and the lessons are made from.
PARTS = (
    COURSES,
    *(f"knowledge/{part}" for part in (PLANS_FOLDER, GUIDES_FOLDER, PHRASINGS_FOLDER, FACTS_FILE, NOT_COVERED_FILE)),
)
FACTS = f"knowledge/{FACTS_FILE}"
FACT_PARTS = "knowledge/facts/"  # below it each fact is an item of its own, so that two edits of facts do not collide
EDITED_FOLDER = "material"  # in the data folder: the material with the edits in force, a folder a state of them
KEPT_FOLDERS = 2  # the one in use and the one before it, which an index under way may still read


class MaterialTree(ShippedMaterial):
    """The shipped material by its paths below the folder that holds knowledge/ and lessons/."""

    def items(self) -> list[str]:
        """Every file of the parts."""
        found: list[str] = []
        for part in PARTS:
            place = self.root / part
            files = [place] if place.is_file() else place.rglob("*")
            found += [file.relative_to(self.root).as_posix() for file in files if file.is_file()]
        return sorted(found)


def fact_item(fact_id: str) -> str:
    """The item of one fact of facts.yaml."""
    return f"{FACT_PARTS}{fact_id}.yaml"


def _fact_of(item: str) -> str:
    return item.removeprefix(FACT_PARTS).removesuffix(".yaml")


class _ShippedParts(MaterialTree):
    """The files, and each fact as an item of its own."""

    def items(self) -> list[str]:
        return sorted([*super().items(), *map(fact_item, fact_blocks(self.read(FACTS)))])

    def read(self, item: str) -> str:
        if not item.startswith(FACT_PARTS):
            return super().read(item)
        return _block(super().read(FACTS), item)


class EditedMaterial(OverlaidMaterial):
    """The material with edits of files and of single facts laid over it."""

    def files(self) -> Collection[str]:
        """The files, without the facts as items."""
        return [item for item in self.items() if not item.startswith(FACT_PARTS)]

    def read(self, item: str) -> str:
        """The edited text, else the delivered one. Raises UnreadableItemError."""
        if item == FACTS:
            text = super().read(FACTS)
            for part, edit in self.live.items():
                if part.startswith(FACT_PARTS):
                    text = with_fact(text, _fact_of(part), edit.body)
            return text
        if item.startswith(FACT_PARTS) and item not in self.live:
            return _block(super().read(FACTS), item)
        return super().read(item)

    def changed(self) -> Mapping[str, str]:
        """The text of each file that edits in force change."""
        return {item: self.read(item) for item in {FACTS if one.startswith(FACT_PARTS) else one for one in self.live}}


def _block(facts: str, item: str) -> str:
    block = fact_blocks(facts).get(_fact_of(item))
    if block is None:
        raise UnreadableItemError(f"there is no fact {_fact_of(item)}")
    return block


def overlaid(settings: Settings, edits: Iterable[Edit], now: datetime | None = None) -> EditedMaterial:
    """The shipped material with these edits as it is at a moment, by default the present."""
    return EditedMaterial(_ShippedParts(material_root(settings)), edits, now or utc_now())


def with_edits(settings: Settings, edits: Iterable[Edit], now: datetime | None = None) -> Settings:
    """The settings, reading the material with the edits in force; unchanged when there is none in force.

    The edited material is written to a folder named by its content, so that it is written once.
    """
    source = overlaid(settings, edits, now)
    changed = source.changed()
    if not changed:
        return settings
    root, base = material_root(settings), settings.data_dir / EDITED_FOLDER
    state = hashlib.sha256()
    for item in source.files():
        body = changed[item].encode() if item in changed else (root / item).read_bytes()
        state.update(f"{item}\0".encode() + hashlib.sha256(body).digest())
    target = base / state.hexdigest()[:16]
    if not target.is_dir():
        _write(source, root, target)
        _remove_old(base, target)
    return settings.model_copy(update={"material_dir": target})


def usable(settings: Settings, edits: Iterable[Edit], now: datetime | None = None) -> Settings:
    """As ``with_edits``; edits that an update has made unreadable are left out, all of them, and logged."""
    edited = with_edits(settings, edits, now)
    if edited is settings:
        return settings
    try:
        load_material(edited)
        facts = load_facts(knowledge_root(edited) / FACTS_FILE)
        load_guides(knowledge_root(edited) / GUIDES_FOLDER, facts)
    except MaterialError as error:
        log.error("the edits of the material cannot be used, the shipped material is: %s", error)
        return settings
    return edited


def with_stored_edits(settings: Settings) -> Settings:
    """As ``usable``, with the edits in the database. Raises OperatorError when it cannot be read."""
    return usable(settings, read_edits(settings))


def read_edits(settings: Settings) -> list[Edit]:
    """The edits in the database, none when there is no database yet. Raises OperatorError when it cannot be read."""
    try:
        return stored_edits(settings.sqlalchemy_url)
    except (SQLAlchemyError, ImportError) as error:
        raise OperatorError(
            f"The edits of the material cannot be read ({type(error).__name__}). bdhvs doctor says more."
        ) from error


def write_material(settings: Settings, edits: Iterable[Edit], target: Path) -> int:
    """Write the material with the edits in force to a new folder; the number of files. Raises OperatorError."""
    if target.exists():
        raise OperatorError(f"{target} exists already; name a folder that does not.")
    source = overlaid(settings, edits)
    _write(source, material_root(settings), target)
    return len(source.files())


def _write(source: EditedMaterial, shipped: Path, target: Path) -> None:
    """Written aside and moved: nobody reads half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".material-", dir=target.parent))
    try:
        changed = source.changed()
        for item in source.files():
            place = aside / item
            place.parent.mkdir(parents=True, exist_ok=True)
            if item in changed:
                place.write_text(changed[item], encoding="utf-8", newline="\n")
            else:
                shutil.copyfile(shipped / item, place)
        aside.chmod(0o755)
        aside.replace(target)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if not target.is_dir():  # another process wrote the same
            raise


def _remove_old(base: Path, newest: Path) -> None:
    folders = sorted((one for one in base.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    for folder in folders[:-KEPT_FOLDERS]:
        if folder != newest:
            shutil.rmtree(folder, ignore_errors=True)
