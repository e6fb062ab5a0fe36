// SPDX-License-Identifier: Apache-2.0
// dmasan AXI DMA engine.
//
// AXI4 master with ACE-Lite AxDOMAIN/AxSNOOP, AXI4-Lite register slave (dma.rdl, 4 KiB), level interrupt. Memory to
// memory copies of any alignment and length, rows with strides, fill, CRC sink; direct jobs, linked lists and
// rings of 64-byte descriptors whose phase bits let the hardware report a stale descriptor.
// Every burst: INCR, full bus width, at most MAX_BURST beats, within 4 KiB; AxLOCK 0; AxSNOOP 0 (IHI 0022 Tables C3-7, C3-8:
// ReadNoSnoop/ReadOnce, WriteNoSnoop/WriteUnique by AxDOMAIN); tie AxBAR to 0 (Table C3-5). AxID and AxUSER: dma.rdl.
// Synchronous reset, active low.
// W may be presented in the cycle of its AW or later, never before; BRESP, RRESP: SLVERR and DECERR stop the channel.
// strap_coherent_*: static, whether the port of data / descriptors can snoop; only shown in CAP1.
// ev_*: one cycle each. dbg_*: for waves; *_desc is the descriptor index of the beat now on R (registered), W, B (registered).
`default_nettype none

module dma_top
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W       = 40,      // bits, 32 to 63
    parameter int unsigned DATA_W       = 64,      // bits, 32, 64, 128 or 256
    parameter int unsigned NCH          = 2,       // channels, 1 to what rtl/gen was generated for (at most 8)
    parameter int unsigned FIFO_BEATS   = 512,     // read credit in beats, power of two, at least 2 * MAX_BURST
    parameter int unsigned MAX_BURST    = 64,      // beats, power of two, 1 to 256
    parameter int unsigned ID_W         = 4,       // bits, 2 or more
    parameter int unsigned USER_W       = 16,      // bits, 8 to 22: 6 and the descriptor index's low bits
    parameter bit          FAULT_INJECT = 1        // CFG.FI_* have an effect
) (
    input  wire                 clk,
    input  wire                 rst_n,
    input  wire                 strap_coherent_data,
    input  wire                 strap_coherent_desc,
    // registers
    input  wire  [11:0]         s_axil_awaddr,
    input  wire  [2:0]          s_axil_awprot,
    input  wire                 s_axil_awvalid,
    output wire                 s_axil_awready,
    input  wire  [31:0]         s_axil_wdata,
    input  wire  [3:0]          s_axil_wstrb,
    input  wire                 s_axil_wvalid,
    output wire                 s_axil_wready,
    output wire  [1:0]          s_axil_bresp,
    output wire                 s_axil_bvalid,
    input  wire                 s_axil_bready,
    input  wire  [11:0]         s_axil_araddr,
    input  wire  [2:0]          s_axil_arprot,
    input  wire                 s_axil_arvalid,
    output wire                 s_axil_arready,
    output wire  [31:0]         s_axil_rdata,
    output wire  [1:0]          s_axil_rresp,
    output wire                 s_axil_rvalid,
    input  wire                 s_axil_rready,
    // memory
    output wire  [ID_W-1:0]     m_axi_awid,
    output wire  [ADDR_W-1:0]   m_axi_awaddr,
    output wire  [7:0]          m_axi_awlen,
    output wire  [2:0]          m_axi_awsize,
    output wire  [1:0]          m_axi_awburst,
    output wire                 m_axi_awlock,
    output wire  [3:0]          m_axi_awcache,
    output wire  [2:0]          m_axi_awprot,
    output wire  [3:0]          m_axi_awqos,
    output wire  [1:0]          m_axi_awdomain,
    output wire  [2:0]          m_axi_awsnoop,
    output wire  [USER_W-1:0]   m_axi_awuser,
    output wire                 m_axi_awvalid,
    input  wire                 m_axi_awready,
    output wire  [DATA_W-1:0]   m_axi_wdata,
    output wire  [DATA_W/8-1:0] m_axi_wstrb,
    output wire                 m_axi_wlast,
    output wire                 m_axi_wvalid,
    input  wire                 m_axi_wready,
    input  wire  [ID_W-1:0]     m_axi_bid,
    input  wire  [1:0]          m_axi_bresp,
    input  wire                 m_axi_bvalid,
    output wire                 m_axi_bready,
    output wire  [ID_W-1:0]     m_axi_arid,
    output wire  [ADDR_W-1:0]   m_axi_araddr,
    output wire  [7:0]          m_axi_arlen,
    output wire  [2:0]          m_axi_arsize,
    output wire  [1:0]          m_axi_arburst,
    output wire                 m_axi_arlock,
    output wire  [3:0]          m_axi_arcache,
    output wire  [2:0]          m_axi_arprot,
    output wire  [3:0]          m_axi_arqos,
    output wire  [1:0]          m_axi_ardomain,
    output wire  [3:0]          m_axi_arsnoop,
    output wire  [USER_W-1:0]   m_axi_aruser,
    output wire                 m_axi_arvalid,
    input  wire                 m_axi_arready,
    input  wire  [ID_W-1:0]     m_axi_rid,
    input  wire  [DATA_W-1:0]   m_axi_rdata,
    input  wire  [1:0]          m_axi_rresp,
    input  wire                 m_axi_rlast,
    input  wire                 m_axi_rvalid,
    output wire                 m_axi_rready,
    output wire                 irq,               // level, until the causes are cleared
    // observation
    output wire                 ev_doorbell, ev_fetch, ev_own_ok, ev_stale, ev_ar, ev_aw, ev_chunk, ev_poison,
    output wire                 ev_status, ev_done, ev_irq, ev_abort,
    output wire  [15:0]         dbg_fifo_fill,
    output wire  [15:0]         dbg_credit,
    output wire  [7:0]          dbg_out_rd,
    output wire  [7:0]          dbg_out_wr,
    output wire                 dbg_drain,
    output wire  [15:0]         dbg_r_desc,
    output wire  [15:0]         dbg_w_desc,
    output wire  [15:0]         dbg_b_desc,
    output wire  [4*NCH-1:0]    dbg_state,         // state_e of each channel, channel 0 lowest
    output wire                 dbg_quiet          // nothing happens until a register access: clk may be gated
);
    localparam int unsigned CW     = $clog2(FIFO_BEATS + 1);
    localparam int unsigned CHUNKS = 16;           // chunks between scheduler and writer
    localparam bit [31:0] CAP0 = 32'(NCH) | 32'($clog2(DATA_W / 8)) << 4 | 32'(ADDR_W) << 8
                                 | 32'($clog2(FIFO_BEATS)) << 16 | 32'($clog2(MAX_BURST)) << 24;
    localparam bit [13:0] CAP1 = 14'h0A7F | 14'(FAULT_INJECT) << 13;

    if (ADDR_W < 32 || ADDR_W > 63) begin : g_addr $error("dma_top: ADDR_W must be 32 to 63"); end
    if (!(DATA_W inside {32, 64, 128, 256})) begin : g_data $error("dma_top: DATA_W must be 32, 64, 128 or 256"); end
    if (NCH < 1 || NCH > int'(dma_csr_pkg::NCH)) begin : g_nch $error("dma_top: NCH must be 1 to the number in rtl/gen"); end
    // A write burst waits for all of its bytes; what is there of them must leave room for the read burst with the rest.
    if (FIFO_BEATS * DATA_W / 8 > 2**18) begin : g_ahead $error("dma_top: FIFO_BEATS may be at most 256 KiB"); end
    if (FIFO_BEATS < 2 * MAX_BURST || (FIFO_BEATS & (FIFO_BEATS - 1)) != 0) begin : g_fifo
        $error("dma_top: FIFO_BEATS must be a power of two, at least 2 * MAX_BURST");
    end
    if (MAX_BURST < 1 || MAX_BURST > 256 || (MAX_BURST & (MAX_BURST - 1)) != 0) begin : g_burst
        $error("dma_top: MAX_BURST must be a power of two, 1 to 256");
    end
    if (ID_W < 2 || USER_W < 8 || USER_W > 22) begin : g_id $error("dma_top: ID_W must be at least 2, USER_W 8 to 22"); end

    // --- registers and channels ---------------------------------------------------------------------------------
    cfg_t  cfg [NCH];
    cmd_t  cmd [NCH];
    stat_t stat [NCH];
    job_t  job [NCH];
    attr_t d_attr [NCH];
    logic [NCH-1:0] kill, pause, drained, job_valid, job_ready, moving, halting;
    logic [NCH-1:0] d_req, d_short, d_taken, d_valid, t_req, t_taken, t_done, poison;
    logic [NCH-1:0] e_own, e_stale, e_abort, e_door, e_done;
    logic [63:0]  d_addr [NCH], t_addr [NCH];
    logic [15:0]  d_index [NCH], t_index [NCH];
    logic [127:0] t_data [NCH];
    logic [31:0]  fill_word [NCH], pmu [12], wdog, cycles, sink_crc;
    logic         enable, soft_reset, soft_done, pmu_snapshot, pmu_clear, timeout, idle, timing, core_rst_n;
    logic [DATA_W-1:0] r_data;
    logic [1:0]   r_resp, b_resp;
    logic         r_last;
    ack_t         wr_ack, sink_ack;
    fault_t       rd_fault, wr_fault;

    dma_regs #(.NCH(NCH), .CAP0(CAP0), .CAP1(CAP1)) u_regs (
        .clk, .rst_n, .s_axil_awaddr, .s_axil_awprot, .s_axil_awvalid, .s_axil_awready, .s_axil_wdata, .s_axil_wstrb,
        .s_axil_wvalid, .s_axil_wready, .s_axil_bresp, .s_axil_bvalid, .s_axil_bready, .s_axil_araddr, .s_axil_arprot,
        .s_axil_arvalid, .s_axil_arready, .s_axil_rdata, .s_axil_rresp, .s_axil_rvalid, .s_axil_rready,
        .coherent({strap_coherent_desc, strap_coherent_data}), .cfg, .cmd, .stat, .enable, .soft_reset, .soft_done,
        .idle, .draining(dbg_drain), .out_rd(dbg_out_rd), .out_wr(dbg_out_wr), .wdog, .pmu_snapshot, .pmu_clear, .pmu, .irq,
        .timing);

    assign idle       = moving == 0 && drained == '1 && dbg_out_rd == 0 && dbg_out_wr == 0
                        && !m_axi_arvalid && !m_axi_awvalid && !m_axi_wvalid;
    assign soft_done  = soft_reset && idle;
    assign core_rst_n = rst_n && !soft_done;
    assign dbg_quiet  = idle && !timing && !soft_reset;

    for (genvar i = 0; i < NCH; i++) begin : g_ch
        assign moving[i]    = stat[i].busy && stat[i].state != ST_WAIT;
        assign halting[i]   = kill[i];
        assign d_attr[i]    = cfg[i].attr_desc;
        assign d_short[i]   = cfg[i].stride[1];
        assign fill_word[i] = cfg[i].fill;
        assign e_door[i]    = cmd[i].doorbell;
        assign e_done[i]    = stat[i].done_irq || stat[i].done_now;
        assign dbg_state[4*i +: 4] = stat[i].state;

        dma_desc #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .CH(3'(i)), .FAULT_INJECT(FAULT_INJECT)) u_desc (
            .clk, .rst_n(core_rst_n), .cfg(cfg[i]), .cmd(cmd[i]), .enable, .timeout, .cycles, .stat(stat[i]),
            .kill(kill[i]), .pause(pause[i]), .drained(drained[i]),
            .f_req(d_req[i]), .f_addr(d_addr[i]), .f_index(d_index[i]), .f_taken(d_taken[i]), .f_valid(d_valid[i]),
            .f_data(r_data), .f_resp(r_resp), .f_last(r_last), .job_valid(job_valid[i]), .job(job[i]),
            .job_ready(job_ready[i]), .wr_ack, .sink_ack, .sink_crc, .rd_fault, .wr_fault, .poison(poison[i]),
            .t_req(t_req[i]), .t_addr(t_addr[i]), .t_index(t_index[i]), .t_data(t_data[i]), .t_taken(t_taken[i]),
            .t_done(t_done[i]), .t_resp(b_resp), .ev_own_ok(e_own[i]), .ev_stale(e_stale[i]), .ev_abort(e_abort[i]));
    end

    // --- chunks -------------------------------------------------------------------------------------------------
    localparam int unsigned SIDE_W = $bits(side_t) + ADDR_W;
    logic  rd_push, wr_push, chunk, rc_ready, wc_ready, ac_ready;
    logic  rc_valid, wc_valid, ac_valid, rc_pop, wc_pop, ac_pop;
    logic [ADDR_W-1:0] rd_addr, wr_addr, rc_addr, wc_addr;
    side_t  rd_side, wr_side, rc_side, wc_side, rs_side, ws_side;
    shape_t shape, ac_shape;
    logic   al_end, ws_end, aw_data, b_data;
    logic [2:0] al_ch, b_ch, rc_space, rc_fill;
    logic [$clog2(CHUNKS + 1)-1:0] wc_space, wc_fill, ac_space, ac_fill;

    dma_sched #(.ADDR_W(ADDR_W), .NCH(NCH), .MAX_BURST(MAX_BURST)) u_sched (
        .clk, .rst_n(core_rst_n), .kill, .pause, .cfg, .job_valid, .job, .job_ready, .drained,
        .room(rc_ready && wc_ready && ac_ready), .chunk, .rd_push, .wr_push, .rd_addr, .wr_addr, .rd_side, .wr_side, .shape,
        .al_end, .al_ch, .ws_end, .ws_ch(ws_side.tag.ch), .aw_data, .b_data, .b_ch);

    fifo #(.W(SIDE_W), .DEPTH(4)) u_rc (.clk, .rst_n(core_rst_n), .take('0), .space(rc_space), .push(rd_push),
        .din({rd_addr, rd_side}), .ready(rc_ready), .pop(rc_pop), .dout({rc_addr, rc_side}), .valid(rc_valid), .fill(rc_fill));
    fifo #(.W(SIDE_W), .DEPTH(CHUNKS)) u_wc (.clk, .rst_n(core_rst_n), .take('0), .space(wc_space), .push(wr_push),
        .din({wr_addr, wr_side}), .ready(wc_ready), .pop(wc_pop), .dout({wc_addr, wc_side}), .valid(wc_valid), .fill(wc_fill));
    fifo #(.W($bits(shape_t)), .DEPTH(CHUNKS)) u_ac (.clk, .rst_n(core_rst_n), .take('0), .space(ac_space), .push(chunk),
        .din(shape), .ready(ac_ready), .pop(ac_pop), .dout(ac_shape), .valid(ac_valid), .fill(ac_fill));

    // --- read, align, write -------------------------------------------------------------------------------------
    logic rs_valid, rs_ready, rs_drop, rs_last, ws_valid, ws_ready, ws_drop, ws_last;
    logic [ADDR_W-1:0] rs_addr, ws_addr;
    logic [7:0] rs_len, ws_len;
    logic [CHUNK_W-1:0] rs_bytes, rs_left, ws_bytes, ws_left;
    attr_t ar_attr, aw_attr;
    logic f_push, f_ready, f_pop, f_valid, r_beat, b_beat, al_valid, al_ready;
    logic [DATA_W+1:0] f_din, f_dout;
    logic [CW-1:0] space, take, fill;
    logic [CHUNK_W-1:0] arriving, making;
    logic [DATA_W-1:0] al_data;
    logic [DATA_W/8-1:0] al_strb;

    dma_split #(.ADDR_W(ADDR_W), .DATA_W(DATA_W)) u_rs (
        .clk, .rst_n(core_rst_n), .chunk_valid(rc_valid), .chunk_addr(rc_addr), .chunk(rc_side), .chunk_pop(rc_pop),
        .valid(rs_valid), .ready(rs_ready), .drop(rs_drop), .addr(rs_addr), .len(rs_len), .bytes(rs_bytes), .left(rs_left),
        .last(rs_last), .side(rs_side));

    dma_rd #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W), .NCH(NCH), .CW(CW)) u_rd (
        .clk, .rst_n(core_rst_n), .kill, .s_valid(rs_valid), .s_ready(rs_ready), .s_drop(rs_drop), .s_addr(rs_addr),
        .s_len(rs_len), .s_bytes(rs_bytes), .s_left(rs_left), .s_last(rs_last), .s_side(rs_side),
        .d_req, .d_addr, .d_index, .d_attr, .d_short, .d_taken, .d_valid, .r_data, .r_resp, .r_last,
        .space, .take, .push(f_push), .push_data(f_din), .arriving, .fault(rd_fault),
        .m_arid(m_axi_arid), .m_araddr(m_axi_araddr), .m_arlen(m_axi_arlen), .m_arattr(ar_attr), .m_aruser(m_axi_aruser),
        .m_arvalid(m_axi_arvalid), .m_arready(m_axi_arready), .m_rid(m_axi_rid), .m_rdata(m_axi_rdata),
        .m_rresp(m_axi_rresp), .m_rlast(m_axi_rlast), .m_rvalid(m_axi_rvalid), .m_rready(m_axi_rready),
        .outstanding(dbg_out_rd), .r_beat, .r_index(dbg_r_desc));

    fifo #(.W(DATA_W + 2), .DEPTH(FIFO_BEATS)) u_data (.clk, .rst_n(core_rst_n), .take, .space, .push(f_push), .din(f_din),
        .ready(f_ready), .pop(f_pop), .dout(f_dout), .valid(f_valid), .fill);

    dma_align #(.DATA_W(DATA_W), .NCH(NCH)) u_align (
        .clk, .rst_n(core_rst_n), .kill, .fill_word, .c_valid(ac_valid), .c_shape(ac_shape), .c_pop(ac_pop), .making, .f_valid,
        .f_data(f_dout), .f_pop, .out_valid(al_valid), .out_ready(al_ready), .out_data(al_data), .out_strb(al_strb),
        .chunk_end(al_end), .end_ch(al_ch), .poison, .sink_ack, .sink_crc);

    dma_split #(.ADDR_W(ADDR_W), .DATA_W(DATA_W)) u_ws (
        .clk, .rst_n(core_rst_n), .chunk_valid(wc_valid), .chunk_addr(wc_addr), .chunk(wc_side), .chunk_pop(wc_pop),
        .valid(ws_valid), .ready(ws_ready), .drop(ws_drop), .addr(ws_addr), .len(ws_len), .bytes(ws_bytes), .left(ws_left),
        .last(ws_last), .side(ws_side));
    assign ws_end = ws_valid && ws_ready && (ws_last || ws_drop);

    dma_wr #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(ID_W), .USER_W(USER_W), .NCH(NCH)) u_wr (
        .clk, .rst_n(core_rst_n), .kill, .arriving, .making, .s_valid(ws_valid), .s_ready(ws_ready), .s_drop(ws_drop), .s_addr(ws_addr),
        .s_len(ws_len), .s_bytes(ws_bytes), .s_left(ws_left), .s_side(ws_side), .al_valid, .al_ready, .al_data, .al_strb,
        .t_req, .t_addr, .t_index, .t_attr(d_attr), .t_data, .t_short(d_short), .t_taken, .t_done, .b_resp,
        .aw_data, .ack(wr_ack), .fault(wr_fault), .b_data, .b_ch,
        .m_awid(m_axi_awid), .m_awaddr(m_axi_awaddr), .m_awlen(m_axi_awlen), .m_awattr(aw_attr), .m_awuser(m_axi_awuser),
        .m_awvalid(m_axi_awvalid), .m_awready(m_axi_awready), .m_wdata(m_axi_wdata), .m_wstrb(m_axi_wstrb),
        .m_wlast(m_axi_wlast), .m_wvalid(m_axi_wvalid), .m_wready(m_axi_wready), .m_bid(m_axi_bid), .m_bresp(m_axi_bresp),
        .m_bvalid(m_axi_bvalid), .m_bready(m_axi_bready), .outstanding(dbg_out_wr), .w_index(dbg_w_desc),
        .b_index(dbg_b_desc), .b_beat);

    dma_pmu u_pmu (
        .clk, .rst_n(core_rst_n), .snapshot(pmu_snapshot), .clear(pmu_clear), .wdog, .busy(moving != 0),
        .ar_valid(m_axi_arvalid), .ar_ready(m_axi_arready), .r_beat, .aw_valid(m_axi_awvalid), .aw_ready(m_axi_awready),
        .w_valid(m_axi_wvalid), .w_ready(m_axi_wready), .w_zero(m_axi_wstrb == 0), .b_beat, .desc(d_taken != 0),
        .out_rd(dbg_out_rd), .out_wr(dbg_out_wr), .fifo_used(16'(FIFO_BEATS) - 16'(space)), .cycles, .timeout, .shown(pmu));

    // --- fixed signals and observation --------------------------------------------------------------------------
    assign {m_axi_arsize, m_axi_awsize}   = {2{3'($clog2(DATA_W / 8))}};
    assign {m_axi_arburst, m_axi_awburst} = {2{2'b01}};
    assign {m_axi_arlock, m_axi_awlock, m_axi_arsnoop, m_axi_awsnoop} = '0;
    assign {m_axi_arcache, m_axi_arprot, m_axi_arqos, m_axi_ardomain} = {ar_attr.cache, ar_attr.prot, ar_attr.qos, ar_attr.domain};
    assign {m_axi_awcache, m_axi_awprot, m_axi_awqos, m_axi_awdomain} = {aw_attr.cache, aw_attr.prot, aw_attr.qos, aw_attr.domain};

    logic irq_q;
    always_ff @(posedge clk) irq_q <= irq && rst_n;
    assign {ev_doorbell, ev_fetch, ev_own_ok, ev_stale} = {|e_door, |d_taken, |e_own, |e_stale};
    assign {ev_ar, ev_aw} = {m_axi_arvalid && m_axi_arready, m_axi_awvalid && m_axi_awready};
    assign {ev_chunk, ev_poison, ev_status, ev_done, ev_irq, ev_abort} =
        {chunk, |poison, |t_taken, |e_done, irq && !irq_q, |e_abort};
    assign dbg_fifo_fill = 16'(fill);
    assign dbg_credit    = 16'(space);
    assign dbg_drain     = |halting;
    wire unused = &{1'b0, rc_space, rc_fill, wc_space, wc_fill, ac_space, ac_fill, f_ready, ar_attr, aw_attr};
endmodule
`default_nettype wire
