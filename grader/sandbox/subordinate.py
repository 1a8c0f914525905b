"""Subordinate ids: as an ordinary user, a user namespace whose root we are, so that each cage has a user of its own.

The system gives them out in /etc/subuid and /etc/subgid; newuidmap, of the package uidmap, maps them. A worker that is
started in such a namespace does as root does, and its cages' users are nobody else's on the machine.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from assignment.course import VARIABLE, Course
from grader.sandbox.cgroup import open_group

ENTER = ("unshare", "--user", "--map-root-user", "--map-auto", "--")
# Prints which kind of group there is, where cages work and every file of the course can be read by their users.
TRY = """from assignment.course import open_course
from grader.sandbox.cgroup import open_group
from grader.sandbox.check import check_cage, check_readable
check_readable(open_course())
check_cage()
group = open_group("trial", 64, 1)
group.close()
print(group.kind)"""


def has_own_users(course: Course) -> bool:
    """Tell whether workers can be started behind ENTER, with cages and a memory group as good as without it."""
    if os.getuid() == 0 or not shutil.which("newuidmap"):
        return False
    packages = str(Path(__file__).resolve().parents[2])
    folder = "" if course.embedded else str(course.folder)
    environment = {**os.environ, "PYTHONPATH": packages, VARIABLE: folder}
    command = [*ENTER, sys.executable, "-P", "-c", TRY]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    if done.returncode != 0:
        return False
    group = open_group("trial", 64, 1)
    group.close()
    return done.stdout.strip() == group.kind
