// SPDX-License-Identifier: Apache-2.0
// Main program of the simulator: the time steps that cocotb expects, and between them a tight loop that owns the clock.
//
// A *full step* calls VPI in every region, as IEEE 1800-2017 4.4 orders them and as cocotb's own main program does. The
// tight loop only toggles the clock, evaluates, and looks whether a value that Python waits for has changed; it runs
// while the next clock edge is the earliest event and no callback of another kind is due. Until Python starts the
// clock here (dmasan_clock_start), and for ever if it drives the clock itself, all steps are full.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "Vtop.h"
#include "verilated.h"
#include "verilated_vpi.h"
#include "model_probe.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif
#if VM_TRACE
#ifdef VM_TRACE_FST
#define DMASAN_FST VM_TRACE_FST
#else
#define DMASAN_FST 0
#endif
#if DMASAN_FST
#include "verilated_fst_c.h"
using Trace = VerilatedFstC;
#else
#include "verilated_vcd_c.h"
using Trace = VerilatedVcdC;
#endif
#endif

extern "C" void vlog_startup_routines_bootstrap();

namespace {

constexpr uint64_t NEVER = ~0ull;
constexpr int ALL_LEVELS = 99;
constexpr int SETTLED = 128; // clock edges that a quiet design is still clocked, before its clock is gated
uint64_t now = 0;         // in units of the time precision
uint64_t half_period = 0; // 0: the clock is not ours
uint64_t next_edge = NEVER;
uint64_t edges = 0;
int quiet_edges = 0;
ModelProbe probe;

struct Simulation {
  std::unique_ptr<Vtop> top{new Vtop("")};
#if VM_TRACE
  std::unique_ptr<Trace> trace;
  uint64_t dumped = NEVER;  // time of the last dump
#endif

  void open_trace(int argc, char** argv);
  void dump() {
#if VM_TRACE
    if (trace && now != dumped) trace->dump(now);
    dumped = now;
#endif
  }
  void toggle_clock() {
#ifdef DMASAN_CLOCK
    top->DMASAN_CLOCK = !top->DMASAN_CLOCK;
#endif
    next_edge += half_period;
    edges++;
  }
  uint64_t next_event() {
    const uint64_t delay = top->eventsPending() ? top->nextTimeSlot() : NEVER;
    return std::min({VerilatedVpi::cbNextDeadline(), delay, probe.next()});
  }
  // Whether the design has said, for long enough, that nothing will happen in it until Python does something.
  bool settled() {
#ifdef DMASAN_QUIET
    quiet_edges = top->DMASAN_QUIET ? quiet_edges + 1 : 0;
    return quiet_edges > SETTLED;
#else
    return false;
#endif
  }
  bool settle_step();
  bool begin_step();
  bool run_clock();
  // The model's values that are due; evaluated, since a trace looks only at what an evaluation may have changed.
  void show() {
    if (VL_UNLIKELY(probe.apply(now))) top->eval();
  }
  void show_the_rest();
};

bool call_value_changes() {
  bool called = false;
  while (VerilatedVpi::callValueCbs()) called = true;
  return called;
}

// Evaluates until nothing changes any more and Python has had all its turns. True if it had one.
bool Simulation::settle_step() {
  bool called = false;
  do {
    do {
      top->eval_step();
      VerilatedVpi::clearEvalNeeded();
      VerilatedVpi::doInertialPuts();
      called |= call_value_changes();
    } while (VerilatedVpi::evalNeeded());
    called |= VerilatedVpi::callCbs(cbReadWriteSynch);
    VerilatedVpi::doInertialPuts();
    called |= call_value_changes();
  } while (VerilatedVpi::evalNeeded());
  top->eval_end_step();
  called |= VerilatedVpi::callCbs(cbReadOnlySynch);
  show();
  dump();
  return called;
}

// The callbacks that a time step begins with. True if Python had a turn.
bool Simulation::begin_step() {
  if (now == next_edge) toggle_clock();
  probe.apply(now);
  bool called = VerilatedVpi::callCbs(cbNextSimTime);
  called |= call_value_changes();
  called |= VerilatedVpi::callCbs(cbAfterDelay);
  called |= call_value_changes();
  return called;
}

// Clock edges until another event is due or a value change has called Python. True in the latter case. The clock of a
// settled design is gated: time goes on to the last whole cycle before the event.
bool Simulation::run_clock() {
  const uint64_t limit = VerilatedVpi::cbNextDeadline();
  while (next_edge < limit && !Verilated::gotFinish()) {
    if (VL_UNLIKELY(top->eventsPending() && top->nextTimeSlot() <= next_edge)) return false;
    if (VL_UNLIKELY(probe.next() < next_edge)) return false;
    now = next_edge;
    toggle_clock();
    top->eval();
    if (VL_UNLIKELY(VerilatedVpi::callValueCbs())) return true;
    show();
    dump();
    const uint64_t idle = std::min(limit, probe.next());
    if (VL_UNLIKELY(settled()) && next_edge < idle && idle != NEVER) {
      next_edge += (idle - next_edge) / (2 * half_period) * (2 * half_period);
    }
  }
  return false;
}

// What the model's CPUs have done beyond the simulator's last step.
void Simulation::show_the_rest() {
  if (probe.next() == NEVER) return;
  top->eval();  // the step in which Python ended the simulation
  dump();
  while (probe.next() != NEVER) {
    now = std::max(now + 1, probe.next());
    show();
    dump();
  }
}

void Simulation::open_trace(int argc, char** argv) {
  const char* file = nullptr;
  bool wanted = false;
  for (int i = 1; i < argc; i++) {
    if (!std::strcmp(argv[i], "--trace")) wanted = true;
    if (!std::strcmp(argv[i], "--trace-file") && i + 1 < argc) file = argv[++i];
  }
#if VM_TRACE
  if (!wanted) return;
  Verilated::traceEverOn(true);
  trace.reset(new Trace);
  top->trace(trace.get(), ALL_LEVELS);
  trace->open(file ? file : DMASAN_FST ? "dump.fst" : "dump.vcd");
#else
  if (wanted) std::fprintf(stderr, "this simulator was built without a trace: %s\n", file ? file : "");
#endif
}

void wrap_up(void* simulation) {
  VerilatedVpi::callCbs(cbEndOfSimulation);
#if VM_TRACE
  auto& trace = static_cast<Simulation*>(simulation)->trace;
  if (trace) trace->close();
#else
  (void)simulation;
#endif
#if VM_COVERAGE
  VerilatedCov::write();
#endif
}

}  // namespace

