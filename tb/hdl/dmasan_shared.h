// SPDX-License-Identifier: Apache-2.0
// What the C++ side shares with Python by pointer. cocotbext/dmasan/shared.py mirrors these structures field by field
// and compares their sizes when it loads them.
#pragma once
#include <cstdint>

namespace dmasan {

enum Phase : uint8_t { READ = 0, WRITE = 1, DONE = 2, DRAIN = 3 };
enum Response : int { OKAY = 0, SLVERR = 2, DECERR = 3 };

// Permissions of the device, one byte per byte of memory.
enum Permission : uint8_t { MAY_READ = 1, MAY_WRITE = 2 };

// A column has one entry per automaton state: the next state, or this.
constexpr uint16_t CALL_PYTHON = 0xFFFF;

constexpr uint32_t WATCHED = 8;  // lines at most

struct Burst {
  double time_ns;
  uint64_t address;
  uint32_t length;  // bytes from `address` to the end of the last beat
  uint32_t user;
  uint16_t tag;
  uint16_t axi_id;
  uint8_t phase;
  uint8_t kind;
  uint8_t channel;
  uint8_t snoop;
  uint8_t cache;
  uint8_t prot;
  uint8_t domain;
  uint8_t qos;
  uint8_t ace_snoop;
  uint8_t master;
  uint8_t response;
  uint8_t masked;  // a write of which some bytes are not strobed
};

// Answers a burst in Python. `data` and `strobe` have `length` bytes (a strobe is 0 or 1). Returns an AXI response.
// With DRAIN: empty the ring; the other arguments are null.
using Call = int (*)(int phase, const Burst* burst, uint8_t* data, const uint8_t* strobe);

struct Shared {
  uint64_t base;  // physical address of data[0]
  uint64_t size;  // bytes
  uint8_t* data;
  uint8_t* version;       // per byte, or null
  uint8_t* latest;        // per byte, or null
  uint16_t* shadow;       // per byte: state of the automaton, or null
  uint8_t* permission;    // per byte, or null
  uint16_t* column_read;  // with `shadow` only
  uint16_t* column_write;
  uint16_t* column_done;
  Call call;              // or null: what the fast path cannot do is an error
  Burst* ring;            // bursts that Python has not seen yet
  uint32_t ring_capacity; // power of two, or 0: no record is kept
  uint32_t ring_head;     // Python's, counts without bound
  uint32_t ring_tail;     // C++'s
  uint32_t always_call;   // every burst goes to Python
  uint32_t call_on_snoop; // bursts that ask to be coherent go to Python
  uint32_t fault;         // the master or the port did what cannot be served; `message` says what
  uint64_t fast_bursts;   // served here
  uint64_t calls;         // served by Python
  char message[256];
  uint64_t error_base;    // beats that touch these bytes get an error response; device addresses
  uint64_t error_size;    // bytes, 0: none
  uint32_t error_code;    // SLVERR or DECERR
  uint32_t error_phases;  // 1 << READ, 1 << WRITE
  uint32_t watched_count;  // bursts that touch one of these lines go to Python; waves show them
  uint32_t watched_bytes;  // of a line
  uint64_t watched[WATCHED];  // device addresses
};

}  // namespace dmasan
