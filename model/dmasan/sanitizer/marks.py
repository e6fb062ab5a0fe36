# SPDX-License-Identifier: Apache-2.0
"""Keeps in the history what touches no RAM: calls, barriers and register accesses, for the diagnosis."""

from __future__ import annotations

from dmasan import events as ev
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers

MARKED: tuple[type[ev.Event], ...] = (
    ev.Barrier,
    ev.BounceCopy,
    ev.ContentUndefined,
    ev.DmaDeviceReleased,
    ev.DmaErrorChecked,
    ev.DmaMap,
    ev.DmaMapFailed,
    ev.DmaSync,
    ev.DmaUnmap,
    ev.Interrupt,
    ev.IommuMap,
    ev.IotlbMaintenance,
    ev.MmioRead,
    ev.MmioWrite,
    ev.OuterSync,
    ev.OwnershipWords,
    ev.SetWayMaintenance,
    ev.TlbMaintenance,
)


class Marks:
    """The first set of rules: an event is marked before the steps that it makes."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def handlers(self) -> Handlers:
        return dict.fromkeys(MARKED, self.core.history.mark)
