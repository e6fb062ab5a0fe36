// SPDX-License-Identifier: Apache-2.0
// The engine with its memory, its clock and a register host, and the few driver steps that all scenarios share.
#pragma once
#include "Vdma_top.h"
#include "axi_memory.hpp"
#include "dma_desc.h"
#include "dma_regs.h"
#include <functional>

using Reg = uint32_t;
constexpr Reg CTRL = 0x10, GSTATUS = 0x14, WDOG = 0x20;
constexpr Reg ch(unsigned n, Reg off) { return 0x100 * (n + 1) + off; }
constexpr Reg CMD = 0, STATUS = 4, IRQ_EN = 8, CFG = 0xC, COALESCE = 0x10, SRC = 0x14, DST = 0x1C, LEN = 0x24, ROWS = 0x28,
              SSTRIDE = 0x2C, DSTRIDE = 0x30, FILLW = 0x34, ATTR_SRC = 0x38, ATTR_DST = 0x3C, ATTR_DESC = 0x40, BASE = 0x44,
              RING_LEN = 0x4C, TAIL = 0x50, HEAD = 0x54, ERR_INFO = 0x58, ERR_ADDR = 0x5C, RESIDUE = 0x64, DONE_CNT = 0x68,
              DIGEST = 0x74, IGNORED = 0x78;
constexpr Reg START = 1, PAUSE = 2, RESUME = 4, STOP = 8, ABORT = 16, CLEAR = 32;
constexpr Reg BUSY = 1 << 4, PAUSED = 1 << 5, HALTED = 1 << 6, DONE = 1 << 8, ERR = 1 << 9, EMPTY = 1 << 10, PERIOD = 1 << 11,
              ABORTED = 1 << 12, STOPPED = 1 << 13;
constexpr unsigned NOP = 0, COPY = 1, FILL = 2, SINK = 3;
constexpr unsigned DIRECT = 0, LIST = 1, RING = 2;
constexpr Reg config(unsigned mode, unsigned max_beats, unsigned prefetch = 0, Reg more = 1 << 3) {
    return mode | prefetch << 6 | (max_beats - 1) << 8 | COPY << 16 | more;
}

struct Descriptor {
    unsigned op = COPY; bool irq = false, last = false;
    uint64_t src = 0, dst = 0; uint32_t len = 0, rows = 0; int32_t sstride = 0, dstride = 0; uint64_t next = 0;
};

inline std::vector<const char*> plusargs{"engine_bench"};   // of the simulation
inline unsigned x_seed = 0;                        // not 0: what the design does not reset starts with random content

class Engine {
    static VerilatedContext* prepared(VerilatedContext& context, bool checked) {
        std::vector<const char*> arguments = plusargs;
        if (!checked) arguments.push_back("+unchecked");
        context.commandArgs(int(arguments.size()), arguments.data());
        if (x_seed) { context.randReset(2); context.randSeed(int(x_seed++)); }
        return &context;
    }
  public:
    VerilatedContext context;
    Vdma_top dut;
    Memory<Vdma_top> mem;
    uint64_t now = 0;
    std::function<void()> watch;                   // called in every cycle, before its clock edge

    // checked: a violation of the protocol on either port ends the program (engine_rules.sv).
    explicit Engine(std::size_t size = 1 << 22, bool checked = true) : dut(prepared(context, checked)), mem(size) {
        dut.clk = 0; dut.rst_n = 0;
        dut.strap_coherent_data = dut.strap_coherent_desc = 0;   // with x_seed inputs are random too
        dut.s_axil_awvalid = dut.s_axil_wvalid = dut.s_axil_bready = dut.s_axil_arvalid = dut.s_axil_rready = 0;
        mem.drive(dut, now);
        for (int i = 0; i < 4; i++) tick();
        dut.rst_n = 1;
        tick();
        write(CTRL, 1);
    }
    void tick(bool settled = false) {              // settled: evaluated since an input changed
        if (!settled) dut.eval();
        if (watch) watch();
        mem.sample(dut, now);
        dut.clk = 1; dut.eval();
        now++;
        mem.drive(dut, now);
        dut.clk = 0;                               // evaluated at the next tick, with what the host changes until then
    }
    void run(uint64_t cycles) { for (uint64_t i = 0; i < cycles; i++) tick(); }

