// SPDX-License-Identifier: Apache-2.0
// Binds the protocol checkers to both ports of the engine. The first violation ends the program with its rule; +unchecked
// is for a bus that breaks the rules on purpose.
module engine_rules #(
  parameter int unsigned ADDR_W = 40, DATA_W = 64, ID_W = 4, USER_W = 16
) (
  input logic                clk, rst_n,
  input logic [11:0]         s_axil_awaddr, s_axil_araddr,
  input logic [2:0]          s_axil_awprot, s_axil_arprot,
  input logic                s_axil_awvalid, s_axil_awready, s_axil_wvalid, s_axil_wready, s_axil_bvalid, s_axil_bready,
  input logic                s_axil_arvalid, s_axil_arready, s_axil_rvalid, s_axil_rready,
  input logic [31:0]         s_axil_wdata, s_axil_rdata,
  input logic [3:0]          s_axil_wstrb,
  input logic [1:0]          s_axil_bresp, s_axil_rresp,
  input logic [ID_W-1:0]     m_axi_awid, m_axi_arid, m_axi_bid, m_axi_rid,
  input logic [ADDR_W-1:0]   m_axi_awaddr, m_axi_araddr,
  input logic [7:0]          m_axi_awlen, m_axi_arlen,
  input logic [2:0]          m_axi_awsize, m_axi_arsize, m_axi_awprot, m_axi_arprot, m_axi_awsnoop,
  input logic [1:0]          m_axi_awburst, m_axi_arburst, m_axi_awdomain, m_axi_ardomain, m_axi_bresp, m_axi_rresp,
  input logic [3:0]          m_axi_awcache, m_axi_arcache, m_axi_awqos, m_axi_arqos, m_axi_arsnoop,
  input logic [USER_W-1:0]   m_axi_awuser, m_axi_aruser,
  input logic [DATA_W-1:0]   m_axi_wdata, m_axi_rdata,
  input logic [DATA_W/8-1:0] m_axi_wstrb,
  input logic                m_axi_awlock, m_axi_arlock, m_axi_awvalid, m_axi_awready, m_axi_wlast, m_axi_wvalid,
  input logic                m_axi_wready, m_axi_bvalid, m_axi_bready, m_axi_arvalid, m_axi_arready, m_axi_rlast,
  input logic                m_axi_rvalid, m_axi_rready
);
  logic [1:0] resets = 2'd0;                       // the checkers too start with anything in them
  wire        armed = resets == 2'd3;
  always_ff @(posedge clk) if (!rst_n && !armed) resets <= resets + 2'd1;

  axi_checker #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W), .TIMEOUT(50_000)) axi (
    .clk, .rst_n, .clear(!armed),
    .awid(m_axi_awid), .awaddr(m_axi_awaddr), .awlen(m_axi_awlen), .awsize(m_axi_awsize), .awburst(m_axi_awburst),
    .awlock(m_axi_awlock), .awcache(m_axi_awcache), .awprot(m_axi_awprot), .awqos(m_axi_awqos),
    .awdomain(m_axi_awdomain), .awsnoop(m_axi_awsnoop), .awuser(m_axi_awuser), .awvalid(m_axi_awvalid),
    .awready(m_axi_awready),
    .wid('0), .wdata(m_axi_wdata), .wstrb(m_axi_wstrb), .wlast(m_axi_wlast), .wvalid(m_axi_wvalid),
    .wready(m_axi_wready),
    .bid(m_axi_bid), .bresp(m_axi_bresp), .bvalid(m_axi_bvalid), .bready(m_axi_bready),
    .arid(m_axi_arid), .araddr(m_axi_araddr), .arlen(m_axi_arlen), .arsize(m_axi_arsize), .arburst(m_axi_arburst),
    .arlock(m_axi_arlock), .arcache(m_axi_arcache), .arprot(m_axi_arprot), .arqos(m_axi_arqos),
    .ardomain(m_axi_ardomain), .arsnoop(m_axi_arsnoop), .aruser(m_axi_aruser), .arvalid(m_axi_arvalid),
    .arready(m_axi_arready),
    .rid(m_axi_rid), .rdata(m_axi_rdata), .rresp(m_axi_rresp), .rlast(m_axi_rlast), .rvalid(m_axi_rvalid),
    .rready(m_axi_rready));

  axil_checker #(.ADDR_W(12), .DATA_W(32), .TIMEOUT(200)) axil (
    .clk, .rst_n, .clear(!armed),
    .awaddr(s_axil_awaddr), .awprot(s_axil_awprot), .awvalid(s_axil_awvalid), .awready(s_axil_awready),
    .wdata(s_axil_wdata), .wstrb(s_axil_wstrb), .wvalid(s_axil_wvalid), .wready(s_axil_wready), .bresp(s_axil_bresp),
    .bvalid(s_axil_bvalid), .bready(s_axil_bready), .araddr(s_axil_araddr), .arprot(s_axil_arprot),
    .arvalid(s_axil_arvalid), .arready(s_axil_arready), .rdata(s_axil_rdata), .rresp(s_axil_rresp),
    .rvalid(s_axil_rvalid), .rready(s_axil_rready));

  logic unchecked;
  initial unchecked = $test$plusargs("unchecked") != 0;

  always_ff @(posedge clk) if (armed && !unchecked) begin
    if (axi.violations != 0)
      $fatal(1, "the memory port broke %s in cycle %0d", axi.latest.name(), axi.first_cycle[axi.latest]);
    if (axil.rules.violations != 0)
      $fatal(1, "the register port broke %s in cycle %0d", axil.rules.latest.name(),
             axil.rules.first_cycle[axil.rules.latest]);
  end
endmodule

bind dma_top engine_rules #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W)) protocol (.*);
