# SPDX-License-Identifier: Apache-2.0
"""Any DMA engine as RTL under the sanitizer: a TOML file that names its ports, and a driver class of some lines.

`description` reads the file, `ports` asks Verilator for the ports of the design, `harness` writes the top module that
puts it between the register (or stream) host and the memory port. `standard` has the scenarios, `inside` runs them in
the simulator. The driver class derives from `Driver`.
"""

from cocotbext.dmasan.attach.driver import Driver, Features

__all__ = ["Driver", "Features"]
