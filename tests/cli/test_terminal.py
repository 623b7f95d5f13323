"""On a real terminal: stages move; in a shell: names are completed."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from terminal import run_on_a_terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have no such terminals")


@pytest.mark.slow
def test_stages_move_on_a_terminal_and_are_ticked_off(desk):
    rows = "".join(f"{n},{n * 7919 % 90},plan {n % 5}\n" for n in range(60_000))
    desk.write("clients.csv", "customer_id,age,plan\n" + rows)

    code, out, shown = run_on_a_terminal("load", "clients.csv", "-w", "ws", cwd=desk.folder)

    drawn = re.findall(r"Reading clients\.csv", shown)
    assert code == 0
    assert "60000 rows" in out.replace(",", "").replace("\u00a0", "")
    assert len(drawn) > 2  # one line drawn again and again, and not a line a step
    assert "\x1b[" in shown
    assert "✓ Writing to the lake" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert "\x1b[" not in out


def test_an_error_on_a_terminal_is_one_line(desk):
    code, out, shown = run_on_a_terminal("load", "nothing.csv", "-w", "ws", cwd=desk.folder)

    assert (code, out) == (1, "")
    assert "regulars: There is no file 'nothing.csv'" in shown
    assert "Traceback" not in shown


COMPLETE = r"""
source "$1"
COMP_WORDS=($2); [[ "$2" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="$2"; COMP_POINT=${#COMP_LINE}
function=$(complete -p regulars | sed -E 's/.*-F ([^ ]+).*/\1/')
$function regulars "${COMP_WORDS[$COMP_CWORD]}" "${COMP_WORDS[$((COMP_CWORD - 1))]}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def completion(tmp_path_factory):
    """The script that `regulars --install-completion` writes for bash."""
    script = tmp_path_factory.mktemp("completion") / "regulars.bash"
    subprocess.run(
        [sys.executable, "-m", "regulars", "--install-completion", "--shell", "bash", "-o", script],
        env={**os.environ, "HOME": str(script.parent)},
        check=True,
        capture_output=True,
    )
    return script


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("regulars ", {"analyze", "check", "datasets", "demo", "erase", "init", "load"}),
        ("regulars an", {"analyze"}),
        ("regulars load --out", {"--outcome"}),
        ("regulars load --lang ", {"en", "ru"}),
        ("regulars check --format j", {"json"}),
    ],
)
def test_the_shell_completes(completion, line, offered):
    told = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", completion, line],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert offered <= {word.strip() for word in told.splitlines()}
