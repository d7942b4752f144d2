"""A DOCX as PDF by LibreOffice, where a ward has it: no library lays Word documents out as well."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.errors import OperatorError

COMMANDS = ("soffice", "libreoffice")
WINDOWS_PLACES = (
    Path("C:/Program Files/LibreOffice/program/soffice.exe"),
    Path("C:/Program Files (x86)/LibreOffice/program/soffice.exe"),
)
SECONDS = 90  # its first start on a ward PC takes half a minute


def converter() -> str | None:
    """The LibreOffice of this computer, or None."""
    found = next((path for name in COMMANDS if (path := shutil.which(name))), None)
    if found is None and sys.platform == "win32":
        found = next((str(path) for path in WINDOWS_PLACES if path.exists()), None)
    return found


def pdf(docx: bytes) -> bytes:
    """The document as PDF; takes seconds. Raises OperatorError when there is no LibreOffice or it fails."""
    program = converter()
    if program is None:
        raise OperatorError("LibreOffice is not installed: apt-get install libreoffice-writer-nogui")
    with tempfile.TemporaryDirectory(prefix="bdhvs-pdf-") as place:
        folder = Path(place)
        source = folder / "report.docx"
        source.write_bytes(docx)
        # A profile of its own: one that is in use would make LibreOffice hand the work over and end at once.
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", place, str(source)]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - found above, no shell
            return source.with_suffix(".pdf").read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise OperatorError(f"LibreOffice could not make the PDF ({type(error).__name__}).") from error
