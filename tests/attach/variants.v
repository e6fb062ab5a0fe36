// SPDX-License-Identifier: Apache-2.0
// stream_dma as other designs show their ports: AXI3; without ID and LAST; reads and writes on masters of their own.
`default_nettype none

module axi3_copy (
    input wire aclk, input wire areset, // high
    input wire s_tvalid, output wire s_tready, input wire [83:0] s_tdata,
    output wire m_tvalid, input wire m_tready, output wire [7:0] m_tdata,
    output wire [1:0] m_awid, output wire [31:0] m_awaddr, output wire [3:0] m_awlen, output wire [2:0] m_awsize,
    output wire [1:0] m_awburst, output wire [1:0] m_awlock, output wire m_awvalid, input wire m_awready,
    output wire [1:0] m_wid, output wire [31:0] m_wdata, output wire [3:0] m_wstrb, output wire m_wlast,
    output wire m_wvalid, input wire m_wready, input wire [1:0] m_bid, input wire [1:0] m_bresp, input wire m_bvalid,
    output wire m_bready,
    output wire [1:0] m_arid, output wire [31:0] m_araddr, output wire [3:0] m_arlen, output wire [2:0] m_arsize,
    output wire [1:0] m_arburst, output wire [1:0] m_arlock, output wire m_arvalid, input wire m_arready,
    input wire [1:0] m_rid, input wire [31:0] m_rdata, input wire [1:0] m_rresp, input wire m_rlast, input wire m_rvalid,
    output wire m_rready
);
    wire [7:0] awlen, arlen;
    wire [2:0] code;
    assign {m_awlen, m_arlen} = {awlen[3:0], arlen[3:0]};
    assign {m_awlock, m_arlock, m_wid} = 6'd0;
    assign m_tdata = {5'd0, code};
    stream_dma #(.ADDR_W(32), .DATA_W(32), .ID_W(2), .MAX_BURST(9'd16)) engine (
        .clk(aclk), .rst_n(!areset), .s_desc_valid(s_tvalid), .s_desc_ready(s_tready), .s_desc_src(s_tdata[31:0]),
        .s_desc_dst(s_tdata[63:32]), .s_desc_len(s_tdata[83:64]), .s_desc_tag(8'd0), .s_abort(1'b0),
        .m_status_valid(m_tvalid), .m_status_ready(m_tready), .m_status_tag(), .m_status_code(code),
        .m_axi_awid(m_awid), .m_axi_awaddr(m_awaddr), .m_axi_awlen(awlen), .m_axi_awsize(m_awsize),
        .m_axi_awburst(m_awburst), .m_axi_awvalid(m_awvalid), .m_axi_awready(m_awready), .m_axi_wdata(m_wdata),
        .m_axi_wstrb(m_wstrb), .m_axi_wlast(m_wlast), .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready),
        .m_axi_bid(m_bid), .m_axi_bresp(m_bresp), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready),
        .m_axi_arid(m_arid), .m_axi_araddr(m_araddr), .m_axi_arlen(arlen), .m_axi_arsize(m_arsize),
        .m_axi_arburst(m_arburst), .m_axi_arvalid(m_arvalid), .m_axi_arready(m_arready), .m_axi_rid(m_rid),
        .m_axi_rdata(m_rdata), .m_axi_rresp(m_rresp), .m_axi_rlast(m_rlast), .m_axi_rvalid(m_rvalid),
        .m_axi_rready(m_rready));
endmodule

// Reads on rd_*, writes on wr_*, 256 bits, without IDs, sizes, burst types and WLAST. With HANGS it takes no descriptor.
module split_copy #(parameter HANGS = 0) (
    input wire clk, input wire rst_n,
    input wire d_valid, output wire d_ready, input wire [31:0] d_src, input wire [31:0] d_dst, input wire [19:0] d_len,
    output wire s_valid, input wire s_ready, output wire [2:0] s_code, output wire done,
    output wire [31:0] wr_awaddr, output wire [7:0] wr_awlen, output wire wr_awvalid, input wire wr_awready,
    output wire [255:0] wr_wdata, output wire [31:0] wr_wstrb, output wire wr_wvalid, input wire wr_wready,
    input wire [1:0] wr_bresp, input wire wr_bvalid, output wire wr_bready,
    output wire [31:0] rd_araddr, output wire [7:0] rd_arlen, output wire rd_arvalid, input wire rd_arready,
    input wire [255:0] rd_rdata, input wire [1:0] rd_rresp, input wire rd_rlast, input wire rd_rvalid, output wire rd_rready
);
    wire ready;
    assign done = s_valid;
    assign d_ready = HANGS == 0 && ready;
    stream_dma #(.ADDR_W(32), .DATA_W(256), .MAX_BURST(9'd16)) engine (
        .clk(clk), .rst_n(rst_n), .s_desc_valid(d_valid && HANGS == 0), .s_desc_ready(ready), .s_desc_src(d_src), .s_desc_dst(d_dst),
        .s_desc_len(d_len), .s_desc_tag(8'd0), .s_abort(1'b0), .m_status_valid(s_valid), .m_status_ready(s_ready),
        .m_status_tag(), .m_status_code(s_code), .m_axi_awid(), .m_axi_awaddr(wr_awaddr), .m_axi_awlen(wr_awlen),
        .m_axi_awsize(), .m_axi_awburst(), .m_axi_awvalid(wr_awvalid), .m_axi_awready(wr_awready),
        .m_axi_wdata(wr_wdata), .m_axi_wstrb(wr_wstrb), .m_axi_wlast(), .m_axi_wvalid(wr_wvalid),
        .m_axi_wready(wr_wready), .m_axi_bid(1'b0), .m_axi_bresp(wr_bresp), .m_axi_bvalid(wr_bvalid),
        .m_axi_bready(wr_bready), .m_axi_arid(), .m_axi_araddr(rd_araddr), .m_axi_arlen(rd_arlen), .m_axi_arsize(),
        .m_axi_arburst(), .m_axi_arvalid(rd_arvalid), .m_axi_arready(rd_arready), .m_axi_rid(1'b0),
        .m_axi_rdata(rd_rdata), .m_axi_rresp(rd_rresp), .m_axi_rlast(rd_rlast), .m_axi_rvalid(rd_rvalid),
        .m_axi_rready(rd_rready));
endmodule
`default_nettype wire
