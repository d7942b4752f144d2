"""The five plans: what differs between wards comes out word for word, in the right passage, under the right path."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.command import add_plan
from indexer.lines import join_lines
from indexer.plan_import import PLANS, markdown_body
from indexer.sections import LIST_ROLE, load_plans, plan_passages, read_plan
from knowledge.answer_types import PASSAGE_LIMIT
from knowledge.documents import Passage

FOLDER = Path(__file__).parents[2] / "knowledge" / "plans"
WARDS = ("le-dai-hanh", "hung-dao", "thanh-binh", "tu-ky", "dai-son")
PASSAGES = load_plans(FOLDER)
DOCUMENTS = {passage.document.id: passage.document for passage in PASSAGES}


def find(ward: str, *words: str) -> list[Passage]:
    return [p for p in PASSAGES if p.document.ward == ward and all(word in p.text for word in words)]


# Ward, words of the fact, the end of its path.
FACTS = [
    # Yearly report: deadline and to whom.
    ("le-dai-hanh", ("gửi báo cáo kết quả", "về Phòng Văn hóa-Xã hội trước ngày 15/12"), ("IV. TỔ CHỨC THỰC HIỆN",)),
    (
        "hung-dao",
        ("về Ủy ban nhân dân phường (qua phòng Văn hoá - Xã hội) trước ngày 05/12",),
        ("VI. TỔ CHỨC THỰC HIỆN",),
    ),
    ("tu-ky", ("về UBND xã (qua Phòng Văn hóa - Xã hội) trước ngày 15/12",), ("III. TỔ CHỨC THỰC HIỆN",)),
    ("dai-son", ("về UBND xã (qua phòng Văn hóa – Xã hội) trước ngày 01/12",), ("VI. TỔ CHỨC THỰC HIỆN",)),
    # Phases.
    ("le-dai-hanh", ("Năm 2027: tổ chức sơ kết",), ("2. Thời gian thực hiện", "Năm 2027")),
    ("le-dai-hanh", ("Năm 2030: tổ chức tổng kết",), ("2. Thời gian thực hiện", "Năm 2030")),
    (
        "hung-dao",
        ("Giai đoạn 1 (từ năm 2025 đến năm 2027)", "sơ kết, đánh giá năm 2027"),
        ("1. Thời gian thực hiện", "Giai đoạn 1 (từ năm 2025 đến năm 2027)"),
    ),
    ("hung-dao", ("tổng kết vào năm 2030",), ("1. Thời gian thực hiện", "Giai đoạn 2 (từ năm 2027 đến năm 2030)")),
    (
        "thanh-binh",
        ("1. Giai đoạn 1 (từ 2025 - 2027)", "vào năm 2027"),
        ("IV. TIẾN ĐỘ THỰC HIỆN", "1. Giai đoạn 1 (từ 2025 - 2027)"),
    ),
    ("tu-ky", ("Năm 2025: Các cơ quan",), ("2. Thời gian thực hiện", "Năm 2025")),
    ("tu-ky", ("Năm 2030: Tổ chức tổng kết",), ("2. Thời gian thực hiện", "Năm 2030")),
    (
        "dai-son",
        ("Giai đoạn 1 (từ 2026 - 2027)", "hoàn thành trong Quý II/2026"),
        ("V. THỜI GIAN", "1. Giai đoạn 1 (từ 2026 - 2027)"),
    ),
    (
        "dai-son",
        ("Giai đoạn 2 (từ 2028 - 2030)", "tổng kết vào năm 2030"),
        ("V. THỜI GIAN", "2. Giai đoạn 2 (từ 2028 - 2030)"),
    ),
    # Awards.
    (
        "le-dai-hanh",
        ("Huân chương Lao động; Cờ thi đua của Chính phủ", "Giấy khen."),
        ("1. Hình thức và danh hiệu khen thưởng",),
    ),
    (
        "hung-dao",
        ("+ Huân chương Lao động;", "+ Giấy khen của Chủ tịch Ủy ban nhân dân phường."),
        ("b) Hình thức và danh hiệu khen thưởng",),
    ),
    (
        "hung-dao",
        ("Mẫu số 08 Nghị định 152/2025/NĐ-CP ngày 14/6/2025",),
        ("d) Thủ tục hồ sơ khen thưởng", "Hồ sơ đề nghị khen thưởng"),
    ),
    ("hung-dao", ("các tổ dân phố, các doanh nghiệp",), ("c) Đối tượng khen thưởng",)),
    (
        "thanh-binh",
        ("- Bằng khen của Chủ tịch UBND tỉnh;", "- Giấy khen của Chủ tịch UBND phường."),
        ("Khen thưởng sơ kết",),
    ),
    (
        "thanh-binh",
        ("- Huân chương Lao động;", "- Cờ thi đua của UBND tỉnh;"),
        ("a) Danh hiệu thi đua và hình thức khen thưởng",),
    ),
    ("dai-son", ("Bằng khen của Ủy ban nhân dân thành phố", "Giấy khen."), ("a) Khen thưởng sơ kết",)),
    ("dai-son", ("Bằng khen của Thủ tướng Chính phủ", "Giấy khen."), ("b) Khen thưởng tổng kết",)),
    # Leading office and partners.
    ("le-dai-hanh", ("Chủ trì, phối hợp",), ("IV. TỔ CHỨC THỰC HIỆN", "1. Phòng Văn hóa-Xã hội")),
    ("hung-dao", ("Chủ trì, phối hợp",), ("VI. TỔ CHỨC THỰC HIỆN", "3. Phòng Văn hóa - Xã hội")),
    ("hung-dao", ("qua Ban Thi đua - Khen thưởng, Sở Nội vụ",), ("VI. TỔ CHỨC THỰC HIỆN", "3. Phòng Văn hóa - Xã hội")),
    (
        "hung-dao",
        ("các đội hình “Bình dân học vụ số”",),
        ("VI. TỔ CHỨC THỰC HIỆN", "2. Đề nghị Ủy ban Mặt trận Tổ quốc Việt Nam và các tổ chức đoàn thể"),
    ),
    ("thanh-binh", ("2. Văn phòng HĐND & UBND: Tham mưu",), ("V. TỔ CHỨC THỰC HIỆN", "2. Văn phòng HĐND & UBND")),
    (
        "tu-ky",
        ("Chủ trì, phối hợp", "qua Ban Thi đua - Khen thưởng thành phố"),
        ("III. TỔ CHỨC THỰC HIỆN", "1. Phòng Văn hóa - Xã hội xã"),
    ),
    (
        "dai-son",
        ("tiêu chí đánh giá mức độ đổi mới sáng tạo",),
        ("VI. TỔ CHỨC THỰC HIỆN", "2. Phòng Văn hóa – Xã hội xã"),
    ),
    ("dai-son", ("tiêu chí đánh giá mức độ chuyển đổi xanh",), ("VI. TỔ CHỨC THỰC HIỆN", "3. Phòng Kinh tế xã")),
    # Signer.
    ("le-dai-hanh", ("KT.CHỦ TỊCH\nPHÓ CHỦ TỊCH\nPhương Quốc Luyện",), ("Người ký",)),
    ("hung-dao", ("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nPhạm Văn Minh",), ("Người ký",)),
    ("thanh-binh", ("TM. UBND PHƯỜNG\nCHỦ TỊCH\nTrần Văn Chuẩn",), ("Người ký",)),
    ("tu-ky", ("KT. CHỦ TỊCH",), ("Người ký",)),
    ("dai-son", ("CHỦ TỊCH\nĐào Văn Soái",), ("Người ký",)),
    # Learning and the campaign.
    ("le-dai-hanh", ("phong trào “học tập số”",), ("1. Nội dung thi đua", "(2)")),
    (
        "hung-dao",
        ("phong trào “bình dân học vụ số”",),
        ("II. NỘI DUNG PHONG TRÀO THI ĐUA", "6. Thi đua phát triển xã hội số"),
    ),
    ("tu-ky", ("“học tập số”",), ("1. Nội dung thi đua", "(2)")),
    ("dai-son", ('mục tiêu "3 an": an ninh, an toàn và an dân',), ("II. NỘI DUNG PHONG TRÀO THI ĐUA", "4.")),
    # What the plan rests on.
    ("tu-ky", ("Kế hoạch số 01-KH/ĐU ngày 04/7/2025 của Đảng ủy xã Tứ Kỳ",), ("I. MỤC ĐÍCH, YÊU CẦU", "1. Mục đích")),
    ("tu-ky", ("Kế hoạch số 150/KH-UBND ngày 16/6/2025",), ("Căn cứ ban hành",)),
    ("hung-dao", ("Công văn số 2144/UBND-NVKTGS ngày 15/8/2025",), ("Căn cứ ban hành",)),
    ("dai-son", ("Quyết định số 2159/QĐ-UBND ngày 09 tháng 6 năm 2026",), ("Căn cứ ban hành",)),
    ("thanh-binh", ("Kế hoạch số 52/KH-UBND ngày 31/3/2025",), ("Căn cứ ban hành",)),
]


@pytest.mark.parametrize(("ward", "words", "path"), FACTS)
def test_a_fact_stands_in_the_right_passage(ward: str, words: tuple[str, ...], path: tuple[str, ...]) -> None:
    assert any(p.path[-len(path) :] == path for p in find(ward, *words)), [p.path for p in find(ward, *words)]


TARGETS = (
    "80% trở lên thủ tục hành chính sử dụng dịch vụ công trực tuyến của người dân và doanh nghiệp.",
    "90% cung cấp dịch vụ công trực tuyến toàn trình trên tổng số thủ tục hành chính có đủ điều kiện.",
    "100% thủ tục hành chính liên quan đến doanh nghiệp được thực hiện trực tuyến",
    "100% thủ tục hành chính không bị giới hạn",
    "100% thủ tục hành chính đủ điều kiện theo quy định của pháp luật",
    "100% công dân không phải xuất trình giấy tờ, bản sao y, công chứng",
    "100% xử lý văn bản, hồ sơ công việc toàn trình trên môi trường điện tử;",
    "100% hoạt động chỉ đạo, điều hành, quản trị nội bộ",
    "100% văn bản trao đổi giữa các cơ quan nhà nước",
    "100% báo cáo định kỳ về chỉ tiêu phát triển kinh tế - xã hội",
    "Tối thiểu 70% có hệ thống cơ sở dữ liệu dùng chung",
)


@pytest.mark.parametrize("target", TARGETS)
def test_each_numbered_target_can_be_quoted_alone(target: str) -> None:
    alone = [p for p in find("thanh-binh", target) if p.role != LIST_ROLE]
    assert len(alone) == 1
    assert alone[0].path[:3] == (
        "III. TIÊU CHÍ THI ĐUA VÀ HÌNH THỨC KHEN THƯỞNG",
        "1. Tiêu chí thi đua",
        "Đối với UBND phường",
    )


@pytest.mark.parametrize(
    ("ward", "section", "items"),
    [
        ("le-dai-hanh", "1. Nội dung thi đua", 8),
        ("hung-dao", "II. NỘI DUNG PHONG TRÀO THI ĐUA", 8),
        ("thanh-binh", "II. NỘI DUNG PHONG TRÀO THI ĐUA", 7),
        ("tu-ky", "1. Nội dung thi đua", 7),
        ("dai-son", "II. NỘI DUNG PHONG TRÀO THI ĐUA", 5),
    ],
)
def test_the_contents_of_the_campaign_are_listed_whole(ward: str, section: str, items: int) -> None:
    (listed,) = [p for p in find(ward) if p.path[-1] == section and p.role == LIST_ROLE]
    assert len([line for line in listed.text.splitlines()[1:] if line[0] in "(12345678"]) == items


def test_no_plan_states_another_ones_deadline() -> None:
    deadlines = {ward: {d for d in ("15/12", "05/12", "01/12") if find(ward, f"trước ngày {d}")} for ward in WARDS}
    assert deadlines == {"le-dai-hanh": {"15/12"}, "hung-dao": {"05/12"}, "thanh-binh": set(), "tu-ky": {"15/12"},
                         "dai-son": {"01/12"}}  # fmt: skip


@pytest.mark.parametrize(
    ("ward", "date", "valid_from", "valid_until", "signer"),
    [
        ("le-dai-hanh", "2025-08", "2025-08", "2030", "KT.CHỦ TỊCH, PHÓ CHỦ TỊCH, Phương Quốc Luyện"),
        ("hung-dao", None, "2025", "2030", "TM. ỦY BAN NHÂN DÂN, CHỦ TỊCH, Phạm Văn Minh"),
        ("thanh-binh", "2025-04-04", "2025-04-04", "2025-06-30", "TM. UBND PHƯỜNG, CHỦ TỊCH, Trần Văn Chuẩn"),
        ("tu-ky", None, "2025", "2030", "KT. CHỦ TỊCH"),
        ("dai-son", "2026-06", "2026-06", "2030", "CHỦ TỊCH, Đào Văn Soái"),
    ],
)
def test_front_matter_says_what_the_plan_says_and_no_more(
    ward: str, date: str | None, valid_from: str, valid_until: str, signer: str
) -> None:
    document = DOCUMENTS[ward]
    assert document.number is None  # every copy leaves the number blank
    assert (document.date, document.valid_from, document.valid_until) == (date, valid_from, valid_until)
    assert document.signer == signer


def test_the_merged_ward_names_the_ward_that_took_over() -> None:
    assert {ward: document.superseded_by for ward, document in DOCUMENTS.items() if document.superseded_by} == {
        "thanh-binh": "Phường Lê Thanh Nghị"
    }


def test_only_the_scan_is_marked_as_restored() -> None:
    assert [ward for ward in WARDS if DOCUMENTS[ward].restored] == ["tu-ky"]


def test_every_passage_can_be_quoted() -> None:
    assert {passage.document.ward for passage in PASSAGES} == set(WARDS)
    for passage in PASSAGES:
        assert 0 < len(passage.text) <= PASSAGE_LIMIT
        assert passage.path
        assert passage.text == passage.text.strip()


@pytest.mark.parametrize("ward", WARDS)
def test_every_word_of_a_plan_is_in_some_passage(ward: str) -> None:
    """Only the letterhead is left out."""
    _, body = read_plan(FOLDER / f"{ward}.md")
    everything = "\n".join(p.text for p in find(ward))
    for paragraph in join_lines(body):
        letterhead = paragraph.isupper() or paragraph.startswith(("Độc lập", "Nơi nhận"))
        last_words = " ".join(paragraph.removeprefix("# ").split()[-4:])
        assert letterhead or last_words in everything, paragraph


@pytest.mark.parametrize("ward", WARDS)
def test_importing_a_plan_again_changes_nothing(ward: str) -> None:
    _, body = read_plan(FOLDER / f"{ward}.md")
    assert markdown_body(join_lines(body)) == body.lstrip("\n")


def test_every_plan_of_the_import_is_shipped() -> None:
    assert {fields.ward for fields in PLANS} == {path.stem for path in FOLDER.glob("*.md")}


def test_the_facts_come_out_of_wrapped_lines_too() -> None:
    """What an uploaded PDF gives, a blank line after each line, is cut like the shipped file."""
    document, body = read_plan(FOLDER / "hung-dao.md")
    wrapped = plan_passages(document, "\n\n".join(wrapped_lines(body)))
    for _, words, path in (fact for fact in FACTS if fact[0] == "hung-dao"):
        assert any(p.path[-len(path) :] == path and all(word in p.text for word in words) for p in wrapped), words


def wrapped_lines(body: str) -> Iterator[str]:
    for paragraph in body.replace("#", "").split("\n"):
        yield from textwrap.wrap(paragraph, 78, break_on_hyphens=False)


def test_a_plan_added_by_a_ward_keeps_what_is_said_of_its_standing(tmp_path: Path) -> None:
    source = tmp_path / "ke-hoach.txt"
    source.write_text("KẾ HOẠCH\nHọc tập số\n\nI. MỤC ĐÍCH\nNâng cao kỹ năng số cho người dân.\n", encoding="utf-8")
    standing = {"valid_until": "2027-06", "amended_by": "Kế hoạch số 9: sửa đổi", "replaced_by": None}
    document, _ = read_plan(add_plan(source, "hung-dao", tmp_path / "plans", tmp_path, standing))
    assert (document.valid_until, document.amended_by, document.replaced_by) == (
        "2027-06",
        "Kế hoạch số 9: sửa đổi",
        None,
    )
    assert document.title == "Kế hoạch học tập số"
