// SPDX-License-Identifier: Apache-2.0
// What the memory port asks of the C++ side (dmasan_dpi.cpp): one call for a read burst, two for a write burst.
// Data crosses in lanes of 64 bits, so that one signature serves every bus width and no burst lies in a traced variable.
package dmasan_dpi_pkg;

  // Attributes of a burst as one word: {ace_snoop[3:0], domain[1:0], qos[3:0], prot[2:0], cache[3:0]}.
  typedef struct packed {
    logic [3:0] ace_snoop;
    logic [1:0] domain;
    logic [3:0] qos;
    logic [2:0] prot;
    logic [3:0] cache;
  } attributes_t;

  // What AxUSER tells about the cause of a burst: {tag, channel, kind}.
  typedef struct packed {
    logic [15:0] tag;
    logic [7:0]  channel;
    logic [7:0]  kind;
  } origin_t;

  // Shape of a burst: {bus bytes, AxBURST, AxSIZE, AxLEN}.
  typedef struct packed {
    logic [15:0] bus_bytes;
    logic [1:0]  burst;
    logic [2:0]  size;
    logic [7:0]  len;
  } shape_t;

  typedef enum logic [1:0] {AT_RESPONSE, AT_ACCEPT, PER_BEAT} sample_e;

  // How the memory port behaves; all zero is the fastest. Written from Python as one word (cocotbext/dmasan/pace.py).
  typedef struct packed {
    logic        reorder;      // R bursts of different IDs out of order
    sample_e     sample;       // when a read samples memory
    logic [15:0] b_delay;      // cycles that a B comes later than the latency
    logic [7:0]  aw_hold;      // cycles that an AW waits for its AWREADY; write data is accepted meanwhile
    logic [7:0]  w_hold;       // no WREADY before so many AWs wait, or 255 cycles have passed; then until none is left
    logic [7:0]  stall_ar, stall_aw, stall_w;  // chance per cycle, in 256, that READY is low
    logic [7:0]  gap_r, gap_b;                 // and that the next beat or B is not offered yet
  } pace_t;

  // Samples memory for a whole read burst; returns the AXI response of its beats, or with bit 2 that they differ.
  import "DPI-C" function int dmasan_read(input int master, input real time_ns, input longint unsigned address,
    input int shape, input int id, input int unsigned user, input int origin, input int attributes);

  // 64 bits of the burst that dmasan_read fetched last, from byte `offset` of its beats on.
  import "DPI-C" function longint unsigned dmasan_read_lane(input int master, input int offset);

  // The response of a beat of that burst.
  import "DPI-C" function int dmasan_read_response(input int master, input int beat);

  // Puts that burst aside; takes it up again.
  import "DPI-C" function void dmasan_read_keep(input int master, input int slot);
  import "DPI-C" function void dmasan_read_recall(input int master, input int slot);

  // One lane of the write data that the master is sending; `last` ends the burst.
  import "DPI-C" function void dmasan_write_lane(input int master, input longint unsigned data,
    input int strobe, input int bytes, input bit last);

  // The oldest complete burst of write data meets its address: memory takes the data. Returns the response of its B.
  import "DPI-C" function int dmasan_write(input int master, input real time_ns, input longint unsigned address,
    input int shape, input int id, input int unsigned user, input int origin, input int attributes);

  // The B response of the oldest accepted write burst is given now.
  import "DPI-C" function void dmasan_write_done(input int master, input real time_ns);

endpackage
