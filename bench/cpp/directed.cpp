// SPDX-License-Identifier: Apache-2.0
// Directed tests of the engine, one function each: `engine_bench directed` runs all, `engine_bench directed NAME` one. Exit status 1 at the first
// expectation that fails, with its text.
#include "directed.hpp"
#include "limits.cpp"
#include "observation.cpp"

namespace directed {

static void registers() {
    Engine e;
    unsigned resp;
    SAME(e.read(0x000), 0x31414D44u);
    SAME(e.read(0x008) >> 4 & 15, unsigned(BPB == 4 ? 2 : BPB == 8 ? 3 : BPB == 16 ? 4 : 5));
    EXPECT((e.read(0x00C) & 0x3FF) == 0x27F);
    e.dut.strap_coherent_data = 1;
    EXPECT((e.read(0x00C) & 0x180) == 0x080);
    e.write(0x01C, 0x11223344); e.write(0x01C, 0xAABBCCDD, 4);
    SAME(e.read(0x01C), 0x11BB3344u);
    e.read(0x800, &resp); SAME(resp, 2u);
    e.read(0x020 + 4, &resp); SAME(resp, 2u);
    SAME(e.write(0xFFC, 1), 2u);
    e.read(ch(1, STATUS), &resp); SAME(resp, 0u);
    SAME(e.read(ch(0, ATTR_SRC)), 0x323u);
    e.write(ch(0, ATTR_DST), 0xFFFFFFFF); SAME(e.read(ch(0, ATTR_DST)), 0x8000F3FFu);
    e.write(ch(0, CFG), 0xFFFFFFFF); SAME(e.read(ch(0, CFG)), 0x3FFFFFFFu);
}

static void busy_registers() {
    Engine e;
    e.mem.opt.latency = 200;
    e.direct(0, COPY, S, D, 4096, 16);
    e.write(ch(0, LEN), 1); e.write(ch(0, ATTR_SRC), 0);
    SAME(e.read(ch(0, LEN)), 4096u);
    SAME(e.read(ch(0, IGNORED)), 2u);
    e.write(ch(0, CMD), START);                    // start while busy: no effect
    e.wait(ch(0, STATUS), DONE);
    e.run(500);
    SAME(e.read(ch(0, DONE_CNT)), 1u);
}

static void stale() {
    for (unsigned line = 0; line < 2; line++) {
        Engine e;
        random_memory(e);
        for (unsigned i = 0; i < 3; i++) e.put_descriptor(TABLE + 64 * i, {COPY, false, false, S + 256 * i, D + 256 * i, 64}, true);
        if (line == 0) e.poke32(TABLE + 64, e.peek32(TABLE + 64) & 0x7FFFFFFF);          // old first line
        else e.poke32(TABLE + 64 + 0x2C, 0);                                             // old second line
        ring(e, 8, 3, config(RING, 16, 2));
        e.write(ch(0, CMD), START);
        SAME(error_of(e), 6u);
        SAME(e.read(ch(0, HEAD)), 1u);
        SAME(e.read(ch(0, ERR_ADDR)), Reg(TABLE + 64));
        EXPECT(copied(e, S, D, 64));
        EXPECT(!copied(e, S + 256, D + 256, 64));
        SAME(e.peek32(TABLE + 64 + 0x30), 0xAAAAAAAAu);                                  // nothing written to it
        e.put_descriptor(TABLE + 64, {COPY, false, false, S + 256, D + 256, 64}, true);
        e.write(ch(0, CMD), START);                // resumes at HEAD
        e.wait(ch(0, STATUS), EMPTY);
        EXPECT(copied(e, S + 512, D + 512, 64));
    }
}

static void bad_descriptors() {
    struct Case { std::function<void(Engine&)> spoil; Reg kind; };
    const Case cases[] = {
        {[](Engine& e) { e.poke32(TABLE, 0x8000A501); }, 5},                             // magic
        {[](Engine& e) { e.poke32(TABLE, 0x8000D50F); }, 5},                             // operation
        {[](Engine& e) { e.poke32(TABLE + 0x14, 0x100); }, 8},                           // source above ADDR_W
        {[](Engine& e) { e.poke32(TABLE + 0x18, 0xFFFFFFE0); e.poke32(TABLE + 0x1C, 0xFF); }, 8},   // wraps at its end
        {[](Engine& e) { e.poke32(TABLE + 0x04, 2); e.poke32(TABLE + 0x24, 0x80000000); }, 8},      // row below 0
        {[](Engine& e) { e.poke32(TABLE, 0x8000D541); e.poke32(TABLE + 0x2C, 0x0B2C0B2C); }, 7},    // cache 1100
        {[](Engine& e) { e.poke32(TABLE, 0x8000D541); e.poke32(TABLE + 0x2C, 0x03230B2F); }, 7},    // write-back in System
        {[](Engine& e) { e.poke32(TABLE, 0x8000D541); e.poke32(TABLE + 0x2C, 0x01210B23); }, 7},    // Device, inner
        {[](Engine& e) { e.poke32(TABLE, 0x8000D541); e.write(ch(0, ATTR_SRC), 0x80000323); }, 7},  // locked
        {[](Engine& e) { e.mem.bad_read.insert(TABLE + (BPB < 32 ? 32 : 0)); }, 3},
        {[](Engine& e) { e.mem.bad_write.insert((TABLE + 0x30) & ~uint64_t(BPB - 1)); }, 4},
        {[](Engine& e) { e.write(ch(0, RING_LEN), 0); e.write(ch(0, TAIL), 1); }, 8},
        {[](Engine& e) { e.write64(ch(0, BASE), TABLE + 32); e.write(ch(0, TAIL), 1); }, 8},
        {[](Engine& e) { e.write(ch(0, ATTR_DESC), 0x32F); }, 7},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Engine e;
        random_memory(e);
        std::vector<uint8_t> before(e.mem.bytes.begin() + long(D), e.mem.bytes.end());
        e.put_descriptor(TABLE, {COPY, false, false, S, D, 64}, true);
        ring(e, 8, 1);
        cases[i].spoil(e);
        e.write(ch(0, CMD), START);
        Reg kind = error_of(e);
        if (kind != cases[i].kind) { std::printf("case %u: ", i); SAME(kind, cases[i].kind); }
        SAME(e.read(ch(0, HEAD)), 0u);
        if (kind != 4) EXPECT(std::equal(before.begin(), before.end(), e.mem.bytes.begin() + long(D)));
        e.mem.bad_read.clear(); e.mem.bad_write.clear();
        e.write(ch(0, ATTR_SRC), 0x323); e.write(ch(0, ATTR_DESC), 0x323);
        e.put_descriptor(TABLE, {COPY, false, false, S, D, 64}, true);
        ring(e, 8, 1);
        e.write(ch(0, CMD), START);
        e.wait(ch(0, STATUS), EMPTY);
        EXPECT(copied(e, S, D, 64));
    }
}

static void laps() {                               // a ring of 4 through several laps, also full, with phase per lap
    Engine e;
    random_memory(e);
    ring(e, 4, 0, config(RING, 16, 2));
    e.write(ch(0, CMD), START);
    for (unsigned n = 0; n < 24; n += 4) {         // TAIL equals HEAD with the other lap: full
        for (unsigned k = n; k < n + 4; k++)
            e.put_descriptor(TABLE + 64 * (k % 4), {COPY, false, false, S + 100 * k, D + 100 * k, 90}, !(k / 4 & 1));
        e.write(ch(0, STATUS), EMPTY);
        e.write(ch(0, TAIL), ((n / 4 + 1) & 1) << 31);
        e.wait(ch(0, STATUS), EMPTY);
        SAME(e.read(ch(0, HEAD)), ((n / 4 + 1) & 1) << 31);
    }
    for (unsigned k = 0; k < 24; k++) EXPECT(copied(e, S + 100 * k, D + 100 * k, 90));
    e.write(ch(0, TAIL), 1);                       // old lap's descriptors again: stale
    SAME(error_of(e), 6u);
}

static void attributes() {
    Engine e;
    random_memory(e);
    e.put_descriptor(TABLE, {COPY, false, false, S, D, 64}, true);
    e.put_descriptor(TABLE + 64, {COPY, false, false, S, D, 64}, true);
    e.poke32(TABLE + 64, e.peek32(TABLE + 64) | 1 << 6);
    e.poke32(TABLE + 64 + 0x2C, 0x72BB0800u | 0x11AF);        // dst: WB outer coherent qos 7; src: WB inner coherent qos 1
    e.poke32(TABLE + 64 + 0x2C, 0x72AF0800u | 0x11AF);
    ring(e, 8, 2);
    e.write(ch(0, ATTR_DESC), 0x4223); e.write(ch(0, ATTR_SRC), 0x0301); e.write(ch(0, ATTR_DST), 0x03A3);
    e.mem.clear_counts();
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    auto is = [&](const Burst& b, unsigned cache, unsigned domain, uint32_t user, unsigned id) {
        expect(b.cache == cache && b.domain == domain && b.user == user && b.id == id, "attributes of a burst", e, b.user);
    };
    is(e.mem.log_ar[0], 3, 2, 0x4000, 1); is(e.mem.log_ar[1], 1, 3, 0, 0);
    is(e.mem.log_aw[0], 3, 3, 1, 0);      is(e.mem.log_aw[1], 3, 2, 0x8000, 2);
    is(e.mem.log_ar[2], 3, 2, 0x4002, 1); is(e.mem.log_ar[3], 15, 1, 3, 0);
    is(e.mem.log_aw[2], 15, 2, 3, 0);     is(e.mem.log_aw[3], 3, 2, 0x8002, 2);
    e.write(ch(0, CMD), STOP);
    e.wait(ch(0, STATUS), STOPPED);
    e.mem.clear_counts();
    e.write(ch(0, ATTR_SRC), 0x301);
    e.write64(ch(0, SRC), S); e.write64(ch(0, DST), D); e.write(ch(0, LEN), 16 * BPB);
    e.write(ch(0, CFG), config(DIRECT, 16, 0, 1 << 3 | 1 << 26));
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), DONE);
    SAME(e.mem.log_ar.size(), 16u);                // DEV_SINGLE: one beat each
    SAME(e.mem.log_aw.size(), 1u);
}

