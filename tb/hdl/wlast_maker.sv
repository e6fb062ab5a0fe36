// SPDX-License-Identifier: Apache-2.0
// WLAST for a master without one: write data waits for its address, whose AWLEN says where the burst ends.
module wlast_maker #(
  parameter int unsigned DEPTH = 64   // power of two; no less than the memory port takes ahead
) (
  input  logic       clk,
  input  logic       rst_n,
  input  logic       aw_taken,        // AWVALID and AWREADY
  input  logic [7:0] aw_len,
  input  logic       w_taken,         // WVALID and WREADY
  output logic       known,           // the burst of the data is known: WVALID may be passed on
  output logic       last
);
  localparam int unsigned PTR_W = $clog2(DEPTH);
  logic [7:0]     lens[DEPTH];
  logic [7:0]     beat;
  logic [PTR_W:0] head, tail;

  assign known = head != tail;
  assign last  = beat == lens[head[PTR_W-1:0]];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      head <= '0;
      tail <= '0;
      beat <= '0;
    end else begin
      if (aw_taken) begin
        lens[tail[PTR_W-1:0]] <= aw_len;
        tail <= tail + 1'b1;
      end
      if (w_taken) begin
        beat <= last ? '0 : beat + 8'd1;
        if (last) head <= head + 1'b1;
      end
    end
  end
endmodule
