// SPDX-License-Identifier: Apache-2.0
// Passive protocol checker of one AXI4 port (AXI3 with a parameter), with the ACE-Lite request signals.
//
// For each rule of axi_checker_pkg it counts the violations and keeps cycle, time and address of the first; `violations` is
// their sum and `latest` the rule broken last. Counters survive a reset of the bus. An access is judged once, when it
// appears on its channel; data before its address when the address comes.
// Legal, and not counted: a burst that starts unaligned at the last bytes of a page; any number of AWs ahead of W; W ahead
// of AW; R of different IDs out of order and interleaved; write data without strobes.
// After a violation the checker goes on with what it takes for the master's intention (a burst ends at its last beat
// by count or by WLAST/RLAST, whichever comes first); what follows in the same burst may be counted too.
// An AXI4 write that is interleaved cannot be told from one with wrong lengths: W_INTERLEAVE needs the WID of AXI3.
// UNKNOWN counts only in simulators that have X; Verilator has two states.
module axi_checker
  import axi_checker_pkg::*;
#(
  parameter int unsigned ADDR_W   = 40,
  parameter int unsigned DATA_W   = 64,    // 8 to 1024
  parameter int unsigned ID_W     = 4,     // at least 1
  parameter int unsigned USER_W   = 16,    // at least 1
  parameter bit          ACE_LITE = 1'b1,  // judge AxDOMAIN and AxSNOOP
  parameter bit          AXI3     = 1'b0,  // WID is there, bursts have at most 16 beats
  parameter bit          LITE     = 1'b0,  // AXI4-Lite, see axil_checker.sv
  parameter int unsigned DEPTH    = 128,   // bursts in flight per direction and ID that it can follow, power of two
  parameter int unsigned BEATS    = 1024,  // write beats ahead of their address that it can follow, power of two
  parameter int unsigned TIMEOUT  = 0      // cycles that a handshake, data or a response may take; 0: any number
) (
  input logic                clk,
  input logic                rst_n,
  input logic                clear,        // all counters

  input logic [ID_W-1:0]     awid,
  input logic [ADDR_W-1:0]   awaddr,
  input logic [7:0]          awlen,
  input logic [2:0]          awsize,
  input logic [1:0]          awburst,
  input logic                awlock,
  input logic [3:0]          awcache,
  input logic [2:0]          awprot,
  input logic [3:0]          awqos,
  input logic [1:0]          awdomain,
  input logic [2:0]          awsnoop,
  input logic [USER_W-1:0]   awuser,
  input logic                awvalid,
  input logic                awready,

  input logic [ID_W-1:0]     wid,
  input logic [DATA_W-1:0]   wdata,
  input logic [DATA_W/8-1:0] wstrb,
  input logic                wlast,
  input logic                wvalid,
  input logic                wready,

  input logic [ID_W-1:0]     bid,
  input logic [1:0]          bresp,
  input logic                bvalid,
  input logic                bready,

  input logic [ID_W-1:0]     arid,
  input logic [ADDR_W-1:0]   araddr,
  input logic [7:0]          arlen,
  input logic [2:0]          arsize,
  input logic [1:0]          arburst,
  input logic                arlock,
  input logic [3:0]          arcache,
  input logic [2:0]          arprot,
  input logic [3:0]          arqos,
  input logic [1:0]          ardomain,
  input logic [3:0]          arsnoop,
  input logic [USER_W-1:0]   aruser,
  input logic                arvalid,
  input logic                arready,

  input logic [ID_W-1:0]     rid,
  input logic [DATA_W-1:0]   rdata,
  input logic [1:0]          rresp,
  input logic                rlast,
  input logic                rvalid,
  input logic                rready
);
  localparam int unsigned REQUEST_W = ID_W + ADDR_W + USER_W + 30;

  // ---- What is counted -----------------------------------------------------------------------------------------------
  logic [31:0]       violations;             // of all rules
  logic [31:0]       count[RULES];
  logic [63:0]       first_cycle[RULES];     // rising edges of clk since the start; the first_* are valid if the
  logic [63:0]       first_time[RULES];      // rule's count is not 0; time of the edge after it, in the time unit
  logic [ADDR_W-1:0] first_address[RULES];
  rule_e             latest;                 // valid if violations is not 0
  logic [63:0]       cycle;
  initial begin
    violations = '0;
    cycle      = '0;
    for (int rule = 0; rule < RULES; rule++) count[rule] = '0;
  end

  // ---- Handshakes ----------------------------------------------------------------------------------------------------
  // Payloads are put together in the cycles in which VALID waits only, which keeps the checker off the simulator's path.
  logic [4:0]           waiting, changed;                 // per channel_e; `changed` a cycle later
  logic [2:0]           aw_hand, w_hand, b_hand, ar_hand, r_hand;
  logic [REQUEST_W-1:0] aw_offer;
  logic [REQUEST_W:0]   ar_offer;
  logic [ID_W+DATA_W+DATA_W/8:0] w_offer;
  logic [ID_W+1:0]      b_offer;
  logic [ID_W+DATA_W+2:0] r_offer;

  function automatic logic [REQUEST_W-1:0] aw_now();
    return {awid, awaddr, awlen, awsize, awburst, awlock, awcache, awprot, awqos, awdomain, awsnoop, awuser};
  endfunction
  function automatic logic [REQUEST_W:0] ar_now();
    return {arid, araddr, arlen, arsize, arburst, arlock, arcache, arprot, arqos, ardomain, arsnoop, aruser};
  endfunction

  always_ff @(posedge clk) begin
    changed <= '0;
    if (waiting != 0 && rst_n) begin
      if (waiting[AW]) changed[AW] <= awvalid && aw_now() != aw_offer;
      if (waiting[W])  changed[W]  <= wvalid && {wid, wdata, wstrb, wlast} != w_offer;
      if (waiting[B])  changed[B]  <= bvalid && {bid, bresp} != b_offer;
      if (waiting[AR]) changed[AR] <= arvalid && ar_now() != ar_offer;
      if (waiting[R])  changed[R]  <= rvalid && {rid, rdata, rresp, rlast} != r_offer;
    end
    if (awvalid && !awready) aw_offer <= aw_now();
    if (wvalid && !wready)   w_offer  <= {wid, wdata, wstrb, wlast};
    if (bvalid && !bready)   b_offer  <= {bid, bresp};
    if (arvalid && !arready) ar_offer <= ar_now();
    if (rvalid && !rready)   r_offer  <= {rid, rdata, rresp, rlast};
  end

  axi_checker_channel #(.TIMEOUT(TIMEOUT)) channel_aw (
    .clk, .rst_n, .valid(awvalid), .ready(awready), .waiting(waiting[AW]), .broken(aw_hand));
  axi_checker_channel #(.TIMEOUT(TIMEOUT)) channel_w (
    .clk, .rst_n, .valid(wvalid), .ready(wready), .waiting(waiting[W]), .broken(w_hand));
  axi_checker_channel #(.TIMEOUT(TIMEOUT)) channel_b (
    .clk, .rst_n, .valid(bvalid), .ready(bready), .waiting(waiting[B]), .broken(b_hand));
  axi_checker_channel #(.TIMEOUT(TIMEOUT)) channel_ar (
    .clk, .rst_n, .valid(arvalid), .ready(arready), .waiting(waiting[AR]), .broken(ar_hand));
  axi_checker_channel #(.TIMEOUT(TIMEOUT)) channel_r (
    .clk, .rst_n, .valid(rvalid), .ready(rready), .waiting(waiting[R]), .broken(r_hand));

  // ---- Requests, judged in the first cycle of their VALID --------------------------------------------------------------
  logic [9:0] aw_broken, ar_broken;
  axi_checker_request #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .WRITE(1'b1), .ACE_LITE(ACE_LITE), .AXI3(AXI3)) request_aw (
    .clk, .valid(rst_n && awvalid && !waiting[AW]), .addr(awaddr), .len(awlen), .size(awsize), .burst(awburst), .lock(awlock),
    .cache(awcache), .domain(awdomain), .snoop({1'b0, awsnoop}), .broken(aw_broken));
  axi_checker_request #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .WRITE(1'b0), .ACE_LITE(ACE_LITE), .AXI3(AXI3)) request_ar (
    .clk, .valid(rst_n && arvalid && !waiting[AR]), .addr(araddr), .len(arlen), .size(arsize), .burst(arburst), .lock(arlock),
    .cache(arcache), .domain(ardomain), .snoop(arsnoop), .broken(ar_broken));

  // ---- Data and responses ----------------------------------------------------------------------------------------------
  logic [3:0]        w_broken, b_broken, r_broken;
  logic [ADDR_W-1:0] w_place, b_place, r_place;
  logic              overflow_write, overflow_read;
  axi_checker_write #(
    .ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .DEPTH(DEPTH), .BEATS(BEATS), .TIMEOUT(TIMEOUT), .AXI3(AXI3), .LITE(LITE)
  ) write (
    .clk, .rst_n, .awvalid, .awready, .awlock, .awid, .awaddr, .awlen, .awsize, .awburst, .wvalid, .wready, .wlast, .wid,
    .wstrb, .bvalid, .bready, .bid, .bresp, .w_place, .b_place, .w_broken, .b_broken, .overflow(overflow_write));
  axi_checker_read #(.ADDR_W(ADDR_W), .ID_W(ID_W), .DEPTH(DEPTH), .TIMEOUT(TIMEOUT)) read (
    .clk, .rst_n, .arvalid, .arready, .arlock, .arid, .araddr, .arlen, .rvalid, .rready, .rlast, .rid, .rresp,
    .place(r_place), .broken(r_broken), .overflow(overflow_read));

  // ---- Unknown values: VALID and READY out of reset, everything but data while VALID ---------------------------------
  logic unknown;
  always_ff @(posedge clk)
    unknown <= rst_n && ($isunknown({awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready})
                         || (awvalid && $isunknown(aw_now())) || (arvalid && $isunknown(ar_now()))
                         || (wvalid && $isunknown({wid, wstrb, wlast})) || (bvalid && $isunknown({bid, bresp}))
                         || (rvalid && $isunknown({rid, rresp, rlast})));

  // ---- Counters --------------------------------------------------------------------------------------------------------
  logic [RULES-1:0]  broken;              // what was broken two cycles ago
  logic [ADDR_W-1:0] aw_place, ar_place;
  logic              any;
  assign any = aw_hand != 0 || w_hand != 0 || b_hand != 0 || ar_hand != 0 || r_hand != 0 || changed != 0 || aw_broken != 0
               || ar_broken != 0 || w_broken != 0 || b_broken != 0 || r_broken != 0 || unknown || overflow_write
               || overflow_read;

  function automatic logic [RULES-1:0] all_broken();
    return {overflow_write || overflow_read, unknown, r_broken, b_broken, w_broken, ar_broken, aw_broken,
            r_hand[2:1], changed[R], r_hand[0], ar_hand[2:1], changed[AR], ar_hand[0],
            b_hand[2:1], changed[B], b_hand[0], w_hand[2:1], changed[W], w_hand[0],
            aw_hand[2:1], changed[AW], aw_hand[0]};
  endfunction

  function automatic logic [ADDR_W-1:0] place_of(input channel_e channel);
    case (channel)
      AW:      return aw_place;
      AR:      return ar_place;
      W:       return w_place;
      B:       return b_place;
      default: return r_place;
    endcase
  endfunction

  // Blocking assignments in a task: nothing else reads these, and a simulator would else look at each of them per cycle.
  task automatic note(input logic [RULES-1:0] now);
    violations = violations + 32'($countones(now));
    for (int rule = 0; rule < RULES; rule++)
      if (now[rule]) begin
        latest = rule_e'(rule);
        if (count[rule] == 0) begin
          first_cycle[rule]   = cycle - 64'd1;
          first_time[rule]    = 64'($time);
          first_address[rule] = place_of(channel_of(rule));
        end
        count[rule] = count[rule] + 32'd1;
      end
  endtask

  task automatic forget();
    violations = '0;
    for (int rule = 0; rule < RULES; rule++) count[rule] = '0;
  endtask

  always @(posedge clk) begin
    cycle <= cycle + 64'd1;
    if (awvalid) aw_place <= awaddr;
    if (arvalid) ar_place <= araddr;
    if (broken != 0) broken <= '0;
    if (any) begin
      broken <= all_broken();
      note(all_broken());
    end
    if (clear) forget();
  end

  wire unused = &{1'b0, latest, broken};         // for waves
endmodule