    unsigned write(Reg addr, Reg data, unsigned strb = 15) {   // returns BRESP
        dut.s_axil_awaddr = addr; dut.s_axil_awvalid = 1; dut.s_axil_wdata = data; dut.s_axil_wstrb = strb; dut.s_axil_wvalid = 1;
        dut.s_axil_bready = 1;
        for (int i = 0; dut.s_axil_awvalid || dut.s_axil_wvalid; i++) {
            dut.eval();
            bool a = dut.s_axil_awready, w = dut.s_axil_wready;
            tick(true);
            if (a) dut.s_axil_awvalid = 0;
            if (w) dut.s_axil_wvalid = 0;
            if (i > 100) fail("register write hangs", now, addr);
        }
        for (;;) { dut.eval(); bool b = dut.s_axil_bvalid; unsigned resp = dut.s_axil_bresp; tick(true); if (b) return resp; }
    }
    Reg read(Reg addr, unsigned* resp = nullptr) {
        dut.s_axil_araddr = addr; dut.s_axil_arvalid = 1; dut.s_axil_rready = 1;
        for (bool a = false; !a;) { dut.eval(); a = dut.s_axil_arready; tick(true); }
        dut.s_axil_arvalid = 0;
        for (;;) {
            dut.eval();
            bool r = dut.s_axil_rvalid; Reg v = dut.s_axil_rdata;
            if (resp) *resp = dut.s_axil_rresp;
            tick(true);
            if (r) return v;
        }
    }
    void write64(Reg addr, uint64_t v) { write(addr + 4, Reg(v >> 32)); write(addr, Reg(v)); }
    // Waits until the register, masked, is not 0; returns the register.
    Reg wait(Reg addr, Reg mask, uint64_t limit = 400000, bool zero = false) {
        for (uint64_t end = now + limit; now < end;) {
            Reg v = read(addr);
            if (((v & mask) != 0) != zero) return v;
        }
        std::printf("state %x status %x err %x head %x\n", unsigned(dut.dbg_state), read(ch(0, STATUS)), read(ch(0, ERR_INFO)), read(ch(0, HEAD)));
        fail("time limit, waiting for register", now, addr);
        return 0;
    }
    void poke32(uint64_t a, uint32_t v) { for (int i = 0; i < 4; i++) mem.bytes[a + i] = uint8_t(v >> (8 * i)); }
    uint32_t peek32(uint64_t a) const {
        return mem.bytes[a] | mem.bytes[a+1] << 8 | mem.bytes[a+2] << 16 | uint32_t(mem.bytes[a+3]) << 24;
    }
    void put_descriptor(uint64_t a, const Descriptor& d, bool phase) {
        poke32(a, d.op | unsigned(d.irq) << 4 | unsigned(d.last) << 5 | 0xD5u << 8 | uint32_t(phase) << 31);
        poke32(a + 4, d.rows); poke32(a + 8, uint32_t(d.next)); poke32(a + 12, uint32_t(d.next >> 32));
        poke32(a + 16, uint32_t(d.src)); poke32(a + 20, uint32_t(d.src >> 32));
        poke32(a + 24, uint32_t(d.dst)); poke32(a + 28, uint32_t(d.dst >> 32));
        poke32(a + 32, d.len); poke32(a + 36, uint32_t(d.sstride)); poke32(a + 40, uint32_t(d.dstride));
        poke32(a + 44, uint32_t(phase) << 11);
        for (int i = 48; i < 64; i += 4) poke32(a + i, 0xAAAAAAAA);
    }
    void direct(unsigned c, unsigned op, uint64_t src, uint64_t dst, uint32_t len, unsigned max_beats, unsigned limit = 0) {
        write(ch(c, CFG), DIRECT | (max_beats - 1) << 8 | op << 16 | limit << 20 | 1 << 3);
        write64(ch(c, SRC), src);
        write64(ch(c, DST), dst);
        write(ch(c, LEN), len);
        write(ch(c, ROWS), 0);
        write(ch(c, CMD), START);
    }
};
