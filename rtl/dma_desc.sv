// SPDX-License-Identifier: Apache-2.0
// One channel: commands and state; fetches descriptors (direct mode: takes the registers), checks them, hands jobs to
// the scheduler, and retires them in order: all B of the data -> status write -> its B -> HEAD, DONE_CNT, causes.
//
// Up to three descriptors are in work with PREFETCH 2 (one retiring, one moving, one fetched), two with 1, one with 0.
// With PREFETCH 2 a job may read before the last write of the job before it is acknowledged.
// A fetched descriptor is judged when its turn has come: a bad one never disturbs those before it. On an error or
// ABORT `kill` goes high; when nothing of the channel is left below, complete jobs still retire, then the channel halts
// with HEAD at the first descriptor that is not complete.
`default_nettype none

module dma_desc
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter int unsigned DATA_W = 64,
    parameter bit [2:0]    CH     = 0,
    parameter bit          FAULT_INJECT = 1
) (
    input  wire               clk,
    input  wire               rst_n,
    input  cfg_t              cfg,
    input  cmd_t              cmd,
    input  wire               enable,              // CTRL.ENABLE
    input  wire               timeout,             // watchdog
    input  wire  [31:0]       cycles,
    output stat_t             stat,
    output logic              kill,
    output logic              pause,
    input  wire               drained,
    // descriptor fetch
    output logic              f_req,
    output logic [63:0]       f_addr,
    output logic [15:0]       f_index,
    input  wire               f_taken,
    input  wire               f_valid,
    input  wire  [DATA_W-1:0] f_data,
    input  wire  [1:0]        f_resp,
    input  wire               f_last,
    // job
    output logic              job_valid,
    output job_t              job,
    input  wire               job_ready,
    // progress
    input  ack_t              wr_ack, sink_ack,
    input  wire  [31:0]       sink_crc,
    input  fault_t            rd_fault, wr_fault,
    input  wire               poison,
    // status write-back
    output logic              t_req,
    output logic [63:0]       t_addr,
    output logic [15:0]       t_index,
    output logic [127:0]      t_data,
    input  wire               t_taken,
    input  wire               t_done,
    input  wire  [1:0]        t_resp,
    // events
    output logic              ev_own_ok, ev_stale, ev_abort
);
    typedef enum logic [1:0] { R_IDLE, R_REQ, R_WAIT, R_DONE } retire_e;
    typedef struct packed {                        // a job in work
        logic        irq, last, sink, lap, over;   // over: end of list or direct job
        logic [15:0] index, next;
        logic        next_lap;
        logic [63:0] addr, link;
        ctrl_t       ctrl;
        logic [31:0] total;
    } work_t;

    retire_e rst;
    logic [1:0]  f_err;
    logic        f_lap, f_next_lap, f_over, have, bus_idle, empty;
    logic [15:0] f_next;
    logic [63:0] f_link;
    logic        started, stop, aborting, halted, rewound, err_valid, err_told;
    logic        wb_failed;                        // the status write of the job to retire got an error
    logic        late;                             // early status write is done, data is not
    work_t       work [2];
    logic [31:0] residue [2], crc [2];
    logic [1:0]  active;                           // jobs in work
    logic        iss, ret;                         // slots: next to issue, next to retire
    logic [15:0] head;
    logic        head_lap;
    logic [63:0] head_addr;                        // list: address of HEAD's descriptor
    logic [31:0] done_cnt, digest, cycles_q;       // cycles_q: when the job retired
    err_e        kind;
    logic [1:0]  resp;
    logic [7:0]  err_beat;
    logic [15:0] err_index;
    logic [63:0] err_addr;

    wire direct = cfg.mode == MODE_DIRECT;
    wire brief  = cfg.stride[1];
    ctrl_t       ctrl;
    logic [31:0] total;
    job_t        d;
    err_e        verdict;

    // --- progress conditions ------------------------------------------------------------------------------------
    wire         cyclic   = cfg.cyclic && cfg.mode == MODE_RING;
    wire [2:0]   depth    = cfg.prefetch == 0 ? 3'd1 : cfg.prefetch == 1 ? 3'd2 : 3'd3;
    wire         go       = started && enable && !stop && !pause && !kill;
    wire         turn     = go && have && !job_valid;          // the descriptor's turn to be judged
    wire         refuse   = turn && verdict != ERR_NONE && active == 0 && rst == R_IDLE;
    wire         accept   = turn && verdict == ERR_NONE && active < (cfg.prefetch >= 2 ? 2'd2 : 2'd1);
    wire         quiet    = drained && bus_idle && rst == R_IDLE;
    wire         early    = FAULT_INJECT && cfg.fi_early_status && !kill && !pause && !direct;
    wire         complete = active != 0 && residue[ret] == 0 && !wb_failed;
    wire         retire   = rst == R_IDLE && active != 0 && !wb_failed && (complete || early);
    wire         write_back = cfg.wb_en && !direct;
    wire         last_act = kill && quiet && !complete;       // what is left is to be reported
    wire         err_wb   = err_valid && active != 0 && write_back && (kind == ERR_RD || kind == ERR_WR) && !err_told;
    wire         finish   = last_act && !(err_wb && rst == R_IDLE);     // last act of a kill
    wire         wb_bad   = rst == R_WAIT && t_done && t_resp[1];
    wire         start    = cmd.start && !started;

    dma_fetch #(.ADDR_W(ADDR_W), .DATA_W(DATA_W), .FAULT_INJECT(FAULT_INJECT)) u_fetch (
        .clk, .rst_n, .cfg, .start, .from_index(rewound ? 16'b0 : head), .from_lap(!rewound && head_lap),
        .from_addr(rewound ? cfg.base : head_addr), .run(go && 3'(active) < depth), .flush(!started), .kill, .accept, .slot(iss),
        .have, .bus_idle, .empty, .index(f_index), .lap(f_lap), .addr(f_addr), .next_index(f_next), .next_lap(f_next_lap),
        .next_addr(f_link), .over(f_over), .ctrl, .total, .job(d), .verdict, .resp(f_err), .req(f_req), .taken(f_taken),
        .r_valid(f_valid), .r_data(f_data), .r_resp(f_resp), .r_last(f_last));

    // --- issue --------------------------------------------------------------------------------------------------
    always_ff @(posedge clk) begin
        if (accept) begin
            job <= d;
            work[iss] <= '{irq: ctrl.irq, last: ctrl.last, sink: d.op == OP_SINK && total != 0, lap: f_lap, over: f_over,
                           index: f_index, next: f_next, next_lap: f_next_lap, addr: f_addr, link: f_link, ctrl: ctrl,
                           total: total};
        end
        for (int s = 0; s < 2; s++) begin
            residue[s] <= residue[s] - (wr_ack.valid && !(err_valid && kind == ERR_WR) && wr_ack.tag.ch == CH && wr_ack.tag.slot == 1'(s) ? 32'(wr_ack.bytes) : '0)
                          - (sink_ack.valid && sink_ack.tag.ch == CH && sink_ack.tag.slot == 1'(s) ? 32'(sink_ack.bytes) : '0);
            if (sink_ack.valid && sink_ack.tag.ch == CH && sink_ack.tag.slot == 1'(s)) crc[s] <= ~sink_crc;
            if (accept && iss == 1'(s)) residue[s] <= total;
        end
        if (accept) begin
            job_valid <= total != 0;
            iss <= !iss;
        end else if (job_ready || kill) begin
            job_valid <= 1'b0;
        end
        active <= active + 2'(accept) - 2'(rst == R_DONE);
        if (finish) begin
            active <= '0;
            iss <= ret;
        end
        if (!rst_n) begin
            {job_valid, iss, active} <= '0;
            {residue[0], residue[1]} <= '0;
        end
    end

    // --- retire -------------------------------------------------------------------------------------------------
    work_t r;
    logic [31:0] status;
    always_comb begin
        r = work[ret];
        status  = {!r.lap, 21'b0, err_told ? resp : 2'b00, err_told ? kind : ERR_NONE, 2'b00, err_told, !err_told};
        t_addr  = brief ? r.addr : r.addr + 64'h30;
        t_index = r.index;
        t_data  = brief ? {96'b0, !r.lap, 5'b0, status[9:0], r.ctrl}
                        : {cycles_q, r.sink ? crc[ret] : 32'b0, r.total - residue[ret], status};
    end

    always_ff @(posedge clk) begin
        unique case (rst)
            R_IDLE: if (retire || (last_act && err_wb)) begin
                rst      <= write_back ? R_REQ : R_DONE;
                t_req    <= write_back;
                err_told <= last_act && err_wb;
                cycles_q <= cycles;
            end
            R_REQ: if (t_taken) begin
                rst   <= R_WAIT;
                t_req <= 1'b0;
            end
            R_WAIT: if (t_done && (residue[ret] == 0 || err_told)) rst <= t_resp[1] || err_told ? R_IDLE : R_DONE;
                    else if (t_done) late <= 1'b1;
                    else if (late && (residue[ret] == 0 || kill)) begin
                        rst  <= kill ? R_IDLE : R_DONE;
                        late <= 1'b0;
                    end
            R_DONE: begin
                rst       <= R_IDLE;
                ret       <= !ret;
                if (!direct) {head_lap, head, head_addr} <= {r.next_lap, r.next, r.link};
                done_cnt  <= done_cnt + 1'b1;
                if (r.sink) digest <= crc[ret];
            end
        endcase
        if (start) begin
            err_told <= 1'b0;
            rewound  <= 1'b0;
            if (rewound) {head_lap, head, head_addr} <= {17'b0, cfg.base};
        end
        if (cmd.rewind && !started) begin
            {head_lap, head} <= '0;
            rewound <= 1'b1;
        end
        if (rst == R_DONE && r.over && !direct) rewound <= 1'b1;
        if (wb_bad) wb_failed <= 1'b1;
        if (start) wb_failed <= 1'b0;
        if (!rst_n) begin
            rst <= R_IDLE;
            {t_req, late, wb_failed, ret, err_told, head, head_lap, done_cnt, digest} <= '0;
            rewound <= 1'b1;
        end
    end

    // --- state, errors ------------------------------------------------------------------------------------------
    wire mine_rd = rd_fault.valid && rd_fault.tag.ch == CH && !kill && started;
    wire mine_wr = wr_fault.valid && wr_fault.tag.ch == CH && !kill && started;
    wire ended   = rst == R_DONE && r.over && !kill;
    wire stopped = started && stop && !kill && quiet && active == 0;

    always_ff @(posedge clk) begin
        if (!err_valid) begin                      // the first error stays
            if (timeout && started) {kind, resp, err_beat, err_index, err_addr} <= {ERR_TIMEOUT, 10'b0, r.index, r.addr};
            else if (mine_rd) {kind, resp, err_beat, err_index, err_addr} <=
                {ERR_RD, rd_fault.resp, rd_fault.beat, rd_fault.tag.index, rd_fault.addr};
            else if (mine_wr) {kind, resp, err_beat, err_index, err_addr} <=
                {ERR_WR, wr_fault.resp, 8'b0, wr_fault.tag.index, wr_fault.addr};
            else if (wb_bad) {kind, resp, err_beat, err_index, err_addr} <= {ERR_DESC_WB, t_resp, 8'b0, r.index, t_addr};
            else if (refuse) {kind, resp, err_beat, err_index, err_addr} <=
                {verdict, verdict == ERR_DESC_RD ? f_err : 2'b0, 8'b0, f_index, direct ? 64'b0 : f_addr};
        end
        if ((timeout && started) || mine_rd || mine_wr || wb_bad || refuse) err_valid <= 1'b1;
        if ((timeout && started) || poison || mine_wr || wb_bad || refuse) kill <= 1'b1;
        if (cmd.terminate && started) begin
            kill     <= 1'b1;
            aborting <= 1'b1;
        end
        if (cmd.pause && started) pause <= 1'b1;
        if (cmd.resume) pause <= 1'b0;
        if (cmd.stop && started) stop <= 1'b1;
        if (finish || stopped || ended) begin
            started  <= 1'b0;
            kill     <= 1'b0;
            stop     <= 1'b0;
            pause    <= 1'b0;
            aborting <= 1'b0;
            halted   <= !ended;
        end
        if (start || (cmd.clear && !started)) begin
            halted <= 1'b0;
            err_valid <= 1'b0;
            {kind, resp, err_beat, err_index, err_addr} <= '0;
        end
        if (start) started <= 1'b1;
        if (!rst_n) begin
            {started, kill, stop, pause, aborting, halted, err_valid} <= '0;
            {kind, resp, err_beat, err_index, err_addr} <= '0;
        end
    end

    always_comb begin
        // Member by member: a simulator would make the struct and then copy it, in every cycle.
        stat.state = ST_WAIT; stat.kind = kind;
        stat.busy = started; stat.halted = halted; stat.stopped = stopped;
        stat.head = head; stat.head_lap = head_lap;
        stat.resp = resp; stat.beat = err_beat; stat.err_index = err_index; stat.err_addr = err_addr;
        stat.cur_desc = active != 0 ? r.addr : f_addr;
        stat.residue = residue[ret]; stat.done_cnt = done_cnt; stat.digest = digest;
        if (halted) stat.state = ST_HALTED;
        else if (!started) stat.state = ST_IDLE;
        else if (kill) stat.state = ST_DRAIN;
        else if (pause && quiet) stat.state = ST_PAUSED;
        else if (rst != R_IDLE) stat.state = ST_STATUS;
        else if (active != 0) stat.state = ST_RUN;
        else if (!empty) stat.state = ST_FETCH;
        stat.done_irq = rst == R_DONE && r.irq && !direct;
        stat.done_now = rst == R_DONE && (r.over || (r.irq && r.last));
        if (cfg.irq_early && rst == R_REQ && t_taken && !err_told) stat.done_irq = r.irq;
        if (cfg.irq_early && write_back && rst == R_DONE) stat.done_irq = 1'b0;
        stat.empty    = rst == R_DONE && cfg.mode == MODE_RING && !cyclic && {r.next_lap, r.next} == {cfg.tail_lap, cfg.tail};
        stat.err      = (finish && err_valid) || (timeout && started && !err_valid);
        stat.aborted  = (finish && aborting) || (cmd.terminate && (!started || ended || stopped));
        ev_own_ok = accept && !direct;
        ev_stale  = refuse && verdict == ERR_STALE;
        ev_abort  = cmd.terminate && started;
    end
    wire unused = &{1'b0, cmd.doorbell, wr_fault.beat};
endmodule
`default_nettype wire
