// SPDX-License-Identifier: Apache-2.0
// The CPU's side of an engine that is programmed by a stream of descriptors and tells of its work by a stream of statuses.
// Python sets a descriptor and toggles `request`; `done` follows when the engine has taken it. Statuses wait here, in
// order; Python takes the oldest by toggling `taken`. While DEPTH of them wait, no more is accepted.
module stream_host #(
  parameter int unsigned DESCRIPTOR_W = 32,
  parameter int unsigned STATUS_W     = 32,
  parameter int unsigned DEPTH        = 64  // power of two
) (
  input  logic                    clk,
  input  logic                    rst_n,

  output logic [DESCRIPTOR_W-1:0] m_descriptor,
  output logic                    m_valid,
  input  logic                    m_ready,

  input  logic [STATUS_W-1:0]     s_status,
  input  logic                    s_valid,
  output logic                    s_ready,

  output logic                    waiting      // a status
);
  // Written from Python.
  logic                    request = 1'b0;     // toggles: a new descriptor
  logic [DESCRIPTOR_W-1:0] descriptor = '0;
  logic                    taken = 1'b0;       // toggles: the oldest status is no longer needed
  // Read from Python.
  logic                    done;               // equals `request`: the descriptor was taken
  logic [STATUS_W-1:0]     status;             // the oldest

  localparam int unsigned PTR_W = $clog2(DEPTH);
  logic [STATUS_W-1:0] queue[DEPTH];
  logic [PTR_W:0]      head, tail;
  logic                seen;                   // last value of `taken`

  assign s_ready = (tail - head) != (PTR_W + 1)'(DEPTH);
  assign waiting = head != tail;
  assign status  = queue[head[PTR_W-1:0]];
  wire unused = &{1'b0, status};              // Python reads it

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      m_valid <= 1'b0;
      done    <= request;
    end else if (m_valid) begin
      if (m_ready) begin
        m_valid <= 1'b0;
        done    <= request;
      end
    end else if (request != done) begin
      m_descriptor <= descriptor;
      m_valid      <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    seen <= taken;
    if (!rst_n) begin
      head <= '0;
      tail <= '0;
    end else begin
      if (s_valid && s_ready) begin
        queue[tail[PTR_W-1:0]] <= s_status;
        tail <= tail + 1'b1;
      end
      if (taken != seen && waiting) head <= head + 1'b1;
    end
  end
endmodule
