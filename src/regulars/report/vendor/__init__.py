"""Foreign code that reports carry within, unmodified, with its licence and its sum."""

import hashlib
from functools import cache
from importlib import resources

from regulars.errors import StorageError

__all__ = ["ECHARTS_VERSION", "read_echarts"]

ECHARTS_VERSION = "6.1.0"
_FILE = "echarts.common.min.js"


@cache
def read_echarts() -> str:
    """Apache ECharts (the build `common`: lines, bars, dots), checked against its sum."""
    folder = resources.files("regulars.report.vendor") / "echarts"
    content = (folder / _FILE).read_bytes()
    sums = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    expected = next(line.split()[0] for line in sums if line.endswith(_FILE))
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise StorageError(
            en=f"{_FILE} inside the package regulars is damaged: its sha256 is {found}, "
            f"expected {expected}. Install regulars again.",
            ru=f"Файл {_FILE} внутри пакета regulars повреждён: его sha256 {found}, ожидался "
            f"{expected}. Установите regulars заново.",
        )
    return content.decode("utf-8")
