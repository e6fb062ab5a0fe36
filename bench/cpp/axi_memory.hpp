// SPDX-License-Identifier: Apache-2.0
// AXI4 memory with latency for the engine's bench: queues address bursts, answers LAT cycles after AR (after WLAST) with one
// beat per cycle, R in order per ID and interleaved between IDs, errors on chosen addresses, random back-pressure, and a
// checker of the rules that the engine could break. One call of `step` per clock, between the settled low phase and the edge.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>
#include <verilated.h>

#ifndef DATA_W
#define DATA_W 64
#endif
constexpr unsigned BPB = DATA_W / 8;

inline void fail(const char* what, uint64_t cycle, uint64_t value = 0) {
    std::printf("FAIL cycle %llu: %s (0x%llx)\n", (unsigned long long)cycle, what, (unsigned long long)value);
    std::exit(1);
}

// Beats as bytes, whatever Verilator's type of the port is.
template <class T> void put(T& port, const uint8_t* b) {
    uint64_t v = 0;
    for (unsigned i = 0; i < BPB; i++) v |= uint64_t(b[i]) << (8 * i);
    port = T(v);
}
template <class T> void get(const T& port, uint8_t* b) {
    for (unsigned i = 0; i < BPB; i++) b[i] = uint8_t(uint64_t(port) >> (8 * i));
}
template <std::size_t N> void put(VlWide<N>& port, const uint8_t* b) {
    for (unsigned w = 0; w < N; w++) port[w] = b[4*w] | b[4*w+1] << 8 | b[4*w+2] << 16 | uint32_t(b[4*w+3]) << 24;
}
template <std::size_t N> void get(const VlWide<N>& port, uint8_t* b) {
    for (unsigned i = 0; i < BPB; i++) b[i] = uint8_t(port[i / 4] >> (8 * (i % 4)));
}

struct Burst {
    uint64_t addr; unsigned id, len, beat; uint64_t due; uint32_t user;
    unsigned cache, domain; uint64_t seen; unsigned prot, qos;
};

struct Options {
    unsigned latency = 4;
    unsigned stall = 0;                 // chance in 256 that a READY or a response is withheld in a cycle
    bool aw_late = false;               // AWREADY only once W data waits
    unsigned queue = 64;                // bursts accepted ahead
    bool w_first = false;               // AWREADY only once W data was accepted
    unsigned hold_w = 0;                // WREADY only once so many AWs wait for data, or no more came for 64 cycles
    unsigned bad_resp = 2;              // 2 SLVERR, 3 DECERR
};

