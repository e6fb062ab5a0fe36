// SPDX-License-Identifier: Apache-2.0
// Runs scripts from standard input on the engine and tells what came of each: one JSON object per script and line.
// Another implementation that runs the same scripts must tell the same. Numbers are decimal, registers byte offsets.
//     new SEED SIZE LATENCY STALL AW_LATE QUEUE   a fresh engine and memory; byte i is (i * 2654435761 + SEED * 40503) >> 13
//     load OFFSET HEX                             bytes of memory
//     bad ADDRESS RESPONSE | heal                 all beats that hold the address fail; none does
//     write REGISTER VALUE | read REGISTER        a read value goes into the answer
//     run CYCLES
//     until REGISTER MASK LEAST                   waits until the masked register has at least this value
//     rest CHANNEL                                waits until the channel is idle or halted, or has nothing more to do
//     end                                         prints the answer
#include "engine.hpp"
#include <iostream>
#include <memory>
#include <sstream>

namespace replay {

static std::vector<uint8_t> image(std::size_t size, uint32_t seed) {
    std::vector<uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; i++) bytes[i] = uint8_t((uint32_t(i) * 2654435761u + seed * 40503u) >> 13);
    return bytes;
}

struct Session {
    std::unique_ptr<Engine> engine;
    std::vector<uint8_t> before;
    std::vector<Reg> reads;

    void fresh(std::istream& in) {
        unsigned seed, size, late;
        engine.reset();
        Options opt;
        in >> seed >> size >> opt.latency >> opt.stall >> late >> opt.queue;
        opt.aw_late = late;
        engine = std::make_unique<Engine>(size);
        engine->mem.opt = opt;
        engine->mem.rng.seed(seed);
        engine->mem.bytes = before = image(size, seed);
        reads.clear();
    }
    void load(std::istream& in) {
        std::size_t at;
        std::string hex;
        in >> at >> hex;
        for (std::size_t i = 0; i < hex.size(); i += 2, at++)
            engine->mem.bytes[at] = before[at] = uint8_t(std::stoul(hex.substr(i, 2), nullptr, 16));
    }
    void bad(std::istream& in) {
        uint64_t address;
        in >> address >> engine->mem.opt.bad_resp;
        engine->mem.bad_read.insert(address & ~uint64_t(BPB - 1));
        engine->mem.bad_write.insert(address & ~uint64_t(BPB - 1));
    }
    void until(std::istream& in) {
        Reg reg, mask, least;
        in >> reg >> mask >> least;
        for (uint64_t end = engine->now + 1000000; (engine->read(reg) & mask) < least;)
            if (engine->now > end) fail("time limit, waiting for register", engine->now, reg);
    }
    void rest(std::istream& in) {
        unsigned c;
        in >> c;
        for (uint64_t end = engine->now + 1000000; engine->now < end;) {
            Reg state = engine->read(ch(c, STATUS)) & 15;
            bool empty = (engine->read(ch(c, HEAD)) & 0x8000FFFF) == (engine->read(ch(c, TAIL)) & 0x8000FFFF);
            if (state == 0 || state == 7 || (state == 1 && empty)) { engine->run(32); return; }
        }
        fail("time limit, waiting for rest", engine->now, engine->read(ch(c, STATUS)));
    }
    void answer() const {
        std::printf("{\"cycles\": %llu, \"reads\": [", (unsigned long long)engine->now);
        for (std::size_t i = 0; i < reads.size(); i++) std::printf("%s%u", i ? ", " : "", reads[i]);
        std::printf("], \"ar\": [");
        bursts(engine->mem.log_ar);
        std::printf("], \"aw\": [");
        bursts(engine->mem.log_aw);
        std::printf("], \"changes\": [");
        const auto& bytes = engine->mem.bytes;
        for (std::size_t a = 0, n = 0; a < bytes.size(); a++)
            if (bytes[a] != before[a]) {
                std::printf("%s[%zu, \"", n++ ? ", " : "", a);
                for (; a < bytes.size() && bytes[a] != before[a]; a++) std::printf("%02x", bytes[a]);
                std::printf("\"]");
            }
        std::printf("]}\n");
    }
    static void bursts(const std::vector<Burst>& log) {
        for (std::size_t i = 0; i < log.size(); i++) {
            const Burst& b = log[i];
            std::printf("%s[%llu, %u, %u, %u, %u, %u, %u, %u]", i ? ", " : "", (unsigned long long)b.addr, b.len, b.id, b.user,
                        b.cache, b.prot, b.domain, b.qos);
        }
    }
};

int run() {
    Session s;
    std::string line, word;
    while (std::getline(std::cin, line)) {
        std::istringstream in(line);
        in >> word;
        uint64_t a = 0, b = 0;
        if (word == "new") s.fresh(in);
        else if (!s.engine) fail("replay: a script begins with new", 0);
        else if (word == "load") s.load(in);
        else if (word == "bad") s.bad(in);
        else if (word == "heal") { s.engine->mem.bad_read.clear(); s.engine->mem.bad_write.clear(); }
        else if (word == "write") { in >> a >> b; s.engine->write(Reg(a), Reg(b)); }
        else if (word == "read") { in >> a; s.reads.push_back(s.engine->read(Reg(a))); }
        else if (word == "run") { in >> a; s.engine->run(a); }
        else if (word == "until") s.until(in);
        else if (word == "rest") s.rest(in);
        else if (word == "end") s.answer();
        else { std::printf("replay: unknown command %s\n", word.c_str()); return 2; }
    }
    return 0;
}
}  // namespace replay
