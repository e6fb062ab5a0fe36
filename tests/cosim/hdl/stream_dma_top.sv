// SPDX-License-Identifier: Apache-2.0
// Six of examples/stream_dma beside each other: number 0 without a fault, number n with the n-th; `chosen` is the one that is
// connected. The signals that the engine does not have are tied, and the protocol checker watches.
module stream_dma_top #(
  parameter int unsigned ADDR_W = 32, DATA_W = 64, ID_W = 1
) (
  input  logic                clk, rst_n,
  input  logic [2:0]          chosen,
  input  logic                s_desc_valid, s_abort, m_status_ready,
  input  logic [ADDR_W-1:0]   s_desc_src, s_desc_dst,
  input  logic [19:0]         s_desc_len,
  input  logic [7:0]          s_desc_tag,
  output logic                s_desc_ready, m_status_valid,
  output logic [7:0]          m_status_tag,
  output logic [2:0]          m_status_code,
  output logic [ID_W-1:0]     m_axi_awid, m_axi_arid,
  output logic [ADDR_W-1:0]   m_axi_awaddr, m_axi_araddr,
  output logic [7:0]          m_axi_awlen, m_axi_arlen,
  output logic [2:0]          m_axi_awsize, m_axi_arsize, m_axi_awprot, m_axi_arprot,
  output logic [1:0]          m_axi_awburst, m_axi_arburst, m_axi_awdomain, m_axi_ardomain,
  output logic [3:0]          m_axi_awcache, m_axi_arcache, m_axi_awqos, m_axi_arqos,
  output logic [1:0]          m_axi_awuser, m_axi_aruser,
  output logic                m_axi_awvalid, m_axi_arvalid, m_axi_wvalid, m_axi_wlast, m_axi_rready, m_axi_bready,
  output logic [DATA_W-1:0]   m_axi_wdata,
  output logic [DATA_W/8-1:0] m_axi_wstrb,
  input  logic                m_axi_awready, m_axi_arready, m_axi_wready, m_axi_rvalid, m_axi_rlast, m_axi_bvalid,
  input  logic [ID_W-1:0]     m_axi_rid, m_axi_bid,
  input  logic [DATA_W-1:0]   m_axi_rdata,
  input  logic [1:0]          m_axi_rresp, m_axi_bresp
);
  localparam int unsigned N = 6;
  typedef struct packed {
    logic                desc_ready, status_valid, awvalid, arvalid, wvalid, wlast, rready, bready;
    logic [7:0]          tag;
    logic [2:0]          code, awsize, arsize;
    logic [ID_W-1:0]     awid, arid;
    logic [ADDR_W-1:0]   awaddr, araddr;
    logic [7:0]          awlen, arlen;
    logic [1:0]          awburst, arburst;
    logic [DATA_W-1:0]   wdata;
    logic [DATA_W/8-1:0] wstrb;
  } out_t;
  out_t all[N], out;
  assign out = all[chosen];

  for (genvar n = 0; n < N; n++) begin : g_fault
    wire on = chosen == 3'(n);
    stream_dma #(
      .ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .FAULT_LOSE_AW(n == 1), .FAULT_STALE_ABORT(n == 2),
      .FAULT_MIDDLE_ERROR(n == 3), .FAULT_CROSS_4K(n == 4), .FAULT_EARLY_STATUS(n == 5)
    ) dut (
      .clk, .rst_n(rst_n && on), .s_desc_valid, .s_desc_ready(all[n].desc_ready), .s_desc_src, .s_desc_dst, .s_desc_len,
      .s_desc_tag, .s_abort, .m_status_valid(all[n].status_valid), .m_status_ready, .m_status_tag(all[n].tag),
      .m_status_code(all[n].code), .m_axi_awid(all[n].awid), .m_axi_awaddr(all[n].awaddr), .m_axi_awlen(all[n].awlen),
      .m_axi_awsize(all[n].awsize), .m_axi_awburst(all[n].awburst), .m_axi_awvalid(all[n].awvalid), .m_axi_awready,
      .m_axi_wdata(all[n].wdata), .m_axi_wstrb(all[n].wstrb), .m_axi_wlast(all[n].wlast), .m_axi_wvalid(all[n].wvalid),
      .m_axi_wready, .m_axi_bid, .m_axi_bresp, .m_axi_bvalid, .m_axi_bready(all[n].bready), .m_axi_arid(all[n].arid),
      .m_axi_araddr(all[n].araddr), .m_axi_arlen(all[n].arlen), .m_axi_arsize(all[n].arsize),
      .m_axi_arburst(all[n].arburst), .m_axi_arvalid(all[n].arvalid), .m_axi_arready, .m_axi_rid, .m_axi_rdata,
      .m_axi_rresp, .m_axi_rlast, .m_axi_rvalid, .m_axi_rready(all[n].rready));
  end

  assign {s_desc_ready, m_status_valid, m_status_tag, m_status_code} = {out.desc_ready, out.status_valid, out.tag, out.code};
  assign {m_axi_awid, m_axi_awaddr, m_axi_awlen, m_axi_awsize, m_axi_awburst, m_axi_awvalid} =
    {out.awid, out.awaddr, out.awlen, out.awsize, out.awburst, out.awvalid};
  assign {m_axi_arid, m_axi_araddr, m_axi_arlen, m_axi_arsize, m_axi_arburst, m_axi_arvalid} =
    {out.arid, out.araddr, out.arlen, out.arsize, out.arburst, out.arvalid};
  assign {m_axi_wdata, m_axi_wstrb, m_axi_wlast, m_axi_wvalid, m_axi_rready, m_axi_bready} =
    {out.wdata, out.wstrb, out.wlast, out.wvalid, out.rready, out.bready};
  assign {m_axi_awcache, m_axi_awprot, m_axi_awqos, m_axi_awuser, m_axi_awdomain} = {4'd3, 3'd2, 4'd0, 2'd0, 2'd3};
  assign {m_axi_arcache, m_axi_arprot, m_axi_arqos, m_axi_aruser, m_axi_ardomain} = {4'd3, 3'd2, 4'd0, 2'd0, 2'd3};

  axi_checker #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(2)) rules (
    .clk, .rst_n, .clear(1'b0), .awid(m_axi_awid), .awaddr(m_axi_awaddr), .awlen(m_axi_awlen), .awsize(m_axi_awsize),
    .awburst(m_axi_awburst), .awlock(1'b0), .awcache(m_axi_awcache), .awprot(m_axi_awprot), .awqos(m_axi_awqos),
    .awdomain(m_axi_awdomain), .awsnoop('0), .awuser(m_axi_awuser), .awvalid(m_axi_awvalid), .awready(m_axi_awready),
    .wid('0), .wdata(m_axi_wdata), .wstrb(m_axi_wstrb), .wlast(m_axi_wlast), .wvalid(m_axi_wvalid),
    .wready(m_axi_wready), .bid(m_axi_bid), .bresp(m_axi_bresp), .bvalid(m_axi_bvalid), .bready(m_axi_bready),
    .arid(m_axi_arid), .araddr(m_axi_araddr), .arlen(m_axi_arlen), .arsize(m_axi_arsize), .arburst(m_axi_arburst),
    .arlock(1'b0), .arcache(m_axi_arcache), .arprot(m_axi_arprot), .arqos(m_axi_arqos), .ardomain(m_axi_ardomain),
    .arsnoop('0), .aruser(m_axi_aruser), .arvalid(m_axi_arvalid), .arready(m_axi_arready), .rid(m_axi_rid),
    .rdata(m_axi_rdata), .rresp(m_axi_rresp), .rlast(m_axi_rlast), .rvalid(m_axi_rvalid), .rready(m_axi_rready));
  always_ff @(posedge clk) if (rules.violations != 0) begin
    $display("FAIL cycle %0d: %s broken", rules.first_cycle[rules.latest], rules.latest.name());
    $fatal(1, "protocol");
  end
endmodule
