"""A cage as it is built: what is bound and covered, what root keeps, and what is said where none can be built."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assignment.assignment import Limits
from assignment.course import open_course
from grader.sandbox import cage
from grader.sandbox import check as cage_check
from grader.sandbox.descriptors import Files
from grader.sandbox.gpu import Gpu

LIMITS = Limits(
    cell_seconds=1,
    notebook_seconds=2,
    cpu_seconds=3,
    memory_mib=4,
    processes=5,
    file_mib=6,
    work_mib=7,
    output_mib=8,
)
FILES = Files((1, 2), 3, 4, 5, 6, 7)
VIEW = cage.View("token", "alice", LIMITS, open_course(), uid=61_003)


def test_gpu_cage_binds_one_device_and_names_it_by_uuid(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = (Path("/dev/nvidiactl"), Path("/dev/nvidia3"))
    monkeypatch.setattr(cage, "list_device_binds", lambda gpu: devices)
    monkeypatch.setattr(
        cage,
        "find_libraries",
        lambda: (Path("/usr/lib/libcuda.so.1"), Path("/lib/libnvidia-ml.so.1"), Path("/opt/driver/libcuda.so.1")),
    )
    argv = cage.to_bubblewrap(replace(VIEW, gpu=Gpu("GPU-7", 3)), FILES)
    text = " ".join(argv)
    assert "--dev-bind /dev/nvidia3 /dev/nvidia3" in text
    assert "--ro-bind /opt/driver/libcuda.so.1 /opt/driver/libcuda.so.1" in text
    assert "/usr/lib/libcuda" not in text  # in view with /usr
    assert "libnvidia-ml" not in text  # /lib is a link into /usr, or is in view itself
    assert "--setenv CUDA_VISIBLE_DEVICES GPU-7 --setenv HW9_DEVICE cuda" in text
    assert "nvidia" not in " ".join(cage.to_bubblewrap(VIEW, FILES))
    assert "MPS" not in text  # it has the whole GPU


def test_cage_that_shares_a_gpu_tells_mps_its_share() -> None:
    its = cage.make_environment(replace(VIEW, gpu=Gpu("GPU-7", 3), gpu_memory_mib=20_000))
    assert its["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] == "0=20000M"  # of the one device that it sees


FREES = """
import resource
for _ in range(30):
    held = [bytes(12 << 20) + b"1" for _ in range(3)]
    del held
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that is told to keep pages")
def test_pages_that_were_freed_are_kept_for_what_comes_next() -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    for environment, least, most in ((plain, 200_000, 10**7), (plain | cage.ALLOCATOR, 0, 50_000)):
        said = subprocess.run([sys.executable, "-c", FREES], env=environment, capture_output=True, check=True).stdout
        assert least <= int(said) <= most
    assert cage.ALLOCATOR.items() <= cage.make_environment(VIEW).items()


@pytest.mark.sandbox
def test_gpu_that_cuda_cannot_use_inside_is_said_before_any_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cage itself must be made, although `ldconfig -p` names libraries through the links /lib and /lib64."""
    found = (*cage.find_libraries(), Path("/lib/libcuda.so.1"), Path("/lib64/libnvidia-ml.so.1"))
    monkeypatch.setattr(cage, "find_libraries", lambda: found)
    with pytest.raises(cage_check.FixableError, match=r"GPU-7: .*(libcuda\.so\.1: cannot|error \d+;).*--device cpu"):
        cage_check.check_cage([Gpu("GPU-7", 0)])


def test_rooms_inside_a_bound_folder_are_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / "site-packages"
    for name in ("assignment", "grader", "questions", "reference", "numpy"):
        (packages / name).mkdir(parents=True)
    monkeypatch.setattr(cage, "PROJECT", packages)
    monkeypatch.setattr(cage, "find_python", lambda: (str(packages),))
    rooms = ("assignment", "grader", "questions", "reference")
    assert cage.list_covers(VIEW) == tuple(packages / name for name in rooms)
    assert cage.list_covers(replace(VIEW, hidden=(packages / "numpy", tmp_path)))[2] == packages / "numpy"


def test_cage_takes_on_the_names_of_calls_before_the_rules_about_arguments() -> None:
    assert "--add-seccomp-fd 1 --add-seccomp-fd 2" in " ".join(cage.to_bubblewrap(VIEW, FILES))


def test_root_keeps_only_what_changing_the_user_needs() -> None:
    argv = cage.to_bubblewrap(VIEW, FILES)
    added = [argv[index + 1] for index, part in enumerate(argv) if part == "--cap-add"]
    assert added == ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"]
    assert cage.to_command(VIEW)[:5] == ["setpriv", "--reuid", "61003", "--regid", "61003"]
    ordinary = replace(VIEW, uid=None)
    assert "--cap-add" not in cage.to_bubblewrap(ordinary, FILES)
    assert "--unshare-user" in cage.to_bubblewrap(ordinary, FILES)
    assert cage.to_command(ordinary)[0] == "/bin/sh"


@pytest.mark.sandbox
def test_missing_bubblewrap_is_said_with_the_way_to_mend_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cage_check.check_cage()  # the control: here it works
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(cage_check.FixableError, match="apt-get install bubblewrap"):
        cage_check.check_cage()


def test_cuda_may_reserve_more_than_it_uses() -> None:
    plain, caged = cage.to_limits(VIEW), cage.to_limits(replace(VIEW, gpu=Gpu("GPU-7", 3)))
    data = [
        int(part.removeprefix("--data=").split(":")[0])
        for parts in (plain, caged)
        for part in parts
        if "--data" in part
    ]
    assert data == [VIEW.limits.memory_mib * 2**20, (VIEW.limits.memory_mib + 4096) * 2**20]


def test_root_that_cannot_reach_its_kernels_is_told_before_students_are_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(cage_check, "find_rights", lambda: ~cage_check.DAC_OVERRIDE)
    with pytest.raises(cage_check.FixableError, match=r"root without CAP_DAC_OVERRIDE.*--cap-add DAC_OVERRIDE"):
        cage_check.check_cage()


def test_rights_of_this_process_are_read() -> None:
    assert os.getuid() != 0 or cage_check.find_rights() & cage_check.DAC_OVERRIDE


def test_settings_that_refuse_namespaces_are_named_with_what_to_ask_for(tmp_path: Path) -> None:
    assert cage_check.list_refusals(tmp_path) == []  # a kernel without them
    values = {
        "user/max_user_namespaces": 96_000,
        "user/max_net_namespaces": 0,
        "kernel/unprivileged_userns_clone": 0,
        "kernel/apparmor_restrict_unprivileged_userns": 1,
    }
    for name, value in values.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{value}\n")
    assert cage_check.list_refusals(tmp_path) == [
        "sysctl -w user.max_net_namespaces=10000 (it is 0)",
        "sysctl -w kernel.unprivileged_userns_clone=1 (it is 0)",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (it is 1)",
    ]


@pytest.mark.parametrize(
    "program", ["bwrap: setting up uid map: Permission denied", "bwrap: No permissions to create new namespace"]
)
def test_refused_bubblewrap_is_said_with_the_way_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = --help ] && echo "--size BYTES" && exit 0\necho {json.dumps(program)} >&2; exit 1\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(cage_check.FixableError, match=r"namespaces.*sysctl -w") as caught:
        cage_check.check_cage()
    assert program in str(caught.value)
