# SPDX-License-Identifier: Apache-2.0
"""Pages that CPUs keep for themselves, and what an allocation from CMA must do about them."""

import numpy as np
import pytest

from dmasan.linux.errors import Interrupted
from dmasan.linux.pcp import HIGH


def test_a_cpu_hands_out_first_what_it_freed_last(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    first, second = (world.run(kernel.movable.anonymous(2)) for _ in range(2))
    mine, last = first.pages.copy(), second.pages.copy()
    world.run(kernel.movable.free(first))
    world.run(kernel.movable.free(second))
    assert kernel.pcp.held[mine].all()
    with kernel.on(1):
        other = kernel.allocator.movable(4)  # another CPU has them not
        assert not np.isin(other, [*mine, *last]).any()
        kernel.frames.release(other)
    hot = kernel.allocator.movable(2)
    assert hot.tolist() == last[::-1].tolist()
    kernel.frames.release(hot)
    kernel.frames.check()


def test_a_list_has_an_end(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    for user in [world.run(kernel.movable.anonymous(100)) for _ in range(3)]:
        world.run(kernel.movable.free(user))
    assert 0 < kernel.pcp.held.sum() <= HIGH
    kernel.frames.check()


def test_memory_that_others_keep_is_drained_before_it_is_missing(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    user = world.run(kernel.movable.page_cache(64))
    world.run(kernel.movable.free(user))
    with kernel.on(1):
        assert kernel.allocator.movable(kernel.frames.free_count()).size
    assert not kernel.pcp.held.any()


def test_cma_drains_the_cpus(make) -> None:
    world = make("double_map", cpus=2)
    kernel = world.kernel
    users = world.run(kernel.movable.fill(kernel.cma.first, 16))
    with kernel.on(1):
        for user in users:
            world.run(kernel.movable.free(user))
    assert kernel.pcp.held[kernel.cma.first]
    assert world.run(kernel.cma.alloc(8, "frame")) == kernel.cma.first
    assert kernel.counters.pcp_drains == 1 and not kernel.pcp.held.any()
    kernel.frames.check()


def test_a_fatal_signal_ends_an_allocation_for_good(make) -> None:
    world = make("double_map")
    kernel = world.kernel
    world.run(kernel.movable.fill(kernel.cma.first, 64))
    kernel.fatal_signal = True
    with pytest.raises(Interrupted, match="alloc failed, req-size: 8 pages, ret: -4"):
        world.run(kernel.cma.alloc(8, "frame"))
    assert not kernel.cma.bitmap.any() and kernel.counters.cma_retries == 0
    kernel.frames.check()
    kernel.fatal_signal = False
    assert world.run(kernel.cma.alloc(8, "frame")) == kernel.cma.first
