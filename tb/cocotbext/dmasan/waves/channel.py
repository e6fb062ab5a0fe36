# SPDX-License-Identifier: Apache-2.0
"""The signals of `model_probe.sv`, written at times of their own (tb/hdl/model_probe.h): only when their value changes."""

from __future__ import annotations

import ctypes

from dmasan.config import RunError

TOP = "cosim_top.model"


class Channel:
    """Values for the signals below `top`, by their names there. Times are in ns. Raises RunError for a name that is none."""

    def __init__(self, top: str = TOP) -> None:
        self.top = top
        library = ctypes.CDLL(None)
        self._find, self._number, self._text = (
            library.dmasan_probe_find,
            library.dmasan_probe_number,
            library.dmasan_probe_text,
        )
        self._find.argtypes, self._find.restype = (ctypes.c_char_p,), ctypes.c_int
        self._number.argtypes, self._number.restype = (ctypes.c_uint64, ctypes.c_int, ctypes.c_uint64), None
        self._text.argtypes, self._text.restype = (ctypes.c_uint64, ctypes.c_int, ctypes.c_char_p), None
        self._signals: dict[str, int] = {}
        self._last: dict[str, int | str] = {}

    def put(self, time_ns: float, name: str, value: int | str) -> None:
        """From `time_ns` on the signal has this value; a time that is over counts as now."""
        if self._last.get(name) == value:
            return
        self._last[name] = value
        signal = self._signals.get(name)
        if signal is None:
            signal = self._signals[name] = self._find(f"{self.top}.{name}".encode())
            if signal < 0:
                raise RunError(f"this simulator has no signal {self.top}.{name}: it was built without model_probe.sv")
        at = max(0, round(time_ns * 1000))
        if isinstance(value, str):
            self._text(at, signal, value.encode("ascii", "replace"))
        else:
            self._number(at, signal, value)
