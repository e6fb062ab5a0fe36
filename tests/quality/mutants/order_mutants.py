# SPDX-License-Identifier: Apache-2.0
"""Mutants of the rules about order: doorbells, completions, late barriers, ownership words, what is read ahead."""

from __future__ import annotations

from mutant import Mutant

ORDER = ("tests/unit/sanitizer/test_happens_before.py",)
HB, BELLS = "sanitizer/happens_before.py", "sanitizer/doorbells.py"
LATE, DEVICE = "sanitizer/late.py", "sanitizer/device_rules.py"
RULES, WORDS, CALLS = "sanitizer/order_rules.py", "sanitizer/ownership_words.py", "sanitizer/calls.py"


def _order(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name, file, old, new, ORDER)


ORDER_MUTANTS = (
    _order("the last doorbell releases every job", HB, "release, site, _ = bell or self._bells.before(channel, self.now)", "release, site, _ = self._bells.before(channel, self.now)"),
    _order("doorbells of other channels count", BELLS, "for key in (channel, ANY):", "for key in self._bells:"),
    _order("a channel that goes on sees nothing new", HB, "                job.release = self.now\n", "                pass\n"),
    _order("an interrupt tells of all jobs", HB, "return done[: next(asks, len(done)) + 1]", "return done"),
    _order("an interrupt tells of the first job, whether it asks or not", HB, "if job.interrupts or not job.described)", "if True)"),
    _order("a start releases what it does not reach", BELLS, "if bell.reaches(address)), behind[0]", "if True), behind[0]"),
    _order("two reads are a conflict", HB, "and (write or part.write)", "and True"),
    _order("the device's reads conflict with loads", HB, "and (write or access.write)", "and True"),
    _order("accesses are merged across a doorbell", HB, "and last.number > self._bells.last", "and True"),
    _order("a status read completes what still runs", HB, "done = jobs if progress is Progress.RESTING else self._complete(number, jobs)", "done = jobs"),
    _order("an interrupt completes nothing", HB, "        self.observe(ANY, Progress.FIRST)\n", "        pass\n"),
    _order("an ownership word completes its own job only", HB, "self.jobs[job.channel] = jobs[at + 1 :]", "jobs.remove(job)"),
    _order("a cyclic transfer is a race", BELLS, "max(stored, ran)", "stored"),
    _order("what was read ahead and dropped stays", HB, "jobs.remove(before)", "pass"),
    _order("what is taken stays in flight", HB, "            job.ranges.remove(part)\n", "            pass\n"),
    _order("what was taken later counts as given", HB, "            self.taken.append(Taken(", "            tuple(Taken("),
    _order("what was given later counts from the start", HB, "            self.given.append(Given(", "            tuple(Given("),
    _order("a late barrier is in time", LATE, "            if cure.number <= job.release:", "            if True:"),
    _order("every barrier is late", LATE, "            if cure.number <= job.release:", "            if False:"),
    _order("a race is not reported to the CPU", RULES, "            for job, part in order.in_flight(start, count, write):", "            for job, part in ():"),
    _order("a race is not reported to the device", DEVICE, "            for cpu in core.order.conflicts(job, start, count, write):", "            for cpu in ():"),
    _order("raced bytes keep their content", RULES, "        if self.core.raced:\n", "        if False:\n"),
    _order("a doorbell comes before what it drains", "sanitizer/sanitizer.py", "OrderRules(self), cpu,", "AfterOrder(self), OrderRules(self), cpu,"),
    _order("data behind the status passes", DEVICE, "            if job.described and job.reporting:\n", "            if False:\n"),
    _order("status before data passes", DEVICE, "            if job.posted:\n                event", "            if False:\n                event"),
    _order("an early interrupt is the CPU's fault", RULES, "if job.announced and not write:", "if False:"),
    _order("what is read ahead is judged at once", DEVICE, "        core.hold = [] if ahead else None\n", "        core.hold = None\n"),
    _order("what is read ahead is never judged", DEVICE, "            self.core.log.add(finding)\n", "            pass\n"),
    _order("a word that was seen drains nothing", WORDS, '                    self._landed("doorbell", start, count, event)\n', "                    pass\n"),
    _order("a word drains what no barrier ordered", WORDS, "list(self._ordered.get(e.cpu, ()))", "list(self.pending[e.cpu])"),
    _order("a word that was seen old tells all the same", WORDS, "if found is not None and not _stale(e.stale, word - e.address):", "if found is not None:"),
    _order("what was seen is not in the history", WORDS, "                core.saw_latest(name, address + at, event, point)\n", ""),
    _order("a free in flight passes", CALLS, "                check_taken(self.core, e, start, count, what)\n", "                pass\n"),
    _order("a sync in flight passes", CALLS, '            check_taken(self.core, e, e.address, e.length, "sync for the CPU")\n', ""),
    _order("a mapping of the same bytes ends them", CALLS, "self.core.buffers.alone_in(ended)", "[(e.address, e.length)]"),
    _order("the width of the port is eight bytes", DEVICE, "given_lanes(access.address, access.length, self.beat)", "given_lanes(access.address, access.length, 8)"),
)  # fmt: skip
