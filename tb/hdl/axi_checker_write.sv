// SPDX-License-Identifier: Apache-2.0
// Follows writes from AW and W to B (part of axi_checker.sv). Data comes in the order of the addresses, before or after
// them: the n-th WLAST belongs to the n-th AW. Beats wait here until their address is known.
module axi_checker_write #(
  parameter int unsigned ADDR_W  = 40,
  parameter int unsigned DATA_W  = 64,
  parameter int unsigned ID_W    = 4,
  parameter int unsigned DEPTH   = 128,   // bursts in flight, power of two
  parameter int unsigned BEATS   = 1024,  // beats ahead of their address, power of two
  parameter int unsigned TIMEOUT = 0,     // cycles
  parameter bit          AXI3    = 1'b0,  // there is a WID
  parameter bit          LITE    = 1'b0   // AXI4-Lite: strobes do not depend on the address
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic                awvalid, awready, awlock,
  input  logic [ID_W-1:0]     awid,
  input  logic [ADDR_W-1:0]   awaddr,
  input  logic [7:0]          awlen,
  input  logic [2:0]          awsize,
  input  logic [1:0]          awburst,
  input  logic                wvalid, wready, wlast,
  input  logic [ID_W-1:0]     wid,
  input  logic [DATA_W/8-1:0] wstrb,
  input  logic                bvalid, bready,
  input  logic [ID_W-1:0]     bid,
  input  logic [1:0]          bresp,
  output logic [ADDR_W-1:0]   w_place,    // address of the burst whose data is looked at
  output logic [ADDR_W-1:0]   b_place,    // address of the burst on B
  output logic [3:0]          w_broken,   // {missing, interleave, strb, last}
  output logic [3:0]          b_broken,   // {missing, exokay, early, orphan}
  output logic                overflow
);
  localparam int unsigned IDS = 2 ** ID_W, PTR_W = $clog2(DEPTH), BEAT_W = $clog2(BEATS), BUS = DATA_W / 8;

  typedef struct packed {
    logic [ID_W-1:0]   id;
    logic [7:0]        len;
    logic [2:0]        size;
    logic [1:0]        burst;
    logic [ADDR_W-1:0] addr;
  } burst_t;

  typedef struct packed {
    logic            last;
    logic [ID_W-1:0] id;
    logic [BUS-1:0]  strb;
  } beat_t;

  typedef struct packed {
    logic              lock;
    logic [ADDR_W-1:0] addr;
  } answer_t;

  logic [PTR_W:0]  aw_tail, aw_data;      // next address; the address whose data is looked at
  logic [PTR_W:0]  aw_whole;              // the next address whose data will be complete
  logic [PTR_W:0]  id_head[IDS], id_tail[IDS];  // addresses that wait for B, per ID
  logic [BEAT_W:0] w_tail, w_head;        // beats
  logic aw_taken, w_taken, full;
  assign full     = (aw_tail - aw_data) == (PTR_W + 1)'(DEPTH) || (aw_tail - aw_whole) == (PTR_W + 1)'(DEPTH)
                    || (id_tail[awid] - id_head[awid]) == (PTR_W + 1)'(DEPTH);
  assign aw_taken = awvalid && awready && !full;
  assign w_taken  = wvalid && wready;
  assign overflow = rst_n && ((awvalid && awready && full) || (w_taken && (w_tail - w_head) == (BEAT_W + 1)'(BEATS)));

  // ---- Beats against their addresses: one per cycle, from the cycle after the later of the two -----------------------
  burst_t          bursts[DEPTH];
  beat_t           beats[BEATS];
  logic [7:0]      index;                 // of the beat in its burst
  burst_t          burst;
  beat_t           beat;
  logic            look, ends;
  logic [31:0]     starved;               // cycles without data for an accepted address

  assign burst   = bursts[aw_data[PTR_W-1:0]];
  assign beat    = beats[w_head[BEAT_W-1:0]];
  assign look    = aw_data != aw_tail && w_head != w_tail;
  assign ends    = beat.last || index == burst.len;
  assign w_place = aw_data != aw_tail ? burst.addr : '0;

  // Byte lanes of a transfer (pseudocode of A3.4.2).
  function automatic logic [BUS-1:0] lanes_of(input logic [11:0] addr, input logic [7:0] len,
                                               input logic [2:0] size, input logic [1:0] kind, input logic [7:0] transfer);
    logic [31:0] start, aligned, step, wrap, mask, at, low, high;
    mask    = (32'd1 << size) - 32'd1;
    start   = 32'(addr);
    aligned = start & ~mask;
    step    = 32'(transfer) << size;
    wrap    = ((32'(len) + 32'd1) << size) - 32'd1;
    case (kind)
      2'd0:    at = start;
      2'd2:    at = (aligned & ~wrap) | ((aligned + step) & wrap);
      default: at = transfer == 0 ? start : aligned + step;
    endcase
    low  = at & (32'(BUS) - 32'd1);
    high = low | mask;
    return high >= 32'(BUS) - 32'd1 ? BUS'({BUS{1'b1}} << low)
                                    : BUS'({BUS{1'b1}} << low) & ~BUS'({BUS{1'b1}} << (high + 32'd1));
  endfunction

  always_comb begin
    w_broken = '0;
    if (rst_n && look) begin
      w_broken[0] = beat.last != (index == burst.len);
      w_broken[1] = !LITE && (beat.strb & ~lanes_of(burst.addr[11:0], burst.len, burst.size, burst.burst, index)) != 0;
      w_broken[2] = AXI3 && beat.id != burst.id;
    end
    w_broken[3] = rst_n && TIMEOUT != 0 && starved == TIMEOUT && !wvalid;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      {aw_tail, aw_data, w_tail, w_head, index, starved} <= '0;
    end else begin
      starved <= aw_data != aw_tail && w_head == w_tail && !wvalid ? starved + 32'd1 : '0;
      if (aw_taken) begin
        bursts[aw_tail[PTR_W-1:0]] <= '{id: awid, len: awlen, size: awsize, burst: awburst, addr: awaddr};
        aw_tail <= aw_tail + 1'b1;
      end
      if (w_taken) begin
        beats[w_tail[BEAT_W-1:0]] <= '{last: wlast, id: wid, strb: wstrb};
        w_tail <= w_tail + 1'b1;
      end
      if (look) begin
        w_head <= w_head + 1'b1;
        index  <= ends ? '0 : index + 8'd1;
        if (ends) aw_data <= aw_data + 1'b1;
      end
    end
  end

  // ---- Whole bursts against their responses --------------------------------------------------------------------------
  answer_t        answers[IDS*DEPTH];
  logic [PTR_W:0] whole_head[IDS], whole_tail[IDS];  // addresses that wait for B and whose data is complete, per ID
  logic [15:0]    lasts_ahead;                       // WLASTs that wait for their address
  logic [31:0]    open, waited;                      // bursts that wait for B; cycles without one
  logic           completes, known, complete, shown;
  logic [ID_W-1:0] completed;
  answer_t        answer;

  assign completes = (w_taken && wlast && (aw_whole != aw_tail || aw_taken)) || (aw_taken && lasts_ahead != 0);
  assign completed = aw_whole != aw_tail ? bursts[aw_whole[PTR_W-1:0]].id : awid;
  assign known     = id_head[bid] != id_tail[bid];
  assign complete  = whole_head[bid] != whole_tail[bid];
  assign answer    = answers[{bid, id_head[bid][PTR_W-1:0]}];
  assign b_place   = known ? answer.addr : '0;

  always_comb begin
    b_broken = '0;
    if (rst_n && bvalid && !shown) begin
      b_broken[0] = !known;
      b_broken[1] = known && !complete;
      b_broken[2] = known && bresp == 2'b01 && !answer.lock;
    end
    b_broken[3] = rst_n && TIMEOUT != 0 && waited == TIMEOUT && !bvalid;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      for (int id = 0; id < int'(IDS); id++) {id_head[id], id_tail[id], whole_head[id], whole_tail[id]} <= '0;
      {aw_whole, lasts_ahead, open, waited, shown} <= '0;
    end else begin
      shown  <= bvalid && !bready;
      waited <= open != 0 && !bvalid ? waited + 32'd1 : '0;
      open   <= open + 32'(completes) - 32'(bvalid && bready && complete);
      lasts_ahead <= lasts_ahead + 16'(w_taken && wlast) - 16'(completes);
      if (aw_taken) begin
        answers[{awid, id_tail[awid][PTR_W-1:0]}] <= '{lock: awlock, addr: awaddr};
        id_tail[awid] <= id_tail[awid] + 1'b1;
      end
      if (completes) begin
        aw_whole <= aw_whole + 1'b1;
        whole_tail[completed] <= whole_tail[completed] + 1'b1;
      end
      if (bvalid && bready && known) id_head[bid] <= id_head[bid] + 1'b1;
      if (bvalid && bready && complete) whole_head[bid] <= whole_head[bid] + 1'b1;
    end
  end
endmodule
