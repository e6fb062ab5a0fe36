// SPDX-License-Identifier: Apache-2.0
// AXI4-Lite master for the CPU's register accesses. Python sets a command and toggles `request`; the transaction runs
// here, and `done` follows `request` when its response has come. Nothing has to wake per clock.
module axil_host #(
  parameter int unsigned ADDR_W = 12
) (
  input  logic              clk,
  input  logic              rst_n,

  output logic [ADDR_W-1:0] m_axil_awaddr,
  output logic              m_axil_awvalid,
  input  logic              m_axil_awready,
  output logic [31:0]       m_axil_wdata,
  output logic [3:0]        m_axil_wstrb,
  output logic              m_axil_wvalid,
  input  logic              m_axil_wready,
  input  logic [1:0]        m_axil_bresp,
  input  logic              m_axil_bvalid,
  output logic              m_axil_bready,
  output logic [ADDR_W-1:0] m_axil_araddr,
  output logic              m_axil_arvalid,
  input  logic              m_axil_arready,
  input  logic [31:0]       m_axil_rdata,
  input  logic [1:0]        m_axil_rresp,
  input  logic              m_axil_rvalid,
  output logic              m_axil_rready
);
  // Written from Python.
  logic        request = 1'b0;          // toggles: a new command
  logic [64:0] command = '0;            // {write, data[31:0], address[31:0]}
  // Read from Python.
  logic        done;                    // equals `request`: the command is complete
  logic [33:0] result;                  // {response[1:0], data[31:0]}

  typedef enum logic [1:0] {IDLE, WRITE, READ} state_e;
  state_e state;

  assign m_axil_wstrb  = 4'hF;
  assign m_axil_bready = state == WRITE;
  assign m_axil_rready = state == READ;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state <= IDLE;
      done  <= 1'b0;
      {m_axil_awvalid, m_axil_wvalid, m_axil_arvalid} <= '0;
    end else begin
      if (m_axil_awready) m_axil_awvalid <= 1'b0;
      if (m_axil_wready)  m_axil_wvalid  <= 1'b0;
      if (m_axil_arready) m_axil_arvalid <= 1'b0;
      case (state)
        IDLE: if (request != done) begin
          m_axil_awaddr  <= command[ADDR_W-1:0];
          m_axil_araddr  <= command[ADDR_W-1:0];
          m_axil_wdata   <= command[63:32];
          m_axil_awvalid <= command[64];
          m_axil_wvalid  <= command[64];
          m_axil_arvalid <= !command[64];
          state          <= command[64] ? WRITE : READ;
        end
        WRITE: if (m_axil_bvalid) begin
          result <= {m_axil_bresp, 32'd0};
          done   <= request;
          state  <= IDLE;
        end
        READ: if (m_axil_rvalid) begin
          result <= {m_axil_rresp, m_axil_rdata};
          done   <= request;
          state  <= IDLE;
        end
        default: state <= IDLE;
      endcase
    end
  end
endmodule
