// SPDX-License-Identifier: Apache-2.0
// Situations in which DMA engines have failed, each a function: what the memory does is legal AXI and unusual. The protocol
// checkers of bench/hdl/engine_rules.sv watch both ports throughout.
//     engine_bench scenarios            all; one JSON line each
//     engine_bench scenarios NAME       one
#include "engine.hpp"
#include <algorithm>
#include <cstring>
#include <utility>

namespace scenarios {

constexpr uint64_t S = 0x4000, D = 0xA000;         // areas of 24 KiB
constexpr std::size_t SIZE = 1 << 16;
static uint64_t copies = 0;

static void expect(bool ok, const char* what, const Engine& e, uint64_t value = 0) {
    if (!ok) fail(what, e.now, value);
}

static void fill(Engine& e, unsigned seed = 3) {
    std::mt19937 g(seed);
    for (auto& b : e.mem.bytes) b = uint8_t(g());
}

// Starts a copy, waits for its end, and compares all memory with what it must be.
static void copy(Engine& e, uint64_t src, uint64_t dst, uint32_t len, unsigned beats) {
    std::vector<uint8_t> want = e.mem.bytes;
    std::copy_n(e.mem.bytes.begin() + long(src), len, want.begin() + long(dst));
    e.direct(0, COPY, src, dst, len, beats);
    Reg status = e.wait(ch(0, STATUS), DONE | ERR);
    expect(!(status & ERR), "error in a clean copy", e, status);
    expect(e.mem.outstanding() == 0, "done with bursts outstanding", e, e.mem.outstanding());
    expect(e.mem.bytes == want, "memory differs", e, src << 32 | dst);
    expect(e.read(ch(0, RESIDUE)) == 0, "residue of a whole copy", e);
    e.write(ch(0, CMD), CLEAR);
    copies++;
}

static void deep_aw() {                            // eight AWs are taken before the first W
    for (unsigned beats : {1u, 4u, 16u}) {
        Engine e(SIZE);
        fill(e);
        e.mem.opt.hold_w = 8;
        copy(e, S, D, 8192, beats);
        copy(e, S + 3, D + 5, 5000, beats);
        e.mem.clear_counts();
        e.direct(0, COPY, S, D, 8192, beats);
        while (!(e.dut.m_axi_wvalid && e.dut.m_axi_wready)) e.tick();
        expect(e.mem.log_aw.size() >= 8, "addresses ahead of the first data", e, e.mem.log_aw.size());
        e.wait(ch(0, STATUS), DONE);
    }
}

static void late_aw() {                            // AWREADY only when W is offered, or only when W was taken
    for (unsigned how = 0; how < 2; how++) for (unsigned beats : {1u, 2u, 16u, 64u}) {
        Engine e(SIZE);
        fill(e);
        (how ? e.mem.opt.w_first : e.mem.opt.aw_late) = true;
        copy(e, S, D, 4096, beats);
        copy(e, S + 1, D + 4090, 3000, beats);
    }
}

static void latencies() {
    for (unsigned latency : {0u, 4u, 40u, 200u}) {
        Engine e(SIZE);
        fill(e);
        e.mem.opt.latency = latency;
        copy(e, S, D, 12288, 16);
        copy(e, S + 7, D + 2, 6001, 16);
    }
}

static void stalls() {                             // every READY and response withheld at random
    for (unsigned stall : {20u, 128u, 230u}) {
        Engine e(SIZE);
        fill(e);
        e.mem.opt.stall = stall;
        e.mem.rng.seed(stall);
        copy(e, S + 4093, D + 1, 5000, 16);
    }
}

static void errors() {                             // on the first, a middle and the last beat of a burst, and on B
    for (unsigned resp : {2u, 3u}) for (unsigned beat : {0u, 7u, 15u}) for (bool write : {false, true}) {
        Engine e(SIZE);
        fill(e);
        e.mem.opt.bad_resp = resp;
        std::vector<uint8_t> before = e.mem.bytes;
        uint64_t burst = (write ? D : S) + 2 * 16 * BPB, at = burst + beat * BPB;
        (write ? e.mem.bad_write : e.mem.bad_read).insert(at);
        e.direct(0, COPY, S, D, 6 * 16 * BPB, 16);
        e.wait(ch(0, STATUS), ERR);
        e.wait(ch(0, STATUS), BUSY, 4000, true);
        Reg info = e.read(ch(0, ERR_INFO));
        expect((info & 15) == (write ? 2 : 1), "kind of the error", e, info);
        expect((info >> 4 & 3) == resp, "response of the error", e, info);
        expect(e.read(ch(0, ERR_ADDR)) == burst, "address of the burst in error", e, e.read(ch(0, ERR_ADDR)));
        if (!write) expect((info >> 8 & 255) == beat, "beat in error", e, info);
        expect(e.mem.outstanding() == 0, "halted with bursts outstanding", e);
        for (uint64_t i = 0; i < 6 * 16 * BPB; i++) {
            uint8_t v = e.mem.bytes[D + i];
            bool lost = i / BPB == 2 * 16 + beat;  // the beat itself must keep its old bytes
            expect(lost ? v == before[D + i] : v == before[D + i] || v == before[S + i], "third value after an error", e, i);
        }
        e.mem.bad_read.clear();
        e.mem.bad_write.clear();
        e.write(ch(0, CMD), CLEAR);
        copy(e, S + 1, D + 2, 1000, 16);
    }
}

static void abort_and_reuse() {                    // at every cycle of a short job, on memories that keep W or AW waiting
    for (unsigned how = 0; how < 3; how++) for (unsigned at = 0; at < 120; at++) {
        Engine e(SIZE);
        fill(e);
        e.mem.opt.aw_late = how == 1;
        e.mem.opt.hold_w = how == 2 ? 4 : 0;
        std::vector<uint8_t> before = e.mem.bytes;
        uint32_t len = 40 * BPB + 3;
        e.direct(0, COPY, S + 4093, D + 1, len, 8);
        e.run(at);
        e.write(ch(0, CMD), ABORT);
        e.wait(ch(0, STATUS), BUSY, 3000, true);
        expect(e.mem.outstanding() == 0, "aborted with bursts outstanding", e, at);
        uint32_t left = e.read(ch(0, RESIDUE));
        for (uint32_t i = 0; i < len; i++) {
            uint8_t v = e.mem.bytes[D + 1 + i], old = before[D + 1 + i], now = before[S + 4093 + i];
            expect(v == now || (v == old && i >= len - left), "old, or the source where acknowledged", e, i);
        }
        e.write(ch(0, CMD), CLEAR);
        copy(e, S + 5, D + 2000, 100, 4);
    }
}

static void page_offsets() {                       // source and destination cross pages at different places
    const unsigned at[] = {0, 1, BPB - 1, 2048 + 3, 4096 - BPB, 4095};
    Engine e(SIZE);
    for (unsigned so : at) for (unsigned to : at) {
        fill(e, so * 4096 + to);
        copy(e, S + so, D + to, 8200, 16);
    }
}

static void lengths() {
    const unsigned sizes[] = {0, 1, BPB - 1, BPB, BPB + 1, 4095, 4096, 4097};
    Engine e(SIZE);
    for (unsigned len : sizes) for (unsigned offsets : {0x000u, 0x305u, 0x103u}) {
        fill(e, len);
        copy(e, S + (offsets >> 8), D + (offsets & 255), len, 16);
    }
}

static void byte_offsets() {                       // full cross, with lengths around a beat and around two bursts
    Engine e(SIZE);
    fill(e);
    for (unsigned so = 0; so < BPB; so++) for (unsigned to = 0; to < BPB; to++)
        for (uint32_t len : {BPB - 1, 3 * BPB + 1}) copy(e, S + 4090 + so, D + 4080 + to, len, 2);
}

static void burst_limits() {                       // 1 and 256 beats; on a 256-bit bus the longest burst would be 8 KiB
    for (unsigned beats : {1u, 256u}) {
        Engine e(SIZE);
        fill(e);
        copy(e, S, D, 16384, beats);
        copy(e, S + 2048 + 3, D + 1, 12000, beats);
        unsigned longest = 0;
        for (const Burst& b : e.mem.log_ar) longest = std::max(longest, b.len + 1);
        for (const Burst& b : e.mem.log_aw) longest = std::max(longest, b.len + 1);
        expect(longest == std::min({beats, 256u, 4096 / BPB}), "longest burst", e, longest);
    }
}

static void start_while_busy() {
    for (unsigned at = 0; at < 60; at += 3) {
        Engine e(SIZE);
        fill(e);
        std::vector<uint8_t> want = e.mem.bytes;
        std::copy_n(e.mem.bytes.begin() + long(S), 2000, want.begin() + long(D));
        e.mem.opt.latency = 40;
        e.direct(0, COPY, S, D, 2000, 16);
        e.run(at);
        if (!(e.read(ch(0, STATUS)) & BUSY)) fail("the job is over too early for this test", e.now);
        e.write(ch(0, DST), Reg(D + 0x3000));
        e.write(ch(0, CMD), START);
        e.wait(ch(0, STATUS), DONE);
        e.run(300);
        expect(e.read(ch(0, DONE_CNT)) == 1, "one job for two starts", e, e.read(ch(0, DONE_CNT)));
        expect(e.mem.bytes == want, "memory differs", e);
    }
}

// Clears DONE with a write at cycle `at` after the start of a ring of two; the cycle of the write's response, and whether
// the interrupt is up in the end.
static std::pair<uint64_t, bool> acknowledge(unsigned at, uint64_t* second) {
    Engine e(SIZE);
    for (unsigned i = 0; i < 2; i++) e.put_descriptor(S + 64 * i, {NOP, true}, true);
    e.write(ch(0, CFG), config(RING, 16));
    e.write64(ch(0, BASE), S);
    e.write(ch(0, RING_LEN), 8);
    e.write(ch(0, TAIL), 2);
    e.write(ch(0, IRQ_EN), DONE);
    e.write(ch(0, CMD), START);
    uint64_t begin = e.now;
    for (unsigned i = 0; i < at; i++) {
        if (second && e.dut.ev_done) *second = e.now - begin;
        e.tick();
    }
    e.write(ch(0, STATUS), DONE);
    uint64_t answered = e.now - begin;
    e.run(200);
    return {answered, e.dut.irq};
}

static void acknowledge_race() {                   // an interrupt that rises while the last one is acknowledged is not lost
    uint64_t second = 0;
    acknowledge(400, &second);
    expect(second != 0 && second < 300, "bench: no second completion", Engine(SIZE), second);
    unsigned kept = 0, cleared = 0;
    for (unsigned at = 0; at < second + 20; at++) {
        auto [answered, irq] = acknowledge(at, nullptr);
        if (answered <= second && !irq) fail("interrupt lost", at, second);
        if (at > second + 4 && irq) fail("interrupt not cleared", at, second);
        if (cleared && irq) fail("interrupt comes back", at, second);
        ++(irq ? kept : cleared);
    }
    expect(kept && cleared, "both outcomes", Engine(SIZE), kept);
}

static void orphan() {                             // not legal: shows that the checkers are there
    Engine e(SIZE);
    e.dut.m_axi_bvalid = 1;
    e.dut.eval();
    for (int i = 0; i < 4; i++) { e.dut.clk = 1; e.dut.eval(); e.dut.clk = 0; e.dut.eval(); }
}

int run(int argc, char** argv) {
    const std::map<std::string, void (*)()> scenarios = {
        {"deep_aw", deep_aw}, {"late_aw", late_aw}, {"latencies", latencies}, {"stalls", stalls}, {"errors", errors},
        {"abort_and_reuse", abort_and_reuse}, {"page_offsets", page_offsets}, {"lengths", lengths},
        {"byte_offsets", byte_offsets}, {"burst_limits", burst_limits}, {"start_while_busy", start_while_busy},
        {"acknowledge_race", acknowledge_race}};
    if (argc > 1 && !std::strcmp(argv[1], "orphan")) { orphan(); return 0; }
    unsigned ran = 0;
    for (auto& [name, run] : scenarios)
        if (argc < 2 || name == argv[1]) {
            copies = 0;
            run();
            std::printf("{\"scenario\": \"%s\", \"copies\": %llu}\n", name.c_str(), (unsigned long long)copies);
            std::fflush(stdout);
            ran++;
        }
    if (!ran) std::printf("no scenario called %s\n", argv[1]);
    return ran ? 0 : 2;
}
}  // namespace scenarios
