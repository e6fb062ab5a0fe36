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
  output logic [ADDR_W-1:0] place,        // address of the burst that `broken` is about
  output logic [3:0]        broken,       // {missing, exokay, last, orphan}, a cycle later
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
  logic           shown;                  // the beat was on R before

  always_ff @(posedge clk) begin
    broken   <= '0;
    overflow <= 1'b0;
    if (!rst_n) begin
      for (int id = 0; id < int'(IDS); id++) {head[id], tail[id], beat[id]} <= '0;
      {open, waited, shown} <= '0;
    end else begin
      logic opens, closes;
      opens  = 1'b0;
      closes = 1'b0;
      if (arvalid && arready) begin
        if ((tail[arid] - head[arid]) == (PTR_W + 1)'(DEPTH)) overflow <= 1'b1;
        else begin
          bursts[{arid, tail[arid][PTR_W-1:0]}] <= '{lock: arlock, len: arlen, addr: araddr};
          tail[arid] <= tail[arid] + 1'b1;
          opens = 1'b1;
        end
      end
      shown <= rvalid && !rready;
      if (rvalid) begin
        automatic logic   known = head[rid] != tail[rid];
        automatic burst_t burst = bursts[{rid, head[rid][PTR_W-1:0]}];
        automatic logic   last  = beat[rid] == burst.len;
        if (!shown) begin
          broken[0] <= !known;
          broken[1] <= known && rlast != last;
          broken[2] <= known && rresp == 2'b01 && !burst.lock;
          place     <= known ? burst.addr : '0;
        end
        if (rready && known) begin
          closes = rlast || last;
          beat[rid] <= closes ? '0 : beat[rid] + 8'd1;
          if (closes) head[rid] <= head[rid] + 1'b1;
        end
        waited <= '0;
      end else if (TIMEOUT != 0 && open != 0) begin
        waited    <= waited + 32'd1;
        broken[3] <= waited == TIMEOUT;
      end
      if (opens != closes) open <= opens ? open + 32'd1 : open - 32'd1;
    end
  end
endmodule
