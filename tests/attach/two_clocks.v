// SPDX-License-Identifier: Apache-2.0
// stream_dma behind AXI4-Lite registers on a clock of their own. 0x0 source, 0x4 destination, 0x8 length (starts the
// copy), 0xC status: {code[2:0], busy}. Anything else answers SLVERR. One access at a time; start and end of a copy cross
// between the clocks as toggles, everything else is steady while they do.
`default_nettype none

module two_clock_copy #(parameter UNSYNCHRONISED = 0) ( // 1: the busy bit does not wait for the engine's end: a fault
    input wire clk, input wire rst_n,
    input wire pclk, input wire presetn,
    input wire [3:0] s_awaddr, input wire s_awvalid, output wire s_awready,
    input wire [31:0] s_wdata, input wire [3:0] s_wstrb, input wire s_wvalid, output wire s_wready,
    output reg [1:0] s_bresp, output reg s_bvalid, input wire s_bready,
    input wire [3:0] s_araddr, input wire s_arvalid, output wire s_arready,
    output reg [31:0] s_rdata, output reg [1:0] s_rresp, output reg s_rvalid, input wire s_rready,
    output wire [31:0] m_awaddr, output wire [7:0] m_awlen, output wire m_awvalid, input wire m_awready,
    output wire [63:0] m_wdata, output wire [7:0] m_wstrb, output wire m_wlast, output wire m_wvalid, input wire m_wready,
    input wire [1:0] m_bresp, input wire m_bvalid, output wire m_bready,
    output wire [31:0] m_araddr, output wire [7:0] m_arlen, output wire m_arvalid, input wire m_arready,
    input wire [63:0] m_rdata, input wire [1:0] m_rresp, input wire m_rlast, input wire m_rvalid, output wire m_rready
);
    // --- registers, pclk
    reg [31:0] source, target;
    reg [19:0] length;
    reg        started;                 // toggles
    reg [2:0]  ended_here;              // synchroniser of `ended`
    wire       busy = UNSYNCHRONISED == 0 && started != ended_here[2];
    wire       write = s_awvalid && s_wvalid && !s_bvalid;
    assign s_awready = write;
    assign s_wready  = write;
    assign s_arready = !s_rvalid;

    always @(posedge pclk) begin
        ended_here <= {ended_here[1:0], ended};
        if (s_bready) s_bvalid <= 1'b0;
        if (s_rready) s_rvalid <= 1'b0;
        if (write) begin
            s_bvalid <= 1'b1;
            s_bresp  <= s_awaddr[3:2] == 2'd3 || s_wstrb != 4'hF ? 2'b10 : 2'b00;
            case (s_awaddr[3:2])
                2'd0: source <= s_wdata;
                2'd1: target <= s_wdata;
                2'd2: begin
                    length  <= s_wdata[19:0];
                    started <= !started;
                end
                default: ;
            endcase
        end
        if (s_arvalid && s_arready) begin
            s_rvalid <= 1'b1;
            s_rresp  <= 2'b00;
            case (s_araddr[3:2])
                2'd0: s_rdata <= source;
                2'd1: s_rdata <= target;
                2'd2: s_rdata <= {12'd0, length};
                default: s_rdata <= {28'd0, code, busy};
            endcase
        end
        if (!presetn) {started, ended_here, s_bvalid, s_rvalid} <= 6'd0;
    end

    // --- engine, clk
    reg [2:0]  started_there;           // synchroniser of `started`
    reg        ended, valid;
    reg [2:0]  code;
    wire       ready, status_valid;
    wire [2:0] status;

    always @(posedge clk) begin
        started_there <= {started_there[1:0], started};
        if (started_there[2] != started_there[1]) valid <= 1'b1;
        else if (ready) valid <= 1'b0;
        if (status_valid) begin
            code  <= status;
            ended <= !ended;
        end
        if (!rst_n) {started_there, ended, valid} <= 5'd0;
    end

    stream_dma #(.ADDR_W(32), .DATA_W(64)) engine (
        .clk(clk), .rst_n(rst_n), .s_desc_valid(valid), .s_desc_ready(ready), .s_desc_src(source), .s_desc_dst(target),
        .s_desc_len(length), .s_desc_tag(8'd0), .s_abort(1'b0), .m_status_valid(status_valid), .m_status_ready(1'b1),
        .m_status_tag(), .m_status_code(status), .m_axi_awid(), .m_axi_awaddr(m_awaddr), .m_axi_awlen(m_awlen),
        .m_axi_awsize(), .m_axi_awburst(), .m_axi_awvalid(m_awvalid), .m_axi_awready(m_awready), .m_axi_wdata(m_wdata),
        .m_axi_wstrb(m_wstrb), .m_axi_wlast(m_wlast), .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready), .m_axi_bid(1'b0),
        .m_axi_bresp(m_bresp), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready), .m_axi_arid(), .m_axi_araddr(m_araddr),
        .m_axi_arlen(m_arlen), .m_axi_arsize(), .m_axi_arburst(), .m_axi_arvalid(m_arvalid), .m_axi_arready(m_arready),
        .m_axi_rid(1'b0), .m_axi_rdata(m_rdata), .m_axi_rresp(m_rresp), .m_axi_rlast(m_rlast), .m_axi_rvalid(m_rvalid),
        .m_axi_rready(m_rready));
endmodule
`default_nettype wire
