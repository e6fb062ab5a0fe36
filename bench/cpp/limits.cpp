// SPDX-License-Identifier: Apache-2.0
// Directed tests of the numbers that the engine keeps to: bursts outstanding, completions per interrupt, data before its
// address, and that a soft reset ends when nothing is left. Part of `engine_bench directed`.
#include "directed.hpp"

namespace directed {

static void outstanding_limits() {                 // OUT_LIMIT bursts of each direction, all of them, and not one more
    for (unsigned limit : {1u, 2u, 3u, 5u, 8u}) for (unsigned op : {SINK, FILL}) {
        Engine e;
        e.mem.opt.latency = 200;
        e.direct(0, op, S, D, 64 * 4 * BPB, 4, limit);
        e.wait(ch(0, STATUS), DONE);
        SAME(op == SINK ? e.mem.max_rd : e.mem.max_wr, limit);
        SAME(op == SINK ? e.mem.max_wr : e.mem.max_rd, 0u);
    }
}

static void coalescing_thresholds() {              // the interrupt comes with the completion that makes the number full
    for (unsigned threshold = 0; threshold <= 5; threshold++) {
        Engine e;
        for (unsigned i = 0; i < 10; i++) e.put_descriptor(TABLE + 64 * i, {NOP, true}, true);
        ring(e, 16, 0);
        e.write(ch(0, COALESCE), threshold);       // no time limit
        e.write(ch(0, IRQ_EN), DONE);
        e.write(ch(0, CMD), START);
        for (unsigned n = 1; n <= 10; n++) {
            e.write(ch(0, TAIL), n);
            e.wait(ch(0, STATUS), EMPTY);
            bool due = threshold < 2 || n % threshold == 0;
            SAME(bool(e.read(ch(0, STATUS)) & DONE), due);
            SAME(bool(e.dut.irq), due);
            e.write(ch(0, STATUS), DONE | EMPTY);
        }
    }
}

static void addresses_follow_data() {              // W never waits for a read that has not begun to answer
    Engine e;
    random_memory(e);
    e.mem.opt.latency = 60;
    e.mem.opt.queue = 1;                           // each read is taken when the one before it has ended
    const uint64_t from = S + 4096 - BPB;          // bursts of 1, 16, 16, ... beats there, of 16 from D on
    uint64_t arrived = 0, announced = 0;
    std::size_t reads = 0, writes = 0;
    bool first = true;
    e.direct(0, COPY, from, D, 100 * BPB, 16);
    for (unsigned i = 0; i < 2500; i++) {
        e.dut.eval();
        if (e.dut.m_axi_rvalid && e.dut.m_axi_rready) {
            if (first) arrived += (e.mem.log_ar[reads++].len + 1) * BPB;
            first = e.dut.m_axi_rlast;
        }
        e.tick(true);
        for (; writes < e.mem.log_aw.size(); writes++) announced += (e.mem.log_aw[writes].len + 1) * BPB;
        expect(announced <= arrived, "bytes announced by AW have arrived or are arriving", e, announced);
    }
    SAME(announced, uint64_t(100 * BPB));
    EXPECT(copied(e, from, D, 100 * BPB));
}

struct Starved { uint64_t now = 0, longest = 0; std::size_t written = 0; };

static void watch_for_data(Engine& e, Starved& w) {   // cycles in which an accepted address was without data on W
    e.watch = [&e, &w] {
        const Vdma_top& d = e.dut;
        w.now = w.written < e.mem.log_aw.size() && !d.m_axi_wvalid ? w.now + 1 : 0;
        w.longest = std::max(w.longest, w.now);
        w.written += d.m_axi_wvalid && d.m_axi_wready && d.m_axi_wlast;
    };
}

static void addresses_wait_their_turn() {          // W does not wait for the reads of the other channel's jobs before it
    for (unsigned op : {FILL, COPY}) for (unsigned at : {0u, 40u, 100u, 300u, 900u}) {
        Engine e;
        random_memory(e);
        e.mem.opt.latency = 60;
        e.mem.opt.queue = 1;
        Starved w;
        watch_for_data(e, w);
        e.direct(0, at ? COPY : SINK, S, D, at ? 0x10000 : 60 * BPB, at ? 4 : 1);
        e.direct(1, op, S + 0x2001, D + 0x20003, 0x1800, 8);
        if (at) {                                  // chunks of it are on their way
            e.run(at);
            e.write(ch(0, CMD), ABORT);
            e.wait(ch(0, STATUS), HALTED);
        }
        e.wait(ch(1, STATUS), DONE);
        expect(w.longest < 20, "an address waits for data", e, w.longest);
        SAME(w.written, e.mem.log_aw.size());
        EXPECT(op == FILL || copied(e, S + 0x2001, D + 0x20003, 0x1800));
    }
}

static void soft_reset_at_rest() {                 // a channel that waits for its doorbell, another halted by an error
    Engine e;
    random_memory(e);
    e.put_descriptor(TABLE, {COPY, false, false, S, D, 64}, true);
    ring(e, 8, 1);
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    e.write(ch(1, ATTR_SRC), 0x32F);
    e.direct(1, COPY, S, D, 64, 16);
    e.wait(ch(1, STATUS), HALTED);
    e.write(CTRL, 3);
    e.wait(CTRL, 2, 100, true);
    SAME(e.read(ch(0, STATUS)) | e.read(ch(1, STATUS)), 0u);
    SAME(e.read(ch(0, TAIL)) | e.read(ch(0, HEAD)) | e.read(ch(0, DONE_CNT)), 0u);
    e.write(CTRL, 1);
    e.write(ch(0, TAIL), 1);                       // nothing was started
    e.run(200);
    SAME(e.read(ch(0, STATUS)), 0u);
    ring(e, 8, 1);
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    EXPECT(copied(e, S, D, 64));
}

}  // namespace directed
