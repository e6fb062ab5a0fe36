// SPDX-License-Identifier: Apache-2.0
// Random programs on two channels: all operations, modes, offsets and lengths; read errors, write errors, aborts, pauses
// and stops at random cycles on channel 0 while channel 1 runs undisturbed. After every disturbance each destination
// byte is the old or the right value, the residue names exactly the prefix that is right, and START completes the program.
//     engine_bench random TRANSFERS SEED
#include "engine.hpp"

namespace random_programs {

// Sources, destinations, descriptors; the memory ends behind the descriptors.
constexpr uint64_t SOURCES = 0x10000, TARGETS = 0x80000, TABLES = 0xE0000, SIZE = 0x100000;
constexpr uint64_t LONG = 6000;                    // cycles

struct Program {
    unsigned channel, mode, prefetch;
    uint64_t table;
    std::vector<Descriptor> d;
    uint64_t end = 0;                              // of its destinations
};
struct Random {
    std::mt19937 g;
    unsigned operator()(unsigned n) { return g() % n; }
};

static uint32_t crc32(const std::vector<uint8_t>& m, uint64_t a, uint32_t n, uint32_t c) {
    for (uint32_t i = 0; i < n; i++) {
        c ^= m[a + i];
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320 : c >> 1;
    }
    return c;
}
static uint32_t total(const Descriptor& d) { return d.op == NOP ? 0 : d.len * (d.rows + 1); }
static bool writes(const Descriptor& d) { return d.op == COPY || d.op == FILL; }

// The first `limit` bytes of a descriptor's effect on `m`; the sources never overlap the destinations.
static void apply(std::vector<uint8_t>& m, const Descriptor& d, uint32_t pattern, uint64_t limit) {
    if (!writes(d)) return;
    for (uint32_t r = 0; r <= d.rows; r++)
        for (uint32_t i = 0; i < d.len && limit; i++, limit--) {
            uint64_t to = d.dst + uint64_t(int64_t(d.dstride) * r) + i;
            m[to] = d.op == FILL ? uint8_t(pattern >> (8 * (i % 4))) : m[d.src + uint64_t(int64_t(d.sstride) * r) + i];
        }
}

static uint32_t length(Random& rnd) {
    static const uint32_t edge[] = {0, 1, BPB - 1, BPB, BPB + 1, 31, 32, 33, 64, 4095, 4096, 4097};
    switch (rnd(4)) {
        case 0: return edge[rnd(12)];
        case 1: return rnd(64);
        case 2: return rnd(700);
        default: return rnd(8193);
    }
}

static Program make(Random& rnd, unsigned channel, uint64_t& room) {
    Program p{channel, rnd(8) == 0 ? DIRECT : rnd(3) == 0 ? LIST : RING, rnd(3), TABLES + 0x8000 * channel, {}};
    unsigned n = p.mode == DIRECT ? 1 : 1 + rnd(6);
    for (unsigned i = 0; i < n; i++) {
        static const unsigned ops[] = {COPY, COPY, COPY, COPY, COPY, FILL, SINK, NOP};
        Descriptor d{ops[rnd(8)], rnd(2) == 0, i + 1 == n && rnd(2) == 0};
        d.len = length(rnd);
        if (rnd(4) == 0 && d.len < 1000) d.rows = rnd(6);
        d.sstride = int32_t(rnd(3000)) - 1000;
        d.dstride = int32_t(d.len + rnd(100));
        if (d.op == SINK) d.rows = 0;
        d.src = SOURCES + rnd(0x60000);
        d.dst = room + rnd(rnd(2) ? 8 : 5000);
        room = d.dst + d.len + uint64_t(d.rows) * uint64_t(d.dstride) + 40;
        d.next = p.mode == LIST && i + 1 < n ? p.table + 128 * (i + 1) : 0;
        p.d.push_back(d);
    }
    p.end = room;
    return p;
}

static void load(Engine& e, Random& rnd, Program& p, uint32_t pattern) {
    unsigned c = p.channel;
    static const unsigned limits[] = {1, 2, 4, 16, 64, 256};
    Reg extra = 1 << 3 | (p.mode == LIST || rnd(2) ? 1u << 4 : 0) | (rnd(2) ? rnd(20) << 20 : 0);
    unsigned pitch = extra >> 4 & 1 ? 128 : 64, beats = limits[rnd(6)];
    // Long jobs in short bursts, few at a time, from a slow memory: hundreds of thousands of cycles that show nothing new.
    uint64_t bursts_at_once = extra >> 20 ? extra >> 20 : 16, bytes = 0;
    for (auto& d : p.d) bytes += total(d);
    while (beats < 256 && bytes / (BPB * beats * bursts_at_once) * (2 * e.mem.opt.latency + 10) > LONG) beats *= 2;
    e.write(ch(c, CFG), p.mode | p.prefetch << 6 | (beats - 1) << 8 | p.d[0].op << 16 | extra);
    e.write(ch(c, FILLW), pattern);
    const Descriptor& d = p.d[0];
    if (p.mode == DIRECT) {
        e.write64(ch(c, SRC), d.src); e.write64(ch(c, DST), d.dst); e.write(ch(c, LEN), d.len); e.write(ch(c, ROWS), d.rows);
        e.write(ch(c, SSTRIDE), Reg(d.sstride)); e.write(ch(c, DSTRIDE), Reg(d.dstride));
    } else {
        for (unsigned i = 0; i < p.d.size(); i++) e.put_descriptor(p.table + pitch * i, p.d[i], true);
        e.write64(ch(c, BASE), p.table);
        e.write(ch(c, RING_LEN), 16);
        e.write(ch(c, TAIL), Reg(p.d.size()));
    }
    e.write(ch(c, CMD), START);
}

static void finish(Engine& e, const Program& p) {   // waits for the normal end
    Reg s = e.wait(ch(p.channel, STATUS), p.mode == RING ? EMPTY | ERR : DONE | ERR);
    if (p.mode == LIST) s = e.wait(ch(p.channel, STATUS), BUSY, 400000, true);
    if (s & ERR) fail("unexpected error", e.now, e.read(ch(p.channel, ERR_INFO)));
    if (p.mode == RING) { e.write(ch(p.channel, CMD), STOP); e.wait(ch(p.channel, STATUS), STOPPED); }
}

static void check_status(Engine& e, const Program& p, uint32_t pattern, unsigned pitch) {
    for (unsigned i = 0; i < p.d.size() && p.mode != DIRECT; i++) {
        uint64_t a = p.table + pitch * i;
        if (e.peek32(a + 0x30) != 0x80000001) fail("status word", e.now, e.peek32(a + 0x30));
        if (e.peek32(a + 0x34) != total(p.d[i])) fail("status bytes", e.now, i);
        if (p.d[i].op == SINK && total(p.d[i]) && e.peek32(a + 0x38) != ~crc32(e.mem.bytes, p.d[i].src, p.d[i].len, ~pattern))
            fail("digest", e.now, i);
    }
}

struct Counts { unsigned long transfers = 0, rd = 0, wr = 0, aborts = 0, pauses = 0, stops = 0, late = 0; } counts;

// Channel 0 after a disturbance: `head` complete descriptors, then a prefix of the next.
static void check_prefix(Engine& e, const Program& p, const std::vector<uint8_t>& before, uint32_t pattern, unsigned head) {
    std::vector<uint8_t> least = before, most = before;
    Reg residue = e.read(ch(0, RESIDUE));
    for (unsigned i = 0; i < p.d.size(); i++) {
        uint32_t t = total(p.d[i]), exact = i < head ? t : 0;
        if (i == head && residue <= t && residue != 0) exact = t - residue;
        apply(least, p.d[i], pattern, exact);
        apply(most, p.d[i], pattern, t);
    }
    for (uint64_t a = TARGETS; a < p.end; a++) {
        uint8_t v = e.mem.bytes[a];
        if (v != before[a] && v != most[a]) fail("third value", e.now, a);
        if (least[a] != before[a] && v != least[a]) fail("acknowledged byte is missing", e.now, a);
    }
}

static void disturb(Engine& e, Random& rnd, const Program& p, const std::vector<uint8_t>& before, uint32_t pattern, unsigned kind, Reg done0) {
    if (kind == 5) {                               // pause and resume, with the bus quiet in between
        e.run(rnd(600));
        e.write(ch(0, CMD), PAUSE);
        for (int i = 0; i < 3000 && (e.read(ch(0, STATUS)) & (PAUSED | BUSY)) == BUSY; i++) {
            Reg s = e.read(ch(0, STATUS));
            if (p.mode == RING ? (s & EMPTY) != 0 : (s & DONE) != 0 && !(s & BUSY)) break;
        }
        if (e.read(ch(0, STATUS)) & PAUSED) counts.pauses++;
        e.write(ch(0, CMD), RESUME);
        finish(e, p);
        return;
    }
    if (kind == 3 || kind == 4) {
        e.run(rnd(rnd(2) ? 60 : 1500));
        e.write(ch(0, CMD), kind == 3 ? ABORT : STOP);
        e.wait(ch(0, STATUS), BUSY, 400000, true);
        (kind == 3 ? counts.aborts : counts.stops)++;
    } else {
        Reg s = e.wait(ch(0, STATUS), p.mode == RING ? EMPTY | ERR : DONE | ERR);
        if (p.mode != RING) s = e.wait(ch(0, STATUS), BUSY, 400000, true);
        if (!(s & ERR)) { counts.late++; e.mem.bad_read.clear(); e.mem.bad_write.clear(); finish(e, p); return; }
        s = e.wait(ch(0, STATUS), HALTED);
        Reg info = e.read(ch(0, ERR_INFO));
        if ((info & 15) != (kind == 1 ? 1u : 2u) || (info >> 4 & 3) != 2) fail("error kind", e.now, info);
        uint64_t at = e.read(ch(0, ERR_ADDR));
        at |= uint64_t(e.read(ch(0, ERR_ADDR) + 4)) << 32;
        uint64_t bad = kind == 1 ? *e.mem.bad_read.begin() : *e.mem.bad_write.begin();
        if (bad + BPB <= at || (bad ^ at) >> 12) fail("error address", e.now, at);
        if (kind == 1 && (at & ~uint64_t(BPB - 1)) + (info >> 8 & 255) * BPB != bad) fail("error beat", e.now, info);
        if (p.mode != DIRECT && (info >> 16) != (e.read(ch(0, HEAD)) & 0xFFFF) && p.mode == RING) fail("error index", e.now, info);
        (kind == 1 ? counts.rd : counts.wr)++;
    }
    e.mem.bad_read.clear();
    e.mem.bad_write.clear();
    unsigned head = unsigned(e.read(ch(0, DONE_CNT)) - done0);
    check_prefix(e, p, before, pattern, head);
    if (head == p.d.size() && p.mode != RING) return;
    e.write(ch(0, CMD), START);
    if (head == p.d.size()) { e.write(ch(0, CMD), STOP); e.wait(ch(0, STATUS), BUSY, 400000, true); return; }
    finish(e, p);
}

static void program(Engine& e, Random& rnd) {
    uint64_t room = TARGETS + rnd(64);
    uint32_t pattern = rnd.g();
    Program p0 = make(rnd, 0, room);
    room += 64;
    Program p1 = make(rnd, 1, room);
    if (room > TABLES) fail("bench: destination area too small", 0);
    std::vector<uint8_t> before = e.mem.bytes, want;
    unsigned kind = rnd(8);                        // 1 read error, 2 write error, 3 abort, 4 stop, 5 pause, else none
    const Descriptor& victim = p0.d[rnd(unsigned(p0.d.size()))];
    uint64_t row = rnd(victim.rows + 1), byte = victim.len ? rnd(victim.len) : 0;
    if (kind == 1 && total(victim) && victim.op != FILL)
        e.mem.bad_read.insert((victim.src + uint64_t(int64_t(victim.sstride) * int64_t(row)) + byte) & ~uint64_t(BPB - 1));
    else if (kind == 2 && total(victim) && writes(victim))
        e.mem.bad_write.insert((victim.dst + uint64_t(victim.dstride) * row + byte) & ~uint64_t(BPB - 1));
    else if (kind <= 2) kind = 0;
    if (kind == 1) p1.d.assign(1, {NOP, false, true}), p1.mode = RING;   // its sources could hit the bad beat
    Reg done0 = e.read(ch(0, DONE_CNT));
    load(e, rnd, p0, pattern);
    unsigned pitch0 = e.read(ch(0, CFG)) >> 4 & 1 ? 128 : 64;
    load(e, rnd, p1, ~pattern);
    unsigned pitch1 = e.read(ch(1, CFG)) >> 4 & 1 ? 128 : 64;
    if (kind == 0 || kind > 5) finish(e, p0);
    else disturb(e, rnd, p0, before, pattern, kind, done0);
    finish(e, p1);
    for (unsigned c = 0; c < 2; c++) e.write(ch(c, CMD), CLEAR);
    want = before;
    for (auto& d : p0.d) apply(want, d, pattern, ~0ull);
    for (auto& d : p1.d) apply(want, d, ~pattern, ~0ull);
    for (uint64_t a = 0; !std::equal(want.begin(), want.begin() + long(TABLES), e.mem.bytes.begin()) && a < TABLES; a++)
        if (e.mem.bytes[a] != want[a]) { std::printf("kind %u mode %u got %02x want %02x before %02x\n", kind, p0.mode, e.mem.bytes[a], want[a], before[a]); fail("memory differs", e.now, a); }
    check_status(e, p0, pattern, pitch0);
    check_status(e, p1, ~pattern, pitch1);
    counts.transfers += p0.d.size() + p1.d.size();
    for (int i = 0; !(e.read(GSTATUS) & 1); i++) if (i > 1000) fail("never idle", e.now, e.read(GSTATUS));
    if (e.mem.outstanding()) fail("idle with bursts outstanding", e.now);
}

int run(int argc, char** argv) {
    unsigned long wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000, programs = 0;
    uint64_t cycles = 0;
    unsigned seed = argc > 2 ? unsigned(std::strtoul(argv[2], nullptr, 10)) : 1;
    while (counts.transfers < wanted) {
        Random rnd{std::mt19937(seed)};
        std::printf("seed %u\n", seed++);
        Engine e(SIZE);
        e.mem.rng.seed(rnd.g());
        for (auto& b : e.mem.bytes) b = uint8_t(rnd.g());
        static const unsigned lat[] = {0, 1, 4, 40, 200};
        e.mem.opt.latency = lat[rnd(5)];
        e.mem.opt.stall = rnd(2) ? 0 : 16 + rnd(160);
        e.mem.opt.aw_late = rnd(4) == 0;
        e.mem.opt.queue = rnd(3) ? 64 : 1 + rnd(4);
        for (int k = 0; k < 20 && counts.transfers < wanted; k++, programs++) program(e, rnd);
        cycles += e.now;
    }
    std::printf("{\"programs\": %lu, \"transfers\": %lu, \"read_errors\": %lu, \"write_errors\": %lu, \"aborts\": %lu, \"stops\": %lu, "
                "\"pauses\": %lu, \"errors_not_reached\": %lu, \"cycles\": %llu}\n", programs, counts.transfers, counts.rd, counts.wr, counts.aborts,
                counts.stops, counts.pauses, counts.late, (unsigned long long)cycles);
    return 0;
}
}  // namespace random_programs
