"""The desk: a Run is one machine's at a time and goes elsewhere where that fails; no such fault is a student's."""

import errno
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest

from assignment.fixable import FixableError
from grader.cluster.desk import LATE, SPARE_SECONDS
from grader.cluster.machine import Device, Machine, Place
from grader.cluster.parcel import Parcel
from grader.driver.event import MachineLeft, Noted, Placed
from grader.driver.executors import MachineError
from grader.runs.folder import begin_attempt
from grader.runs.job import take_back
from grader.runs.result import RunResult, load_result
from tests.grader.cluster.conftest import SMALL, Staffed, make_hello, open_ordered_parcel


def put(staffed: Staffed, student: str) -> Parcel:
    parcel = open_ordered_parcel(staffed.runs, student)
    staffed.desk.put(parcel)
    return parcel


def take(staffed: Staffed, machine: Machine, place: int = 0) -> str:
    taken = staffed.desk.take(machine, place)
    assert taken is not None
    return taken[0]


def make_result(parcel: Parcel) -> RunResult:
    return RunResult(
        student=parcel.student, word="ran", started_at=datetime.now(UTC), notebook_sha256=parcel.handin_sha256
    )


def test_run_is_given_to_one_machine_at_a_time(staffed: Staffed) -> None:
    first, second = staffed.come("gpu1"), staffed.come("gpu2")
    put(staffed, "b01")
    assert staffed.desk.take(first, 0) is not None
    assert staffed.desk.take(second, 0) is None


def test_place_holds_one_run_and_there_are_as_many_as_the_machine_said(staffed: Staffed) -> None:
    machine = staffed.come(places=2)
    for student in ("b01", "b02", "b03", "b04"):
        put(staffed, student)
    assert staffed.desk.count_places() == 2
    assert staffed.desk.take(machine, 0) is not None
    assert staffed.desk.take(machine, 0) is None
    assert staffed.desk.take(machine, 1) is not None
    assert staffed.desk.take(machine, 2) is None


def test_machine_takes_nothing_before_its_course_was_compared(staffed: Staffed) -> None:
    machine = staffed.desk.enter(make_hello())
    put(staffed, "b01")
    assert staffed.desk.take(machine, 0) is None
    assert staffed.desk.count_places() == 0


def test_result_ends_the_wait_and_stands_in_the_run(staffed: Staffed) -> None:
    machine, parcel = staffed.come(), put(staffed, "b01")
    future = staffed.desk.futures["b01"]
    ticket = take(staffed, machine)
    assert staffed.desk.accept(machine, ticket, make_result(parcel))
    assert future.result(0) is None
    found = load_result(parcel.folder)
    assert found is not None
    assert found.word == "ran"
    assert machine.has_free(0)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyError("a fault of ours")])