static void order() {                              // irq only when the status words are in memory
    Engine e;
    e.mem.opt.latency = 40;
    e.put_descriptor(TABLE, {COPY, true, false, S, D, 300}, true);
    ring(e, 8, 1);
    e.write(ch(0, IRQ_EN), DONE);
    e.write(ch(0, CMD), START);
    for (int i = 0; !e.dut.irq; i++) { e.tick(); if (i > 5000) fail("no irq", e.now); }
    SAME(e.peek32(TABLE + 0x30), 0x80000001u);
    SAME(e.peek32(TABLE + 0x34), 300u);
    EXPECT(e.mem.outstanding() == 0);
    SAME(e.read(0x018), 1u);
    e.write(ch(0, STATUS), DONE);
    EXPECT(!e.dut.irq);
}

static void coalescing() {
    Engine e;
    for (unsigned i = 0; i < 10; i++) e.put_descriptor(TABLE + 64 * i, {COPY, true, i == 7, S, D, 8}, true);
    ring(e, 16, 3);
    e.write(ch(0, COALESCE), 4 | 100 << 16);
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    EXPECT(!(e.read(ch(0, STATUS)) & DONE));
    e.write(ch(0, TAIL), 4);                       // the fourth
    e.wait(ch(0, STATUS), DONE);
    e.write(ch(0, STATUS), DONE | EMPTY);
    e.write(ch(0, TAIL), 5);                       // one alone: timeout of 6400 cycles
    uint64_t t0 = e.now;
    e.wait(ch(0, STATUS), DONE);
    expect(e.now - t0 > 6400 && e.now - t0 < 6700, "coalescing timeout", e, e.now - t0);
    e.write(ch(0, STATUS), DONE | EMPTY);
    e.write(ch(0, TAIL), 8);                       // LAST does not wait
    e.wait(ch(0, STATUS), EMPTY);
    EXPECT(e.read(ch(0, STATUS)) & DONE);
}

