"""The workflows: what a stranger may make our machines do, and that they start what is there.

Their form and their audit are `make workflows`; here stands what is ours to decide.
"""

import os
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def load_jobs(path: Path) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return jobs


def list_steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load_jobs(path).values() for step in job["steps"]]


@every_workflow
def test_workflows_may_read_and_no_more(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}


def test_only_the_job_that_attests_may_write_and_it_runs_no_code_of_ours() -> None:
    writing = {
        (path.name, name): job
        for path in WORKFLOWS
        for name, job in load_jobs(path).items()
        if "write" in job.get("permissions", {}).values()
    }
    assert list(writing) == [("release.yml", "attest")]
    steps = writing["release.yml", "attest"]["steps"]
    assert [step["uses"].partition("@")[0] for step in steps if "uses" in step] == [
        *("actions/download-artifact", "actions/attest", "actions/attest")
    ]
    assert all(step["run"].startswith("gh release create ") for step in steps if "run" in step)


@pytest.mark.sandbox
def test_our_own_machine_runs_a_branch_without_network_files_and_secrets(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a token")
    with socket.create_server(("127.0.0.1", 0)) as server:
        tries = {
            "the network": f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}",
            "a file of the machine": f"cat {tmp_path / 'secret'}",
            "the machine's accounts": "cat /etc/passwd",
            "a variable": 'test -n "$SECRET"',
            "the checkout": f"echo x >> {ROOT}/README.md",
        }
        for what, command in tries.items():
            assert run_caged(command).returncode != 0, what
    assert run_caged(f"cat {ROOT}/README.md && touch build/there && rm build/there && exit 3").returncode == 3


def run_caged(command: str) -> subprocess.CompletedProcess[bytes]:
    words = [str(ROOT / ".ci" / "caged"), "/bin/bash", "-c", command]
    return subprocess.run(words, env={**os.environ, "SECRET": "a token"}, capture_output=True, check=False)


@every_workflow
def test_no_fork_and_no_later_push_reaches_our_own_machine(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert "pull_request_target" not in workflow[True]  # YAML reads `on` as true
    own = [job for job in workflow["jobs"].values() if "self-hosted" in job["runs-on"]]
    for job in own:
        assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
        assert "github.event.action == 'labeled'" in job["if"]


@every_workflow
def test_an_action_is_one_commit_with_its_version_beside_it(path: Path) -> None:
    lines = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_an_action_has_one_version_in_all_workflows() -> None:
    used = {step["uses"] for path in WORKFLOWS for step in list_steps(path) if "uses" in step}
    assert len(used) == len({name.partition("@")[0] for name in used})


@every_workflow
def test_checkout_leaves_no_credentials(path: Path) -> None:
    checkouts = [step for step in list_steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_workflow
def test_every_job_ends(path: Path) -> None:
    assert all(0 < job["timeout-minutes"] <= 60 for job in load_jobs(path).values())


@every_workflow
def test_what_a_workflow_starts_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = [step["run"] for step in list_steps(path) if "run" in step]
    made = {target for command in commands for target in re.findall(r"\bmake ([\w-]+)", command)}
    assert made - targets == set()
    scripts = {name for command in commands for name in re.findall(r"(?<![\w/])\.ci/[\w-]+", command)}
    assert [name for name in scripts if not os.access(ROOT / name, os.X_OK)] == []


def test_ci_runs_the_gate_on_every_python_and_the_quick_part_apart() -> None:
    jobs = load_jobs(ROOT / ".github" / "workflows" / "ci.yml")
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands["quick"][-1] == "make quick"
    assert ".ci/run" in commands["test"]
    assert all("needs" not in job and "if" not in job for job in jobs.values())  # none waits, none is left out
    assert not any("continue-on-error" in step for job in jobs.values() for step in job["steps"])
