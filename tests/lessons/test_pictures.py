"""The lessons' pictures: drawn from their scenes, current, readable, and shown by every channel."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.images import MaterialImages
from bot.pictures import LessonPictures
from lessons.catalogue import SHIPPED_COURSES, Catalogue, shipped_facts
from lessons.models import Card, Lesson
from lessons.pictures.parts import Words
from lessons.pictures.png import PICTURE_PIXELS, png_bytes, png_file
from lessons.pictures.scenes import draw_courses, draw_scene
from lessons.pictures.spec import SceneError
from lessons.pictures.style import COLOURS, PAPER, TINTS, WIDTH
from lessons.typeface import drawable, text_width, wrap, wrap_evenly

SVG = "{http://www.w3.org/2000/svg}"
SMALLEST_TEXT = 17.0  # of 640: an address that must stay on one line; everything else is 20 or more
REPOSITORY_LIMIT = 3 * 1024 * 1024  # bytes that pictures may take in the repository
ZALO_LIMIT = 1024 * 1024  # bytes of a picture that Zalo's Official Account takes


def scene(*blocks: object) -> dict[str, object]:
    """A scene with these blocks."""
    return {"title": "Tranh thử", "blocks": list(blocks)}


def pictured(catalogue: Catalogue) -> list[tuple[Lesson, Card, Path]]:
    """Every card with a picture, and the picture's file."""
    return [
        (lesson, card, (SHIPPED_COURSES / lesson.file).parent / card.picture.file)
        for lesson in catalogue.lessons
        for card in lesson.cards
        if card.picture is not None
    ]


def texts(svg: str) -> list[ElementTree.Element]:
    """The text elements of a drawing."""
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_every_stored_picture_is_what_its_scene_draws() -> None:
    drawings = draw_courses(SHIPPED_COURSES, shipped_facts())
    stale = [d.path.name for d in drawings if not d.path.is_file() or d.path.read_text(encoding="utf-8") != d.svg]
    assert stale == [], "run: python -m lessons.pictures"
    assert {d.path for d in drawings} == set(SHIPPED_COURSES.glob("*/pictures/*.svg"))


def test_every_picture_belongs_to_one_card_and_is_described(shipped: Catalogue) -> None:
    shown = pictured(shipped)
    files = [file for _, _, file in shown]
    assert sorted(files) == sorted(SHIPPED_COURSES.glob("*/pictures/*.svg"))
    assert len(shown) >= 40
    descriptions = [card.picture.alt for _, card, _ in shown if card.picture]
    assert len(set(descriptions)) == len(descriptions)
    assert all(30 <= len(alt) <= 200 for alt in descriptions)


def test_marks_of_a_picture_are_steps_of_its_card(shipped: Catalogue) -> None:
    """Where the card numbers its steps, a numbered tap in the picture is one of them."""
    checked = 0
    for lesson, card, file in pictured(shipped):
        steps = set(re.findall(r"^(\d)\.", card.text, re.MULTILINE))
        marks = {
            element.text for element in texts(file.read_text(encoding="utf-8")) if element.get("fill") == PAPER
        } & set("123456789")
        if steps and marks:
            checked += 1
            assert marks <= steps, f"{lesson.file}: {file.name} marks {marks - steps}"
    assert checked >= 15


def test_texts_of_pictures_are_large_drawable_and_inside(shipped: Catalogue) -> None:
    for _, _, file in pictured(shipped):
        for element in texts(file.read_text(encoding="utf-8")):
            said, size = element.text or "", float(element.attrib["font-size"])
            assert size >= SMALLEST_TEXT, f"{file.name}: {said} at {size}"
            assert drawable(said) == said, f"{file.name}: {said}"
            width = text_width(said, size, bold="font-weight" in element.attrib)
            left = float(element.attrib["x"]) - width * {"middle": 0.5, "end": 1.0}.get(
                element.get("text-anchor", ""), 0.0
            )
            assert left >= 0 and left + width <= WIDTH, f"{file.name}: {said} leaves the picture"


def test_pictures_are_light() -> None:
    files = list(SHIPPED_COURSES.glob("*/pictures/*"))
    assert sum(file.stat().st_size for file in files) < REPOSITORY_LIMIT
    assert all(file.suffix == ".svg" for file in files)


@pytest.mark.parametrize("name", ["quet-ma", "duoi-gov-vn", "otp-khong-doc"])
def test_png_shows_words_in_the_bundled_typeface(name: str, tmp_path: Path) -> None:
    source = next(SHIPPED_COURSES.glob(f"*/pictures/{name}.svg"))
    png = png_file(source, tmp_path)
    assert png.stat().st_size < ZALO_LIMIT
    with Image.open(png) as picture:
        assert picture.size[0] == PICTURE_PIXELS
        with_words = picture.convert("RGB").tobytes()
    bare = re.sub(r"<text.*?</text>", "", source.read_text(encoding="utf-8"))
    with Image.open(io.BytesIO(png_bytes(bare))) as picture:
        assert picture.convert("RGB").tobytes() != with_words
    written = png.stat().st_mtime_ns
    assert png_file(source, tmp_path).stat().st_mtime_ns == written


