// SPDX-License-Identifier: Apache-2.0
// Directed tests of examples/stream_dma: `stream_dma FAULT TEST`. Exit status 1 and one line at the first thing that is wrong.
#include "Vstream_dma_top.h"
#include "axi_memory.hpp"
#include <algorithm>
#include <cstring>

namespace {

unsigned fault = 0;
constexpr uint64_t S = 0x4000, D = 0xA000;
constexpr std::size_t SIZE = 1 << 16;
enum Code : unsigned { DONE, READ_ERROR, WRITE_ERROR, ABORTED, REFUSED };

struct Bench {
    VerilatedContext context;
    Vstream_dma_top dut{&context};
    Memory<Vstream_dma_top> mem{SIZE};
    uint64_t now = 0;
    unsigned tag = 0;

    explicit Bench(unsigned seed = 3) {
        std::mt19937 g(seed);
        for (auto& b : mem.bytes) b = uint8_t(g());
        dut.chosen = fault;
        dut.clk = dut.rst_n = dut.s_desc_valid = dut.s_abort = dut.m_status_ready = 0;
        mem.drive(dut, now);
        for (int i = 0; i < 4; i++) tick();
        dut.rst_n = 1;
        tick();
    }
    void tick() {
        dut.eval();
        mem.sample(dut, now);
        dut.clk = 1; dut.eval();
        now++;
        mem.drive(dut, now);
        dut.clk = 0;
    }
    void expect(bool ok, const char* what, uint64_t value = 0) { if (!ok) fail(what, now, value); }
    void start(uint64_t src, uint64_t dst, uint32_t len) {
        dut.s_desc_src = src; dut.s_desc_dst = dst; dut.s_desc_len = len; dut.s_desc_tag = ++tag;
        dut.s_desc_valid = 1;
        for (bool taken = false; !taken;) { dut.eval(); taken = dut.s_desc_ready; tick(); }
        dut.s_desc_valid = 0;
    }
    Code finish() {                                // takes the status
        for (unsigned i = 0;; i++) {
            dut.eval();
            if (dut.m_status_valid) break;
            if (i == 20000) fail("no status: the engine hangs", now);
            tick();
        }
        expect(mem.outstanding() == 0, "status with bursts outstanding", mem.outstanding());
        expect(dut.m_status_tag == (tag & 255), "tag", dut.m_status_tag);
        Code code = Code(dut.m_status_code);
        for (int i = 0; i < 5; i++) {              // it stays until it is taken, and no job is taken meanwhile
            tick();
            dut.eval();
            expect(dut.m_status_valid && dut.m_status_code == code && !dut.s_desc_ready, "status does not stay");
        }
        dut.m_status_ready = 1;
        tick();
        dut.m_status_ready = 0;
        return code;
    }
    void copy(uint64_t src, uint64_t dst, uint32_t len) {
        std::vector<uint8_t> want = mem.bytes;
        std::copy_n(mem.bytes.begin() + long(src), len, want.begin() + long(dst));
        start(src, dst, len);
        Code code = finish();
        expect(code == DONE, "code of a clean copy", code);
        expect(mem.bytes == want, "memory differs after a copy", src << 32 | dst);
    }
};

void copies() {                                    // lengths, latencies, back-pressure; never eight AWs ahead
    for (unsigned latency : {0u, 4u, 60u}) for (unsigned stall : {0u, 60u, 200u}) {
        Bench b(latency + stall);
        b.mem.opt.latency = latency;
        b.mem.opt.stall = stall;
        b.mem.opt.queue = 4;
        for (uint32_t len : {0u, 1u, BPB - 1, BPB, BPB + 1, 16 * BPB, 16 * BPB + 3, 4095u, 4096u, 4097u, 12000u}) b.copy(S, D, len);
        b.copy(S + 3 * BPB, D, 5000);              // reads cross a page within a burst's reach
    }
    Bench b;
    std::vector<uint8_t> before = b.mem.bytes;
    for (unsigned skew = 1; skew < BPB; skew++) {
        b.start(S + skew, D, 64);
        b.expect(b.finish() == REFUSED, "an unaligned source is refused");
        b.start(S, D + skew, 64);
        b.expect(b.finish() == REFUSED, "an unaligned destination is refused");
    }
    b.expect(b.mem.bytes == before, "a refused job writes");
}

void deep_addresses() {                            // the memory takes many AWs before the first W
    for (unsigned depth : {4u, 8u, 12u}) {
        Bench b;
        b.mem.opt.hold_w = depth;
        b.copy(S, D, 8192);
        b.expect(b.mem.max_wr >= depth, "AWs ahead of the data", b.mem.max_wr);
    }
}

void aborts() {                                    // at every cycle, then the engine works again
    for (unsigned latency : {2u, 30u}) for (unsigned at = 0; at < 150; at++) {
        Bench b;
        b.mem.opt.latency = latency;
        b.mem.opt.queue = 4;
        b.copy(S + 0x1000, D + 0x3000, 4096);      // the FIFO has held something
        std::vector<uint8_t> before = b.mem.bytes;
        b.start(S, D, 700);
        for (unsigned i = 0; i < at; i++) b.tick();
        b.dut.s_abort = 1;
        b.tick();
        b.dut.s_abort = 0;
        Code code = b.finish();
        b.expect(code == ABORTED || code == DONE, "code of an aborted job", code);
        for (std::size_t i = 0; i < SIZE; i++) {
            bool inside = i >= D && i < D + 700;
            uint8_t v = b.mem.bytes[i], old = before[i], source = inside ? before[S + i - D] : old;
            b.expect(v == source || (v == old && code == ABORTED), "third value after an abort", i);
        }
        b.copy(S + BPB, D + 0x2000, 300);
    }
}

void errors() {                                    // on the first, a middle and the last beat of a burst, and on B
    for (unsigned resp : {2u, 3u}) for (bool write : {false, true}) for (unsigned beat : {15u, 0u, 7u}) {
        Bench b;
        b.mem.opt.bad_resp = resp;
        b.mem.opt.queue = 4;
        std::vector<uint8_t> before = b.mem.bytes;
        uint64_t place = (2 * 16 + beat) * BPB;
        (write ? b.mem.bad_write : b.mem.bad_read).insert((write ? D : S) + place);
        b.start(S, D, 6 * 16 * BPB);
        Code code = b.finish();
        b.expect(code == (write ? WRITE_ERROR : READ_ERROR), "code of an error", beat);
        for (uint64_t i = 0; i < 6 * 16 * BPB; i++) {
            uint8_t v = b.mem.bytes[D + i];
            bool lost = i >= place && i < place + BPB;
            b.expect(v == before[D + i] || (v == before[S + i] && !lost), "third value after an error", i);
        }
        b.mem.bad_read.clear();
        b.mem.bad_write.clear();
        b.copy(S + BPB, D + 0x2000, 300);
    }
}

void pages() {                                     // source and destination meet page ends in the middle of a burst
    Bench b;
    b.mem.opt.queue = 4;
    for (uint64_t so : {uint64_t(0), 3 * uint64_t(BPB), 4096 - uint64_t(BPB)})
        for (uint64_t to : {5 * uint64_t(BPB), 4096 - uint64_t(BPB)}) b.copy(S + so, D + to, 8200);
}

void responses() {                                 // slow B: the status comes after the last one
    Bench b;
    b.mem.opt.latency = 200;
    b.mem.opt.queue = 4;
    b.copy(S, D, 1000);
    b.copy(S, D, 1);
}

}  // namespace

int main(int, char** argv) {
    const std::map<std::string, void (*)()> tests = {{"copies", copies}, {"deep_addresses", deep_addresses}, {"aborts", aborts},
                                                     {"errors", errors}, {"pages", pages}, {"responses", responses}};
    fault = unsigned(std::atoi(argv[1]));
    tests.at(argv[2])();
    return 0;
}