static void cyclic() {
    Engine e;
    random_memory(e);
    for (unsigned i = 0; i < 4; i++) e.put_descriptor(TABLE + 64 * i, {COPY, i == 3, false, S + 512 * i, D + 512 * i, 512}, true);
    ring(e, 4, 0, config(RING, 16, 2, 1 << 3 | 1 << 2));
    e.write(ch(0, CMD), START);
    for (int lap = 0; lap < 5; lap++) { e.wait(ch(0, STATUS), PERIOD); e.write(ch(0, STATUS), PERIOD); }
    EXPECT(!(e.read(ch(0, STATUS)) & (DONE | EMPTY)));
    e.write(ch(0, CMD), STOP);
    e.wait(ch(0, STATUS), STOPPED);
    EXPECT(e.read(ch(0, DONE_CNT)) >= 20);
    EXPECT(copied(e, S, D, 2048));
}

static void short_format() {
    Engine e;
    random_memory(e);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t a = TABLE + 32 * i;
        e.poke32(a, 0x8000D501); e.poke32(a + 4, 77); e.poke32(a + 8, Reg(S + 99 * i)); e.poke32(a + 12, 0);
        e.poke32(a + 16, Reg(D + 99 * i)); e.poke32(a + 20, 0); e.poke32(a + 24, 0x5555); e.poke32(a + 28, 0x6666);
    }
    ring(e, 8, 4, config(RING, 16, 1, 1 << 3 | 2 << 4));
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(copied(e, S + 99 * i, D + 99 * i, 77));
        SAME(e.peek32(TABLE + 32 * i), 0x8001D501u);
        SAME(e.peek32(TABLE + 32 * i + 4), 77u);
    }
}

