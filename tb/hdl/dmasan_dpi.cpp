// SPDX-License-Identifier: Apache-2.0
// Serves the bursts of axi_mem_port.sv from the arena that Python shares.
//
// The fast path needs every byte of a burst to be permitted and every entry of the automaton's column to be known and
// free of a hazard; then it moves the data, applies the column to the shadow and notes the burst in a ring. Otherwise
// Python is called, synchronously, and decides.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")  // vectors for the loops over bytes; the model itself is faster with less code
#endif
#include "dmasan_shared.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

extern "C" {
dmasan::Shared dmasan_shared = {};
extern const uint32_t dmasan_sizes[2];  // a const without this has internal linkage
const uint32_t dmasan_sizes[2] = {sizeof(dmasan::Shared), sizeof(dmasan::Burst)};
}

namespace dmasan {
namespace {

constexpr int MASTERS = 8;
constexpr size_t BEATS = 256;
constexpr size_t BUS_BYTES = 32;
constexpr size_t BURST_BYTES = BEATS * BUS_BYTES;

struct Shape {
  unsigned beats, size, burst, bus;
  explicit Shape(int word)
      : beats((word & 0xFF) + 1u), size(1u << (word >> 8 & 7)), burst(word >> 11 & 3), bus(word >> 13 & 0xFFFF) {}
};

// Bytes as they lie on the lanes of the bus, beat after beat.
struct Lanes {
  std::array<uint8_t, BURST_BYTES + 8> data;
  std::array<uint8_t, BURST_BYTES + 8> strobe;
  size_t bytes = 0;
};

struct Posted {
  Burst burst;
  std::vector<uint8_t> strobe;  // empty: all bytes
};

struct Master {
  Lanes read;
  std::vector<std::unique_ptr<Lanes>> kept;  // read bursts that were sampled before their response, by slot
  std::vector<Lanes> write;  // ring of bursts: complete ones, and the one that is being received
  size_t first = 0;          // oldest
  size_t complete = 0;
  std::deque<Posted> posted;  // accepted, B not yet given
  Master() : write(4) {}
};

std::array<Master, MASTERS> masters;
Shared& shared = dmasan_shared;

__attribute__((format(printf, 1, 2))) int fail(const char* format, ...) {
  if (!shared.fault) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(shared.message, sizeof shared.message, format, arguments);
    va_end(arguments);
    shared.fault = 1;
  }
  return SLVERR;
}

// Eight strobe bits as eight bytes of 0 or 1.
uint64_t spread(unsigned bits) {
  const uint64_t picked = (bits & 0xFF) * 0x0101010101010101ull & 0x8040201008040201ull;
  return ((picked + 0x7F7F7F7F7F7F7F7Full) | picked) >> 7 & 0x0101010101010101ull;
}

// ---- State of the bytes -----------------------------------------------------------------------------------------

bool all_equal(const uint16_t* states, size_t count) {
  return count < 2 || std::memcmp(states, states + 1, (count - 1) * sizeof *states) == 0;
}

// The next states of `count` bytes, or false if one of them needs Python.
bool all_known(const uint16_t* column, const uint16_t* states, const uint8_t* strobe, size_t count) {
  if (all_equal(states, count) && !strobe) return column[states[0]] != CALL_PYTHON;
  bool known = true;
  for (size_t i = 0; i < count; i++) known &= (strobe && !strobe[i]) || column[states[i]] != CALL_PYTHON;
  return known;
}

void advance(const uint16_t* column, uint16_t* states, const uint8_t* strobe, size_t count) {
  if (all_equal(states, count) && !strobe) {
    const uint16_t next = column[states[0]];
    if (next != states[0]) std::fill_n(states, count, next);
    return;
  }
  for (size_t i = 0; i < count; i++)
    if (!strobe || strobe[i]) states[i] = column[states[i]];
}

// Each byte that is written gets the version after its address's latest. The pointers share no byte: the compiler makes
// vectors of them then.
void stamp(uint8_t* __restrict latest, uint8_t* __restrict version, const uint8_t* strobe, size_t count) {
  if (!strobe) {
    for (size_t i = 0; i < count; i++) version[i] = ++latest[i];
  } else {
    for (size_t i = 0; i < count; i++)
      if (strobe[i]) version[i] = ++latest[i];
  }
}

bool permitted(const uint8_t* permission, const uint8_t* strobe, uint8_t bit, size_t count) {
  uint8_t common = bit;
  if (!strobe) {
    for (size_t i = 0; i < count; i++) common &= permission[i];
  } else {
    for (size_t i = 0; i < count; i++) common &= permission[i] | -!strobe[i];
  }
  return common != 0;
}

const uint16_t* column_of(uint8_t phase) {
  return phase == READ ? shared.column_read : phase == WRITE ? shared.column_write : shared.column_done;
}

bool is_watched(const Burst& burst) {
  for (uint32_t i = 0; i < shared.watched_count; i++)
    if (burst.address < shared.watched[i] + shared.watched_bytes && shared.watched[i] < burst.address + burst.length) return true;
  return false;
}

// True if the burst may be served without Python.
bool is_plain(const Burst& burst, const uint8_t* strobe) {
  if (shared.always_call || (burst.snoop && shared.call_on_snoop) || is_watched(burst)) return false;
  const uint64_t offset = burst.address - shared.base;
  if (!shared.data || offset >= shared.size || burst.length > shared.size - offset) return false;
  const uint8_t bit = burst.phase == READ ? MAY_READ : MAY_WRITE;
  if (shared.permission && !permitted(shared.permission + offset, strobe, bit, burst.length)) return false;
  return !shared.shadow || all_known(column_of(burst.phase), shared.shadow + offset, strobe, burst.length);
}

// ---- Serving ------------------------------------------------------------------------------------------------------

void note(const Burst& burst) {
  shared.fast_bursts++;
  if (!shared.ring_capacity) return;
  if (shared.ring_tail - shared.ring_head == shared.ring_capacity) {
    if (shared.call) shared.call(DRAIN, nullptr, nullptr, nullptr);
    if (shared.ring_tail - shared.ring_head == shared.ring_capacity) {
      fail("the ring of %u bursts is full and was not drained", shared.ring_capacity);
      return;
    }
  }
  shared.ring[shared.ring_tail & (shared.ring_capacity - 1)] = burst;
  shared.ring_tail++;
}

int ask_python(const Burst& burst, uint8_t* data, const uint8_t* strobe) {
  if (!shared.call) {
    if (!shared.data || burst.address - shared.base >= shared.size) return DECERR;
    return fail("burst at 0x%llx needs Python, which has not been connected", (unsigned long long)burst.address);
  }
  shared.calls++;
  return shared.call(burst.phase, &burst, data, strobe) & 3;
}

int serve_read(Burst& burst, uint8_t* data) {
  if (!is_plain(burst, nullptr)) return ask_python(burst, data, nullptr);
  const uint64_t offset = burst.address - shared.base;
  std::memcpy(data, shared.data + offset, burst.length);
  if (shared.shadow) advance(shared.column_read, shared.shadow + offset, nullptr, burst.length);
  note(burst);
  return OKAY;
}

int serve_write(Burst& burst, uint8_t* data, const uint8_t* strobes) {
  const uint8_t* strobe = std::memchr(strobes, 0, burst.length) ? strobes : nullptr;
  burst.masked = strobe != nullptr;
  if (!is_plain(burst, strobe)) return ask_python(burst, data, strobes);
  const uint64_t offset = burst.address - shared.base;
  const size_t count = burst.length;
  if (!strobe) std::memcpy(shared.data + offset, data, count);
  else for (size_t i = 0; i < count; i++) if (strobe[i]) shared.data[offset + i] = data[i];
  if (shared.latest && shared.version) stamp(shared.latest + offset, shared.version + offset, strobe, count);
  if (shared.shadow) advance(shared.column_write, shared.shadow + offset, strobe, count);
  note(burst);
  return OKAY;
}

// ---- Planted errors -----------------------------------------------------------------------------------------------

constexpr int BEATWISE = 4;  // in the answer to a read: ask for the response of each beat
constexpr uint8_t BAD_BYTE = 0xEE;

// Whether bytes [address, address + length) of a phase are to be answered with the planted error.
bool planted(uint8_t phase, uint64_t address, uint64_t length) {
  return shared.error_size && (shared.error_phases >> phase & 1) && address < shared.error_base + shared.error_size &&
         shared.error_base < address + length;
}

// Spoils what a read fetched from the planted bytes, and marks the beats (in the strobes, which a read does not need).
int spoil(Lanes& lanes, const Burst& burst, const Shape& shape) {
  uint64_t at = burst.address;
  for (unsigned beat = 0; beat < shape.beats; beat++) {
    const uint64_t next = (at | (shape.size - 1)) + 1;
    const bool bad = planted(READ, at, next - at);
    lanes.strobe[beat] = static_cast<uint8_t>(bad ? shared.error_code : 0u);
    if (bad) std::memset(lanes.data.data() + beat * shape.bus, BAD_BYTE, shape.bus);
    at = next;
  }
  return BEATWISE;
}

// Masks the planted bytes of a write.
void mask(uint8_t* strobe, const Burst& burst) {
  for (uint32_t i = 0; i < burst.length; i++)
    if (planted(WRITE, burst.address + i, 1)) strobe[i] = 0;
}

// ---- Shape of a burst ---------------------------------------------------------------------------------------------

Burst make_burst(uint8_t phase, int master, double time_ns, uint64_t address, const Shape& shape, int id, uint32_t user,
                 int origin, int attributes) {
  Burst burst = {};
  burst.time_ns = time_ns;
  burst.address = address;
  burst.length = static_cast<uint32_t>(shape.beats * shape.size - (address & (shape.size - 1)));
  burst.user = user;
  burst.tag = static_cast<uint16_t>(origin >> 16);
  burst.axi_id = static_cast<uint16_t>(id);
  burst.phase = phase;
  burst.kind = static_cast<uint8_t>(origin);
  burst.channel = static_cast<uint8_t>(origin >> 8);
  burst.cache = attributes & 15;
  burst.prot = attributes >> 4 & 7;
  burst.qos = attributes >> 7 & 15;
  burst.domain = attributes >> 11 & 3;
  burst.ace_snoop = attributes >> 13 & 15;
  burst.snoop = (user & 1) && (burst.cache & 2);
  burst.master = static_cast<uint8_t>(master);
  return burst;
}

// What this port does not serve, as a fault; 0 if it does.
int refuse(const Shape& shape, uint64_t address) {
  static const char* const names[] = {"FIXED", "INCR", "WRAP", "reserved"};
  if (shape.burst != 1 && !(shape.burst == 0 && shape.beats == 1))
    return fail("burst at 0x%llx: AxBURST is %s, the memory port serves INCR", (unsigned long long)address, names[shape.burst]);
  if (shape.size > shape.bus)
    return fail("burst at 0x%llx: AxSIZE is %u bytes on a bus of %u", (unsigned long long)address, shape.size, shape.bus);
  return 0;
}

// Calls move(lane offset, burst offset, bytes) for each contiguous piece: one for full-width beats, else one per beat.
template <typename Move>
void for_pieces(const Shape& shape, uint64_t address, uint32_t length, Move move) {
  if (shape.size == shape.bus) return move(address & (shape.bus - 1), 0u, length);
  uint64_t at = address;
  for (unsigned beat = 0; beat < shape.beats; beat++) {
    const uint64_t next = (at | (shape.size - 1)) + 1;
    move(beat * shape.bus + (at & (shape.bus - 1)), at - address, next - at);
    at = next;
  }
}

bool is_direct(const Shape& shape) { return shape.size == shape.bus; }

}  // namespace
}  // namespace dmasan

