"""What a machine cannot do to the class: keep a Run, come again after it was set aside, bear another's name."""

import pytest

from assignment.fixable import FixableError
from grader.cluster.desk import LATE
from grader.cluster.machine import TRANSFER_SECONDS
from grader.driver.executors import MachineError
from grader.driver.run_job import SPARE_SECONDS
from tests.grader.cluster.conftest import SMALL, Staffed, make_hello
from tests.grader.cluster.test_desk import put, take


def test_machine_that_was_set_aside_does_not_come_again_under_another_name(staffed: Staffed) -> None:
    broken = staffed.desk.enter(make_hello("gpu1"), "10.0.0.7")
    staffed.desk.be_ready(broken)
    for student in ("b01", "b02"):
        put(staffed, student)
        staffed.desk.fail(broken, take(staffed, broken), "CUDA error 999")
    staffed.desk.leave(broken, "stopped")
    with pytest.raises(FixableError, match=r"other: a machine from 10\.0\.0\.7 was set aside: CUDA error 999; "):
        staffed.desk.enter(make_hello("other"), "10.0.0.7")
    assert (
        staffed.desk.enter(make_hello("gpu1"), "10.0.0.8").is_usable is False
    )  # not yet: its course is to be compared


def test_job_that_ended_for_want_of_time_may_come_again(staffed: Staffed) -> None:
    machine = staffed.come("gpu1")
    put(staffed, "b01")
    assert staffed.desk.take(machine, 0, 1.0) is None
    staffed.desk.leave(machine, LATE)
    assert staffed.come("gpu1").is_usable


def test_machine_that_only_beats_does_not_keep_a_run(staffed: Staffed) -> None:
    holder, parcel = staffed.come("gpu1"), put(staffed, "b01")
    future, ticket = staffed.desk.futures["b01"], take(staffed, holder)
    limit = SMALL.notebook_seconds + SPARE_SECONDS + TRANSFER_SECONDS
    staffed.clock.now += limit - 1
    assert staffed.desk.find(holder.key) is holder
    staffed.desk.sweep()
    assert not future.done()
    holder.forgive(5)  # the driver stood still for so long
    staffed.clock.now += 5
    staffed.desk.sweep()
    assert not future.done()
    staffed.clock.now += 2
    assert staffed.desk.find(holder.key) is holder
    staffed.desk.sweep()
    error = future.exception(0)
    assert isinstance(error, MachineError)
    assert not error.counts
    assert staffed.desk.list_dropped(holder, [ticket]) == [ticket]
    assert parcel.is_ordered()


def test_two_workers_of_one_host_have_two_names(staffed: Staffed) -> None:
    assert len({staffed.come("gpu1").name for _ in range(4)}) == 4