static void abort_every_cycle() {                  // then the channel must work again
    for (unsigned lat : {0u, 7u}) for (unsigned at = 0; at < 260; at++) {
        Engine e;
        random_memory(e);
        e.mem.opt.latency = lat;
        std::vector<uint8_t> before = e.mem.bytes;
        e.direct(0, COPY, S + 4090, D + 3, 700, 8);
        e.run(at);
        e.write(ch(0, CMD), ABORT);
        e.wait(ch(0, STATUS), BUSY, 3000, true);
        EXPECT(e.read(ch(0, STATUS)) & ABORTED);
        EXPECT(e.mem.outstanding() == 0);
        uint32_t left = e.read(ch(0, RESIDUE));
        for (uint32_t i = 0; i < 700; i++) {
            uint8_t v = e.mem.bytes[D + 3 + i];
            expect(v == before[D + 3 + i] || v == before[S + 4090 + i], "old or source", e, i);
            if (i < 700 - left) expect(v == before[S + 4090 + i], "acknowledged", e, i);
        }
        e.direct(0, COPY, S + 5, D + 2000, 100, 4);
        e.wait(ch(0, STATUS), DONE, 3000);
        EXPECT(copied(e, S + 5, D + 2000, 100));
        EXPECT(!(e.read(ch(0, STATUS)) & ABORTED));
    }
}

static void watchdog() {
    Engine e;
    e.write(WDOG, 500);
    e.write(ch(0, IRQ_EN), ERR);
    e.direct(0, COPY, S, D, 8192, 16);
    e.run(40);
    e.mem.dead = true;
    for (int i = 0; !e.dut.irq; i++) { e.tick(); if (i > 700) fail("no watchdog irq", e.now); }
    SAME(e.read(ch(0, ERR_INFO)) & 15, 9u);
    SAME(e.read(ch(0, STATUS)) & 15, 6u);          // drains until the bus answers
    e.mem.dead = false;
    e.wait(ch(0, STATUS), HALTED);
    random_memory(e);
    e.direct(0, COPY, S, D, 4096, 16);
    e.wait(ch(0, STATUS), DONE);
    EXPECT(copied(e, S, D, 4096));
}

