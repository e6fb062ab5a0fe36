// SPDX-License-Identifier: Apache-2.0
// Write side: issues AW for data bursts and status write-backs, sends W in that order, sorts B by BID.
// A burst's AW is issued when all of its bytes have arrived or are on R now (COPY), or are being made (FILL), so W does not
// wait for a read that has not started, of another job either. Once a channel is killed, its bursts not yet issued are dropped and its issued ones are finished
// with zero strobes at once. A burst is acknowledged (counted off the residue) only if all of its beats were real.
`default_nettype none

module dma_wr
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter int unsigned DATA_W = 64,
    parameter int unsigned ID_W   = 4,
    parameter int unsigned USER_W = 16,
    parameter int unsigned NCH    = 2,
    parameter int unsigned DEPTH  = 64             // outstanding data bursts
) (
    input  wire                 clk,
    input  wire                 rst_n,
    input  wire  [NCH-1:0]      kill,
    input  wire  [CHUNK_W-1:0]  arriving,          // bytes that W will not have to wait for from now on
    input  wire  [CHUNK_W-1:0]  making,
    // bursts from the splitter
    input  wire                 s_valid,
    output logic                s_ready,
    output logic                s_drop,
    input  wire  [ADDR_W-1:0]   s_addr,
    input  wire  [7:0]          s_len,
    input  wire  [CHUNK_W-1:0]  s_bytes,
    input  wire  [CHUNK_W-1:0]  s_left,
    input  side_t               s_side,
    // beats from the aligner
    input  wire                 al_valid,
    output logic                al_ready,
    input  wire  [DATA_W-1:0]   al_data,
    input  wire  [DATA_W/8-1:0] al_strb,
    // status write-backs; data is held until done
    input  wire  [NCH-1:0]      t_req,
    input  wire  [63:0]         t_addr [NCH],
    input  wire  [15:0]         t_index [NCH],
    input  attr_t               t_attr [NCH],
    input  wire  [127:0]        t_data [NCH],
    input  wire  [NCH-1:0]      t_short,           // 4 bytes instead of 16
    output logic [NCH-1:0]      t_taken,
    output logic [NCH-1:0]      t_done,
    output wire  [1:0]          b_resp,
    // progress
    output logic                aw_data,           // a data AW of channel s_side.tag.ch is issued now
    output ack_t                ack,
    output fault_t              fault,
    output logic                b_data,            // a data burst of channel b_ch is complete now
    output wire  [2:0]          b_ch,
    // AXI
    output logic [ID_W-1:0]     m_awid,
    output logic [ADDR_W-1:0]   m_awaddr,
    output logic [7:0]          m_awlen,
    output attr_t               m_awattr,
    output logic [USER_W-1:0]   m_awuser,
    output logic                m_awvalid,
    input  wire                 m_awready,
    output logic [DATA_W-1:0]   m_wdata,
    output logic [DATA_W/8-1:0] m_wstrb,
    output logic                m_wlast,
    output logic                m_wvalid,
    input  wire                 m_wready,
    input  wire  [ID_W-1:0]     m_bid,
    input  wire  [1:0]          m_bresp,
    input  wire                 m_bvalid,
    output wire                 m_bready,
    // observation
    output logic [7:0]          outstanding,
    output logic [15:0]         w_index,           // belongs to m_wdata
    output wire  [15:0]         b_index,
    output wire                 b_beat
);
    localparam int unsigned IDX_W = USER_W - 6;
    localparam int unsigned CHW   = NCH < 2 ? 1 : $clog2(NCH);
    localparam int unsigned AHEAD_W = 20;          // 256 KiB of FIFO, 17 chunks of dropped AWs
    localparam int unsigned TBEATS = DATA_W >= 128 ? 1 : 128 / DATA_W;     // beats of a status write

    typedef struct packed {
        logic               status, brief;
        tag_t               tag;
        logic [7:0]         len;
        logic [CHUNK_W-1:0] bytes;
        logic [ADDR_W-1:0]  addr;
    } entry_t;
    typedef struct packed {
        logic               good;
        tag_t               tag;
        logic [CHUNK_W-1:0] bytes;
        logic [ADDR_W-1:0]  addr;
    } resp_t;

    // --- AW -----------------------------------------------------------------------------------------------------
    logic signed [AHEAD_W-1:0] ahead;              // bytes there without AW; less than 0: AW dropped before they were there
    logic [6:0]  out_ch [NCH];
    logic [2:0]  tch;
    logic        aw_free, want_status, dead, wq_ready, tq_ready;
    entry_t      entry;

    always_comb begin
        tch = '0;
        for (int i = NCH - 1; i >= 0; i--) if (t_req[i]) tch = 3'(i);
        aw_free     = (!m_awvalid || m_awready) && wq_ready;
        want_status = aw_free && tq_ready && |t_req;
        t_taken     = '0;
        t_taken[tch[CHW-1:0]] = want_status;
        dead    = kill[s_side.tag.ch[CHW-1:0]];
        aw_data = s_valid && !dead && aw_free && !want_status && outstanding < 8'(DEPTH)
                  && ahead >= signed'(AHEAD_W'(s_bytes))
                  && (s_side.limit == 0 || out_ch[s_side.tag.ch[CHW-1:0]] < 7'(s_side.limit));
        s_drop  = dead;
        s_ready = aw_data || (s_valid && dead);
        entry   = 'x;
        if (want_status) entry = '{status: 1'b1, brief: t_short[tch[CHW-1:0]], bytes: '0, addr: '0,
                                   tag: '{ch: tch, slot: 1'b0, index: t_index[tch[CHW-1:0]]},
                                   len: t_short[tch[CHW-1:0]] ? 8'd0 : 8'(TBEATS - 1)};
        else if (aw_data) entry = '{status: 1'b0, brief: 1'b0, tag: s_side.tag, len: s_len, bytes: s_bytes, addr: s_addr};
    end

    always_ff @(posedge clk) if (want_status || aw_data) begin
        m_awid   <= ID_W'(want_status ? KIND_STATUS : KIND_DATA);
        m_awaddr <= want_status ? t_addr[tch[CHW-1:0]][ADDR_W-1:0] : s_addr;
        m_awlen  <= entry.len;
        m_awattr <= want_status ? t_attr[tch[CHW-1:0]] : s_side.attr;
        m_awuser <= want_status ? {KIND_STATUS, tch, t_index[tch[CHW-1:0]][IDX_W-1:0], t_attr[tch[CHW-1:0]].coherent}
                                : {KIND_DATA, s_side.tag.ch, s_side.tag.index[IDX_W-1:0], s_side.attr.coherent};
    end

    always_ff @(posedge clk) begin
        if (want_status || aw_data) m_awvalid <= 1'b1;
        else if (m_awready) m_awvalid <= 1'b0;
        ahead <= ahead + AHEAD_W'(arriving) + AHEAD_W'(making) - (!s_ready ? '0 : AHEAD_W'(dead ? s_left : s_bytes));
        if (!rst_n) begin
            m_awvalid <= 1'b0;
            ahead <= '0;
        end
    end

    // --- W ------------------------------------------------------------------------------------------------------
    entry_t      head;
    logic [3:0]  wq_space, wq_fill;
    logic        wq_valid, w_free, w_load, w_end, zero, clean;
    logic [7:0]  beat;
    logic [DATA_W-1:0]   t_word;
    logic [DATA_W/8-1:0] t_strb;

    fifo #(.W($bits(entry_t)), .DEPTH(8)) u_wq (
        .clk, .rst_n, .take('0), .space(wq_space), .push(want_status || aw_data), .din(entry), .ready(wq_ready),
        .pop(w_end), .dout(head), .valid(wq_valid), .fill(wq_fill));

    if (DATA_W <= 128) begin : g_narrow
        assign t_word = t_data[head.tag.ch[CHW-1:0]][32'(beat) % TBEATS * DATA_W +: DATA_W];
        assign t_strb = head.brief ? (DATA_W/8)'(4'hF) : '1;
    end else begin : g_wide                        // the 16 bytes lie in the upper half of a 32-byte beat
        assign t_word = {t_data[head.tag.ch[CHW-1:0]], t_data[head.tag.ch[CHW-1:0]]};
        assign t_strb = head.brief ? (DATA_W/8)'(4'hF) : {{DATA_W/16{1'b1}}, {DATA_W/16{1'b0}}};
    end

    always_comb begin
        w_free   = !m_wvalid || m_wready;
        zero     = !head.status && kill[head.tag.ch[CHW-1:0]];
        w_load   = wq_valid && w_free && (head.status || zero || al_valid);
        al_ready = wq_valid && w_free && !head.status && !zero;
        w_end    = w_load && beat == head.len;
    end

    always_ff @(posedge clk) begin
        if (w_load) begin
            m_wdata <= head.status ? t_word : al_data;
            m_wstrb <= zero ? '0 : head.status ? t_strb : al_strb;
            m_wlast <= beat == head.len;
            w_index <= head.tag.index;
        end
    end

    always_ff @(posedge clk) begin
        if (w_free) m_wvalid <= w_load;
        if (w_load) begin
            beat  <= w_end ? '0 : beat + 1'b1;
            clean <= w_end || (clean && !zero);
        end
        if (!rst_n) begin
            m_wvalid <= 1'b0;
            beat <= '0;
            clean <= 1'b1;
        end
    end

    // --- B ------------------------------------------------------------------------------------------------------
    resp_t           sent;
    logic [ID_W-1:0] b_id;
    logic            b_valid, bq_valid, bq_ready, tq_valid, is_status;
    logic [$clog2(DEPTH + 9)-1:0] bq_space, bq_fill;
    logic [$clog2((NCH < 2 ? 2 : NCH) + 1)-1:0] tq_space, tq_fill;
    logic [2:0]      tq_ch;

    skid #(.W(ID_W + 2)) u_b (
        .clk, .rst_n, .in_valid(m_bvalid), .in_ready(m_bready), .in_data({m_bid, m_bresp}),
        .out_valid(b_valid), .out_ready(1'b1), .out_data({b_id, b_resp}));

    fifo #(.W($bits(resp_t)), .DEPTH(DEPTH + 8)) u_bq (
        .clk, .rst_n, .take('0), .space(bq_space), .push(w_end && !head.status),
        .din({clean && !zero, head.tag, head.bytes, head.addr}), .ready(bq_ready),
        .pop(b_data), .dout(sent), .valid(bq_valid), .fill(bq_fill));

    fifo #(.W(3), .DEPTH(NCH < 2 ? 2 : NCH)) u_tq (
        .clk, .rst_n, .take('0), .space(tq_space), .push(want_status), .din(tch), .ready(tq_ready),
        .pop(b_valid && is_status && tq_valid), .dout(tq_ch), .valid(tq_valid), .fill(tq_fill));

    always_comb begin
        is_status = b_id == ID_W'(KIND_STATUS);
        b_data    = b_valid && !is_status && bq_valid;
        t_done    = '0;
        t_done[tq_ch[CHW-1:0]] = b_valid && is_status && tq_valid;
        ack       = '{valid: b_data && sent.good && !b_resp[1], tag: sent.tag, bytes: sent.bytes};
        fault     = '{valid: b_data && b_resp[1], tag: sent.tag, resp: b_resp, beat: 8'd0, addr: 64'(sent.addr)};
    end

    always_ff @(posedge clk) begin
        for (int i = 0; i < NCH; i++)
            out_ch[i] <= out_ch[i] + 7'(aw_data && s_side.tag.ch == 3'(i)) - 7'(b_data && sent.tag.ch == 3'(i));
        outstanding <= outstanding + 8'(aw_data || want_status) - 8'(b_data || t_done != 0);
        if (!rst_n) begin
            for (int i = 0; i < NCH; i++) out_ch[i] <= '0;
            outstanding <= '0;
        end
    end

    assign b_ch    = sent.tag.ch;
    assign b_index = is_status ? t_index[tq_ch[CHW-1:0]] : sent.tag.index;
    assign b_beat  = b_valid;
    wire unused = &{1'b0, wq_space, wq_fill, bq_space, bq_fill, tq_space, tq_fill, bq_ready, tq_ch, s_side.len, s_side.max_len,
                      s_side.counted};
endmodule
`default_nettype wire