def test_no_dark_line_at_the_edge_of_a_picture(tmp_path: Path) -> None:
    for name in ("dang-ky-tam-tru", "cu-chi", "luu-danh-ba"):
        with Image.open(png_file(next(SHIPPED_COURSES.glob(f"*/pictures/{name}.svg")), tmp_path)) as picture:
            colours = picture.convert("RGB").crop((0, picture.height - 1, picture.width, picture.height)).getcolors()
        assert colours is not None and [colour for _, colour in colours] == [(234, 240, 246)], name


def test_channels_get_the_png_and_the_web_the_svg(tmp_path: Path) -> None:
    pictures = LessonPictures(MaterialImages([SHIPPED_COURSES], "https://hoc.example"), tmp_path)
    image = "/static/05-thanh-toan/pictures/quet-ma.svg"
    upload, photo = pictures.file(image), pictures.served(image[len("/static/") : -3] + "png")
    assert upload is not None and upload == photo and upload.suffix == ".png"
    assert pictures.address(image) == "https://hoc.example/static/05-thanh-toan/pictures/quet-ma.png"
    assert pictures.served("05-thanh-toan/pictures/quet-ma.svg") == SHIPPED_COURSES / image[len("/static/") :]
    assert pictures.file("/static/05-thanh-toan/pictures/khong-co.svg") is None
    assert pictures.served("05-thanh-toan/pictures/khong-co.png") is None
    assert pictures.served("../../pyproject.toml") is None


def test_a_picture_that_cannot_be_drawn_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "hong.svg").write_text("<svg", encoding="utf-8")
    assert LessonPictures(MaterialImages([tmp_path]), tmp_path / "cache").file("hong.svg") is None
    assert "hong.svg" in caplog.text
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"phones": [{"show": [{"row": "Wi-Fi", "icn": "wifi"}]}]}, "nothing here is called icn"),
        ({"phones": [{"show": [{"rows": "Wi-Fi"}]}]}, "none of row"),
        ({"panels": [{"icon": "khong-co"}]}, "no icon 'khong-co'"),
        ({"banner": "Gõ → rồi chờ"}, "the typeface has no →"),
        ({"banner": "Nhớ", "colour": "pink"}, "'colour: pink' is none of blue"),
        ({"steps": "một"}, "must be a list"),
        ({"steps": ["một"]}, "expected entries like"),
        ({"flow": [{"icon": "lock-keyhole"}]}, "'text' is missing"),
        ({"steps": [{"text": True}]}, "must be a text"),
        ({"phones": [{"show": [{"slider": "năm"}]}]}, "must be a whole number"),
        ({"steps": [{"text": "một"}], "plain": "co"}, "must be true or false"),
        ({"khoi": []}, "none of columns"),
    ],
)
def test_a_mistake_in_a_scene_is_told_with_its_place(block: object, said: str) -> None:
    with pytest.raises(SceneError, match=re.escape(said)) as caught:
        draw_scene(scene({"heading": "Đầu"}, block), "khoa/pictures.yaml: tranh")
    assert str(caught.value).startswith("khoa/pictures.yaml: tranh")


def test_a_scenes_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "01-khoa").mkdir()
    for content in ("a: [", "- một", "a: '{{fact:khong-co}}'"):
        (tmp_path / "01-khoa" / "pictures.yaml").write_text(content, encoding="utf-8")
        with pytest.raises(SceneError, match=re.escape("01-khoa/pictures.yaml")):
            draw_courses(tmp_path, shipped_facts())


def test_figures_in_pictures_come_from_the_facts() -> None:
    """A number of an agency, a fee or a date written out in a scene would go stale unseen."""
    bare = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b|\b1[89]00 ?\d{4}\b|\b(156|5656|1022|113|115)\b|QĐ-|NĐ-CP")
    for file in SHIPPED_COURSES.glob("*/pictures.yaml"):
        assert bare.findall(file.read_text(encoding="utf-8")) == [], file.name


def test_white_and_tinted_colours_are_readable() -> None:
    """Contrast of at least 4.5 (WCAG AA) for white on each colour and each colour on its tint."""
    for name, colour in COLOURS.items():
        assert contrast(colour, PAPER) >= 4.5, name
        assert contrast(colour, TINTS[name]) >= 4.5, name


def contrast(first: str, second: str) -> float:
    """WCAG's contrast ratio of two colours."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_lines_are_as_wide_as_allowed_and_lose_no_word() -> None:
    said = "Mật khẩu mạnh thì dài, khó đoán, dễ nhớ với riêng bạn thôi"
    for cut in (wrap, wrap_evenly):
        lines = cut(said, 24, 260)
        assert " ".join(lines) == said and len(lines) > 1
        assert all(text_width(line, 24) <= 260 for line in lines)
    assert len(wrap_evenly(said, 24, 260)) == len(wrap(said, 24, 260))
    assert wrap("một\nhai", 24, 500) == ["một", "hai"]
    assert Words().fitted("dichvucong.gov.vn", 100).width("dichvucong.gov.vn") <= 100.01


def test_letters_the_typeface_lacks_are_left_out() -> None:
    assert drawable("Bà  Lan ❤️ 老") == "Bà Lan"
    decomposed = "Nguye\u0302\u0303n"
    assert drawable(decomposed) == "Nguyễn"
    letters = "ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
    assert drawable(letters + letters.upper() + "₫“”…–") == letters + letters.upper() + "₫“”…–"