static void soft_reset() {
    for (unsigned at = 0; at < 120; at += 7) {
        Engine e;
        random_memory(e);
        e.mem.opt.latency = 20;
        e.direct(0, COPY, S, D, 8192, 16);
        e.direct(1, FILL, S, D + 0x10000, 8192, 16);
        e.run(at);
        e.write(CTRL, 3);
        e.wait(CTRL, 2, 5000, true);
        EXPECT(e.mem.outstanding() == 0);
        SAME(e.read(CTRL), 0u);
        SAME(e.read(ch(0, LEN)), 0u);
        SAME(e.read(ch(0, STATUS)), 0u);
        e.write(CTRL, 1);
        e.direct(1, COPY, S + 1, D, 1000, 16);
        e.wait(ch(1, STATUS), DONE);
        EXPECT(copied(e, S + 1, D, 1000));
    }
}

static void hard_reset() {                         // the memory keeps answering what was asked before the reset
    for (unsigned at = 0; at < 150; at += 11) {
        Engine e(1 << 22, false);                  // answers to what nobody asks for any more are against the rules
        random_memory(e);
        e.mem.opt.latency = 30;
        e.direct(0, SINK, S, D, 8192, 16);         // reads only: a write cut by a reset would leave the memory waiting
        e.run(at);
        e.dut.rst_n = 0;
        e.run(3);
        e.dut.rst_n = 1;
        e.run(1200);                               // late beats arrive and are swallowed
        SAME(e.read(GSTATUS), 1u);
        e.write(CTRL, 1);
        e.direct(0, COPY, S + 1, D, 1000, 16);
        e.wait(ch(0, STATUS), DONE);
        EXPECT(copied(e, S + 1, D, 1000));
    }
}

static void reset_of_all() {                       // engine and memory together, in the middle of reads, writes and descriptors
    for (unsigned at = 0; at < 400; at += 3) {
        Engine e;
        random_memory(e);
        e.mem.opt.latency = 20;
        e.mem.opt.stall = 64;
        for (unsigned i = 0; i < 4; i++)
            e.put_descriptor(TABLE + 64 * i, {COPY, true, false, S + 0x1003 * i, D + 0x2000 * i, 1500}, true);
        ring(e, 8, 4, config(RING, 16, 1));
        e.write(ch(0, CMD), START);
        e.direct(1, FILL, S, D + 0x10000, 8192, 16);
        e.run(at);
        e.dut.rst_n = 0;
        e.mem.reset();
        e.run(1 + at % 3);
        EXPECT(!e.dut.m_axi_arvalid && !e.dut.m_axi_awvalid && !e.dut.m_axi_wvalid && !e.dut.irq);
        e.dut.rst_n = 1;
        e.run(1000);
        EXPECT(!e.mem.outstanding() && e.dut.dbg_quiet);
        SAME(e.read(CTRL), 0u);
        SAME(e.read(ch(1, LEN)), 0u);
        SAME(e.read(ch(0, STATUS)) | e.read(ch(1, STATUS)), 0u);
        e.write(CTRL, 1);
        e.direct(1, COPY, S + 1, D, 1000, 16);
        e.wait(ch(1, STATUS), DONE);
        EXPECT(copied(e, S + 1, D, 1000));
    }
}

static void w1c_race() {                           // clearing DONE in every cycle around the next completion loses none
    for (unsigned at = 0; at < 60; at++) {
        Engine e;
        e.put_descriptor(TABLE, {NOP, true}, true);
        e.put_descriptor(TABLE + 64, {NOP, true}, true);
        ring(e, 8, 2);
        e.write(ch(0, CMD), START);
        e.run(at);
        Reg seen = e.read(ch(0, DONE_CNT));
        e.write(ch(0, STATUS), DONE);
        e.run(200);
        if (seen < 1) EXPECT(e.read(ch(0, STATUS)) & DONE);
        SAME(e.read(ch(0, DONE_CNT)), 2u);
    }
}

