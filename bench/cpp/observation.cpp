// SPDX-License-Identifier: Apache-2.0
// Directed tests of what the engine shows of itself: ev_* pulses, dbg_* indices, performance counters; each is held against
// what the bench counts on the bus. Part of `engine_bench directed`.
#include "directed.hpp"

namespace directed {

struct Events { unsigned doorbell, fetch, own_ok, stale, ar, aw, chunk, poison, status, done, irq, abort; };

static void count_events(Engine& e, Events& n) {
    e.watch = [&e, &n] {
        const Vdma_top& d = e.dut;
        n.doorbell += d.ev_doorbell; n.fetch += d.ev_fetch; n.own_ok += d.ev_own_ok; n.stale += d.ev_stale;
        n.ar += d.ev_ar; n.aw += d.ev_aw; n.chunk += d.ev_chunk; n.poison += d.ev_poison;
        n.status += d.ev_status; n.done += d.ev_done; n.irq += d.ev_irq; n.abort += d.ev_abort;
    };
}

static void events() {                             // as many pulses as there are events
    Engine e;
    random_memory(e);
    Events n{};
    count_events(e, n);
    e.put_descriptor(TABLE, {COPY, true, false, S, D, 5000}, true);                      // two chunks
    e.put_descriptor(TABLE + 64, {FILL, true, false, 0, D + 0x3000, 100}, true);         // one
    e.put_descriptor(TABLE + 128, {NOP, true}, true);
    ring(e, 8, 3);
    e.write(ch(0, IRQ_EN), DONE | ERR);
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    SAME(n.doorbell, 1u); SAME(n.fetch, 3u); SAME(n.own_ok, 3u); SAME(n.chunk, 3u); SAME(n.status, 3u); SAME(n.done, 3u);
    SAME(n.irq, 1u);                               // DONE stays up
    SAME(n.ar, unsigned(e.mem.log_ar.size())); SAME(n.aw, unsigned(e.mem.log_aw.size()));
    SAME(n.stale + n.poison + n.abort, 0u);

    n = {};
    e.write(ch(0, STATUS), DONE);
    e.put_descriptor(TABLE + 192, {COPY, true, false, S, D, 64}, false);                 // the old lap's phase
    e.write(ch(0, TAIL), 4);
    SAME(error_of(e), 6u);
    SAME(n.doorbell, 1u); SAME(n.fetch, 1u); SAME(n.stale, 1u); SAME(n.irq, 1u);
    SAME(n.own_ok + n.chunk + n.status + n.done + n.poison + n.abort, 0u);

    n = {};
    e.mem.bad_read.insert(S + 8 * BPB);
    e.direct(1, COPY, S, D, 16 * BPB, 16);
    e.wait(ch(1, STATUS), HALTED);
    SAME(n.poison, 1u); SAME(n.chunk, 1u); SAME(n.doorbell + n.fetch + n.own_ok + n.stale + n.status + n.done + n.abort, 0u);

    n = {};
    e.mem.bad_read.clear();
    e.direct(1, COPY, S, D, 4096, 16);
    e.write(ch(1, CMD), ABORT);
    e.wait(ch(1, STATUS), HALTED);
    SAME(n.abort, 1u); SAME(n.done + n.poison, 0u);
}

static unsigned index_of(const Burst& b) { return b.user >> 1 & 0x3FF; }

static void descriptor_of_each_beat() {            // dbg_w_desc with the beat on W; dbg_r_desc, dbg_b_desc a cycle after R and B
    Engine e;
    random_memory(e);
    e.mem.opt.stall = 60;
    int r_due = -1, b_due = -1;                    // what they must show in this cycle
    unsigned checked = 0;
    std::size_t w_burst = 0, r_burst[4] = {}, b_burst[4] = {};   // per ID: bursts complete
    auto nth = [](const std::vector<Burst>& log, unsigned id, std::size_t n) {
        for (const Burst& b : log) if (b.id == id && n-- == 0) return b;
        return Burst{};
    };
    e.watch = [&] {
        const Vdma_top& d = e.dut;
        if (r_due >= 0) SAME(int(d.dbg_r_desc), r_due);
        if (b_due >= 0) SAME(int(d.dbg_b_desc), b_due);
        r_due = b_due = -1;
        if (d.m_axi_wvalid && d.m_axi_wready && w_burst < e.mem.log_aw.size()) {   // not known before its AW
            SAME(unsigned(d.dbg_w_desc), index_of(e.mem.log_aw[w_burst]));
            checked++;
        }
        w_burst += d.m_axi_wvalid && d.m_axi_wready && d.m_axi_wlast;
        if (d.m_axi_rvalid && d.m_axi_rready) {
            r_due = int(index_of(nth(e.mem.log_ar, d.m_axi_rid, r_burst[d.m_axi_rid])));
            r_burst[d.m_axi_rid] += d.m_axi_rlast;
        }
        if (d.m_axi_bvalid && d.m_axi_bready) b_due = int(index_of(nth(e.mem.log_aw, d.m_axi_bid, b_burst[d.m_axi_bid]++)));
    };
    for (unsigned i = 0; i < 12; i++)
        e.put_descriptor(TABLE + 64 * i, {i % 4 == 3 ? FILL : COPY, true, false, S + 999 * i, D + 1001 * i, 700}, true);
    ring(e, 16, 12, config(RING, 8, 2));
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    EXPECT(checked > 12 * 700 / BPB);
}

static void counters_count() {                     // a quiet beginning and end, waits and stalls between
    Engine e;
    random_memory(e);
    e.mem.opt.stall = 100;
    e.mem.opt.latency = 15;
    for (unsigned i = 0; i < 3; i++)
        e.put_descriptor(TABLE + 64 * i, {COPY, false, false, S + 3000 * i, D + 3001 * i, 2500}, true);
    ring(e, 8, 3, config(RING, 16, 1));
    e.write(0x040, 4);
    Reg busy = 0, r = 0, w = 0, r_stall = 0, w_stall = 0, ar_wait = 0, aw_wait = 0, most = 0, out_rd = 0, out_wr = 0;
    bool r_beat = false;
    uint64_t t0 = e.now;
    e.watch = [&] {
        const Vdma_top& d = e.dut;
        unsigned state = d.dbg_state & 15;
        busy += state != 0 && state != 1 && state != 7;            // neither idle nor waiting nor halted
        r += r_beat;                               // it is taken from the slice a cycle after the bus
        r_stall += d.dbg_out_rd != 0 && !r_beat;
        r_beat = d.m_axi_rvalid && d.m_axi_rready;
        w += d.m_axi_wvalid && d.m_axi_wready;
        w_stall += d.m_axi_wvalid && !d.m_axi_wready;
        ar_wait += d.m_axi_arvalid && !d.m_axi_arready;
        aw_wait += d.m_axi_awvalid && !d.m_axi_awready;
        most = std::max(most, Reg(512 - d.dbg_credit));
        out_rd = std::max(out_rd, Reg(d.dbg_out_rd));
        out_wr = std::max(out_wr, Reg(d.dbg_out_wr));
    };
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    e.write(0x040, 2);
    Reg cycles = e.read(0x044);
    expect(cycles + 8 > e.now - t0 - 8 && cycles < e.now - t0 + 8, "cycles", e, cycles);
    SAME(e.read(0x048), busy); SAME(e.read(0x04C), r); SAME(e.read(0x050), w); SAME(e.read(0x054), r_stall);
    SAME(e.read(0x058), w_stall); SAME(e.read(0x05C), ar_wait); SAME(e.read(0x060), aw_wait); SAME(e.read(0x064), 0u);
    SAME(e.read(0x068), most); SAME(e.read(0x06C), 3u); SAME(e.read(0x070), out_wr << 16 | out_rd);
    EXPECT(w_stall && ar_wait && aw_wait && r_stall && most > 16 && out_rd > 1 && out_wr > 1);
}

static void zero_strobes_count() {                 // beats of bursts that an abort left behind
    Engine e;
    random_memory(e);
    e.mem.opt.hold_w = 8;
    e.write(0x040, 4);
    e.direct(0, COPY, S, D, 4096, 4);
    e.run(60);
    e.write(ch(0, CMD), ABORT);
    e.wait(ch(0, STATUS), HALTED);
    e.write(0x040, 2);
    EXPECT(e.mem.zero_beats > 0);
    SAME(e.read(0x064), Reg(e.mem.zero_beats));
}

}  // namespace directed
