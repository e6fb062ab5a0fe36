// SPDX-License-Identifier: Apache-2.0
// Follows reads from AR to RLAST (part of axi_checker.sv). Bursts of one ID answer in order, those of different IDs in
// any order and interleaved.
module axi_checker_read #(
  parameter int unsigned ADDR_W  = 40,
  parameter int unsigned ID_W    = 4,
  parameter int unsigned DEPTH   = 128,   // bursts in flight per ID, power of two
  parameter int unsigned TIMEOUT = 0      // cycles
) (
  input  logic              clk,
  input  logic              rst_n,
  input  logic              arvalid, arready, arlock,
  input  logic [ID_W-1:0]   arid,
  input  logic [ADDR_W-1:0] araddr,
  input  logic [7:0]        arlen,
  input  logic              rvalid, rready, rlast,
  input  logic [ID_W-1:0]   rid,
  input  logic [1:0]        rresp,
  output logic [ADDR_W-1:0] place,        // address of the burst on R
  output logic [3:0]        broken,       // {missing, exokay, last, orphan}
  output logic              overflow
);
  localparam int unsigned IDS = 2 ** ID_W, PTR_W = $clog2(DEPTH);

  typedef struct packed {
    logic              lock;
    logic [7:0]        len;
    logic [ADDR_W-1:0] addr;
  } burst_t;

  burst_t         bursts[IDS*DEPTH];
  logic [PTR_W:0] head[IDS], tail[IDS];
  logic [7:0]     beat[IDS];
  logic [31:0]    open, waited;           // bursts in flight; cycles without a beat
  burst_t         burst;
  logic           known, shown, ends;     // an open burst has this ID; the beat was on R before; it is its last
  logic           ar_taken;

  assign known    = head[rid] != tail[rid];
  assign burst    = bursts[{rid, head[rid][PTR_W-1:0]}];
  assign place    = known ? burst.addr : '0;
  assign ends     = rlast || beat[rid] == burst.len;
  assign overflow = rst_n && arvalid && arready && (tail[arid] - head[arid]) == (PTR_W + 1)'(DEPTH);
  assign ar_taken = arvalid && arready && !overflow;

  always_comb begin
    broken = '0;
    if (rst_n && rvalid && !shown) begin
      broken[0] = !known;
      broken[1] = known && rlast != (beat[rid] == burst.len);
      broken[2] = known && rresp == 2'b01 && !burst.lock;
    end
    broken[3] = rst_n && TIMEOUT != 0 && waited == TIMEOUT && !rvalid;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      for (int id = 0; id < int'(IDS); id++) {head[id], tail[id], beat[id]} <= '0;
      {open, waited, shown} <= '0;
    end else begin
      shown  <= rvalid && !rready;
      waited <= open != 0 && !rvalid ? waited + 32'd1 : '0;
      open   <= open + 32'(ar_taken) - 32'(rvalid && rready && known && ends);
      if (ar_taken) begin
        bursts[{arid, tail[arid][PTR_W-1:0]}] <= '{lock: arlock, len: arlen, addr: araddr};
        tail[arid] <= tail[arid] + 1'b1;
      end
      if (rvalid && rready && known) begin
        beat[rid] <= ends ? '0 : beat[rid] + 8'd1;
        if (ends) head[rid] <= head[rid] + 1'b1;
      end
    end
  end
endmodule
