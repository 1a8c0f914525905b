"""What all jobs of a class have in common."""

from pathlib import Path

from assignment.assignment import Limits
from assignment.course import Course
from grader.driver.slot import Slot, make_font_list, share_threads
from grader.runs.job import Job, order_course
from grader.sandbox.subordinate import has_own_users


def make_job(
    handins: Path,
    runs: Path,
    slots: tuple[Slot, ...],
    course: Course,
    limits: Limits,
    *,
    sandbox: bool,
    keep_going: bool,
    without_memory_group: bool,
) -> Job:
    """Return what all jobs of a class have in common; without slots they are carried out on other machines."""
    fonts = make_font_list(runs / ".fonts")
    return Job(
        course=order_course(course),
        limits=limits,
        sandbox=sandbox,
        keep_going=keep_going,
        without_memory_group=without_memory_group,
        subordinate=bool(sandbox and slots and not any(slot.gpu for slot in slots) and has_own_users(course)),
        threads=share_threads(len(slots) or 1),
        fonts=fonts.resolve() if fonts else None,
        hidden=(handins.resolve(), runs.resolve(), *(() if course.embedded else (course.folder,))),
    )