double sc_time_stamp() { return static_cast<double>(now); }

extern "C" {
// Starts the clock: its first edge is `half` steps from now.
void dmasan_clock_start(uint64_t half) {
  half_period = half;
  next_edge = now + half;
}

uint64_t dmasan_clock_edges() { return edges; }

// Values for model_probe.sv (see model_probe.h): times are in units of the time precision.
int dmasan_probe_find(const char* name) { return probe.find(name); }
void dmasan_probe_number(uint64_t time, int signal, uint64_t value) { probe.push(time, signal, false, value, nullptr); }
void dmasan_probe_text(uint64_t time, int signal, const char* text) { probe.push(time, signal, true, 0, text); }
}

int main(int argc, char** argv) {
  Verilated::commandArgs(argc, argv);
  Verilated::fatalOnVpiError(false);
  Simulation simulation;
  simulation.open_trace(argc, argv);
  vlog_startup_routines_bootstrap();
  Verilated::addExitCb(wrap_up, &simulation);
  VerilatedVpi::callCbs(cbStartOfSimulation);
  call_value_changes();

  bool called = true;
  while (!Verilated::gotFinish()) {
    called |= simulation.settle_step();
    // A callback may have registered others for any region: only a step without one leads to the tight loop.
    if (half_period && !called && simulation.run_clock()) {
      called = true;
      continue;  // the rest of this step, with all its regions
    }
    const uint64_t next = std::min(simulation.next_event(), next_edge);
    if (next == NEVER) break;
    now = next;
    called = simulation.begin_step();
  }

  simulation.show_the_rest();
  simulation.top->final();
  Verilated::removeExitCb(wrap_up, &simulation);
  wrap_up(&simulation);
  return Verilated::threadContextp()->errorCount() > 0 ? 1 : 0;
}