static void counters() {
    Engine e;
    e.write(0x040, 4);
    e.direct(0, COPY, S, D, 64 * BPB, 16);
    e.wait(ch(0, STATUS), DONE);
    SAME(e.read(0x04C), 0u);                       // no snapshot yet
    e.write(0x040, 2);
    SAME(e.read(0x04C), 64u);
    SAME(e.read(0x050), 64u);
    EXPECT(e.read(0x044) > e.read(0x048) && e.read(0x048) > 64);
    EXPECT((e.read(0x070) & 0xFFFF) >= 2 && e.read(0x068) >= 32);
}

static void error_behind_a_waiting_beat() {        // the job before the faulty one loses nothing: SINK, and COPY to a lower lane
    for (unsigned op : {SINK, COPY}) for (unsigned seed = 0; seed < 60; seed++) {
        Engine e(1 << 22);
        random_memory(e);
        e.mem.opt.stall = 200;                     // sometimes the last beat of the first job waits meanwhile
        e.mem.rng.seed(seed);
        e.put_descriptor(TABLE, {COPY, false, false, S, D, 16 * BPB}, true);
        e.put_descriptor(TABLE + 64, {op, false, false, S + 0x1003, D + 0x1000, 256}, true);
        e.mem.bad_read.insert(S + 0x1000);
        ring(e, 8, 2, config(RING, 16, 2));
        e.write(ch(0, CMD), START);
        SAME(error_of(e), 1u);
        SAME(e.read(ch(0, HEAD)), 1u);
        SAME(e.read(ch(0, ERR_INFO)) >> 16, 1u);
        EXPECT(copied(e, S, D, 16 * BPB));
        SAME(e.peek32(TABLE + 0x30), 0x80000001u);
    }
}

static void early_status() {                       // fault injection: the status write overtakes the data
    Engine e;
    e.mem.opt.latency = 100;
    random_memory(e);
    e.put_descriptor(TABLE, {COPY, true, false, S, D, 2048}, true);
    ring(e, 8, 1, config(RING, 16, 0, 1 << 3 | 1 << 29));
    e.write(ch(0, CMD), START);
    for (int i = 0; e.peek32(TABLE + 0x30) != 0x80000001; i++) { e.tick(); if (i > 5000) fail("no status", e.now); }
    EXPECT(!copied(e, S, D, 2048));
    e.wait(ch(0, STATUS), EMPTY);
    EXPECT(copied(e, S, D, 2048));
}

int run(int argc, char** argv) {
    const std::map<std::string, void (*)()> tests = {
        {"registers", registers}, {"busy_registers", busy_registers}, {"stale", stale}, {"bad_descriptors", bad_descriptors},
        {"laps", laps}, {"attributes", attributes}, {"order", order}, {"coalescing", coalescing}, {"cyclic", cyclic},
        {"short_format", short_format}, {"abort_every_cycle", abort_every_cycle}, {"watchdog", watchdog},
        {"soft_reset", soft_reset}, {"hard_reset", hard_reset}, {"reset_of_all", reset_of_all}, {"w1c_race", w1c_race},
        {"counters", counters}, {"early_status", early_status},
        {"error_behind_a_waiting_beat", error_behind_a_waiting_beat}, {"outstanding_limits", outstanding_limits},
        {"coalescing_thresholds", coalescing_thresholds}, {"addresses_follow_data", addresses_follow_data},
        {"addresses_wait_their_turn", addresses_wait_their_turn},
        {"soft_reset_at_rest", soft_reset_at_rest}, {"events", events}, {"descriptor_of_each_beat", descriptor_of_each_beat},
        {"counters_count", counters_count}, {"zero_strobes_count", zero_strobes_count}};
    unsigned ran = 0;
    for (auto& [name, test] : tests)
        if (argc < 2 || name == argv[1]) { std::printf("%s\n", name.c_str()); std::fflush(stdout); test(); ran++; }
    if (!ran) { std::printf("no test called %s\n", argv[1]); return 2; }
    std::printf("{\"tests\": %u}\n", ran);
    return 0;
}
}  // namespace directed
#undef EXPECT
#undef SAME