// ---- DPI-C --------------------------------------------------------------------------------------------------------

using namespace dmasan;

extern "C" {

int dmasan_read(int index, double time_ns, uint64_t address, int shape_word, int id, uint32_t user, int origin,
                int attributes) {
  Lanes& lanes = masters[index].read;
  const Shape shape(shape_word);
  if (int refused = refuse(shape, address)) {
    std::memset(lanes.data.data(), 0, shape.beats * shape.bus);
    return refused;
  }
  Burst burst = make_burst(READ, index, time_ns, address, shape, id, user, origin, attributes);
  int response;
  if (is_direct(shape)) {
    response = serve_read(burst, lanes.data.data() + (address & (shape.bus - 1)));
  } else {
    static std::array<uint8_t, BURST_BYTES> flat;
    response = serve_read(burst, flat.data());
    for_pieces(shape, address, burst.length, [&](size_t lane, size_t from, size_t bytes) {
      std::memcpy(lanes.data.data() + lane, flat.data() + from, bytes);
    });
  }
  return response == OKAY && planted(READ, address, burst.length) ? spoil(lanes, burst, shape) : response;
}

int dmasan_read_response(int index, int beat) { return masters[index].read.strobe[static_cast<size_t>(beat)]; }

void dmasan_read_keep(int index, int slot) {
  Master& master = masters[index];
  const size_t place = static_cast<size_t>(slot);
  if (master.kept.size() <= place) master.kept.resize(place + 1);
  if (!master.kept[place]) master.kept[place] = std::make_unique<Lanes>();
  *master.kept[place] = master.read;
}

void dmasan_read_recall(int index, int slot) { masters[index].read = *masters[index].kept[static_cast<size_t>(slot)]; }

uint64_t dmasan_read_lane(int index, int offset) {
  uint64_t value;
  std::memcpy(&value, masters[index].read.data.data() + offset, sizeof value);
  return value;
}

void dmasan_write_lane(int index, uint64_t data, int strobe, int bytes, unsigned char last) {
  Master& master = masters[index];
  Lanes* lanes = &master.write[(master.first + master.complete) % master.write.size()];
  if (lanes->bytes + 8 > BURST_BYTES + 8) {
    fail("write data of more than %zu bytes without WLAST", BURST_BYTES);
    lanes->bytes = 0;
  }
  const uint64_t spread_out = spread(static_cast<unsigned>(strobe));
  std::memcpy(lanes->data.data() + lanes->bytes, &data, 8);
  std::memcpy(lanes->strobe.data() + lanes->bytes, &spread_out, 8);
  lanes->bytes += static_cast<size_t>(bytes);
  if (!last) return;
  if (++master.complete == master.write.size()) {  // no room for the next: unroll the ring into one of twice the size
    std::rotate(master.write.begin(), master.write.begin() + static_cast<long>(master.first), master.write.end());
    master.first = 0;
    master.write.resize(2 * master.complete);
  }
}

int dmasan_write(int index, double time_ns, uint64_t address, int shape_word, int id, uint32_t user, int origin,
                 int attributes) {
  Master& master = masters[index];
  Lanes& lanes = master.write[master.first];
  master.first = (master.first + 1) % master.write.size();
  master.complete--;
  const size_t received = lanes.bytes;
  lanes.bytes = 0;
  const Shape shape(shape_word);
  Burst burst = make_burst(WRITE, index, time_ns, address, shape, id, user, origin, attributes);
  int response = refuse(shape, address);
  if (!response && received != shape.beats * shape.bus)
    response = fail("write burst at 0x%llx: AWLEN announces %u beats, WLAST came with beat %zu",
                    (unsigned long long)address, shape.beats, received / shape.bus);
  const size_t skip = address & (shape.bus - 1);
  uint8_t* data = lanes.data.data() + skip;
  uint8_t* strobe = lanes.strobe.data() + skip;
  if (!response && !is_direct(shape)) {
    static std::array<uint8_t, BURST_BYTES> flat_data, flat_strobe;
    for_pieces(shape, address, burst.length, [&](size_t lane, size_t to, size_t bytes) {
      std::memcpy(flat_data.data() + to, lanes.data.data() + lane, bytes);
      std::memcpy(flat_strobe.data() + to, lanes.strobe.data() + lane, bytes);
    });
    data = flat_data.data();
    strobe = flat_strobe.data();
  }
  const bool bad = !response && planted(WRITE, address, burst.length);
  if (bad) mask(strobe, burst);
  if (!response) response = serve_write(burst, data, strobe);
  if (bad) response = static_cast<int>(shared.error_code);
  burst.phase = DONE;
  burst.response = static_cast<uint8_t>(response);
  master.posted.push_back({burst, burst.masked ? std::vector<uint8_t>(strobe, strobe + burst.length)
                                               : std::vector<uint8_t>()});
  return response;
}

void dmasan_write_done(int index, double time_ns) {
  Master& master = masters[index];
  Posted posted = std::move(master.posted.front());
  master.posted.pop_front();
  Burst& burst = posted.burst;
  const uint8_t* strobe = posted.strobe.empty() ? nullptr : posted.strobe.data();
  burst.time_ns = time_ns;
  if (burst.response == OKAY && is_plain(burst, strobe)) {
    if (shared.shadow) advance(shared.column_done, shared.shadow + (burst.address - shared.base), strobe, burst.length);
    note(burst);
  } else if (shared.call) {
    ask_python(burst, nullptr, strobe);
  }
}

// Forgets what was on the bus, as a reset does.
void dmasan_reset() {
  for (Master& master : masters) {
    for (Lanes& lanes : master.write) lanes.bytes = 0;
    master.first = master.complete = 0;
    master.posted.clear();
  }
}

// Write bursts of a master that were accepted and have no B yet.
int dmasan_posted(int index) { return static_cast<int>(masters[index].posted.size()); }

// Bursts of write data of a master, the one on its way included, whose address has not come.
int dmasan_unaddressed(int index) {
  Master& master = masters[index];
  return static_cast<int>(master.complete) + (master.write[(master.first + master.complete) % master.write.size()].bytes > 0);
}

}  // extern "C"
