// SPDX-License-Identifier: Apache-2.0
// A small copy engine as traffic for the tests of the memory port: aligned copies, INCR bursts, any number outstanding.
// Registers: 00 source, 04 destination, 08 bytes, 0C beats per burst, 10 write: go, with AxUSER in [31:16];
// read: {bus error [2], done (interrupt) [1], busy [0]}.
module copier #(
  parameter int unsigned ADDR_W = 40, DATA_W = 64, ID_W = 4, USER_W = 16, FIFO = 256
) (
  input  logic                clk, rst_n,
  output logic                irq,
  input  logic [11:0]         s_axil_awaddr, s_axil_araddr,
  input  logic                s_axil_awvalid, s_axil_wvalid, s_axil_arvalid, s_axil_bready, s_axil_rready,
  output logic                s_axil_awready, s_axil_wready, s_axil_arready, s_axil_bvalid, s_axil_rvalid,
  input  logic [31:0]         s_axil_wdata,
  output logic [1:0]          s_axil_bresp, s_axil_rresp,
  output logic [31:0]         s_axil_rdata,

  output logic [ADDR_W-1:0]   m_axi_awaddr, m_axi_araddr,
  output logic [7:0]          m_axi_awlen, m_axi_arlen,
  output logic [USER_W-1:0]   m_axi_awuser, m_axi_aruser,
  output logic                m_axi_awvalid, m_axi_arvalid, m_axi_wvalid, m_axi_wlast, m_axi_bready, m_axi_rready,
  input  logic                m_axi_awready, m_axi_arready, m_axi_wready, m_axi_bvalid, m_axi_rvalid, m_axi_rlast,
  output logic [DATA_W-1:0]   m_axi_wdata,
  input  logic [DATA_W-1:0]   m_axi_rdata,
  input  logic [1:0]          m_axi_bresp, m_axi_rresp
);
  localparam int unsigned BYTES = DATA_W / 8, SHIFT = $clog2(BYTES), PTR = $clog2(FIFO);

  logic [31:0] source, target, bytes, beats;
  logic [15:0] user;
  logic        busy, failed, go;
  logic [31:0] ar_left, aw_left, w_left, b_left, w_in_burst;  // beats; bursts for b_left
  logic [31:0] credit;                                        // free beats of the FIFO, reserved at AR
  logic [PTR:0] put, take;
  logic [DATA_W-1:0] fifo[FIFO];

  // ---- registers ----
  assign {s_axil_awready, s_axil_wready} = {2{s_axil_awvalid && s_axil_wvalid && !s_axil_bvalid}};
  assign s_axil_arready = !s_axil_rvalid;
  assign go = s_axil_awready && s_axil_awaddr == 12'h10;
  assign {s_axil_bresp, s_axil_rresp} = '0;
  always_ff @(posedge clk) begin
    if (s_axil_bready) s_axil_bvalid <= 1'b0;
    if (s_axil_rready) s_axil_rvalid <= 1'b0;
    if (s_axil_awready) begin
      s_axil_bvalid <= 1'b1;
      case (s_axil_awaddr)
        12'h00: source <= s_axil_wdata;
        12'h04: target <= s_axil_wdata;
        12'h08: bytes  <= s_axil_wdata;
        12'h0C: beats  <= s_axil_wdata;
        12'h10: user   <= s_axil_wdata[31:16];
        default: ;
      endcase
    end
    if (s_axil_arvalid && s_axil_arready) begin
      s_axil_rvalid <= 1'b1;
      s_axil_rdata  <= {29'd0, failed, irq, busy};
    end
    if (!rst_n) {s_axil_bvalid, s_axil_rvalid} <= '0;
  end

  // ---- copy ----
  wire [31:0] ar_beats = ar_left < beats ? ar_left : beats;
  wire [31:0] aw_beats = aw_left < beats ? aw_left : beats;
  wire        ar_may = ar_left != 0 && credit >= ar_beats;
  wire        r_take = m_axi_rvalid && m_axi_rready;
  wire        w_take = m_axi_wvalid && m_axi_wready;

  assign m_axi_rready = 1'b1;
  assign m_axi_bready = 1'b1;
  assign m_axi_arvalid = busy && ar_may;
  assign m_axi_arlen = 8'(ar_beats - 1);
  assign m_axi_awvalid = busy && aw_left != 0;
  assign m_axi_awlen = 8'(aw_beats - 1);
  assign {m_axi_aruser, m_axi_awuser} = {2{USER_W'(user)}};
  assign m_axi_wvalid = put != take;
  assign m_axi_wdata = fifo[take[PTR-1:0]];
  assign m_axi_wlast = w_in_burst == beats - 1 || w_left == 1;

  always_ff @(posedge clk) begin
    if (m_axi_arvalid && m_axi_arready) begin
      ar_left <= ar_left - ar_beats;
      m_axi_araddr <= m_axi_araddr + ADDR_W'(ar_beats << SHIFT);
    end
    if (m_axi_awvalid && m_axi_awready) begin
      aw_left <= aw_left - aw_beats;
      m_axi_awaddr <= m_axi_awaddr + ADDR_W'(aw_beats << SHIFT);
    end
    credit <= credit + 32'(w_take) - (m_axi_arvalid && m_axi_arready ? ar_beats : 0);
    if (r_take) begin
      fifo[put[PTR-1:0]] <= m_axi_rdata;
      put <= put + 1'b1;
      if (m_axi_rresp[1]) failed <= 1'b1;
    end
    if (w_take) begin
      take <= take + 1'b1;
      w_left <= w_left - 1;
      w_in_burst <= m_axi_wlast ? 0 : w_in_burst + 1;
    end
    if (m_axi_bvalid) begin
      b_left <= b_left - 1;
      if (m_axi_bresp[1]) failed <= 1'b1;
      if (b_left == 1) {busy, irq} <= 2'b01;
    end
    if (go) begin
      {busy, irq, failed} <= 3'b100;
      {m_axi_araddr, m_axi_awaddr} <= {ADDR_W'(source), ADDR_W'(target)};
      ar_left <= bytes >> SHIFT;
      aw_left <= bytes >> SHIFT;
      w_left  <= bytes >> SHIFT;
      b_left  <= ((bytes >> SHIFT) + beats - 1) / beats;
    end
    if (!rst_n) begin
      {busy, irq, failed, put, take} <= '0;
      {ar_left, aw_left, w_in_burst} <= '0;
      credit <= FIFO;
    end
  end
  wire unused = &{1'b0, m_axi_rlast};
endmodule
