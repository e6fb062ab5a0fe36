// SPDX-License-Identifier: Apache-2.0
// The copier behind the memory port and the register host: cosim_top with another engine.
module copier_top #(
  parameter int unsigned ADDR_W = 40, DATA_W = 64, ID_W = 4, USER_W = 16
) (
  input logic clk,
  input logic rst_n
);
  logic        irq;
  logic [15:0] latency = 16'd12;
  logic        reset_n = 1'b0;
  always_ff @(posedge clk) reset_n <= rst_n;

  logic [11:0]       awaddr, araddr;
  logic              awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
  logic [31:0]       wdata, rdata;
  logic [3:0]        wstrb;
  logic [1:0]        bresp, rresp;
  logic [ADDR_W-1:0] m_awaddr, m_araddr;
  logic [7:0]        m_awlen, m_arlen;
  logic [USER_W-1:0] m_awuser, m_aruser;
  logic              m_awvalid, m_awready, m_wvalid, m_wready, m_wlast, m_bvalid, m_bready;
  logic              m_arvalid, m_arready, m_rvalid, m_rready, m_rlast;
  logic [DATA_W-1:0] m_wdata, m_rdata;
  logic [1:0]        m_bresp, m_rresp;
  logic [ID_W-1:0]   m_bid, m_rid;

  axil_host #(.ADDR_W(12)) host (
    .clk, .rst_n(reset_n),
    .m_axil_awaddr(awaddr), .m_axil_awvalid(awvalid), .m_axil_awready(awready), .m_axil_wdata(wdata),
    .m_axil_wstrb(wstrb), .m_axil_wvalid(wvalid), .m_axil_wready(wready), .m_axil_bresp(bresp),
    .m_axil_bvalid(bvalid), .m_axil_bready(bready), .m_axil_araddr(araddr), .m_axil_arvalid(arvalid),
    .m_axil_arready(arready), .m_axil_rdata(rdata), .m_axil_rresp(rresp), .m_axil_rvalid(rvalid),
    .m_axil_rready(rready));

  copier #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W)) engine (
    .clk, .rst_n(reset_n), .irq,
    .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready), .s_axil_wdata(wdata),
    .s_axil_wvalid(wvalid), .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid),
    .s_axil_bready(bready), .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
    .m_axi_awaddr(m_awaddr), .m_axi_awlen(m_awlen), .m_axi_awuser(m_awuser), .m_axi_awvalid(m_awvalid),
    .m_axi_awready(m_awready), .m_axi_wdata(m_wdata), .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready),
    .m_axi_wlast(m_wlast), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready), .m_axi_bresp(m_bresp),
    .m_axi_araddr(m_araddr), .m_axi_arlen(m_arlen), .m_axi_aruser(m_aruser), .m_axi_arvalid(m_arvalid),
    .m_axi_arready(m_arready), .m_axi_rdata(m_rdata), .m_axi_rvalid(m_rvalid), .m_axi_rready(m_rready),
    .m_axi_rlast(m_rlast), .m_axi_rresp(m_rresp));

  axi_mem_port #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W)) port (
    .clk, .rst_n(reset_n), .latency,
    .s_axi_awaddr(m_awaddr), .s_axi_awlen(m_awlen), .s_axi_awsize(3'($clog2(DATA_W / 8))), .s_axi_awburst(2'b01),
    .s_axi_awid('0), .s_axi_awcache(4'b0011), .s_axi_awprot(3'b010), .s_axi_awqos('0), .s_axi_awdomain(2'b11),
    .s_axi_awsnoop('0), .s_axi_awuser(m_awuser), .s_axi_awvalid(m_awvalid), .s_axi_awready(m_awready),
    .s_axi_wdata(m_wdata), .s_axi_wstrb('1), .s_axi_wlast(m_wlast), .s_axi_wvalid(m_wvalid), .s_axi_wready(m_wready),
    .s_axi_bid(m_bid), .s_axi_bresp(m_bresp), .s_axi_bvalid(m_bvalid), .s_axi_bready(m_bready),
    .s_axi_araddr(m_araddr), .s_axi_arlen(m_arlen), .s_axi_arsize(3'($clog2(DATA_W / 8))), .s_axi_arburst(2'b01),
    .s_axi_arid('0), .s_axi_arcache(4'b0011), .s_axi_arprot(3'b010), .s_axi_arqos('0), .s_axi_ardomain(2'b11),
    .s_axi_arsnoop('0), .s_axi_aruser(m_aruser), .s_axi_arvalid(m_arvalid), .s_axi_arready(m_arready),
    .s_axi_rid(m_rid), .s_axi_rdata(m_rdata), .s_axi_rresp(m_rresp), .s_axi_rlast(m_rlast),
    .s_axi_rvalid(m_rvalid), .s_axi_rready(m_rready));

  axi_checker #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W)) axi_rules (
    .clk, .rst_n(reset_n), .clear(1'b0),
    .awid('0), .awaddr(m_awaddr), .awlen(m_awlen), .awsize(3'($clog2(DATA_W / 8))), .awburst(2'b01), .awlock(1'b0),
    .awcache(4'b0011), .awprot(3'b010), .awqos('0), .awdomain(2'b11), .awsnoop('0), .awuser(m_awuser),
    .awvalid(m_awvalid), .awready(m_awready),
    .wid('0), .wdata(m_wdata), .wstrb('1), .wlast(m_wlast), .wvalid(m_wvalid), .wready(m_wready),
    .bid(m_bid), .bresp(m_bresp), .bvalid(m_bvalid), .bready(m_bready),
    .arid('0), .araddr(m_araddr), .arlen(m_arlen), .arsize(3'($clog2(DATA_W / 8))), .arburst(2'b01), .arlock(1'b0),
    .arcache(4'b0011), .arprot(3'b010), .arqos('0), .ardomain(2'b11), .arsnoop('0), .aruser(m_aruser),
    .arvalid(m_arvalid), .arready(m_arready),
    .rid(m_rid), .rdata(m_rdata), .rresp(m_rresp), .rlast(m_rlast), .rvalid(m_rvalid), .rready(m_rready));

  axil_checker #(.ADDR_W(12), .DATA_W(32)) axil_rules (
    .clk, .rst_n(reset_n), .clear(1'b0),
    .awaddr, .awprot('0), .awvalid, .awready, .wdata, .wstrb, .wvalid, .wready, .bresp, .bvalid, .bready,
    .araddr, .arprot('0), .arvalid, .arready, .rdata, .rresp, .rvalid, .rready);
endmodule
