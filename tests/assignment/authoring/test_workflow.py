"""The workflow of a course's own repository: it starts what is there, keeps tokens to itself, and loses no part."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from assignment.authoring.skeleton import Beginning, create_course
from assignment.authoring.workflow import WORKFLOWS, add_workflow, make_workflow
from assignment.fixable import FixableError
from grader.commands.main import main, make_parser
from tests.assignment.authoring.pictures.photographs import TITLE
from tests.courses import begin_course
from tests.test_workflows import PINNED
from tests.test_workflows import WORKFLOWS as OURS

VERBS = {
    *("course fetch", "course check", "questions check"),
    *("questions recheck", "questions mutate", "questions stability"),
}
VALUES = {"SHARD": "2/4", "HW9_DEVICE": "cuda", "CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "8"}
COMMAND = re.compile(r"\S*/bin/hw9 (.*?)(?: \|\| code=1)?$", re.MULTILINE)
LONGEST = 360  # minutes of a hosted job
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
every_kind = pytest.mark.parametrize("kind", list(WORKFLOWS))


@pytest.fixture(scope="module")
def github() -> dict[str, Any]:
    its: dict[str, Any] = yaml.safe_load(make_workflow("github", "bakery"))
    return its


@pytest.fixture(scope="module")
def gitlab() -> dict[str, Any]:
    its: dict[str, Any] = yaml.safe_load(make_workflow("gitlab", "bakery"))
    return its


def list_lines(kind: str) -> Iterator[str]:
    """Yield what the shell is given, by whichever job."""
    data = yaml.safe_load(make_workflow(kind, "bakery"))
    if kind == "github":
        yield from (step["run"] for job in data["jobs"].values() for step in job["steps"] if "run" in step)
    else:
        yield from data["default"]["before_script"]
        yield from (line for job in data.values() if isinstance(job, dict) for line in job.get("script", ()))


def parse_command(words: str) -> str:
    """Return the verb of a command, read by the program's own parser with the variables filled in."""
    for name, value in VALUES.items():
        words = words.replace(f"${name}", value)
    assert "$" not in words
    options = make_parser().parse_args(shlex.split(words))
    return f"{options.verb} {getattr(options, f'{options.verb}_verb')}"


@every_kind
def test_every_command_is_one_that_hw9_has(kind: str) -> None:
    commands = [found for line in list_lines(kind) for found in COMMAND.findall(line)]
    assert len(commands) == sum(line.count("/bin/hw9") for line in list_lines(kind))
    assert {parse_command(words) for words in commands} == VERBS
    with pytest.raises(SystemExit):
        parse_command(commands[-1].replace("--cache", "--keep"))


@every_kind
def test_token_stands_in_no_command(kind: str) -> None:
    assert [line for line in list_lines(kind) if re.search(r"token|secret|\$\{\{", line, re.IGNORECASE)] == []


def test_secret_is_given_to_the_step_that_fetches_under_its_own_name_alone(github: dict[str, Any]) -> None:
    assert make_workflow("github", "bakery").count("secrets.") == 2
    for job in github["jobs"].values():
        assert "env" not in job
        (fetching,) = (step for step in job["steps"] if step.get("env", {}).keys() & {"HW9_FETCH_TOKEN", "HF_TOKEN"})
        assert fetching["env"] == {name: f"${{{{ secrets.{name} }}}}" for name in ("HW9_FETCH_TOKEN", "HF_TOKEN")}
        assert COMMAND.findall(fetching["run"]) == ["course fetch"]