template <class Dut> class Memory {
  public:
    std::vector<uint8_t> bytes;
    Options opt;
    std::set<uint64_t> bad_read, bad_write;   // beat addresses that answer SLVERR; a write burst errs if it touches one
    bool dead = false;                  // no response any more
    uint64_t first_ar = 0, last_b = 0, r_beats = 0, w_beats = 0, zero_beats = 0;
    unsigned max_rd = 0, max_wr = 0;
    std::vector<Burst> log_ar, log_aw;
    std::mt19937 rng{1};

    explicit Memory(std::size_t size) : bytes(size) {}
    unsigned outstanding() const { return unsigned(ar_.size() + aw_.size() + b_.size()); }
    void clear_counts() {
        first_ar = last_b = r_beats = w_beats = zero_beats = 0; max_rd = max_wr = 0; log_ar.clear(); log_aw.clear();
    }

    void reset() {                      // forgets every burst; the content stays
        ar_.clear(); aw_.clear(); b_.clear(); w_.clear();
        r_on_ = b_on_ = released_ = false;
        r_sel_ = b_sel_ = aw_seen_ = 0;
        resp_ = aw_quiet_ = 0;
    }

    // Samples the handshakes of this cycle and prepares the inputs of the next; the caller applies them after the edge.
    void sample(const Dut& d, uint64_t now) {
        if (!d.rst_n) { prev_ = Held{}; return; }  // no handshake in reset, whatever VALID says before the first edge
        if (d.m_axi_arvalid && !first_ar) first_ar = now;
        check_stable(d, now);
        if (d.m_axi_rvalid && d.m_axi_rready) read_accepted();
        if (d.m_axi_bvalid && d.m_axi_bready) { b_.erase(b_.begin() + int(b_sel_)); last_b = now; b_on_ = false; }
        if (d.m_axi_arvalid && d.m_axi_arready) {
            Burst x{d.m_axi_araddr, d.m_axi_arid, d.m_axi_arlen, 0, now + opt.latency, d.m_axi_aruser, d.m_axi_arcache,
                    d.m_axi_ardomain, now, d.m_axi_arprot, d.m_axi_arqos};
            check_burst(x, now);
            ar_.push_back(x);
            log_ar.push_back(x);
            if (ar_.size() > max_rd) max_rd = unsigned(ar_.size());
        }
        if (d.m_axi_awvalid && d.m_axi_awready) {
            Burst x{d.m_axi_awaddr, d.m_axi_awid, d.m_axi_awlen, 0, 0, d.m_axi_awuser, d.m_axi_awcache, d.m_axi_awdomain, now,
                    d.m_axi_awprot, d.m_axi_awqos};
            check_burst(x, now);
            aw_.push_back(x);
            log_aw.push_back(x);
            if (aw_.size() + b_.size() > max_wr) max_wr = unsigned(aw_.size() + b_.size());
        }
        if (d.m_axi_wvalid && d.m_axi_wready) {
            W w; get(d.m_axi_wdata, w.data); w.strb = d.m_axi_wstrb; w.last = d.m_axi_wlast;
            w_.push_back(w);
            w_beats++;
            if (!w.strb) zero_beats++;
        }
        while (!w_.empty() && !aw_.empty()) write_beat(now);
    }

    void drive(Dut& d, uint64_t now) {
        d.m_axi_arready = ar_.size() < opt.queue && !held() && !dead;
        d.m_axi_awready = aw_.size() < opt.queue && !held() && !dead && (!opt.aw_late || d.m_axi_wvalid || !w_.empty())
                          && (!opt.w_first || !w_.empty());
        d.m_axi_wready = w_.size() < 4 && !held() && !dead && w_released();
        if (!r_on_ && !dead && !held()) pick_read(now);
        d.m_axi_rvalid = r_on_;
        if (r_on_) {
            const Burst& x = ar_[r_sel_];
            uint64_t a = (x.addr & ~uint64_t(BPB - 1)) + uint64_t(x.beat) * BPB;
            uint8_t beat[BPB];
            for (unsigned i = 0; i < BPB; i++) beat[i] = bytes[(a + i) % bytes.size()];
            put(d.m_axi_rdata, beat);
            d.m_axi_rid = x.id;
            d.m_axi_rresp = bad_read.count(a) ? opt.bad_resp : 0;
            d.m_axi_rlast = x.beat == x.len;
        }
        if (!b_on_ && !dead && !held())
            for (std::size_t i = 0; i < b_.size() && !b_on_; i++)
                if (first_of_id(b_, i) && b_[i].due <= now) { b_sel_ = i; b_on_ = true; }
        d.m_axi_bvalid = b_on_;
        if (b_on_) { d.m_axi_bid = b_[b_sel_].id; d.m_axi_bresp = b_[b_sel_].beat; }
    }

  private:
    struct W { uint8_t data[BPB]; uint64_t strb; bool last; };
    struct Held { bool ar = false, aw = false, w = false; uint64_t ara = 0, awa = 0, ws = 0; uint8_t wd[BPB] = {}; bool wl = false; } prev_;
    std::deque<Burst> ar_, aw_;
    std::deque<Burst> b_;               // beat holds the response
    std::deque<W> w_;
    bool r_on_ = false, b_on_ = false;
    std::size_t r_sel_ = 0, b_sel_ = 0;
    unsigned resp_ = 0;

    unsigned aw_quiet_ = 0;             // cycles without a new AW
    bool released_ = false;
    bool w_released() {
        aw_quiet_ = aw_.size() == aw_seen_ ? aw_quiet_ + 1 : 0;
        aw_seen_ = aw_.size();
        if (aw_.empty()) released_ = false;
        if (aw_.size() >= opt.hold_w || aw_quiet_ > 64) released_ = true;
        return !opt.hold_w || released_;
    }
    std::size_t aw_seen_ = 0;
    bool held() { return opt.stall && (rng() & 255) < opt.stall; }

    static bool first_of_id(const std::deque<Burst>& q, std::size_t i) {
        for (std::size_t k = 0; k < i; k++) if (q[k].id == q[i].id) return false;
        return true;
    }
    void pick_read(uint64_t now) {      // descriptor fetches overtake data, and beats of the two interleave when stalls are on
        std::size_t start = opt.stall && !ar_.empty() ? rng() % ar_.size() : 0;
        for (std::size_t k = 0; k < ar_.size() && k < 80; k++) {
            std::size_t i = (start + k) % ar_.size();
            if (ar_[i].due <= now && first_of_id(ar_, i)) { r_sel_ = i; r_on_ = true; return; }
            if (!opt.stall) break;
        }
    }
    void read_accepted() {
        Burst& x = ar_[r_sel_];
        r_beats++;
        if (x.beat++ == x.len) ar_.erase(ar_.begin() + int(r_sel_));
        r_on_ = false;
    }
    void write_beat(uint64_t now) {
        Burst& x = aw_.front();
        W w = w_.front();
        w_.pop_front();
        uint64_t base = (x.addr & ~uint64_t(BPB - 1)) + uint64_t(x.beat) * BPB;
        if (w.last != (x.beat == x.len)) fail("WLAST in the wrong place", now, x.addr);
        for (unsigned i = 0; i < BPB; i++)
            if (w.strb >> i & 1) {
                if (base + i < x.addr) fail("strobe below the address", now, x.addr);
                if (!bad_write.count(base)) bytes[(base + i) % bytes.size()] = w.data[i];
            }
        if (bad_write.count(base)) resp_ = opt.bad_resp;
        if (x.beat++ == x.len) {
            Burst b = x;
            b.beat = resp_;
            b.due = now + opt.latency;
            resp_ = 0;
            b_.push_back(b);
            aw_.pop_front();
        }
    }
    void check_burst(const Burst& x, uint64_t now) {
        uint64_t end = (x.addr & ~uint64_t(BPB - 1)) + uint64_t(x.len + 1) * BPB - 1;
        if ((x.addr ^ end) >> 12) fail("burst crosses 4 KiB", now, x.addr);
        if ((x.cache & 12) && !(x.cache & 2)) fail("AxCACHE illegal", now, x.addr);
    }
    void check_stable(const Dut& d, uint64_t now) {
        uint8_t wd[BPB];
        get(d.m_axi_wdata, wd);
        if (prev_.ar && (!d.m_axi_arvalid || d.m_axi_araddr != prev_.ara)) fail("AR not stable", now, prev_.ara);
        if (prev_.aw && (!d.m_axi_awvalid || d.m_axi_awaddr != prev_.awa)) fail("AW not stable", now, prev_.awa);
        if (prev_.w && (!d.m_axi_wvalid || d.m_axi_wstrb != prev_.ws || bool(d.m_axi_wlast) != prev_.wl
                        || !std::equal(wd, wd + BPB, prev_.wd))) fail("W not stable", now);
        prev_.ar = d.m_axi_arvalid && !d.m_axi_arready; prev_.ara = d.m_axi_araddr;
        prev_.aw = d.m_axi_awvalid && !d.m_axi_awready; prev_.awa = d.m_axi_awaddr;
        prev_.w = d.m_axi_wvalid && !d.m_axi_wready; prev_.ws = d.m_axi_wstrb; prev_.wl = d.m_axi_wlast;
        std::copy(wd, wd + BPB, prev_.wd);
    }
};
