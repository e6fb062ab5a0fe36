// SPDX-License-Identifier: Apache-2.0
// unchecked BYTES ROUNDS: the limit of the co-simulation's speed. The engine as it is co-simulated, copying from and to a
// memory that costs next to nothing, with no check of anything: no protocol checker, no sanitizer, no Python, no VPI.
// Prints one JSON object: CPU seconds of each round and cycles of the last.
#include "Vdma_top.h"
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>
#include <verilated.h>

namespace {

constexpr unsigned BEAT = 8, QUEUE = 64, LATENCY = 12, BURST_BEATS = 16;
constexpr uint32_t CTRL = 0x10, CHANNEL = 0x100, CMD = 0, STATUS = 4, IRQ_EN = 8, CFG = 0xC, SRC = 0x14, DST = 0x1C, LEN = 0x24;
constexpr uint32_t COPY = 1, DONE = 1 << 8;

struct Request { uint64_t address; uint64_t due; unsigned left, id; };

// A queue of the bursts that are in flight.
struct Queue {
    std::array<Request, QUEUE> entries;
    unsigned head = 0, tail = 0;
    bool empty() const { return head == tail; }
    bool full() const { return tail - head == QUEUE; }
    Request& front() { return entries[head % QUEUE]; }
    void push(const Request& request) { entries[tail++ % QUEUE] = request; }
    void pop() { head++; }
};

struct Bench {
    VerilatedContext context;
    Vdma_top dut{&context};
    std::vector<uint8_t> bytes;
    Queue reads, writes, responses;
    uint64_t now = 0;

    explicit Bench(size_t size) : bytes(size) {
        dut.clk = dut.rst_n = 0;
        for (int i = 0; i < 4; i++) tick();
        dut.rst_n = 1;
        tick();
    }

    // What the handshakes of this cycle have moved.
    void sample() {
        if (dut.m_axi_rvalid && dut.m_axi_rready) {
            Request& r = reads.front();
            r.address += BEAT;
            if (r.left-- == 0) reads.pop();
        }
        if (dut.m_axi_bvalid && dut.m_axi_bready) responses.pop();
        if (dut.m_axi_arvalid && dut.m_axi_arready)
            reads.push({dut.m_axi_araddr, now + LATENCY, dut.m_axi_arlen, dut.m_axi_arid});
        if (dut.m_axi_awvalid && dut.m_axi_awready) writes.push({dut.m_axi_awaddr, 0, dut.m_axi_awlen, dut.m_axi_awid});
        if (dut.m_axi_wvalid && dut.m_axi_wready) {
            Request& w = writes.front();
            const uint64_t data = dut.m_axi_wdata;
            std::memcpy(&bytes[w.address], &data, BEAT);
            w.address += BEAT;
            if (w.left-- == 0) {
                responses.push({0, now + LATENCY, 0, w.id});
                writes.pop();
            }
        }
    }

    void drive() {
        dut.m_axi_arready = !reads.full();
        dut.m_axi_awready = !writes.full();
        dut.m_axi_wready = !writes.empty() && !responses.full();
        dut.m_axi_rvalid = !reads.empty() && reads.front().due <= now;
        if (dut.m_axi_rvalid) {
            const Request& r = reads.front();
            uint64_t data;
            std::memcpy(&data, &bytes[r.address], BEAT);
            dut.m_axi_rdata = data;
            dut.m_axi_rid = r.id;
            dut.m_axi_rlast = r.left == 0;
        }
        dut.m_axi_bvalid = !responses.empty() && responses.front().due <= now;
        if (dut.m_axi_bvalid) dut.m_axi_bid = responses.front().id;
    }

    void tick() {
        dut.clk = 0;
        dut.eval();
        sample();
        dut.clk = 1;
        dut.eval();
        now++;
        drive();
    }

    void write(uint32_t address, uint32_t value) {
        dut.s_axil_awaddr = address;
        dut.s_axil_wdata = value;
        dut.s_axil_wstrb = 15;
        dut.s_axil_awvalid = dut.s_axil_wvalid = dut.s_axil_bready = 1;
        while (!dut.s_axil_bvalid) {
            dut.clk = 0;
            dut.eval();
            const bool a = dut.s_axil_awready, w = dut.s_axil_wready;
            tick();
            if (a) dut.s_axil_awvalid = 0;
            if (w) dut.s_axil_wvalid = 0;
        }
        tick();
    }

    uint32_t read(uint32_t address) {
        dut.s_axil_araddr = address;
        dut.s_axil_arvalid = dut.s_axil_rready = 1;
        while (!dut.s_axil_rvalid) {
            dut.clk = 0;
            dut.eval();
            const bool a = dut.s_axil_arready;
            tick();
            if (a) dut.s_axil_arvalid = 0;
        }
        const uint32_t value = dut.s_axil_rdata;
        tick();
        return value;
    }

    // One copy to its interrupt; true if the engine calls it done.
    bool copy(uint32_t from, uint32_t to, uint32_t size) {
        write(CTRL, 1);
        write(CHANNEL + IRQ_EN, DONE);
        write(CHANNEL + CFG, COPY << 16 | (BURST_BEATS - 1) << 8);
        write(CHANNEL + SRC, from);
        write(CHANNEL + DST, to);
        write(CHANNEL + LEN, size);
        write(CHANNEL + CMD, 1);
        const uint64_t limit = now + size;  // eight times what it takes
        while (!dut.irq && now < limit) tick();
        const uint32_t status = read(CHANNEL + STATUS);
        write(CHANNEL + STATUS, status);
        return status & DONE;
    }
};

double cpu_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: unchecked BYTES ROUNDS\n");
        return 2;
    }
    const uint32_t size = uint32_t(std::strtoul(argv[1], nullptr, 0));
    Bench bench(2 * size_t(size));
    for (uint32_t i = 0; i < size; i++) bench.bytes[i] = uint8_t(i * 2654435761u >> 24);
    std::printf("{\"seconds\": [");
    uint64_t cycles = 0;
    for (int round = 0; round < std::atoi(argv[2]); round++) {
        std::memset(&bench.bytes[size], 0, size);
        const double begin = cpu_seconds();
        const uint64_t before = bench.now;
        const bool done = bench.copy(0, size, size);
        std::printf("%s%.6f", round ? ", " : "", cpu_seconds() - begin);
        cycles = bench.now - before;
        if (!done || std::memcmp(&bench.bytes[0], &bench.bytes[size], size)) return 1;
    }
    std::printf("], \"cycles\": %llu}\n", (unsigned long long)cycles);
    return 0;
}
