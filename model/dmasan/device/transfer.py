# SPDX-License-Identifier: Apache-2.0
"""Moves the data of a job: rows, chunks, bursts; source bytes wait in the chunk until a write burst has all its own."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np

from dmasan.device.bus import Bus
from dmasan.device.channel import Channel, Chunk, Config, Fault, Job, Posted
from dmasan.device.registers import Kind, Op
from dmasan.device.split import bursts, chunk_length
from dmasan.events import BurstKind


class Step(NamedTuple):
    """The next data burst of a job: `size` bytes at `start` of its chunk."""

    write: bool
    start: int
    size: int


def next_step(job: Job, config: Config, beat: int) -> Step | None:
    """A write burst whose data is complete, else the next read burst; begins chunks. None: the job is all issued."""
    while True:
        chunk = job.chunk
        if chunk is None:
            if job.cut:
                return None
            job.chunk = chunk = begin_chunk(job, config, beat)
        if chunk.next_write < len(chunk.writes):
            start, size = chunk.writes[chunk.next_write]
            if start + size <= chunk.ready:
                return Step(True, start, size)
        if chunk.next_read < len(chunk.reads):
            return Step(False, *chunk.reads[chunk.next_read])
        job.chunk = None


def begin_chunk(job: Job, config: Config, beat: int) -> Chunk:
    """Cuts the next chunk off the job's current row, and its bursts on both sides."""
    d = job.descriptor
    source = d.src + job.row * d.src_stride + job.offset
    destination = d.dst + job.row * d.dst_stride + job.offset
    size = chunk_length(source if d.op == Op.SINK else destination, d.length - job.offset, config.page)
    chunk = Chunk(source, destination, np.empty(0, np.uint8))
    if d.op == Op.FILL:
        pattern = np.frombuffer(config.fill.to_bytes(4, "little"), np.uint8)
        chunk.data, chunk.ready = np.resize(np.roll(pattern, -(job.offset % 4)), size), size
    else:
        most = 1 if config.device_single and job.source.device else config.max_beats
        chunk.data, chunk.reads = np.empty(size, np.uint8), bursts(source, size, beat, most, config.page)
    if d.op != Op.SINK:
        most = 1 if config.device_single and job.destination.device else config.max_beats
        chunk.writes = bursts(destination, size, beat, most, config.page)
    job.offset += size
    if job.offset >= d.length:
        job.row, job.offset = job.row + 1, 0
    return chunk


def read_data(bus: Bus, channel: Channel, job: Job, step: Step) -> int:
    """Issues a read burst and keeps its bytes, up to the first failed beat, which `job.fault` names. Returns its beats."""
    chunk = job.chunk
    assert chunk is not None
    chunk.next_read += 1
    burst = bus.burst(channel.number, BurstKind.DATA, chunk.source + step.start, step.size, job.index, job.source)
    response, data = bus.read(burst)
    bad = bus.first_error(burst, response)
    if bad is not None:
        job.fault = Fault(Kind.RD, response, bad, job.index, burst.address)
        good = min(max(bad * bus.sizes.beat - burst.address % bus.sizes.beat, 0), step.size)
        chunk.data[step.start : step.start + good] = data[:good]
        chunk.ready = step.start + good
        return bus.beats(burst)
    chunk.data[step.start : step.start + step.size] = data[: step.size]
    chunk.ready = step.start + step.size
    if job.descriptor.op == Op.SINK:
        job.running_digest = zlib.crc32(data[: step.size].tobytes(), job.running_digest)
        if chunk.ready == len(chunk.data):
            job.acknowledged += chunk.ready
            job.digest = job.running_digest
    return bus.beats(burst)


def write_data(bus: Bus, channel: Channel, job: Job, step: Step, cycle: int) -> int:
    """Issues a write burst; its B is due a latency later. Returns the cycles in which nothing else can be issued."""
    chunk = job.chunk
    assert chunk is not None
    chunk.next_write += 1
    burst = bus.burst(
        channel.number, BurstKind.DATA, chunk.destination + step.start, step.size, job.index, job.destination
    )
    response = bus.write(burst, chunk.data[step.start : step.start + step.size])
    beats = bus.beats(burst)
    channel.posted.append(Posted(cycle + beats + bus.sizes.latency, burst, response, step.size, job))
    # The beats of a copy go out while the next read burst comes in.
    return beats if job.descriptor.op == Op.FILL else 1
