// SPDX-License-Identifier: Apache-2.0
// Wrapper of the register block generated from dma.rdl: maps its structs to the channels' types, holds what the block
// does not: interrupt coalescing, the count of ignored writes, the latched high half of ERR_ADDR.
// Unmapped addresses answer SLVERR; so do the channels from NCH on that the generated block has.
`default_nettype none

module dma_regs
    import dma_pkg::*;
#(
    parameter int unsigned NCH = 2,
    parameter bit [31:0]   CAP0 = 0,
    parameter bit [13:0]   CAP1 = 0                // without the two COHERENT bits
) (
    input  wire               clk,
    input  wire               rst_n,
    input  wire  [11:0]       s_axil_awaddr,
    input  wire  [2:0]        s_axil_awprot,
    input  wire               s_axil_awvalid,
    output wire               s_axil_awready,
    input  wire  [31:0]       s_axil_wdata,
    input  wire  [3:0]        s_axil_wstrb,
    input  wire               s_axil_wvalid,
    output wire               s_axil_wready,
    output wire  [1:0]        s_axil_bresp,
    output wire               s_axil_bvalid,
    input  wire               s_axil_bready,
    input  wire  [11:0]       s_axil_araddr,
    input  wire  [2:0]        s_axil_arprot,
    input  wire               s_axil_arvalid,
    output wire               s_axil_arready,
    output wire  [31:0]       s_axil_rdata,
    output wire  [1:0]        s_axil_rresp,
    output wire               s_axil_rvalid,
    input  wire               s_axil_rready,
    input  wire  [1:0]        coherent,            // {descriptor, data}
    output cfg_t              cfg [NCH],
    output cmd_t              cmd [NCH],
    input  stat_t             stat [NCH],
    output wire               enable,
    output wire               soft_reset,          // requested; ends with soft_done
    input  wire               soft_done,
    input  wire               idle,
    input  wire               draining,
    input  wire  [7:0]        out_rd,
    input  wire  [7:0]        out_wr,
    output wire  [31:0]       wdog,
    output wire               pmu_snapshot,
    output wire               pmu_clear,
    input  wire  [31:0]       pmu [12],
    output wire               irq,
    output logic        timing              // a coalesced interrupt waits for its time
);
    import dma_csr_pkg::*;
    localparam int unsigned GEN = dma_csr_pkg::NCH;

    dma__in_t  hin;
    dma__out_t hout;
    logic [GEN-1:0] pend;
    // An access to a channel that does not exist goes to the hole at 0xF00.
    wire [11:0] wa = s_axil_awaddr[11:8] > 4'(NCH) ? 12'hF00 : s_axil_awaddr;
    wire [11:0] ra = s_axil_araddr[11:8] > 4'(NCH) ? 12'hF00 : s_axil_araddr;

    dma_csr u_csr (
        .clk, .rst_n, .s_axil_awready, .s_axil_awvalid, .s_axil_awaddr(wa), .s_axil_awprot, .s_axil_wready,
        .s_axil_wvalid, .s_axil_wdata, .s_axil_wstrb, .s_axil_bready, .s_axil_bvalid, .s_axil_bresp, .s_axil_arready,
        .s_axil_arvalid, .s_axil_araddr(ra), .s_axil_arprot, .s_axil_rready, .s_axil_rvalid, .s_axil_rdata,
        .s_axil_rresp, .hwif_in(hin), .hwif_out(hout));

    wire [13:0] cap1 = CAP1 | 14'(coherent) << 7;
    assign hin.core_reset = !rst_n || soft_done;
    assign {hin.CAP0.LOG2_MAX_BURST.next, hin.CAP0.LOG2_FIFO.next, hin.CAP0.ADDR_W.next, hin.CAP0.LOG2_BEAT.next,
            hin.CAP0.NCH.next} = {CAP0[27:24], CAP0[20:0]};
    assign {hin.CAP1.FAULT_INJECT.next, hin.CAP1.WRITE_LINE.next, hin.CAP1.SHORT_DESC.next, hin.CAP1.STREAM.next,
            hin.CAP1.PMU.next, hin.CAP1.COHERENT_DESC.next, hin.CAP1.COHERENT_DATA.next, hin.CAP1.ACE.next,
            hin.CAP1.CYCLIC.next, hin.CAP1.SINK.next, hin.CAP1.FILL.next, hin.CAP1.UNALIGNED.next, hin.CAP1.RECT.next,
            hin.CAP1.SG.next} = cap1;
    assign hin.CTRL.SOFT_RESET.hwclr = 1'b0;       // core_reset clears it
    assign {hin.STATUS.IDLE.next, hin.STATUS.DRAINING.next, hin.STATUS.OUT_RD.next, hin.STATUS.OUT_WR.next} =
        {idle, draining, out_rd, out_wr};
    assign hin.IRQ_PEND.CHANNELS.next = 8'(pend);
    assign {hin.PMU_CYCLES.COUNT.next, hin.PMU_BUSY.COUNT.next, hin.PMU_R_BEATS.COUNT.next} = {pmu[0], pmu[1], pmu[2]};
    assign {hin.PMU_W_BEATS.COUNT.next, hin.PMU_R_STALL.COUNT.next, hin.PMU_W_STALL.COUNT.next} = {pmu[3], pmu[4], pmu[5]};
    assign {hin.PMU_AR_WAIT.COUNT.next, hin.PMU_AW_WAIT.COUNT.next, hin.PMU_ZSTRB.COUNT.next} = {pmu[6], pmu[7], pmu[8]};
    assign {hin.PMU_FIFO_MAX.COUNT.next, hin.PMU_DESCS.COUNT.next} = {pmu[9], pmu[10]};
    assign {hin.PMU_MAX_OUT.WR.next, hin.PMU_MAX_OUT.RD.next} = pmu[11];
    assign enable       = hout.CTRL.ENABLE.value && !hout.CTRL.SOFT_RESET.value;
    assign soft_reset   = hout.CTRL.SOFT_RESET.value;
    assign wdog         = hout.WDOG.CYCLES.value;
    assign pmu_snapshot = hout.PMU_CTRL.SNAPSHOT.value;
    assign pmu_clear    = hout.PMU_CTRL.CLEAR.value;
    assign irq          = |pend;
    logic [GEN-1:0] aging;
    assign timing       = |aging;

    for (genvar i = 0; i < GEN; i++) begin : g_ch
        stat_t s;
        logic  done_due, period_due;               // coalesced causes, one-cycle
        logic [63:32] err_high;
        logic [15:0] ignored;
        assign {hin.ch[i].STATUS.STATE.next, hin.ch[i].STATUS.BUSY.next, hin.ch[i].STATUS.PAUSED.next,
                hin.ch[i].STATUS.HALTED.next} = {s.state, s.busy, s.state == ST_PAUSED, s.halted};
        assign {hin.ch[i].STATUS.DONE.next, hin.ch[i].STATUS.PERIOD.next, hin.ch[i].STATUS.ERR.next,
                hin.ch[i].STATUS.EMPTY.next, hin.ch[i].STATUS.ABORTED.next, hin.ch[i].STATUS.STOPPED.next} =
            {done_due, period_due, s.err, s.empty, s.aborted, s.stopped};
        assign {hin.ch[i].HEAD.LAP.next, hin.ch[i].HEAD.INDEX.next} = {s.head_lap, s.head};
        assign {hin.ch[i].ERR_INFO.INDEX.next, hin.ch[i].ERR_INFO.BEAT.next, hin.ch[i].ERR_INFO.RESP.next,
                hin.ch[i].ERR_INFO.KIND.next} = {s.err_index, s.beat, s.resp, s.kind};
        assign {hin.ch[i].ERR_ADDR_HI.ADDR.next, hin.ch[i].ERR_ADDR_LO.ADDR.next} = {err_high, s.err_addr[31:0]};
        assign hin.ch[i].RESIDUE.BYTES.next = s.residue;
        assign hin.ch[i].DONE_CNT.COUNT.next = s.done_cnt;
        assign {hin.ch[i].CUR_DESC_HI.ADDR.next, hin.ch[i].CUR_DESC_LO.ADDR.next} = s.cur_desc;
        assign hin.ch[i].DIGEST.CRC.next = s.digest;
        assign hin.ch[i].IGNORED.COUNT.next = ignored;
        assign hin.ch[i].job_we = !s.busy;

        if (i < NCH) begin : g_used
            wire clear = cmd[i].clear || (cmd[i].start && !s.busy);
            wire [3:0] offset_page = s_axil_awaddr[11:8];
            wire job_register = s_axil_awaddr[7:0] == 8'h0C || (s_axil_awaddr[7:0] >= 8'h14 && s_axil_awaddr[7:0] < 8'h50);
            assign s = stat[i];
            assign hin.ch[i].clear  = clear;
            assign hin.ch[i].rewind = cmd[i].rewind && !s.busy;
            assign cmd[i] = '{start: hout.ch[i].CMD.START.value, pause: hout.ch[i].CMD.PAUSE.value,
                              resume: hout.ch[i].CMD.RESUME.value, stop: hout.ch[i].CMD.STOP.value,
                              terminate: hout.ch[i].CMD.ABORT.value || soft_reset, clear: hout.ch[i].CMD.CLEAR.value,
                              rewind: hout.ch[i].DESC_BASE_LO.ADDR.swmod, doorbell: hout.ch[i].TAIL.INDEX.swmod};
            // Member by member: a simulator would make the struct and then copy it, in every cycle.
            assign cfg[i].mode = mode_e'(hout.ch[i].CFG.MODE.value), cfg[i].cyclic = hout.ch[i].CFG.CYCLIC.value;
            assign cfg[i].wb_en = hout.ch[i].CFG.WB_EN.value, cfg[i].stride = hout.ch[i].CFG.DESC_STRIDE.value;
            assign cfg[i].prefetch = hout.ch[i].CFG.PREFETCH.value, cfg[i].max_len = hout.ch[i].CFG.MAX_LEN.value;
            assign cfg[i].op = op_e'(hout.ch[i].CFG.OP.value), cfg[i].out_limit = hout.ch[i].CFG.OUT_LIMIT.value;
            assign cfg[i].irq_early = hout.ch[i].CFG.IRQ_EARLY.value;
            assign cfg[i].dev_single = hout.ch[i].CFG.DEV_SINGLE.value;
            assign cfg[i].fi_no_stale = hout.ch[i].CFG.FI_NO_STALE.value;
            assign cfg[i].fi_early_status = hout.ch[i].CFG.FI_EARLY_STATUS.value;
            assign cfg[i].src = {hout.ch[i].SRC_HI.ADDR.value, hout.ch[i].SRC_LO.ADDR.value};
            assign cfg[i].dst = {hout.ch[i].DST_HI.ADDR.value, hout.ch[i].DST_LO.ADDR.value};
            assign cfg[i].len = hout.ch[i].LEN.BYTES.value, cfg[i].rows = hout.ch[i].ROWS.ROWS.value;
            assign cfg[i].sstride = hout.ch[i].SSTRIDE.STRIDE.value, cfg[i].dstride = hout.ch[i].DSTRIDE.STRIDE.value;
            assign cfg[i].fill = hout.ch[i].FILL.VALUE.value;
            assign cfg[i].attr_src = {hout.ch[i].ATTR_SRC.QOS.value, 2'b0, hout.ch[i].ATTR_SRC.DOMAIN.value,
                hout.ch[i].ATTR_SRC.COHERENT.value, hout.ch[i].ATTR_SRC.PROT.value, hout.ch[i].ATTR_SRC.CACHE.value};
            assign cfg[i].attr_dst = {hout.ch[i].ATTR_DST.QOS.value, 2'b0, hout.ch[i].ATTR_DST.DOMAIN.value,
                hout.ch[i].ATTR_DST.COHERENT.value, hout.ch[i].ATTR_DST.PROT.value, hout.ch[i].ATTR_DST.CACHE.value};
            assign cfg[i].attr_desc = {hout.ch[i].ATTR_DESC.QOS.value, 2'b0, hout.ch[i].ATTR_DESC.DOMAIN.value,
                hout.ch[i].ATTR_DESC.COHERENT.value, hout.ch[i].ATTR_DESC.PROT.value, hout.ch[i].ATTR_DESC.CACHE.value};
            assign cfg[i].lock = hout.ch[i].ATTR_SRC.LOCK.value || hout.ch[i].ATTR_DST.LOCK.value;
            assign cfg[i].base = {hout.ch[i].DESC_BASE_HI.ADDR.value, hout.ch[i].DESC_BASE_LO.ADDR.value};
            assign cfg[i].ring_len = hout.ch[i].RING_LEN.COUNT.value, cfg[i].tail = hout.ch[i].TAIL.INDEX.value;
            assign cfg[i].tail_lap = hout.ch[i].TAIL.LAP.value;
            assign pend[i] = (hout.ch[i].STATUS.DONE.value && hout.ch[i].IRQ_EN.DONE.value)
                || (hout.ch[i].STATUS.ERR.value && hout.ch[i].IRQ_EN.ERR.value)
                || (hout.ch[i].STATUS.EMPTY.value && hout.ch[i].IRQ_EN.EMPTY.value)
                || (hout.ch[i].STATUS.PERIOD.value && hout.ch[i].IRQ_EN.PERIOD.value)
                || (hout.ch[i].STATUS.ABORTED.value && hout.ch[i].IRQ_EN.ABORTED.value)
                || (hout.ch[i].STATUS.STOPPED.value && hout.ch[i].IRQ_EN.STOPPED.value);

            // Coalescing: `waiting` completions since the first, which is `age` cycles old.
            logic [7:0]  waiting;
            logic [21:0] age;
            wire [7:0]  threshold = hout.ch[i].COALESCE.THRESHOLD.value;
            wire [15:0] limit     = hout.ch[i].COALESCE.TIMEOUT.value;
            wire due = (s.done_irq && (9'(waiting) + 9'd1 >= 9'(threshold))) || s.done_now
                       || (waiting != 0 && limit != 0 && age >= {limit, 6'b0});
            wire is_period = cfg[i].cyclic && cfg[i].mode == MODE_RING;
            assign aging[i]   = waiting != 0 && limit != 0;
            assign done_due   = due && !is_period;
            assign period_due = due && is_period;

            always_ff @(posedge clk) begin
                waiting <= due ? '0 : waiting + 8'(s.done_irq);
                age     <= waiting == 0 ? '0 : age + 1'b1;
                if (hout.ch[i].ERR_ADDR_LO.ADDR.swacc) err_high <= s.err_addr[63:32];
                if (s_axil_awvalid && s_axil_awready && offset_page == 4'(i + 1) && job_register && s.busy
                    && ignored != '1) ignored <= ignored + 1'b1;
                if (hin.core_reset || clear) waiting <= '0;
                if (hin.core_reset) {ignored, err_high, age} <= '0;
            end
        end else begin : g_absent
            assign s = '{state: ST_IDLE, kind: ERR_NONE, default: '0};
            assign aging[i] = 1'b0;
            assign {hin.ch[i].clear, hin.ch[i].rewind, pend[i], done_due, period_due, ignored, err_high} = '0;
        end
    end
endmodule
`default_nettype wire
