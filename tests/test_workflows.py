"""The workflows: what a stranger may make our machines do."""

from pathlib import Path

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).parents[1] / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_read_and_no_more(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_fork_and_no_later_push_reaches_our_own_machine(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert "pull_request_target" not in workflow[True]  # YAML reads `on` as true
    own = [job for job in workflow["jobs"].values() if "self-hosted" in job["runs-on"]]
    for job in own:
        assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
        assert "github.event.action == 'labeled'" in job["if"]
