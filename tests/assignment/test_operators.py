"""torchvision beside whatever torch there is, in fresh processes: once imported, it stays so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BERT, VISION = "from transformers import BertForMaskedLM", "from torchvision.models import feature_extraction, resnet18"
COUNT = "import torch; print(sum('torchvision::' in str(s.name) for s in torch._C._jit_get_all_schemas()))"


def run(*lines: str, first: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run lines after `import assignment` in a fresh process; packages in `first` come before the installed ones."""
    paths = [str(part) for part in (first, ROOT) if part] + [os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(("import assignment", *lines))],
        check=False, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip


def write_torchvision(folder: Path, text: str) -> Path:
    (folder / "torchvision").mkdir()
    (folder / "torchvision" / "__init__.py").write_text(text)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("lines", [(BERT, VISION), (VISION, BERT)])
def test_transformers_and_torchvision_import_beside_each_other_in_both_orders(lines: tuple[str, str]) -> None:
    found = run(*lines, "from torchvision.transforms import v2")
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.slow
def test_torchvision_that_imports_by_itself_is_left_alone(tmp_path: Path) -> None:
    found = run("import torchvision", COUNT, first=write_torchvision(tmp_path, "import torch"))
    assert (found.stdout, found.stderr) == ("0\n", "")


@pytest.mark.slow
def test_operators_are_declared_for_a_torchvision_that_misses_them(tmp_path: Path) -> None:
    needs = "import torch\n@torch.library.register_fake('torchvision::nms')\ndef nms(dets, scores, threshold): ..."
    found = run("import torchvision", COUNT, first=write_torchvision(tmp_path, needs))
    assert (found.stdout, found.stderr) == ("2\n", "")


def test_torchvision_that_fails_for_another_reason_says_so(tmp_path: Path) -> None:
    found = run("import torchvision", first=write_torchvision(tmp_path, "raise RuntimeError('broken wheel')"))
    assert found.stderr.endswith("RuntimeError: broken wheel\n")


def test_nothing_heavy_is_imported_until_torchvision_is() -> None:
    assert run("import sys", "print('torch' in sys.modules)").stdout == "False\n"
