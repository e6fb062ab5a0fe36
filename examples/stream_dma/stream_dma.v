// SPDX-License-Identifier: Apache-2.0
// stream_dma: a small copy engine in Verilog-2001, for people who bring another kind of engine than rtl/dma_top: no
// registers; descriptors arrive on a stream, the result of each leaves on another, in order, one job at a time.
//
//   clk, rst_n                  one clock, synchronous reset, active low
//   s_desc_valid/ready          a job: copy s_desc_len bytes from s_desc_src to s_desc_dst; s_desc_tag comes back
//   s_abort                     level: ends the running job early; what it has asked for on the bus is finished first
//   m_status_valid/ready        the job's end: m_status_tag, m_status_code (below). Valid is the interrupt, too
//   m_axi_*                     AXI4 master. There are no AxLOCK, AxCACHE, AxPROT, AxQOS, AxREGION, AxUSER, no domains
//
//   m_status_code   0 done, 1 read error, 2 write error, 3 aborted, 4 refused (an address is not aligned to a beat).
//                   1 to 3: some bytes of the destination are copied, the others are as they were.
//   bursts          INCR, full width, at most MAX_BURST beats, within 4 KiB; ID 0; R in order; reads are always accepted.
//                   The last beat of a job is read whole, and written with strobes. Up to 16 AWs go ahead of their data.
//   limits          length 0 to 2^20 - 1 bytes; source and destination aligned to DATA_W/8 bytes, without overlap
//
// FAULT_*: 1 plants a fault that engines have had; for test benches that are to find it.
`default_nettype none

module stream_dma #(
    parameter       ADDR_W             = 32,    // bits, 20 to 64
    parameter       DATA_W             = 64,    // bits, 32, 64, 128 or 256
    parameter       ID_W               = 1,     // bits
    parameter [8:0] MAX_BURST          = 9'd16, // beats, 1 to 256
    parameter       FAULT_LOSE_AW      = 0,     // the eighth AW ahead of its data is never sent
    parameter       FAULT_STALE_ABORT  = 0,     // what is left after an abort or an error is written with what the FIFO holds
    parameter       FAULT_MIDDLE_ERROR = 0,     // RRESP counts only on the last beat of a burst
    parameter       FAULT_CROSS_4K     = 0,     // write bursts do not stop at 4 KiB
    parameter       FAULT_EARLY_STATUS = 0      // the status does not wait for B
) (
    input  wire                clk,
    input  wire                rst_n,
    input  wire                s_desc_valid,
    output wire                s_desc_ready,
    input  wire [ADDR_W-1:0]   s_desc_src,
    input  wire [ADDR_W-1:0]   s_desc_dst,
    input  wire [19:0]         s_desc_len,
    input  wire [7:0]          s_desc_tag,
    input  wire                s_abort,
    output wire                m_status_valid,
    input  wire                m_status_ready,
    output reg  [7:0]          m_status_tag,
    output wire [2:0]          m_status_code,
    output wire [ID_W-1:0]     m_axi_awid,
    output reg  [ADDR_W-1:0]   m_axi_awaddr,
    output reg  [7:0]          m_axi_awlen,
    output wire [2:0]          m_axi_awsize,
    output wire [1:0]          m_axi_awburst,
    output reg                 m_axi_awvalid,
    input  wire                m_axi_awready,
    output reg  [DATA_W-1:0]   m_axi_wdata,
    output reg  [DATA_W/8-1:0] m_axi_wstrb,
    output reg                 m_axi_wlast,
    output reg                 m_axi_wvalid,
    input  wire                m_axi_wready,
    input  wire [ID_W-1:0]     m_axi_bid,
    input  wire [1:0]          m_axi_bresp,
    input  wire                m_axi_bvalid,
    output wire                m_axi_bready,
    output wire [ID_W-1:0]     m_axi_arid,
    output reg  [ADDR_W-1:0]   m_axi_araddr,
    output reg  [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize,
    output wire [1:0]          m_axi_arburst,
    output reg                 m_axi_arvalid,
    input  wire                m_axi_arready,
    input  wire [ID_W-1:0]     m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast,
    input  wire                m_axi_rvalid,
    output wire                m_axi_rready
);
    localparam BYTES = DATA_W / 8;
    localparam SHIFT = DATA_W == 32 ? 2 : DATA_W == 64 ? 3 : DATA_W == 128 ? 4 : 5;
    localparam DEPTH = 9;                       // of the FIFO: 512 beats
    localparam IDLE = 2'd0, RUN = 2'd1, STATUS = 2'd2;

    // Beats of the next burst from a place in a page on.
    function [19:0] burst(input [11:0] offset, input [19:0] left, input beyond);
        reg [19:0] room;
        begin
            room  = {7'd0, 13'd4096 - {1'b0, offset}} >> SHIFT;
            burst = left < {11'd0, MAX_BURST} ? left : {11'd0, MAX_BURST};
            if (!beyond && burst > room) burst = room;
        end
    endfunction

    // --- the job ------------------------------------------------------------------------------------------------
    reg  [1:0]        state;
    reg               refused, aborted, rd_error, wr_error;
    reg  [ADDR_W-1:0] src, dst;                 // of the next bursts
    reg  [19:0]       to_read, to_write, to_send;   // beats without AR, without AW, not yet sent on W
    reg  [SHIFT-1:0]  tail;                     // bytes in the last beat; 0: all
    reg  [DEPTH:0]    coming, filled;           // beats asked for, beats in the FIFO
    reg  [4:0]        ahead;                    // bursts with AW whose data is not all sent
    reg  [20:0]       unanswered;               // bursts without B
    wire              take  = s_desc_valid && s_desc_ready;
    wire              stop  = aborted || rd_error || wr_error;
    wire [SHIFT-1:0]  skew  = s_desc_src[SHIFT-1:0] | s_desc_dst[SHIFT-1:0];
    wire [20:0]       beats = skew != 0 ? 21'd0 : ({1'b0, s_desc_len} + BYTES[20:0] - 21'd1) >> SHIFT;
    wire              over  = to_read == 0 && to_write == 0 && coming == 0 && ahead == 0 && !m_axi_awvalid && !m_axi_wvalid
                              && (unanswered == 0 || FAULT_EARLY_STATUS != 0);

    assign s_desc_ready   = state == IDLE;
    assign m_status_valid = state == STATUS;
    assign m_status_code  = refused ? 3'd4 : rd_error ? 3'd1 : wr_error ? 3'd2 : aborted ? 3'd3 : 3'd0;

    // --- bursts -------------------------------------------------------------------------------------------------
    wire [19:0] r_beats = burst(src[11:0], to_read, 1'b0);
    wire [19:0] w_beats = burst(dst[11:0], to_write, FAULT_CROSS_4K != 0);
    wire        ask     = state == RUN && !stop && to_read != 0 && (!m_axi_arvalid || m_axi_arready)
                          && {10'd0, coming} + {10'd0, filled} + r_beats <= 20'd1 << DEPTH;
    wire        tell    = state == RUN && !stop && to_write != 0 && (!m_axi_awvalid || m_axi_awready) && ahead < 5'd16;
    wire        lose    = FAULT_LOSE_AW != 0 && ahead == 5'd7;

    // --- data ---------------------------------------------------------------------------------------------------
    reg  [DATA_W-1:0] fifo [0:(1 << DEPTH) - 1];
    reg  [7:0]        lengths [0:15];           // of the bursts ahead
    reg  [DEPTH-1:0]  put, get;
    reg  [3:0]        newest, oldest;
    reg  [7:0]        beat;
    wire              last = beat == lengths[oldest];
    wire              send = ahead != 0 && (!m_axi_wvalid || m_axi_wready) && (filled != 0 || stop);
    wire              pop  = send && filled != 0;
    wire [BYTES-1:0]  some = ~({BYTES{1'b1}} << tail);

    always @(posedge clk) begin
        if (m_axi_rvalid) fifo[put] <= m_axi_rdata;
        if (tell) lengths[newest] <= w_beats[7:0] - 8'd1;
        if (ask) {m_axi_araddr, m_axi_arlen} <= {src, r_beats[7:0] - 8'd1};
        if (tell) {m_axi_awaddr, m_axi_awlen} <= {dst, w_beats[7:0] - 8'd1};
        if (send) begin
            m_axi_wdata <= fifo[get];
            m_axi_wstrb <= stop && FAULT_STALE_ABORT == 0 ? {BYTES{1'b0}} : to_send == 20'd1 && tail != 0 ? some : {BYTES{1'b1}};
            m_axi_wlast <= last;
        end
        if (take) begin
            {src, dst, m_status_tag, tail} <= {s_desc_src, s_desc_dst, s_desc_tag, s_desc_len[SHIFT-1:0]};
        end else begin
            if (ask)  src <= src + ({{(ADDR_W - 20){1'b0}}, r_beats} << SHIFT);
            if (tell) dst <= dst + ({{(ADDR_W - 20){1'b0}}, w_beats} << SHIFT);
        end
    end

    always @(posedge clk) begin
        if (ask) m_axi_arvalid <= 1'b1;
        else if (m_axi_arready) m_axi_arvalid <= 1'b0;
        if (tell && !lose) m_axi_awvalid <= 1'b1;
        else if (m_axi_awready) m_axi_awvalid <= 1'b0;
        if (send) m_axi_wvalid <= 1'b1;
        else if (m_axi_wready) m_axi_wvalid <= 1'b0;

        to_read    <= stop ? 20'd0 : to_read - (ask ? r_beats : 20'd0);
        to_write   <= stop ? 20'd0 : to_write - (tell ? w_beats : 20'd0);
        to_send    <= to_send - {19'd0, send};
        coming     <= coming + (ask ? r_beats[DEPTH:0] : {(DEPTH + 1){1'b0}}) - {{DEPTH{1'b0}}, m_axi_rvalid};
        filled     <= filled + {{DEPTH{1'b0}}, m_axi_rvalid} - {{DEPTH{1'b0}}, pop};
        ahead      <= ahead + {4'd0, tell} - {4'd0, send && last};
        unanswered <= unanswered + {20'd0, tell} - {20'd0, m_axi_bvalid};
        put        <= put + {{(DEPTH - 1){1'b0}}, m_axi_rvalid};
        get        <= get + {{(DEPTH - 1){1'b0}}, send};
        newest     <= newest + {3'd0, tell};
        oldest     <= oldest + {3'd0, send && last};
        beat       <= !send ? beat : last ? 8'd0 : beat + 8'd1;

        if (state == RUN && s_abort) aborted <= 1'b1;
        if (m_axi_rvalid && m_axi_rresp[1] && (m_axi_rlast || FAULT_MIDDLE_ERROR == 0)) rd_error <= 1'b1;
        if (m_axi_bvalid && m_axi_bresp[1]) wr_error <= 1'b1;
        if (state == RUN && over) state <= STATUS;
        if (state == STATUS && m_status_ready) begin
            state <= IDLE;
            {refused, aborted, rd_error, wr_error} <= 4'd0;
            {filled, put, get} <= {(3 * DEPTH + 1){1'b0}};
        end
        if (take) begin
            state   <= skew != 0 ? STATUS : RUN;
            refused <= skew != 0;
            {to_read, to_write, to_send} <= {3{beats[19:0]}};
        end
        if (!rst_n) begin
            state <= IDLE;
            {m_axi_arvalid, m_axi_awvalid, m_axi_wvalid, refused, aborted, rd_error, wr_error} <= 7'd0;
            {to_read, to_write, coming, filled, put, get, ahead, unanswered, newest, oldest, beat} <= 0;
        end
    end

    assign {m_axi_arid, m_axi_awid}       = {(2 * ID_W){1'b0}};
    assign {m_axi_arsize, m_axi_awsize}   = {2{SHIFT[2:0]}};
    assign {m_axi_arburst, m_axi_awburst} = 4'b0101;
    assign {m_axi_rready, m_axi_bready}   = 2'b11;
    wire unused = &{1'b0, m_axi_bid, m_axi_rid, m_axi_bresp[0], m_axi_rresp[0], beats[20]};
endmodule
`default_nettype wire