def test_result_that_cannot_be_put_into_place_ends_the_wait_and_is_named(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    machine, parcel = staffed.come(), put(staffed, "b01")
    future, ticket = staffed.desk.futures["b01"], take(staffed, machine)
    monkeypatch.setattr("grader.cluster.parcel.commit_result", Mock(side_effect=error))
    assert not staffed.desk.accept(machine, ticket, make_result(parcel))
    ended = future.exception(0)
    assert isinstance(ended, MachineError)
    assert not ended.counts
    assert "gpu1: its result could not be put into place: " in str(ended)
    assert machine.has_free(0)
    assert machine.faults == ([] if isinstance(error, OSError) else ["b01"])  # the driver's full disk blames no machine
    assert any("b01: gpu1: its result could" in one.text for one in staffed.desk.news if isinstance(one, Noted))


def test_silent_machine_is_let_go_and_its_run_goes_to_another(staffed: Staffed) -> None:
    first = staffed.come("gpu1")
    parcel = put(staffed, "b01")
    future, ticket = staffed.desk.futures["b01"], take(staffed, first)
    staffed.clock.now += staffed.desk.pace.gone - 1
    staffed.desk.sweep()
    assert not future.done()
    staffed.clock.now += 2
    staffed.desk.sweep()
    error = future.exception(0)
    assert isinstance(error, MachineError)
    assert not error.counts
    assert "gpu1: not a word for 21 s" in str(error)
    assert staffed.desk.find(first.key) is None  # when it wakes up it is told so
    second = staffed.come("gpu2")
    staffed.desk.put(parcel)
    assert take(staffed, second) != ticket


def test_broken_connection_leaves_a_machine_less_time(staffed: Staffed) -> None:
    machine = staffed.come()
    staffed.desk.hurry(machine.key)
    staffed.clock.now += staffed.desk.pace.broken + 0.1
    staffed.desk.sweep()
    assert not staffed.desk.machines
    assert staffed.desk.news[-1] == MachineLeft("gpu1", "its connection broke", 0.0, 0)
    again = staffed.come()
    staffed.desk.hurry(again.key)
    assert staffed.desk.find(again.key) is again  # it spoke again in time
    staffed.clock.now += staffed.desk.pace.broken + 0.1
    staffed.desk.sweep()
    assert staffed.desk.machines


def test_run_does_not_go_back_to_the_machine_that_failed_it_while_there_is_another(staffed: Staffed) -> None:
    first, second = staffed.come("gpu1"), staffed.come("gpu2")
    parcel = put(staffed, "b01")
    staffed.desk.fail(first, take(staffed, first), "its disk is full")
    staffed.desk.put(parcel)
    assert staffed.desk.take(first, 0) is None
    staffed.desk.leave(second, "stopped")
    assert staffed.desk.take(first, 0) is not None  # there is no other


def test_machine_with_two_faults_in_a_row_is_set_aside_and_named(staffed: Staffed) -> None:
    broken, sound = staffed.come("gpu1"), staffed.come("gpu2")
    for student in ("b01", "b02"):
        put(staffed, student)
        staffed.desk.fail(broken, take(staffed, broken), "CUDA error 999")
    assert not broken.is_usable
    assert staffed.desk.count_places() == 1
    put(staffed, "b03")
    assert staffed.desk.take(broken, 0) is None
    assert staffed.desk.take(sound, 0) is not None
    said = [one.text for one in staffed.desk.news if isinstance(one, Noted)]
    assert said == ["gpu1 is set aside: 2 faults in a row: CUDA error 999"]


def test_one_hand_in_alone_does_not_set_a_machine_aside(staffed: Staffed) -> None:
    machine = staffed.come()
    parcel = put(staffed, "b01")
    for _ in range(3):
        staffed.desk.fail(machine, take(staffed, machine), "it ended without a word")
        staffed.desk.put(parcel)
    assert machine.is_usable


@pytest.mark.parametrize(
    ("proved", "ours", "counts"), [(False, False, False), (True, False, True), (True, True, False)]
)
def test_fault_is_laid_to_a_notebook_only_where_its_machine_had_proved_sound(
    staffed: Staffed, proved: bool, ours: bool, counts: bool
) -> None:
    machine = staffed.come()
    if proved:
        good = put(staffed, "b00")
        staffed.desk.accept(machine, take(staffed, machine), make_result(good))
    put(staffed, "b01")
    future = staffed.desk.futures["b01"]
    staffed.desk.fail(machine, take(staffed, machine), "it ended without a word", ours=ours)
    error = future.exception(0)
    assert isinstance(error, MachineError)
    assert error.counts is counts


def test_order_that_was_taken_back_is_ended_and_its_late_result_does_not_count(staffed: Staffed) -> None:
    machine, parcel = staffed.come(), put(staffed, "b01")
    ticket = take(staffed, machine)
    take_back(parcel.folder)
    assert not parcel.commit(make_result(parcel))
    assert load_result(parcel.folder) is None
    assert staffed.desk.list_dropped(machine, [ticket]) == [ticket]
    assert machine.has_free(0)


def test_order_that_cannot_be_read_just_now_is_not_ended(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = staffed.come()
    put(staffed, "b01")
    ticket = take(staffed, machine)
    monkeypatch.setattr("grader.runs.job.read_file", Mock(side_effect=OSError(errno.EMFILE, "Too many open files")))
    assert staffed.desk.list_dropped(machine, [ticket]) == []
    monkeypatch.setattr("grader.runs.job.read_file", Mock(side_effect=FileNotFoundError(errno.ENOENT, "gone")))
    assert staffed.desk.list_dropped(machine, [ticket]) == [ticket]


def test_first_of_two_results_counts(staffed: Staffed) -> None:
    parcel = open_ordered_parcel(staffed.runs, "b01")
    assert parcel.commit(make_result(parcel))
    assert not parcel.commit(make_result(parcel).model_copy(update={"word": "failed"}))
    found = load_result(parcel.folder)
    assert found is not None
    assert found.word == "ran"


def test_order_that_got_lost_on_the_way_goes_to_another(staffed: Staffed) -> None:
    machine = staffed.come()
    put(staffed, "b01")
    future = staffed.desk.futures["b01"]
    take(staffed, machine)
    assert staffed.desk.list_dropped(machine, []) == []  # it may still be on its way
    staffed.clock.now += staffed.desk.pace.gone + 1
    staffed.desk.list_dropped(machine, [])
    assert isinstance(future.exception(0), MachineError)


def test_machine_without_the_time_for_a_notebook_takes_none(staffed: Staffed) -> None:
    machine = staffed.come()
    put(staffed, "b01")
    needed = SMALL.notebook_seconds + SPARE_SECONDS
    assert staffed.desk.take(machine, 0, needed - 1) is None
    assert machine.aside == LATE
    other = staffed.come("gpu2")
    assert staffed.desk.take(other, 0, needed + 1) is not None


def test_places_that_do_not_fit_the_class_are_not_used(staffed: Staffed) -> None:
    staffed.desk.kind, staffed.desk.memory_mib = "cuda", 30_000
    small, large = (Place(device=Device(uuid=f"GPU-{n}", name="A", memory_mib=n, driver="1"), memory_mib=n)
                    for n in (20_000, 40_000))  # fmt: skip
    hello = make_hello().model_copy(update={"places": (small, large, Place())})
    machine = staffed.desk.enter(hello)
    staffed.desk.be_ready(machine)
    put(staffed, "b01")
    assert staffed.desk.count_places() == 1
    assert staffed.desk.take(machine, 0) is None
    assert staffed.desk.take(machine, 1) is not None
    device = machine.find_device(1)
    assert device is not None
    assert device.uuid == "GPU-40000"
    with pytest.raises(FixableError, match="gpu1: none of its places fits; expected one as the class asks: cuda, 30"):
        staffed.desk.enter(make_hello())


def test_one_machine_more_than_asked_for_is_refused(staffed: Staffed) -> None:
    staffed.desk.most = 1
    staffed.come()
    with pytest.raises(FixableError, match=r"gpu2: one machine too many; expected at most 1 \(--max-workers\)"):
        staffed.desk.enter(make_hello("gpu2"))


def test_other_package_is_refused_by_name_and_version(staffed: Staffed) -> None:
    with pytest.raises(FixableError, match=r"gpu1: numpy 1\.0; expected \d"):
        staffed.desk.enter(make_hello(numpy="1.0"))


def test_class_without_any_machine_is_given_up_and_says_who_was_set_aside(staffed: Staffed) -> None:
    broken = staffed.come("gpu1")
    for student in ("b01", "b02"):
        put(staffed, student)
        staffed.desk.fail(broken, take(staffed, broken), "no disk")
    assert staffed.desk.count_places() == 0
    staffed.clock.now += staffed.desk.pace.nobody + 1
    with pytest.raises(FixableError, match=r"no worker for 1801 s .gpu1 is set aside: no disk.; expected one"):
        staffed.desk.count_places()


def test_news_say_where_each_run_is_and_how_long_a_machine_was_busy(staffed: Staffed) -> None:
    machine, parcel = staffed.come("gpu1"), put(staffed, "b01")
    ticket = take(staffed, machine)
    staffed.clock.now += 12
    staffed.desk.accept(machine, ticket, make_result(parcel))
    staffed.desk.leave(machine, "stopped")
    assert Placed("b01", "gpu1", 0) in staffed.desk.news
    assert MachineLeft("gpu1", "stopped", 12.0, 1) in staffed.desk.news


def test_attempt_of_a_result_must_be_that_of_the_order(staffed: Staffed) -> None:
    parcel = open_ordered_parcel(staffed.runs, "b01")
    begin_attempt(parcel.folder)
    later = replace(parcel, job=parcel.job.model_copy(update={"attempt": 2}))
    data = make_result(parcel).model_dump_json().encode()
    assert parcel.check_result(data).word == "ran"
    with pytest.raises(FixableError, match=r"result\.json: attempt: 1; expected 2"):
        later.check_result(data)