def test_github_may_read_and_no_more_and_takes_each_action_at_one_commit(github: dict[str, Any]) -> None:
    assert github["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in github[True]  # YAML reads `on` as true
    text = make_workflow("github", "bakery")
    lines = [line.strip().removeprefix("- ") for line in text.splitlines() if "uses:" in line]
    assert [line for line in lines if not PINNED.fullmatch(line)] == []
    ours = "".join(path.read_text() for path in OURS)
    shared = [line for line in lines if line.partition("@")[0] in ours]
    assert len(shared) >= 2
    assert [line for line in shared if line not in ours] == []  # those that we keep up to date
    checkouts = [step for job in github["jobs"].values() for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_no_fork_reaches_the_authors_machine_and_every_job_ends(github: dict[str, Any]) -> None:
    jobs = github["jobs"]

    def is_guarded(name: str) -> bool:
        needs = jobs[name].get("needs", [])
        before = [needs] if isinstance(needs, str) else needs
        return "head.repo.full_name == github.repository" in jobs[name].get("if", "") or any(map(is_guarded, before))

    assert [name for name in jobs if not is_guarded(name)] == []
    assert all(0 < job["timeout-minutes"] <= LONGEST for job in jobs.values())


def test_job_that_runs_out_of_time_has_kept_what_it_computed(github: dict[str, Any]) -> None:
    for name in ("recheck", "mutate", "stability"):
        job = github["jobs"][name]
        (long,) = (step for step in job["steps"] if "timeout-minutes" in step)
        assert long["timeout-minutes"] < job["timeout-minutes"] - 20
        restore, save = (step for step in job["steps"] if re.search("cache/(restore|save)", step.get("uses", "")))
        assert save["if"] == "always()"
        assert save["with"]["key"].startswith(restore["with"]["restore-keys"])
        assert restore["with"]["path"] == save["with"]["path"] == long["run"].split("--cache ")[1]


def test_every_part_is_computed_once_and_gathered(github: dict[str, Any], gitlab: dict[str, Any]) -> None:
    for name in ("mutate", "stability"):
        job = github["jobs"][name]
        shards = job["strategy"]["matrix"]["shard"]
        assert shards == list(
            range(1, max(2, len(shards)) + 1)
        )  # the whole would be judged, and failing hand on nothing
        assert [step["env"]["SHARD"] for step in job["steps"] if "SHARD" in step.get("env", {})] == [
            "${{ matrix.shard }}/${{ strategy.job-total }}"
        ]
        assert "--shard" in str(gitlab[name]["script"])
        assert gitlab[name]["artifacts"]["paths"] == [".hw9/reruns"]
    assert len(github["jobs"]["mutate"]["strategy"]["matrix"]["shard"]) == 4
    assert set(github["jobs"]["judge"]["needs"]) == set(gitlab["judge"]["needs"]) == {"mutate", "stability"}
    (taken,) = (step["with"] for step in github["jobs"]["judge"]["steps"] if "download" in step.get("uses", ""))
    uploads = [
        step["with"]
        for job in github["jobs"].values()
        for step in job["steps"]
        if step.get("with", {}).get("retention-days")
    ]
    assert len(uploads) == 3
    assert all(one["name"].startswith(taken["pattern"].rstrip("*")) for one in uploads)
    judged = [line for line in list_lines("github") if "--write" in line]
    assert len(judged) == 2
    assert not any("--shard" in line for line in judged)


@pytest.mark.slow
@every_kind
def test_ci_would_take_the_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / WORKFLOWS[kind]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(make_workflow(kind, "bakery"), encoding="utf-8")
    tools = Path(sys.executable).parent
    commands = [[tools / "check-jsonschema", "--builtin-schema", SCHEMAS[kind], path]]
    commands += [[tools / "zizmor", "--offline", "--quiet", path]] if kind == "github" else []
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@every_kind
def test_new_course_has_its_workflow_beside_what_it_had(kind: str, tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    create_course(tmp_path / "with" / "bakery", Beginning(TITLE, date(2027, 1, 2), kind))
    create_course(tmp_path / "bakery", Beginning(TITLE, date(2027, 1, 2)))
    files = {
        name: {str(path.relative_to(tmp_path / name)) for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("with/bakery", "bakery")
    }
    assert files["with/bakery"] == {WORKFLOWS[kind], *files["bakery"]}
    written = (tmp_path / "with" / "bakery" / WORKFLOWS[kind]).read_text(encoding="utf-8")
    assert written == make_workflow(kind, "bakery")
    assert "$name" not in written


@every_kind
def test_workflow_joins_a_course_and_overwrites_none(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = begin_course(tmp_path / "bakery")
    for _ in range(2):
        assert main(["course", "ci", kind, "--course", str(folder)]) == 0
    path = folder / WORKFLOWS[kind]
    assert "next: push this folder as a private repository" in capsys.readouterr().out
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FixableError, match=r"is there and is another, yours perhaps; expected none"):
        add_workflow(folder, kind)
    assert path.read_text(encoding="utf-8") == "mine"
