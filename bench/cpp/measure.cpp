// SPDX-License-Identifier: Apache-2.0
// Measurements of the engine: bus use, latencies, cycles per descriptor. One JSON object per line on standard output.
#include "engine.hpp"

namespace measure {

static void fill_random(Engine& e, unsigned seed) {
    std::mt19937 g(seed);
    for (auto& b : e.mem.bytes) b = uint8_t(g());
}

static double use(unsigned latency, unsigned beats, uint32_t bytes, unsigned so, unsigned dof, unsigned limit = 0) {
    Engine e;
    fill_random(e, 7);
    e.mem.opt.latency = latency;
    uint64_t src = 0x100000 + so, dst = 0x200000 + dof;
    std::vector<uint8_t> want(e.mem.bytes.begin() + long(src), e.mem.bytes.begin() + long(src + bytes));
    e.direct(0, COPY, src, dst, bytes, beats, limit);
    e.wait(ch(0, STATUS), DONE);
    if (!std::equal(want.begin(), want.end(), e.mem.bytes.begin() + long(dst))) fail("data differs", e.now);
    uint64_t cycles = e.mem.last_b - e.mem.first_ar + 1;
    double u = 100.0 * bytes / BPB / double(cycles);
    std::printf("{\"name\": \"bus_use\", \"latency\": %u, \"beats\": %u, \"bytes\": %u, \"out_limit\": %u, \"offsets\": [%u, %u], \"percent\": %.2f, "
                "\"cycles\": %llu, \"r_beats\": %llu, \"max_rd\": %u, \"max_wr\": %u}\n", latency, beats, bytes, limit, so, dof, u,
                (unsigned long long)cycles, (unsigned long long)e.mem.r_beats, e.mem.max_rd, e.mem.max_wr);
    return u;
}

static void start_latency() {
    Engine e;
    e.write(ch(0, CFG), config(DIRECT, 16));
    e.write64(ch(0, SRC), 0x1000);
    e.write64(ch(0, DST), 0x2000);
    e.write(ch(0, LEN), 64);
    e.dut.s_axil_awaddr = ch(0, CMD); e.dut.s_axil_awvalid = 1; e.dut.s_axil_wdata = START; e.dut.s_axil_wstrb = 15;
    e.dut.s_axil_wvalid = 1; e.dut.s_axil_bready = 1;
    e.tick();
    uint64_t t0 = e.now - 1;                      // cycle of the W handshake
    e.dut.s_axil_awvalid = e.dut.s_axil_wvalid = 0;
    while (!e.dut.m_axi_arvalid) e.tick();
    std::printf("{\"name\": \"write_to_ar\", \"cycles\": %llu}\n", (unsigned long long)(e.now - t0));
}

static void descriptors(unsigned prefetch, unsigned latency, uint32_t len) {
    Engine e;
    fill_random(e, 9);
    e.mem.opt.latency = latency;
    const unsigned n = 64;
    for (unsigned i = 0; i < n; i++)
        e.put_descriptor(0x4000 + 64 * i, {COPY, false, false, 0x100000 + 4096 * i, 0x200000 + 4096 * i, len}, true);
    e.write(ch(0, CFG), config(RING, 16, prefetch));
    e.write64(ch(0, BASE), 0x4000);
    e.write(ch(0, RING_LEN), 256);
    e.write(ch(0, TAIL), n);
    e.mem.clear_counts();
    e.write(ch(0, CMD), START);
    e.wait(ch(0, STATUS), EMPTY);
    std::printf("{\"name\": \"cycles_per_descriptor\", \"prefetch\": %u, \"latency\": %u, \"bytes\": %u, \"cycles\": %.1f}\n",
                prefetch, latency, len, double(e.mem.last_b - e.mem.first_ar + 1) / n);
}

static void abort_latency(unsigned latency, unsigned limit) {
    uint64_t worst = 0;
    for (unsigned at = 0; at < 400; at += 3) {
        Engine e;
        e.mem.opt.latency = latency;
        e.direct(0, COPY, 0x100000, 0x200000, 0x10000, 16, limit);
        e.run(at);
        e.dut.s_axil_awaddr = ch(0, CMD); e.dut.s_axil_awvalid = 1; e.dut.s_axil_wdata = ABORT; e.dut.s_axil_wvalid = 1;
        e.tick();
        uint64_t t0 = e.now;
        e.dut.s_axil_awvalid = e.dut.s_axil_wvalid = 0;
        while ((e.dut.dbg_state & 15) != 7) { e.tick(); if (e.now - t0 > 100000) fail("abort hangs", e.now); }
        if (e.mem.outstanding()) fail("halted with bursts outstanding", e.now);
        if (e.now - t0 > worst) worst = e.now - t0;
    }
    std::printf("{\"name\": \"abort_to_idle\", \"latency\": %u, \"out_limit\": %u, \"worst_cycles\": %llu}\n", latency, limit, (unsigned long long)worst);
}

int run() {
    for (unsigned lat : {4u, 40u, 200u}) use(lat, 16, 65536, 0, 0);
    for (unsigned lat : {4u, 40u, 200u}) use(lat, 64, 65536, 0, 0);
    use(200, 64, 1 << 20, 0, 0);
    use(200, 16, 1 << 20, 0, 0);
    for (unsigned lat : {4u, 200u}) use(lat, 16, 65536, 3, 5);
    use(4, 16, 65536, 5, 3);
    start_latency();
    for (unsigned p : {0u, 1u, 2u}) descriptors(p, 4, 64);
    descriptors(2, 40, 64);
    descriptors(2, 4, 4096);
    use(40, 16, 65536, 0, 0, 4);
    abort_latency(40, 4);
    for (unsigned lat : {4u, 40u, 200u}) abort_latency(lat, 0);
    return 0;
}
}  // namespace measure
