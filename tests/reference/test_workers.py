"""Workers share out a batch."""

import pytest
import torch
from torch import Tensor

from reference.workers import map_parts


@pytest.mark.parametrize("threads", [1, 2])
def test_parts_come_back_in_their_order_and_one_thread_works_on_each(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = map_parts(lambda x: (float(x), torch.get_num_threads()), torch.arange(20.0))
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert found == [(float(k), 1) for k in range(20)]


def test_error_in_a_worker_is_raised() -> None:
    def fail(x: Tensor) -> Tensor:
        raise KeyError(int(x))

    with pytest.raises(KeyError):
        map_parts(fail, torch.arange(4))
