"""The material check: the shipped guides pass, and each kind of mistake is refused with its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from knowledge.facts import load_facts
from knowledge.guides import load_guides
from knowledge.material_check import MIN_PHRASINGS, check_material
from knowledge.material_rules import MAX_SENTENCE_SYLLABLES, AbbreviationRule, forbidden_words, loose_figures
from knowledge.material_similarity import same_phrasings, same_texts

ROOT = Path(__file__).parents[2] / "knowledge"
TODAY = date(2026, 11, 21)

FACTS = """\
- id: wait
  value: 3 ngày làm việc
  wording: 03 ngày làm việc
  source: Công an, 2026-03
  checked_on: 2026-11-21
"""

ASKED = [
    "Làm giấy này ở đâu?",
    "Xin cấp mới thì đến chỗ nào?",
    "Bao lâu có kết quả?",
    "Cần mang những gì theo?",
    "Người nhà đi thay được chứ?",
    "Có phải nộp tiền không bạn?",
    "Trẻ nhỏ thì thủ tục ra sao?",
    "Hồ sơ bị trả lại vì thiếu ảnh",
]


def guide(**changes: str) -> str:
    parts = {
        "id": "mot",
        "topic": "vneid",
        "phrasings": "".join(f"  - {asked}\n" for asked in ASKED),
        "checked_on": "2026-11-21",
        "sources": "sources:\n  - {name: Công an, where: bocongan, date: 2026-03}\n",
        "related": "[]",
        "answer": "Bạn đến Công an phường, xã.",
        "steps": "1. Đến nơi.",
        "fee": "- Thời gian: {{fact:wait}}.",
    } | changes
    return (
        f"---\nid: {parts['id']}\ntitle: Xin giấy {parts['id']}\nphrasings:\n{parts['phrasings']}"
        f"audience: [everyone]\ntopic: {parts['topic']}\nvalid_from: null\nvalid_until: null\n"
        f"checked_on: {parts['checked_on']}\n{parts['sources']}related: {parts['related']}\n---\n"
        f"\n## Trả lời\n\n{parts['answer']}\n\n## Cần chuẩn bị\n\n- Thẻ căn cước.\n\n## Các bước\n\n"
        f"{parts['steps']}\n\n## Thời gian và lệ phí\n\n{parts['fee']}\n\n## Hỏi ở đâu\n\n- Công an phường.\n"
        f"\n## Lưu ý\n\n- Giữ giấy hẹn.\n"
    )


def check(folder: Path, *guides: str, facts: str = FACTS) -> list[str]:
    (folder / "services").mkdir()
    (folder / "facts.yaml").write_text(facts, encoding="utf-8")
    for text in guides:
        name = text.split("id: ", 1)[1].split("\n", 1)[0]
        (folder / "services" / f"{name}.md").write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_material(folder, TODAY)]


def test_the_shipped_material_has_no_problem() -> None:
    assert [str(problem) for problem in check_material(ROOT, TODAY)] == []


def test_the_shipped_guides_are_as_many_as_promised_and_every_passage_can_be_quoted() -> None:
    guides = load_guides(ROOT / "services", load_facts(ROOT / "facts.yaml"))
    assert len(guides) >= 60
    assert len({topic for each in guides for topic in [each.topic]}) >= 15
    assert not [p.id for each in guides for p in each.passages() if "{{" in p.text or not p.text]


SCALES = {"tỷ": 10**9, "triệu": 10**6}


def figures(text: str) -> set[str]:
    """The numbers a value or its wording states, written alike: 20.000 and 20000, 23:00 and 23, 1 tỷ in full."""
    text = text.replace("miễn phí", "0").replace("nửa", "0,5").replace(":00", "")
    text = re.sub(r"(\d+) (tỷ|triệu)", lambda found: str(int(found[1]) * SCALES[found[2]]), text)
    text = re.sub(r"(?<=\d)(?:\.(?=\d{3}\b)| (?=\d{4}\b))", "", text).replace(",", ".")
    return {number.lstrip("0") or "0" for number in re.findall(r"\d+", text)}


def test_every_fact_reads_as_the_figure_it_keeps() -> None:
    facts = load_facts(ROOT / "facts.yaml")
    differing = [(fact.id, fact.value, fact.wording) for fact in facts if figures(fact.value) != figures(fact.wording)]
    assert differing == []


def test_a_sound_guide_passes(tmp_path: Path) -> None:
    assert check(tmp_path, guide()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sources": "sources: []\n"}, "18: a guide without sources"),
        ({"phrasings": "  - Làm ở đâu?\n"}, f"1 phrasings, at least {MIN_PHRASINGS} needed"),
        ({"checked_on": "2026-11-22"}, "checked_on 2026-11-22 is in the future"),
        ({"sources": "sources:\n  - {name: A, where: b, date: 2026-12}\n"}, "date 2026-12 is in the future"),
        ({"related": "[khong-co]"}, "dead link: no guide 'khong-co'"),
        ({"related": "[mot]"}, "dead link: no guide 'mot'"),
        ({"related": "[hai]\nabout_ward: nowhere"}, "about_ward: no ward 'nowhere' in wards.yaml"),
        ({"topic": "weather"}, "unknown topic 'weather'"),
        ({"fee": "- Lệ phí: 20.000 đồng."}, "37: an amount of money that is not a fact: '20.000 đồng'"),
        ({"fee": "- Gọi tổng đài: 1900 0368."}, "a telephone number that is not a fact: '1900 0368'"),
        ({"fee": "- Trong 05 ngày làm việc."}, "a deadline or duration that is not a fact"),
        ({"answer": "Bạn đến phường. Rồi về nhà."}, "23: the answer must be one sentence"),
        ({"answer": "Bạn " + "đi " * MAX_SENTENCE_SYLLABLES + "nhé."}, "25: a sentence of 37 syllables"),
        ({"answer": "Bạn nộp hồ sơ ở huyện."}, "25: 'huyện': there is no district level"),
        ({"steps": "Đến nơi."}, "33: a step must begin with its number"),
        ({"fee": "Chờ giấy hẹn."}, "must begin with '- '"),
        ({"steps": "1. **Đến nơi.**"}, "markdown emphasis"),
        ({"steps": "1. Nhập mã OTP."}, "abbreviation 'OTP' is not explained at first use"),
        ({"fee": "- Thời gian: {{fact: wait}}."}, "a broken fact mark"),
        ({"fee": "- [SOURCE: báo]."}, "a source tag or placeholder"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    found = check(tmp_path, guide(**changes))
    assert any(message in problem for problem in found), found


def test_a_fact_checked_in_the_future_is_refused(tmp_path: Path) -> None:
    found = check(tmp_path, guide(), facts=FACTS.replace("2026-11-21", "2027-01-01"))
    assert found == ["facts.yaml:1: fact 'wait': checked_on 2027-01-01 is in the future"]


def test_broken_facts_are_reported_instead_of_raised(tmp_path: Path) -> None:
    assert check(tmp_path, guide(), facts="wait: 3\n")[0].startswith("facts.yaml:1: must be a list of facts")


def test_a_guide_written_twice_is_refused(tmp_path: Path) -> None:
    found = check(tmp_path, guide(), guide(id="hai"))
    assert any("services/mot.md" in problem and "the same text as guide 'hai'" in problem for problem in found)
    assert any("'Làm giấy này ở đâu?' says the same as" in problem for problem in found)


def test_a_mistake_in_one_file_does_not_hide_those_of_another(tmp_path: Path) -> None:
    found = check(tmp_path, guide(sources="sources: []\n"), guide(id="hai", fee="- {{fact:gone}}"))
    assert any("services/mot.md" in problem for problem in found)
    assert any("no fact 'gone'" in problem for problem in found)


@pytest.mark.parametrize(
    "line",
    [
        "- Lệ phí 15 nghìn.",
        "- Gọi 156 để báo.",
        "- Số 0912345678.",
        "- Từ 01/7/2025.",
        "- Trước 23h.",
        "- Nghị định 118/2025/NĐ-CP.",
        "- Nghị quyết 57-NQ/TW.",
        "- Vào dichvucong.gov.vn.",
        "- Đủ 14 tuổi.",
        "- Đạt 80%.",
    ],
)
def test_a_figure_must_be_a_fact(line: str) -> None:
    assert loose_figures(line)


@pytest.mark.parametrize("line", ["2. Chụp ảnh cỡ 3×4.", "- VNeID mức 2.", "- Tết 2026.", "- {{fact:a}} ngày."])
def test_harmless_numbers_are_left_alone(line: str) -> None:
    assert loose_figures(line) == []


def test_districts_may_be_named_only_to_say_they_are_gone() -> None:
    assert forbidden_words("Không còn cấp huyện.", "government") == []
    assert forbidden_words("Không còn cấp huyện.", "residence")


def test_an_abbreviation_is_explained_once() -> None:
    rule = AbbreviationRule()
    assert rule.check("Nhập mã OTP (mã dùng một lần).") == []
    assert rule.check("Không đọc mã OTP cho ai.") == []
    assert rule.check("Mẫu CT01 lấy ở CH Play.") == []
    assert rule.check("Ủy ban (UBND) và HĐND.") == [
        "abbreviation 'HĐND' is not explained at first use: write 'HĐND (…)'"
    ]


def test_phrasings_are_alike_by_order_marks_or_a_particle() -> None:
    assert same_phrasings(["Đổi bằng lái ở đâu?", "ở đâu đổi bằng lái"]) == [(0, 1)]
    assert same_phrasings(["Đổi bằng lái ở đâu?", "doi bang lai o dau ạ"]) == [(0, 1)]
    assert same_phrasings(["Đổi bằng lái ở đâu?", "Giấy phép lái xe hết hạn thì làm gì?"]) == []


def test_texts_sharing_most_words_are_one_text() -> None:
    text = "bạn đến công an phường làm thẻ căn cước rồi chờ tin nhắn"
    assert same_texts([text, text + " nhé", "một bài khác hẳn về hộ chiếu và lệ phí"]) == [(0, 1)]
