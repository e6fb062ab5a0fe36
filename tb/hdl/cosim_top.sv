// SPDX-License-Identifier: Apache-2.0
// The co-simulated system: the engine between the register host (CPU side) and the memory port. The simulator's main
// program drives the clock, Python the reset.
module cosim_top #(
  parameter int unsigned ADDR_W     = 40,
  parameter int unsigned DATA_W     = 64,
  parameter int unsigned NCH        = 2,
  parameter int unsigned FIFO_BEATS = 512,
  parameter int unsigned MAX_BURST  = 64,
  parameter int unsigned ID_W       = 4,
  parameter int unsigned USER_W     = 16
) (
  input  logic clk,
  input  logic rst_n,
  output logic quiet  // nothing happens until Python asks for a register access: the main program may stop the clock
);
  // Written from Python.
  logic [15:0] latency = 16'd12;         // of the memory port, cycles
  logic        coherent_data = 1'b0;     // what the platform says of the engine's ports (CAP1)
  logic        coherent_desc = 1'b0;
  // Read from Python.
  logic        irq;

  // What depends on an input of the top, or on what Python writes, is evaluated at both edges of the clock: let it be
  // flip-flops only.
  logic       reset_n;
  logic [1:0] straps;
  initial reset_n = 1'b0;
  always_ff @(posedge clk) begin
    reset_n <= rst_n;
    straps  <= {coherent_data, coherent_desc};
  end

  localparam logic [2:0]  AXIL_PROT = 3'b000;
  // The checkers' limits, cycles. The memory port answers after `latency`; the engine's registers take a few cycles.
  localparam int unsigned AXI_TIMEOUT = 200_000, AXIL_TIMEOUT = 1_000;

  // Registers.
  logic [11:0]          axil_awaddr, axil_araddr;
  logic                 axil_awvalid, axil_awready, axil_wvalid, axil_wready, axil_bvalid, axil_bready, axil_arvalid,
                       axil_arready, axil_rvalid, axil_rready;
  logic [31:0]          axil_wdata, axil_rdata;
  logic [3:0]           axil_wstrb;
  logic [1:0]           axil_bresp, axil_rresp;
  // Memory.
  logic [ID_W-1:0]      axi_awid, axi_bid, axi_arid, axi_rid;
  logic [ADDR_W-1:0]    axi_awaddr, axi_araddr;
  logic [7:0]           axi_awlen, axi_arlen;
  logic [2:0]           axi_awsize, axi_awprot, axi_awsnoop, axi_arsize, axi_arprot;
  logic [1:0]           axi_awburst, axi_awdomain, axi_bresp, axi_arburst, axi_ardomain, axi_rresp;
  logic [3:0]           axi_awcache, axi_awqos, axi_arcache, axi_arqos, axi_arsnoop;
  logic [USER_W-1:0]    axi_awuser, axi_aruser;
  logic                 axi_awlock, axi_arlock;
  logic                 axi_awvalid, axi_awready, axi_wlast, axi_wvalid, axi_wready, axi_bvalid, axi_bready,
                       axi_arvalid, axi_arready, axi_rlast, axi_rvalid, axi_rready;
  logic [DATA_W-1:0]    axi_wdata, axi_rdata;
  logic [DATA_W/8-1:0]  axi_wstrb;

  logic engine_quiet;
  assign quiet = engine_quiet && reset_n && host.request == host.done && !axil_awvalid && !axil_wvalid && !axil_arvalid
                 && !axil_bvalid && !axil_rvalid;

  axil_host #(.ADDR_W(12)) host (
    .clk, .rst_n(reset_n),
    .m_axil_awaddr(axil_awaddr), .m_axil_awvalid(axil_awvalid), .m_axil_awready(axil_awready),
    .m_axil_wdata(axil_wdata), .m_axil_wstrb(axil_wstrb), .m_axil_wvalid(axil_wvalid), .m_axil_wready(axil_wready),
    .m_axil_bresp(axil_bresp), .m_axil_bvalid(axil_bvalid), .m_axil_bready(axil_bready),
    .m_axil_araddr(axil_araddr), .m_axil_arvalid(axil_arvalid), .m_axil_arready(axil_arready),
    .m_axil_rdata(axil_rdata), .m_axil_rresp(axil_rresp), .m_axil_rvalid(axil_rvalid), .m_axil_rready(axil_rready));

  /* verilator lint_off PINCONNECTEMPTY */
  dma_top #(
    .ADDR_W(ADDR_W), .DATA_W(DATA_W), .NCH(NCH), .FIFO_BEATS(FIFO_BEATS), .MAX_BURST(MAX_BURST), .ID_W(ID_W),
    .USER_W(USER_W)
  ) engine (
    .clk, .rst_n(reset_n), .irq, .strap_coherent_data(straps[1]), .strap_coherent_desc(straps[0]),
    .s_axil_awprot(AXIL_PROT), .s_axil_arprot(AXIL_PROT),
    .s_axil_awaddr(axil_awaddr), .s_axil_awvalid(axil_awvalid), .s_axil_awready(axil_awready),
    .s_axil_wdata(axil_wdata), .s_axil_wstrb(axil_wstrb), .s_axil_wvalid(axil_wvalid), .s_axil_wready(axil_wready),
    .s_axil_bresp(axil_bresp), .s_axil_bvalid(axil_bvalid), .s_axil_bready(axil_bready),
    .s_axil_araddr(axil_araddr), .s_axil_arvalid(axil_arvalid), .s_axil_arready(axil_arready),
    .s_axil_rdata(axil_rdata), .s_axil_rresp(axil_rresp), .s_axil_rvalid(axil_rvalid), .s_axil_rready(axil_rready),
    .m_axi_awlock(axi_awlock), .m_axi_arlock(axi_arlock),
    .m_axi_awid(axi_awid), .m_axi_awaddr(axi_awaddr), .m_axi_awlen(axi_awlen), .m_axi_awsize(axi_awsize),
    .m_axi_awburst(axi_awburst), .m_axi_awcache(axi_awcache), .m_axi_awprot(axi_awprot), .m_axi_awqos(axi_awqos),
    .m_axi_awdomain(axi_awdomain), .m_axi_awsnoop(axi_awsnoop), .m_axi_awuser(axi_awuser),
    .m_axi_awvalid(axi_awvalid), .m_axi_awready(axi_awready),
    .m_axi_wdata(axi_wdata), .m_axi_wstrb(axi_wstrb), .m_axi_wlast(axi_wlast), .m_axi_wvalid(axi_wvalid),
    .m_axi_wready(axi_wready),
    .m_axi_bid(axi_bid), .m_axi_bresp(axi_bresp), .m_axi_bvalid(axi_bvalid), .m_axi_bready(axi_bready),
    .m_axi_arid(axi_arid), .m_axi_araddr(axi_araddr), .m_axi_arlen(axi_arlen), .m_axi_arsize(axi_arsize),
    .m_axi_arburst(axi_arburst), .m_axi_arcache(axi_arcache), .m_axi_arprot(axi_arprot), .m_axi_arqos(axi_arqos),
    .m_axi_ardomain(axi_ardomain), .m_axi_arsnoop(axi_arsnoop), .m_axi_aruser(axi_aruser),
    .m_axi_arvalid(axi_arvalid), .m_axi_arready(axi_arready),
    .m_axi_rid(axi_rid), .m_axi_rdata(axi_rdata), .m_axi_rresp(axi_rresp), .m_axi_rlast(axi_rlast),
    .m_axi_rvalid(axi_rvalid), .m_axi_rready(axi_rready),
    .ev_doorbell(), .ev_fetch(), .ev_own_ok(), .ev_stale(), .ev_ar(), .ev_aw(), .ev_chunk(), .ev_poison(),
    .ev_status(), .ev_done(), .ev_irq(), .ev_abort(), .dbg_fifo_fill(), .dbg_credit(), .dbg_out_rd(), .dbg_out_wr(),
    .dbg_drain(), .dbg_r_desc(), .dbg_w_desc(), .dbg_b_desc(), .dbg_state(), .dbg_quiet(engine_quiet));
  /* verilator lint_on PINCONNECTEMPTY */

  axi_mem_port #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W)) port (
    .clk, .rst_n(reset_n), .latency,
    .s_axi_awid(axi_awid), .s_axi_awaddr(axi_awaddr), .s_axi_awlen(axi_awlen), .s_axi_awsize(axi_awsize),
    .s_axi_awburst(axi_awburst), .s_axi_awcache(axi_awcache), .s_axi_awprot(axi_awprot), .s_axi_awqos(axi_awqos),
    .s_axi_awdomain(axi_awdomain), .s_axi_awsnoop(axi_awsnoop), .s_axi_awuser(axi_awuser),
    .s_axi_awvalid(axi_awvalid), .s_axi_awready(axi_awready),
    .s_axi_wdata(axi_wdata), .s_axi_wstrb(axi_wstrb), .s_axi_wlast(axi_wlast), .s_axi_wvalid(axi_wvalid),
    .s_axi_wready(axi_wready),
    .s_axi_bid(axi_bid), .s_axi_bresp(axi_bresp), .s_axi_bvalid(axi_bvalid), .s_axi_bready(axi_bready),
    .s_axi_arid(axi_arid), .s_axi_araddr(axi_araddr), .s_axi_arlen(axi_arlen), .s_axi_arsize(axi_arsize),
    .s_axi_arburst(axi_arburst), .s_axi_arcache(axi_arcache), .s_axi_arprot(axi_arprot), .s_axi_arqos(axi_arqos),
    .s_axi_ardomain(axi_ardomain), .s_axi_arsnoop(axi_arsnoop), .s_axi_aruser(axi_aruser),
    .s_axi_arvalid(axi_arvalid), .s_axi_arready(axi_arready),
    .s_axi_rid(axi_rid), .s_axi_rdata(axi_rdata), .s_axi_rresp(axi_rresp), .s_axi_rlast(axi_rlast),
    .s_axi_rvalid(axi_rvalid), .s_axi_rready(axi_rready));

  axi_checker #(
    .ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W), .TIMEOUT(AXI_TIMEOUT)
  ) axi_rules (
    .clk, .rst_n(reset_n), .clear(1'b0),
    .awid(axi_awid), .awaddr(axi_awaddr), .awlen(axi_awlen), .awsize(axi_awsize), .awburst(axi_awburst),
    .awlock(axi_awlock), .awcache(axi_awcache), .awprot(axi_awprot), .awqos(axi_awqos), .awdomain(axi_awdomain),
    .awsnoop(axi_awsnoop), .awuser(axi_awuser), .awvalid(axi_awvalid), .awready(axi_awready),
    .wid('0), .wdata(axi_wdata), .wstrb(axi_wstrb), .wlast(axi_wlast), .wvalid(axi_wvalid), .wready(axi_wready),
    .bid(axi_bid), .bresp(axi_bresp), .bvalid(axi_bvalid), .bready(axi_bready),
    .arid(axi_arid), .araddr(axi_araddr), .arlen(axi_arlen), .arsize(axi_arsize), .arburst(axi_arburst),
    .arlock(axi_arlock), .arcache(axi_arcache), .arprot(axi_arprot), .arqos(axi_arqos), .ardomain(axi_ardomain),
    .arsnoop(axi_arsnoop), .aruser(axi_aruser), .arvalid(axi_arvalid), .arready(axi_arready),
    .rid(axi_rid), .rdata(axi_rdata), .rresp(axi_rresp), .rlast(axi_rlast), .rvalid(axi_rvalid), .rready(axi_rready));

  model_probe model ();

  axil_checker #(.ADDR_W(12), .DATA_W(32), .TIMEOUT(AXIL_TIMEOUT)) axil_rules (
    .clk, .rst_n(reset_n), .clear(1'b0),
    .awaddr(axil_awaddr), .awprot(AXIL_PROT), .awvalid(axil_awvalid), .awready(axil_awready),
    .wdata(axil_wdata), .wstrb(axil_wstrb), .wvalid(axil_wvalid), .wready(axil_wready),
    .bresp(axil_bresp), .bvalid(axil_bvalid), .bready(axil_bready),
    .araddr(axil_araddr), .arprot(AXIL_PROT), .arvalid(axil_arvalid), .arready(axil_arready),
    .rdata(axil_rdata), .rresp(axil_rresp), .rvalid(axil_rvalid), .rready(axil_rready));
endmodule
