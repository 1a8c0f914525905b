"""The arrays that a student's Run saved, read as files that are not trusted."""

import os
from pathlib import Path

from assignment.agreement.agree import GroupArrays, group_path, take_group
from assignment.outputs import Outputs
from grader.files.untrusted import read_untrusted


def read_group(work: Path, group: str, canonical: Outputs, *, most: int) -> GroupArrays:
    """Return what a student's `work` folder holds of a group; never raises on what a hostile notebook left there.

    most: the bytes that a course allows a group, packed and unpacked.
    """
    place = group_path(group)
    if not os.path.lexists(work / place):
        return GroupArrays({}, "missing")
    return take_group(lambda: read_untrusted(work, place, most), group, canonical, most=most)
