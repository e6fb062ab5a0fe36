// SPDX-License-Identifier: Apache-2.0
// AXI4 slave (with the ACE-Lite signals) whose memory is in C++.
//
// It takes up to DEPTH addresses of each kind, and write data before, with or after its address. The first R beat
// comes `latency` cycles after its AR, a B `latency` cycles after the data was accepted; beats follow without a bubble,
// within a burst and between bursts. Responses are in order. Memory is sampled at the start of a read's response.
// All that is so while `pace` is zero; Python may write another pace at any time.
module axi_mem_port
  import dmasan_dpi_pkg::*;
#(
  parameter int unsigned ADDR_W = 40,
  parameter int unsigned DATA_W = 64,   // 32, 64, 128, 256
  parameter int unsigned ID_W   = 4,
  parameter int unsigned USER_W = 16,   // at most 32
  parameter int unsigned DEPTH  = 64,   // power of two
  parameter int          MASTER = 0,    // index of this master in the C++ side
  parameter bit          TAGGED = 1'b1  // AxUSER = {kind[1:0], channel[2:0], tag, coherent}; 0: only the coherent bit,
                                        // and the master's index stands for its channel
) (
  input  logic                clk,
  input  logic                rst_n,
  input  logic [15:0]         latency,

  input  logic [ADDR_W-1:0]   s_axi_awaddr,
  input  logic [7:0]          s_axi_awlen,
  input  logic [2:0]          s_axi_awsize,
  input  logic [1:0]          s_axi_awburst,
  input  logic [ID_W-1:0]     s_axi_awid,
  input  logic [3:0]          s_axi_awcache,
  input  logic [2:0]          s_axi_awprot,
  input  logic [3:0]          s_axi_awqos,
  input  logic [1:0]          s_axi_awdomain,
  input  logic [2:0]          s_axi_awsnoop,
  input  logic [USER_W-1:0]   s_axi_awuser,
  input  logic                s_axi_awvalid,
  output logic                s_axi_awready,

  input  logic [DATA_W-1:0]   s_axi_wdata,
  input  logic [DATA_W/8-1:0] s_axi_wstrb,
  input  logic                s_axi_wlast,
  input  logic                s_axi_wvalid,
  output logic                s_axi_wready,

  output logic [ID_W-1:0]     s_axi_bid,
  output logic [1:0]          s_axi_bresp,
  output logic                s_axi_bvalid,
  input  logic                s_axi_bready,

  input  logic [ADDR_W-1:0]   s_axi_araddr,
  input  logic [7:0]          s_axi_arlen,
  input  logic [2:0]          s_axi_arsize,
  input  logic [1:0]          s_axi_arburst,
  input  logic [ID_W-1:0]     s_axi_arid,
  input  logic [3:0]          s_axi_arcache,
  input  logic [2:0]          s_axi_arprot,
  input  logic [3:0]          s_axi_arqos,
  input  logic [1:0]          s_axi_ardomain,
  input  logic [3:0]          s_axi_arsnoop,
  input  logic [USER_W-1:0]   s_axi_aruser,
  input  logic                s_axi_arvalid,
  output logic                s_axi_arready,

  output logic [ID_W-1:0]     s_axi_rid,
  output logic [DATA_W-1:0]   s_axi_rdata,
  output logic [1:0]          s_axi_rresp,
  output logic                s_axi_rlast,
  output logic                s_axi_rvalid,
  input  logic                s_axi_rready
);
  localparam int unsigned PTR_W = $clog2(DEPTH);
  localparam int unsigned LANES = (DATA_W + 63) / 64;
  localparam int unsigned LANE_BYTES = (DATA_W < 64 ? DATA_W : 64) / 8;

  typedef struct packed {
    logic [ADDR_W-1:0] addr;
    logic [7:0]        len;
    logic [2:0]        size;
    logic [1:0]        burst;
    logic [ID_W-1:0]   id;
    logic [USER_W-1:0] user;
    attributes_t       attributes;
  } request_t;

  typedef struct packed {
    logic [ID_W-1:0] id;
    logic [1:0]      resp;
    logic [31:0]     due;        // cycle of the earliest response
  } response_t;

  logic [31:0] cycle;

  function automatic logic is_due(input logic [31:0] due);
    return $signed(cycle - due) >= 0;
  endfunction

  function automatic int shape_of(input logic [1:0] burst, input logic [2:0] size, input logic [7:0] len);
    shape_t shape = '{bus_bytes: 16'(DATA_W / 8), burst: burst, size: size, len: len};
    return 32'(shape);
  endfunction

  function automatic int origin_of(input logic [USER_W-2:0] tags);  // AxUSER without the coherent bit
    origin_t origin = '{kind: 8'(tags[USER_W-2-:2]), channel: 8'(tags[USER_W-4-:3]), tag: 16'(tags[USER_W-7:0])};
    origin_t master = '{kind: '0, channel: 8'(MASTER), tag: '0};
    return TAGGED ? 32'(origin) : 32'(master);
  endfunction

  always_ff @(posedge clk) cycle <= rst_n ? cycle + 32'd1 : '0;

  // ---- Pace -----------------------------------------------------------------------------------------------------
  pace_t       pace = '0;                   // written from Python
  pace_t       now;
  logic [39:0] noise;                       // never zero
  logic        ar_stalled, aw_stalled, w_stalled, r_gap, b_gap;

  function automatic logic [39:0] stir(input logic [39:0] x);  // xorshift, full period (M)
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ (x << 17) | 40'(x == 0);
  endfunction

  always_ff @(posedge clk) begin
    now <= pace;
    if (!rst_n) noise <= 40'h6A09E667F3;
    else if (now != '0) begin
      noise      <= stir(noise);
      ar_stalled <= noise[7:0] < now.stall_ar;
      aw_stalled <= noise[15:8] < now.stall_aw;
      w_stalled  <= noise[23:16] < now.stall_w;
      r_gap      <= noise[31:24] < now.gap_r;
      b_gap      <= noise[39:32] < now.gap_b;
    end else begin
      {ar_stalled, aw_stalled, w_stalled, r_gap, b_gap} <= '0;
    end
  end

  // ---- Reads --------------------------------------------------------------------------------------------------
  request_t         ar_queue[DEPTH];
  logic [31:0]      ar_due[DEPTH];            // cycle of the earliest response
  logic [3:0]       ar_early[DEPTH];          // {1, answer of memory} if it was sampled when the address was accepted
  logic [DEPTH-1:0] ar_answered;              // before an older one
  logic [PTR_W:0]   ar_head, ar_tail;
  request_t         r;                        // the burst on the bus
  logic [7:0]       r_left;                   // its beats after the one on the bus
  logic [8:0]       r_beat;                   // the next one of them
  logic             r_beatwise;               // its beats have responses of their own
  logic             r_single;                 // each beat samples memory

  assign s_axi_arready = (ar_tail - ar_head) != (PTR_W + 1)'(DEPTH) && !ar_stalled;

  function automatic request_t ar_offered();
    return '{addr: s_axi_araddr, len: s_axi_arlen, size: s_axi_arsize, burst: s_axi_arburst, id: s_axi_arid,
      user: s_axi_aruser,
      attributes: '{ace_snoop: s_axi_arsnoop, domain: s_axi_ardomain, qos: s_axi_arqos, prot: s_axi_arprot,
                    cache: s_axi_arcache}};
  endfunction

  // Memory's answer to a read.
  function automatic logic [2:0] sampled(input request_t ar);
    return 3'(dmasan_read(MASTER, $realtime, 64'(ar.addr), shape_of(ar.burst, ar.size, ar.len), int'(ar.id),
                          32'(ar.user), origin_of(ar.user[USER_W-1:1]), 32'(ar.attributes)));
  endfunction

  // One beat of a burst as a burst.
  function automatic request_t single(input request_t ar, input logic [8:0] beat);
    single = ar;
    single.len = '0;
    if (beat != 0) single.addr = ((ar.addr >> ar.size) + ADDR_W'(beat)) << ar.size;
  endfunction

  // Samples memory now, for a burst that is answered later; the burst on the bus keeps its data.
  function automatic logic [3:0] early(input request_t ar, input logic [PTR_W-1:0] place);
    dmasan_read_keep(MASTER, int'(DEPTH));
    early = {1'b1, sampled(ar)};
    dmasan_read_keep(MASTER, int'(place));
    dmasan_read_recall(MASTER, int'(DEPTH));
  endfunction

  function automatic logic [1:0] response_of(input logic [2:0] answer, input int beat);
    return answer[2] ? 2'(dmasan_read_response(MASTER, beat)) : answer[1:0];
  endfunction

  function automatic logic [DATA_W-1:0] read_beat(input int beat);
    for (int lane = 0; lane < int'(LANES); lane++)
      read_beat[lane*64+:LANE_BYTES*8] = (LANE_BYTES*8)'(dmasan_read_lane(MASTER, beat * (int'(DATA_W) / 8) + lane * 8));
  endfunction

  // The place in the queue of the burst to answer next: the oldest, or one of the next seven with another ID than all
  // that are older than it.
  function automatic logic [PTR_W-1:0] chosen();
    chosen = ar_head[PTR_W-1:0];
    if (now.reorder)
      for (int k = 1; k < 8; k++) begin
        automatic logic [PTR_W-1:0] place = ar_head[PTR_W-1:0] + PTR_W'(k);
        automatic logic             free = (PTR_W + 1)'(k) < ar_tail - ar_head && !ar_answered[place] && is_due(ar_due[place]);
        for (int older = 0; older < k; older++) begin
          automatic logic [PTR_W-1:0] other = ar_head[PTR_W-1:0] + PTR_W'(older);
          if (!ar_answered[other] && ar_queue[other].id == ar_queue[place].id) free = 1'b0;
        end
        if (free && noise[k]) chosen = place;
      end
  endfunction

  always_ff @(posedge clk) begin
    if (!rst_n) ar_tail <= '0;
    else if (s_axi_arvalid && s_axi_arready) begin
      ar_queue[ar_tail[PTR_W-1:0]] <= ar_offered();
      ar_due[ar_tail[PTR_W-1:0]] <= cycle + 32'(latency) - 32'd1;
      ar_tail <= ar_tail + 1'b1;
    end
  end

  task automatic answer(input logic [PTR_W-1:0] place);
    automatic request_t   ar = ar_queue[place];
    automatic logic [2:0] told = ar_early[place][2:0];
    if (ar_early[place][3]) dmasan_read_recall(MASTER, int'(place));
    else told = sampled(now.sample == PER_BEAT ? single(ar, 9'd0) : ar);
    s_axi_rvalid <= 1'b1;
    s_axi_rresp  <= response_of(told, 0);
    s_axi_rdata  <= read_beat(0);
    s_axi_rid    <= ar.id;
    s_axi_rlast  <= ar.len == 0;
    r            <= ar;
    r_left       <= ar.len;
    r_beat       <= 9'd1;
    r_beatwise   <= told[2];
    r_single     <= now.sample == PER_BEAT && !ar_early[place][3];
  endtask

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      s_axi_rvalid <= 1'b0;
      s_axi_rlast  <= 1'b0;
      ar_head      <= '0;
      ar_answered  <= '0;
      r_left       <= '0;
    end else begin
      if (s_axi_arvalid && s_axi_arready)
        ar_early[ar_tail[PTR_W-1:0]] <= now.sample == AT_ACCEPT ? early(ar_offered(), ar_tail[PTR_W-1:0]) : '0;
      if (!s_axi_rvalid || s_axi_rready) begin
        s_axi_rvalid <= 1'b0;
        if (r_gap) begin
        end else if (r_left != 0) begin
          automatic int beat = int'(r_beat);
          if (r_single) begin
            s_axi_rresp <= response_of(sampled(single(r, r_beat)), 0);
            beat = 0;
          end else if (r_beatwise) s_axi_rresp <= 2'(dmasan_read_response(MASTER, beat));
          s_axi_rvalid <= 1'b1;
          s_axi_rdata  <= read_beat(beat);
          s_axi_rlast  <= r_left == 8'd1;
          r_left       <= r_left - 8'd1;
          r_beat       <= r_beat + 9'd1;
        end else if (ar_head != ar_tail && ar_answered[ar_head[PTR_W-1:0]]) begin
          ar_answered[ar_head[PTR_W-1:0]] <= 1'b0;
          ar_head <= ar_head + 1'b1;
        end else if (ar_head != ar_tail && is_due(ar_due[ar_head[PTR_W-1:0]])) begin
          automatic logic [PTR_W-1:0] place = chosen();
          answer(place);
          if (place == ar_head[PTR_W-1:0]) ar_head <= ar_head + 1'b1;
          else ar_answered[place] <= 1'b1;
        end
      end
    end
  end

  // ---- Writes -------------------------------------------------------------------------------------------------
  request_t         aw_queue[DEPTH];
  request_t         aw;
  logic [PTR_W:0]   aw_head, aw_tail;
  logic [PTR_W:0]   w_head, w_tail;           // bursts of data that met their address; that are complete
  response_t        b_queue[DEPTH];
  response_t        b;
  logic [PTR_W:0]   b_head, b_tail;
  logic             accept;

  logic [7:0]       aw_waited, w_waited;      // cycles
  logic             aw_held, w_held;

  assign aw_held = aw_waited < now.aw_hold;
  assign w_held  = now.w_hold != 0 && w_waited != '1 && (aw_tail - aw_head) < (PTR_W + 1)'(now.w_hold);
  assign s_axi_awready = (aw_tail - aw_head) != (PTR_W + 1)'(DEPTH) && !aw_stalled && !aw_held;
  assign s_axi_wready  = (w_tail - w_head) != (PTR_W + 1)'(DEPTH) && !w_stalled && !w_held;
  assign aw = aw_queue[aw_head[PTR_W-1:0]];
  assign b  = b_queue[b_head[PTR_W-1:0]];
  assign accept = aw_head != aw_tail && w_head != w_tail && (b_tail - b_head) != (PTR_W + 1)'(DEPTH);

  always_ff @(posedge clk) begin
    if (!rst_n) aw_tail <= '0;
    else if (s_axi_awvalid && s_axi_awready) begin
      aw_queue[aw_tail[PTR_W-1:0]] <= '{addr: s_axi_awaddr, len: s_axi_awlen, size: s_axi_awsize, burst: s_axi_awburst,
        id: s_axi_awid, user: s_axi_awuser,
        attributes: '{ace_snoop: 4'(s_axi_awsnoop), domain: s_axi_awdomain, qos: s_axi_awqos, prot: s_axi_awprot,
                      cache: s_axi_awcache}};
      aw_tail <= aw_tail + 1'b1;
    end
  end

  // Once enough addresses wait, or the master has waited long enough for WREADY, data flows until none is left.
  always_ff @(posedge clk) begin
    if (now == '0) {aw_waited, w_waited} <= '0;
    else begin
      aw_waited <= !s_axi_awvalid || s_axi_awready ? '0 : aw_waited + 8'd1;
      if (!s_axi_wvalid && aw_head == aw_tail) w_waited <= '0;
      else if (!w_held) w_waited <= '1;
      else if (s_axi_wvalid) w_waited <= w_waited + 8'd1;
    end
  end

  // Data is accepted before the address of the same cycle is looked at, so that a burst is complete when it is written.
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      w_tail  <= '0;
      w_head  <= '0;
      aw_head <= '0;
      b_tail  <= '0;
    end else begin
      if (s_axi_wvalid && s_axi_wready) begin
        for (int lane = 0; lane < int'(LANES); lane++)
          dmasan_write_lane(MASTER, 64'(s_axi_wdata[lane*64+:LANE_BYTES*8]),
                            32'(s_axi_wstrb[lane*8+:LANE_BYTES]), int'(LANE_BYTES),
                            s_axi_wlast && lane == int'(LANES) - 1);
        if (s_axi_wlast) w_tail <= w_tail + 1'b1;
      end
      if (accept) begin
        b_queue[b_tail[PTR_W-1:0]] <= '{id: aw.id, due: cycle + 32'(latency) + 32'(now.b_delay) - 32'd2,
          resp: 2'(dmasan_write(MASTER, $realtime, 64'(aw.addr), shape_of(aw.burst, aw.size, aw.len),
                                int'(aw.id), 32'(aw.user), origin_of(aw.user[USER_W-1:1]), 32'(aw.attributes)))};
        w_head  <= w_head + 1'b1;
        aw_head <= aw_head + 1'b1;
        b_tail  <= b_tail + 1'b1;
      end
    end
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      s_axi_bvalid <= 1'b0;
      b_head       <= '0;
    end else if (!s_axi_bvalid || s_axi_bready) begin
      s_axi_bvalid <= 1'b0;
      if (b_head != b_tail && is_due(b.due) && !b_gap) begin
        dmasan_write_done(MASTER, $realtime);
        s_axi_bvalid <= 1'b1;
        s_axi_bid    <= b.id;
        s_axi_bresp  <= b.resp;
        b_head       <= b_head + 1'b1;
      end
    end
  end
endmodule
