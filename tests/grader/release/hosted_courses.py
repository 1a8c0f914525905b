"""Courses whose files a hosted notebook brings, and their set-up cells: for the tests of both."""

import json
from pathlib import Path

import yaml

from assignment.course import Course
from grader.release.hosted import HOSTED_NAME
from grader.release.notebook import build_notebook
from questions.bank import load_bank
from tests.assignment.fetch.served import to_entry
from tests.courses import change_settings, make_harbour

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ZIP, MODEL = f"/{HOSTED_NAME}", f"/school/food-cnn/resolve/{COMMIT}/cnn.safetensors"
HUB = {"repository": "school/food-cnn", "file": "cnn.safetensors", "revision": COMMIT}


def make_hosted(folder: Path, address: str) -> Course:
    """Make a course with an address, one file of which a hub has."""
    made = make_harbour(folder)
    net = to_entry("net.safetensors", (made.folder / "net.safetensors").read_bytes(), hub=HUB)
    write_lock(made, net)
    return host(made, address)


def write_lock(course: Course, *entries: object) -> None:
    """Write the lock of a course."""
    (course.folder / "lock.yaml").write_text(yaml.safe_dump({"assets": list(entries)}), encoding="utf-8")


def host(course: Course, address: str, **more: str) -> Course:
    """Give a course an address."""
    return change_settings(course, hosted={"address": address, **more})


def find_setup(course: Course) -> str:
    """Return the source of the set-up cell in a course's notebook."""
    cells = json.loads(build_notebook(load_bank(course), course))["cells"]
    found: str = next(cell["source"] for cell in cells if cell["metadata"].get("hw9", {}).get("name") == "setup")
    return found
