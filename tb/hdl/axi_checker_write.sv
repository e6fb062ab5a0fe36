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
  output logic [ADDR_W-1:0]   w_place,    // address of the burst that `w_broken` is about
  output logic [ADDR_W-1:0]   b_place,    // address of the burst that `b_broken` is about
  output logic [3:0]          w_broken,   // {missing, interleave, strb, last}, a cycle later
  output logic [3:0]          b_broken,   // {missing, exokay, early, orphan}, a cycle later
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

  burst_t          bursts[DEPTH];
  beat_t           beats[BEATS];
  answer_t         answers[IDS*DEPTH];
  logic [PTR_W:0]  aw_tail, aw_data;      // next address; the address whose data is looked at
  logic [PTR_W:0]  aw_whole;              // the next address whose data will be complete
  logic [BEAT_W:0] w_tail, w_head;        // beats
  logic [PTR_W:0]  id_head[IDS], id_tail[IDS];        // addresses that wait for B, per ID
  logic [PTR_W:0]  whole_head[IDS], whole_tail[IDS];  // addresses that wait for B and whose data is complete, per ID
  logic [15:0]     lasts_ahead;           // WLASTs that wait for their address
  logic [7:0]      index;                 // of the beat in its burst
  logic [31:0]     open, waited, starved; // bursts that wait for B; cycles without one; cycles without data for an address
  logic            shown;                 // the response was on B before
  logic            overflow_aw, overflow_w;
  assign overflow = overflow_aw || overflow_w;

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

  // ---- Beats against their addresses: one per cycle, from the cycle after the later of the two -----------------------
  always_ff @(posedge clk) begin
    w_broken   <= '0;
    overflow_w <= 1'b0;
    if (!rst_n) begin
      {aw_data, w_tail, w_head, index, starved} <= '0;
    end else begin
      if (wvalid && wready) begin
        beats[w_tail[BEAT_W-1:0]] <= '{last: wlast, id: wid, strb: wstrb};
        w_tail     <= w_tail + 1'b1;
        overflow_w <= (w_tail - w_head) == (BEAT_W + 1)'(BEATS);
      end
      starved <= '0;
      if (aw_data != aw_tail) begin
        automatic burst_t burst = bursts[aw_data[PTR_W-1:0]];
        if (w_head != w_tail) begin
          automatic beat_t beat = beats[w_head[BEAT_W-1:0]];
          automatic logic  last = index == burst.len;
          w_broken[0] <= beat.last != last;
          w_broken[1] <= !LITE && (beat.strb & ~lanes_of(burst.addr[11:0], burst.len, burst.size, burst.burst, index)) != 0;
          w_broken[2] <= AXI3 && beat.id != burst.id;
          w_place     <= burst.addr;
          w_head      <= w_head + 1'b1;
          index       <= beat.last || last ? '0 : index + 8'd1;
          if (beat.last || last) aw_data <= aw_data + 1'b1;
        end else if (TIMEOUT != 0 && !wvalid) begin
          starved     <= starved + 32'd1;
          w_broken[3] <= starved == TIMEOUT;
          w_place     <= burst.addr;
        end
      end
    end
  end

  // ---- Whole bursts against their responses --------------------------------------------------------------------------
  always_ff @(posedge clk) begin
    b_broken    <= '0;
    overflow_aw <= 1'b0;
    if (!rst_n) begin
      for (int id = 0; id < int'(IDS); id++) {id_head[id], id_tail[id], whole_head[id], whole_tail[id]} <= '0;
      {aw_tail, aw_whole, lasts_ahead, open, waited, shown} <= '0;
    end else begin
      logic taken, last, completes, closes;
      taken  = 1'b0;
      closes = 1'b0;
      if (awvalid && awready) begin
        taken = (aw_tail - aw_data) != (PTR_W + 1)'(DEPTH) && (aw_tail - aw_whole) != (PTR_W + 1)'(DEPTH)
                && (id_tail[awid] - id_head[awid]) != (PTR_W + 1)'(DEPTH);
        overflow_aw <= !taken;
      end
      if (taken) begin
        bursts[aw_tail[PTR_W-1:0]] <= '{id: awid, len: awlen, size: awsize, burst: awburst, addr: awaddr};
        answers[{awid, id_tail[awid][PTR_W-1:0]}] <= '{lock: awlock, addr: awaddr};
        aw_tail       <= aw_tail + 1'b1;
        id_tail[awid] <= id_tail[awid] + 1'b1;
      end
      last      = wvalid && wready && wlast;
      completes = (last && (aw_whole != aw_tail || taken)) || (taken && lasts_ahead != 0);
      if (completes) begin
        automatic logic [ID_W-1:0] id = aw_whole != aw_tail ? bursts[aw_whole[PTR_W-1:0]].id : awid;
        aw_whole       <= aw_whole + 1'b1;
        whole_tail[id] <= whole_tail[id] + 1'b1;
      end
      if (last != completes) lasts_ahead <= last ? lasts_ahead + 16'd1 : lasts_ahead - 16'd1;
      shown <= bvalid && !bready;
      if (bvalid) begin
        automatic logic    known    = id_head[bid] != id_tail[bid];
        automatic logic    complete = whole_head[bid] != whole_tail[bid];
        automatic answer_t answer   = answers[{bid, id_head[bid][PTR_W-1:0]}];
        if (!shown) begin
          b_broken[0] <= !known;
          b_broken[1] <= known && !complete;
          b_broken[2] <= known && bresp == 2'b01 && !answer.lock;
          b_place     <= known ? answer.addr : '0;
        end
        closes = bready && complete;
        if (bready && known) id_head[bid] <= id_head[bid] + 1'b1;
        if (closes) whole_head[bid] <= whole_head[bid] + 1'b1;
        waited <= '0;
      end else if (TIMEOUT != 0 && open != 0) begin
        waited      <= waited + 32'd1;
        b_broken[3] <= waited == TIMEOUT;
      end
      if (completes != closes) open <= completes ? open + 32'd1 : open - 32'd1;
    end
  end
endmodule
