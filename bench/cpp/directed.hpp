// SPDX-License-Identifier: Apache-2.0
// What the directed tests share: expectations, the areas of memory that they use, a ring of descriptors.
#pragma once
#include "engine.hpp"

namespace directed {

static void expect(bool ok, const char* what, Engine& e, uint64_t value = 0) { if (!ok) fail(what, e.now, value); }
#define EXPECT(cond) expect(cond, #cond, e)
#define SAME(a, b) expect((a) == (b), #a " == " #b, e, uint64_t(a))
constexpr uint64_t TABLE = 0x4000, S = 0x100000, D = 0x200000;

static void random_memory(Engine& e) {
    static const std::vector<uint8_t> image = [&] {
        std::mt19937 g(3);
        std::vector<uint8_t> bytes(e.mem.bytes.size());
        for (auto& b : bytes) b = uint8_t(g());
        return bytes;
    }();
    e.mem.bytes = image;
}
static bool copied(Engine& e, uint64_t src, uint64_t dst, uint32_t n) {
    return std::equal(e.mem.bytes.begin() + long(src), e.mem.bytes.begin() + long(src + n), e.mem.bytes.begin() + long(dst));
}
static void ring(Engine& e, unsigned entries, unsigned ready, Reg cfg = config(RING, 16)) {
    e.write(ch(0, CFG), cfg);
    e.write64(ch(0, BASE), TABLE);
    e.write(ch(0, RING_LEN), entries);
    e.write(ch(0, TAIL), ready);
}
static Reg error_of(Engine& e) {
    Reg s = e.wait(ch(0, STATUS), ERR);
    expect((s & HALTED) && !(s & BUSY), "halted after an error", e, s);
    return e.read(ch(0, ERR_INFO)) & 15;
}

}  // namespace directed
