// SPDX-License-Identifier: Apache-2.0
// stream_dma behind a reader that fetches whole aligned units of 64 bytes, as engines with a line buffer do: each read
// burst is widened on the bus, and the beats that nobody asked for are dropped.
`default_nettype none

module over_read_copy (
    input wire clk, input wire rst_n,
    input wire d_valid, output wire d_ready, input wire [31:0] d_src, input wire [31:0] d_dst, input wire [19:0] d_len,
    output wire s_valid, input wire s_ready, output wire [2:0] s_code,
    output wire [31:0] m_awaddr, output wire [7:0] m_awlen, output wire m_awvalid, input wire m_awready,
    output wire [63:0] m_wdata, output wire [7:0] m_wstrb, output wire m_wlast, output wire m_wvalid, input wire m_wready,
    input wire [1:0] m_bresp, input wire m_bvalid, output wire m_bready,
    output wire [31:0] m_araddr, output wire [7:0] m_arlen, output wire m_arvalid, input wire m_arready,
    input wire [63:0] m_rdata, input wire [1:0] m_rresp, input wire m_rlast, input wire m_rvalid, output wire m_rready
);
    // The engine's own burst, and how it lies in the units: beats ahead of it, and beats up to the last unit's end.
    wire [31:0] araddr;
    wire [7:0]  arlen;
    wire        arvalid, arready, rready;
    wire [8:0]  lead = {6'd0, araddr[5:3]};
    wire [8:0]  last   = lead + {1'b0, arlen};

    // Bursts on their way, oldest first: where the asked beats begin and end.
    reg [17:0] bursts [0:15];
    reg [4:0]  head, tail;
    reg [8:0]  beat;
    wire       full = tail - head == 5'd16;
    wire [8:0] first_asked = bursts[head[3:0]][17:9];
    wire [8:0] last_asked  = bursts[head[3:0]][8:0];
    wire       asked = beat >= first_asked && beat <= last_asked;
    wire       taken = m_rvalid && m_rready;

    assign m_araddr  = {araddr[31:6], 6'd0};
    assign m_arlen   = {last[7:3], 3'd7};
    assign m_arvalid = arvalid && !full;
    assign arready   = m_arready && !full;
    assign m_rready  = rready || !asked;

    always @(posedge clk) begin
        if (m_arvalid && m_arready) begin
            bursts[tail[3:0]] <= {lead, last};
            tail <= tail + 5'd1;
        end
        if (taken) begin
            beat <= m_rlast ? 9'd0 : beat + 9'd1;
            if (m_rlast) head <= head + 5'd1;
        end
        if (!rst_n) {head, tail, beat} <= 19'd0;
    end

    stream_dma #(.ADDR_W(32), .DATA_W(64)) engine (
        .clk(clk), .rst_n(rst_n), .s_desc_valid(d_valid), .s_desc_ready(d_ready), .s_desc_src(d_src), .s_desc_dst(d_dst),
        .s_desc_len(d_len), .s_desc_tag(8'd0), .s_abort(1'b0), .m_status_valid(s_valid), .m_status_ready(s_ready),
        .m_status_tag(), .m_status_code(s_code), .m_axi_awid(), .m_axi_awaddr(m_awaddr), .m_axi_awlen(m_awlen),
        .m_axi_awsize(), .m_axi_awburst(), .m_axi_awvalid(m_awvalid), .m_axi_awready(m_awready), .m_axi_wdata(m_wdata),
        .m_axi_wstrb(m_wstrb), .m_axi_wlast(m_wlast), .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready), .m_axi_bid(1'b0),
        .m_axi_bresp(m_bresp), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready), .m_axi_arid(), .m_axi_araddr(araddr),
        .m_axi_arlen(arlen), .m_axi_arsize(), .m_axi_arburst(), .m_axi_arvalid(arvalid), .m_axi_arready(arready),
        .m_axi_rid(1'b0), .m_axi_rdata(m_rdata), .m_axi_rresp(m_rresp), .m_axi_rlast(beat == last_asked),
        .m_axi_rvalid(m_rvalid && asked), .m_axi_rready(rready));
endmodule
`default_nettype wire
