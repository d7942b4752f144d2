"""The plan of a ward that is not among the five: written for the tests, nobody's real document."""

from __future__ import annotations

PLAN_TEXT = """ỦY BAN NHÂN DÂN
PHƯỜNG HỒNG BÀNG

Số: 45/KH-UBND

Hồng Bàng, ngày 12 tháng 3 năm 2026

KẾ HOẠCH

Triển khai phong trào “Bình dân học vụ số” trên địa bàn phường Hồng Bàng giai đoạn 2026 - 2030

Ủy ban nhân dân phường Hồng Bàng ban hành Kế hoạch triển khai phong trào với các nội dung sau:

I. MỤC ĐÍCH, YÊU CẦU

1. Mục đích

- Nâng cao nhận thức và kỹ năng số cơ bản của cán bộ và Nhân dân trên địa bàn phường, không để ai bị bỏ lại phía sau.

- Mỗi gia đình có ít nhất một người biết sử dụng ứng dụng định danh điện tử và dịch vụ công trực tuyến.

2. Yêu cầu

Phong trào được triển khai sâu rộng đến từng tổ dân phố, thiết thực, hiệu quả, tránh hình thức.

II. CHỈ TIÊU

- 80% trở lên thủ tục hành chính sử dụng dịch vụ công trực tuyến của người dân và doanh nghiệp.

- 100% tổ dân phố có đội hình hướng dẫn người dân học kỹ năng số.

III. THỜI GIAN THỰC HIỆN

Phong trào được triển khai từ năm 2026 đến năm 2030, chia thành các giai đoạn:

1. Giai đoạn 1 (từ 2026 - 2027): Ban hành kế hoạch, tổ chức phát động phong trào; tiến hành sơ kết vào năm 2027.

2. Giai đoạn 2 (từ 2028 - 2030): Tiếp tục triển khai phong trào và tổng kết vào năm 2030.

IV. TỔ CHỨC THỰC HIỆN

1. Phòng Văn hóa - Xã hội

Chủ trì, phối hợp với các đơn vị có liên quan tham mưu Ủy ban nhân dân phường tổ chức, triển khai thực hiện Kế hoạch.

2. Trung tâm Phục vụ hành chính công

Hướng dẫn người dân nộp hồ sơ trực tuyến ngay tại trung tâm.

3. Đề nghị Ủy ban Mặt trận Tổ quốc Việt Nam phường

Tuyên truyền, vận động Nhân dân tham gia các lớp học của tổ dân phố.

Định kỳ hàng năm các đơn vị gửi báo cáo kết quả thực hiện phong trào về Ủy ban nhân dân phường (qua Phòng
Văn hóa - Xã hội) trước ngày 20/11 để tổng hợp.

Nơi nhận:

- UBND thành phố;

- Các tổ dân phố;

- Lưu: VT.

TM. ỦY BAN NHÂN DÂN

CHỦ TỊCH

Trần Thị Mẫu
"""


def plan_docx() -> bytes:
    """The plan as the Word file that wards send."""
    import io

    import docx

    document = docx.Document()
    for paragraph in PLAN_TEXT.split("\n\n"):
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
